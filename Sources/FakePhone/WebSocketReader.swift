internal import NIOCore
internal import NIOWebSocket

/// Reads a WebSocket: text becomes events, a ping gets its pong, a close gets its answer.
final class WebSocketReader: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let inbox: WatchInbox
    private let read: @Sendable (String) -> WatchEvent
    private let dice: Dice
    private let messageBytesMax: Int
    /// The pieces so far of a message sent in several frames; nil between messages.
    private var message: ByteBuffer?

    init(
        inbox: WatchInbox,
        dice: Dice,
        messageBytesMax: Int,
        read: @escaping @Sendable (String) -> WatchEvent
    ) {
        self.inbox = inbox
        self.read = read
        self.dice = dice
        self.messageBytesMax = messageBytesMax
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .continuation:
            take(frame, context: context)
        case .ping:
            send(.pong, frame.unmaskedData, context: context)
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readInteger(as: UInt16.self).map(Int.init)
            inbox.put(.closed(code: code))
            // A close is answered with the same code (RFC 6455, 5.5.1).
            send(.connectionClose, frame.unmaskedData.getSlice(at: 0, length: 2), context: context)
            context.close(promise: nil)
        default:
            // A pong nobody asked for is allowed; a binary message is not part of the contract.
            if frame.opcode == .binary { inbox.put(.nonsense("a binary message")) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.put(.closed(code: nil))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.put(.nonsense("a broken frame"))
        context.close(promise: nil)
    }

    private func take(_ frame: WebSocketFrame, context: ChannelHandlerContext) {
        var whole = message ?? ByteBuffer()
        var piece = frame.unmaskedData
        whole.writeBuffer(&piece)
        guard whole.readableBytes <= messageBytesMax else {
            inbox.put(.nonsense("a message over \(messageBytesMax) bytes"))
            context.close(promise: nil)
            return
        }
        guard frame.fin else {
            message = whole
            return
        }
        message = nil
        inbox.put(read(String(buffer: whole)))
    }

    private func send(
        _ opcode: WebSocketOpcode,
        _ data: ByteBuffer?,
        context: ChannelHandlerContext
    ) {
        let key = dice.roll { WebSocketMaskingKey.random(using: &$0) }
        let frame = WebSocketFrame(
            fin: true,
            opcode: opcode,
            maskKey: key,
            data: data ?? ByteBuffer()
        )
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}

extension WatchEvent {
    /// The event that a message's text says.
    init(text: String) {
        if let json = JSONValue(Array(text.utf8)), let push = Push(json) {
            self = .push(push)
        } else {
            self = .nonsense(Redaction().body(Array(text.utf8)) ?? "an empty message")
        }
    }
}
