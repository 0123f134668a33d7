import NIOCore
import NIOWebSocket

/// One open WebSocket: heartbeat, limits, and the closing handshake.
///
/// The peer has nothing to say but pongs and close; a few data frames are read over, more are
/// against the policy (RFC 6455 section 7.4.1, code 1008).
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let session: any WebSocketSession
    private let limits: WebSocketLimits
    private let counts: EdgeCounts
    private var state = State.open
    private var unsent = 0
    private var dataFrames = 0
    private var minuteStartedAt: NIODeadline?
    private var timer: Scheduled<Void>?
    /// Runs while messages wait for the peer to read.
    private var stallTimer: Scheduled<Void>?

    private enum State {
        /// Messages go out. Next: awaitingPong, closing, closed.
        case open
        /// A ping is out and its pong is not back. Next: open, closing, closed.
        case awaitingPong
        /// Our close frame is out. Next: closed.
        case closing
        /// The connection is over. The end.
        case closed
    }

    init(
        session: any WebSocketSession,
        limits: WebSocketLimits,
        counts: EdgeCounts = EdgeCounts()
    ) {
        self.session = session
        self.limits = limits
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        armPing(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
    }

    private func finish() {
        guard state != .closed else { return }
        state = .closed
        timer?.cancel()
        timer = nil
        stallTimer?.cancel()
        stallTimer = nil
        session.closed()
    }

    // MARK: - From the peer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        // RFC 6455 section 5.1: a server must close when a client's frame is not masked.
        guard frame.maskKey != nil else {
            return close(context, .protocolError, "frames must be masked")
        }
        // Section 5.2: without an extension these bits mean nothing.
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return close(context, .protocolError, "reserved bits must be zero")
        }
        switch frame.opcode {
        case .connectionClose:
            answerClose(context, frame)
        case .ping:
            guard state != .closing, state != .closed else { return }
            write(context, WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
        case .pong:
            if state == .awaitingPong { state = .open }
        case .text, .binary, .continuation:
            noteDataFrame(context)
        default:
            close(context, .protocolError, "this opcode means nothing")
        }
    }

    private func answerClose(_ context: ChannelHandlerContext, _ frame: WebSocketFrame) {
        switch state {
        case .open, .awaitingPong:
            // Echo the code, as RFC 6455 section 5.5.1 asks.
            var payload = frame.unmaskedData
            let code = payload.readWebSocketErrorCode() ?? .normalClosure
            close(context, code, "")
            context.close(promise: nil)
        case .closing, .closed:
            context.close(promise: nil)
        }
    }

    private func noteDataFrame(_ context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        if let started = minuteStartedAt, now - started < .minutes(1) {
            dataFrames += 1
        } else {
            minuteStartedAt = now
            dataFrames = 1
        }
        if dataFrames > limits.dataFramesPerMinuteMax {
            close(context, .policyViolation, "nothing is expected from you here")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength:
            close(context, .messageTooLarge, "at most \(limits.frameBytesMax) bytes")
        case is NIOWebSocketError:
            close(context, .protocolError, "control frames are short and whole")
        case is ByteToMessageDecoderError:
            // More bytes after a frame that was none; our close frame is out.
            return
        default:
            context.close(promise: nil)
        }
    }

    // MARK: - From the session and the server

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let order as WebSocketOrder:
            obey(order, context)
        case is ChannelShouldQuiesceEvent:
            close(context, .goingAway, "the server restarts")
        case ChannelEvent.inputClosed:
            // Whoever sends nothing more sends no pong either.
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func obey(_ order: WebSocketOrder, _ context: ChannelHandlerContext) {
        switch order {
        case .text(let text):
            guard state == .open || state == .awaitingPong else { return }
            guard unsent < limits.unsentMessagesMax else {
                // The peer does not read: nothing more can reach it, not even a close.
                counts.note(.stalled)
                return context.close(promise: nil)
            }
            let data = context.channel.allocator.buffer(string: text)
            write(context, WebSocketFrame(fin: true, opcode: .text, data: data))
        case .close(let code, let reason):
            close(context, code, reason)
        }
    }

    private func write(_ context: ChannelHandlerContext, _ frame: WebSocketFrame) {
        unsent += 1
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in
            let (handler, context) = me.value
            handler.left(context)
        }
        // As a rule the kernel has it by now.
        if unsent > 0, stallTimer == nil, state != .closed { armStall(context) }
    }

    /// A message is in the kernel: from here on those behind it have their time.
    private func left(_ context: ChannelHandlerContext) {
        unsent -= 1
        stallTimer?.cancel()
        stallTimer = nil
        if unsent > 0, state != .closed { armStall(context) }
    }

    private func armStall(_ context: ChannelHandlerContext) {
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        stallTimer = context.eventLoop.scheduleTask(in: limits.stall) {
            let (handler, context) = me.value
            handler.counts.note(.stalled)
            context.close(promise: nil)
        }
    }

    private func close(
        _ context: ChannelHandlerContext,
        _ code: WebSocketErrorCode,
        _ reason: String
    ) {
        guard state == .open || state == .awaitingPong else { return }
        state = .closing
        var payload = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        payload.write(webSocketErrorCode: code)
        payload.writeString(reason)
        write(context, WebSocketFrame(fin: true, opcode: .connectionClose, data: payload))
        arm(context, after: limits.closeWithin) { handler, context in
            if handler.state == .closing { context.close(promise: nil) }
        }
    }

    // MARK: - Heartbeat

    private func armPing(_ context: ChannelHandlerContext) {
        arm(context, after: limits.pingEvery) { handler, context in
            guard handler.state == .open else { return }
            handler.state = .awaitingPong
            let empty = context.channel.allocator.buffer(capacity: 0)
            handler.write(context, WebSocketFrame(fin: true, opcode: .ping, data: empty))
            handler.arm(context, after: handler.limits.pongWithin) { handler, context in
                switch handler.state {
                case .awaitingPong: context.close(promise: nil)
                case .open: handler.armPing(context)
                case .closing, .closed: return
                }
            }
        }
    }

    private func arm(
        _ context: ChannelHandlerContext,
        after wait: TimeAmount,
        _ body: @escaping (WebSocketHandler, ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        let bound = NIOLoopBound((self, context, body), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: wait) {
            let (handler, context, body) = bound.value
            body(handler, context)
        }
    }
}
