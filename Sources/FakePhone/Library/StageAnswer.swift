internal import HTTPTypes

/// What a server answered.
public struct StageAnswer: Sendable {
    /// The HTTP status; 101 stands for a WebSocket that was opened.
    public let status: Int
    /// The error's name, such as `scene_unavailable`; nil when it is a success.
    public let error: String?
    /// The header fields, in their order.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    private let data: JSONValue?

    init(_ reply: Reply) {
        status = reply.status
        error = reply.error
        headers = reply.fields.map { ($0.name.rawName, $0.value) }
        body = reply.body
        data = reply.data
    }

    /// Whether the status is 2xx, or a WebSocket was opened.
    public var isOK: Bool { status == 101 || (200..<300).contains(status) }

    /// A text inside `data`, by the names on the way: `answer["user", "userid"]`.
    ///
    /// Nil when a name is missing, and for anything but a text.
    public subscript(_ path: String...) -> String? { at(path)?.string }

    /// A whole number inside `data`.
    public func number(_ path: String...) -> Int? { at(path)?.int }

    private func at(_ path: [String]) -> JSONValue? {
        path.reduce(data) { value, name in value?[name] }
    }
}
