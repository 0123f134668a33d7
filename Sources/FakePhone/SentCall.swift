package import HTTPTransport
internal import HTTPTypes

/// A call as somebody sent it, whole, so that somebody else can send it again.
package struct SentCall: Sendable {
    /// What a call was for, where an adapter says how it is made.
    package struct Purpose: Sendable {
        /// The operation's name, such as `session`.
        package let operation: String
        let call: Adapter.Call

        init(operation: String, call: Adapter.Call) {
            self.operation = operation
            self.call = call
        }
    }

    package let from: String
    package let to: ServerAddress
    package let call: HTTPCall
    package let purpose: Purpose?

    package init(from: String, to: ServerAddress, call: HTTPCall, purpose: Purpose? = nil) {
        self.from = from
        self.to = to
        self.call = call
        self.purpose = purpose
    }

    /// The path without its query.
    package var path: String {
        String((call.request.path ?? "/").prefix { $0 != "?" })
    }

    /// Whether it is one of those that are meant: by the beginning of the path, by the operation, or all with nil.
    func isMeant(by only: String?) -> Bool {
        guard let only else { return true }
        return only.hasPrefix("/") ? path.hasPrefix(only) : purpose?.operation == only
    }
}
