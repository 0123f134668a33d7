internal import NIOCore
internal import NIOHTTP1

/// Reads the answer of a server that did not switch to WebSocket.
final class RefusalReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<Refusal>
    private let bodyBytesMax: Int
    private var status: Int?
    private var body: [UInt8] = []

    init(answer: EventLoopPromise<Refusal>, bodyBytesMax: Int) {
        self.answer = answer
        self.bodyBytesMax = bodyBytesMax
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            status = Int(head.status.code)
        case .body(let part):
            body.append(contentsOf: part.readableBytesView.prefix(bodyBytesMax - body.count))
        case .end:
            finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish()
        context.close(promise: nil)
    }

    /// Settles the promise; only the first time counts.
    private func finish() {
        if let status {
            answer.succeed(Refusal(status: status, body: body))
        } else {
            answer.fail(ChannelError.eof)
        }
    }
}
