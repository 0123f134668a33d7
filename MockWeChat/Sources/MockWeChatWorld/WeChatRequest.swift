/// One call as WeChat sees it.
package struct WeChatRequest: Sendable, Equatable {
    package let method: String
    /// Path and query, as they were sent.
    package let target: String
    /// The path without its query, as it was sent.
    package let path: String
    package let query: [QueryItem]
    package let headers: HeaderBlock
    package let body: [UInt8]
    /// The caller's address, which IP allow lists are about.
    package let callerIP: String
    package let isEncrypted: Bool
    /// Sent to WeChat's own name without TLS, which WeChat refuses.
    package let isForWeChatInClear: Bool
    private let givenURL: String?

    /// Splits the target of a request into path and query.
    ///
    /// `publicURL` is what code pictures of this call begin with, such as `http://127.0.0.1:9090`; nil
    /// takes the scheme and the Host of the call.
    package init(
        method: String,
        target: String,
        headers: HeaderBlock = HeaderBlock(),
        body: [UInt8] = [],
        callerIP: String = "127.0.0.1",
        isEncrypted: Bool = false,
        isForWeChatInClear: Bool = false,
        publicURL: String? = "http://127.0.0.1:9090"
    ) {
        self.method = method
        self.target = target
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = QueryItem.items(of: target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = []
        }
        self.headers = headers
        self.body = body
        self.callerIP = callerIP
        self.isEncrypted = isEncrypted
        self.isForWeChatInClear = isForWeChatInClear
        givenURL = publicURL
    }

    /// The first value of a query parameter.
    func value(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// What code pictures of this call begin with.
    package var publicURL: String {
        givenURL ?? "\(isEncrypted ? "https" : "http")://\(authority)"
    }

    /// The Host of a call, when it can stand in a URL.
    private var authority: String {
        guard let authority = headers["host"], (1...255).contains(authority.utf8.count),
            authority.utf8.allSatisfy(Alphabet.authority.letters.contains)
        else { return "127.0.0.1" }
        return authority
    }
}
