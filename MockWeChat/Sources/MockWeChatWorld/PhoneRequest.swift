/// A request that a mini-program sends to its own server, in the form in which it goes out.
package struct PhoneRequest: Sendable, Equatable {
    /// One of the app's registered origins, and a path.
    package let url: String
    package let method: String
    package let fields: [HeaderField]
    package let body: [UInt8]
    package let timeoutMilliseconds: Int
    /// Whether the answer's body is wanted as bytes, `responseType: "arraybuffer"`.
    package let wantsBytes: Bool
    /// The call of `wx` that this is, which its `errMsg` begins with: `request` or `uploadFile`.
    package let api: String
}

/// What becomes of a call that a mini-program makes.
package enum PhoneErrand: Sendable, Equatable {
    case send(PhoneRequest)
    /// WeChat lets it fail without sending anything.
    case fail(errMsg: String)
}

extension PhoneErrand {
    /// WeChat's text for an address that the app has not registered, WeChat page "network".
    static func notInDomainList(_ api: String) -> PhoneErrand {
        .fail(errMsg: "\(api):fail url not in domain list")
    }
}
