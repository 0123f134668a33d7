package import HTTPTransport
internal import HTTPTypes

/// A call as somebody sent it, whole, so that somebody else can send it again.
package struct SentCall: Sendable {
    package let from: String
    package let to: ServerAddress
    package let call: HTTPCall

    package init(from: String, to: ServerAddress, call: HTTPCall) {
        self.from = from
        self.to = to
        self.call = call
    }

    /// The path without its query.
    package var path: String {
        String((call.request.path ?? "/").prefix { $0 != "?" })
    }
}
