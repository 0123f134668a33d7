package import HTTPTypes

/// What a server answered, read as far as it can be read.
package struct Reply: Sendable {
    package let status: Int
    package let fields: HTTPFields
    package let body: [UInt8]
    /// The body as JSON; nil when it is none.
    package let json: JSONValue?

    package init(status: Int, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
        json = JSONValue(body)
    }

    /// Whether the status is 2xx.
    package var isOK: Bool { (200..<300).contains(status) }

    /// `data` of the login server's envelope.
    package var data: JSONValue? { json?["data"] }

    /// The error's name: `error` of the login server's and of the mock's answers.
    package var error: String? { json?["error"]?.string }

    /// `Retry-After` in whole seconds; nil when missing or not a whole number.
    package var retryAfterSeconds: Int? {
        guard let value = fields[.retryAfter], let seconds = Int(value), seconds >= 0 else {
            return nil
        }
        return seconds
    }

    /// Status and error in a few words: `410 scene_unavailable`.
    package var summary: String {
        [String(status), error].compactMap(\.self).joined(separator: " ")
    }
}
