import MockWeChatServer
import NIOCore

/// An answer of the mock.
public struct MockWeChatAnswer: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    init(_ reply: MockReply) {
        status = reply.status
        headers = reply.fields
        body = Array(reply.body.readableBytesView)
    }
}
