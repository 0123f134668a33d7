import MockWeChatWorld
package import NIOCore

/// An answer, whole, and what is to be done around it.
package struct MockReply: Sendable {
    package var status: Int
    /// Beside `Content-Length`, `Date` and `Connection`, which the connection adds.
    package var fields: [(name: String, value: String)]
    package var body: ByteBuffer
    /// The mock's time, for `Date`; nil leaves the field out.
    var date: Moment?
    /// How long to wait, in real time.
    var delayMilliseconds = 0
    /// How the connection breaks instead of carrying the answer.
    var cut: ConnectionCut?
    /// How the body goes out; nil: all at once.
    var flow: BodyFlow?

    /// How long the body is once all of it has gone out.
    var contentLength: Int {
        if case .padded(let bytes) = flow { return max(bytes, body.readableBytes) }
        return body.readableBytes
    }

    init(_ status: Int, type: String, _ bytes: [UInt8], date: Moment? = nil) {
        self.init(status, type: type, ByteBuffer(bytes: bytes), date: date)
    }

    init(_ status: Int, type: String, _ body: ByteBuffer, date: Moment? = nil) {
        self.status = status
        fields = [("Content-Type", type)]
        self.body = body
        self.date = date
    }
}
