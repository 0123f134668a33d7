internal import NIOCore
internal import NIOHTTP1

/// Asks for server-sent events and reads them.
final class EventStreamReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let inbox: WatchInbox
    private let message: @Sendable (String) -> WatchEvent
    private let opening: EventLoopPromise<Opening>
    private let refusal: EventLoopPromise<Refusal>
    private let messageBytesMax: Int
    private var parser = EventStreamParser()
    /// The status and body of an answer that is no event stream.
    private var refused: (status: Int, body: [UInt8])?

    init(
        head: HTTPRequestHead,
        inbox: WatchInbox,
        opening: EventLoopPromise<Opening>,
        messageBytesMax: Int,
        message: @escaping @Sendable (String) -> WatchEvent
    ) {
        self.head = head
        self.message = message
        self.inbox = inbox
        self.opening = opening
        self.messageBytesMax = messageBytesMax
        refusal = opening.futureResult.eventLoop.makePromise(of: Refusal.self)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let type = head.headers.first(name: "content-type") ?? ""
            if head.status == .ok, type.hasPrefix("text/event-stream") {
                opening.succeed(.open)
            } else {
                refused = (Int(head.status.code), [])
                opening.succeed(.refused(refusal.futureResult))
            }
        case .body(let part):
            read(Array(part.readableBytesView), context: context)
        case .end:
            finish()
            context.close(promise: nil)
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

    private func read(_ bytes: [UInt8], context: ChannelHandlerContext) {
        if let refused {
            self.refused = (refused.status, refused.body + bytes.prefix(messageBytesMax))
            return
        }
        for data in parser.feed(bytes) {
            inbox.put(message(data))
        }
        if parser.pendingBytes > messageBytesMax {
            inbox.put(.nonsense("a message over \(messageBytesMax) bytes"))
            context.close(promise: nil)
        }
    }

    /// Settles whatever is still open; only the first time counts.
    private func finish() {
        opening.fail(ChannelError.eof)
        if let refused {
            refusal.succeed(Refusal(status: refused.status, body: refused.body))
        } else {
            refusal.fail(ChannelError.eof)
        }
        inbox.put(.closed(code: nil))
    }
}
