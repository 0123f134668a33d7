package import HTTPTypes

/// What a server answered, read as far as it can be read.
package struct Reply: Sendable {
    package let status: Int
    package let fields: HTTPFields
    package let body: [UInt8]
    /// The body as JSON; nil when it is none.
    package let json: JSONValue?
    /// What an adapter says of it; nil where the status alone tells.
    package internal(set) var isAccepted: Bool?
    /// The variables that an adapter took out of it.
    package internal(set) var values: [String: String] = [:]

    package init(status: Int, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
        json = JSONValue(body)
    }

    /// Whether it is a success: a status of 2xx, unless an adapter says otherwise.
    package var isOK: Bool { isAccepted ?? (200..<300).contains(status) }

    /// The id of the user whom the answer names; nil when it names none.
    package var userID: String? { values["userid"] ?? data?["user"]?["userid"]?.string }

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
        // A refusal under 200 is one that the body tells.
        let inBody = !isOK && (200..<300).contains(status) ? "refused in its body" : nil
        return [String(status), error ?? inBody].compactMap(\.self).joined(separator: " ")
    }
}
