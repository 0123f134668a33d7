import NIOCore
import NIOWebSocket

/// One open WebSocket: its frames, heartbeat, limits, and the closing handshake.
///
/// The peer has nothing to say but pongs and close; a few data frames are read over, more are
/// against the policy (RFC 6455 section 7.4.1, code 1008). It is all that is left of a connection
/// that waits, so that waiting is cheap.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let session: any WebSocketSession
    private let limits: WebSocketLimits
    private let counts: EdgeCounts
    private var context: ChannelHandlerContext?
    private var state = State.open
    private var reader: FrameReader
    /// The peer has sent what is no frame.
    private var isDeaf = false
    private var unsent = 0
    private var dataFrames = 0
    private var minuteStartedAt: NIODeadline?
    private var timer: NIOScheduledCallback?
    /// Runs while messages wait for the peer to read.
    private var stallTimer: Scheduled<Void>?

    private enum State {
        /// Messages go out. Next: awaitingPong, closing, closed.
        case open
        /// A ping is out and its pong is not back. Next: answered, closing, closed.
        case awaitingPong
        /// The pong came before its time was over. Next: open, closing, closed.
        case answered
        /// Our close frame is out. Next: closed.
        case closing
        /// The connection is over. The end.
        case closed

        /// Whether nobody has said that it ends.
        var isOpen: Bool { self == .open || self == .awaitingPong || self == .answered }
    }

    init(
        session: any WebSocketSession,
        limits: WebSocketLimits,
        counts: EdgeCounts = EdgeCounts()
    ) {
        self.session = session
        self.limits = limits
        self.counts = counts
        self.reader = FrameReader(bytesMax: limits.frameBytesMax)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm(context, after: limits.pingEvery)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
        self.context = nil
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
        guard !isDeaf else { return }
        reader.add(unwrapInboundIn(data))
        do throws(FrameReader.Flaw) {
            while state != .closed, let frame = try reader.next() { take(frame, context) }
        } catch {
            close(context, error.code, error.reason)
            // What follows such a frame is none either; it is read over until the connection ends.
            reader = FrameReader(bytesMax: limits.frameBytesMax)
            isDeaf = true
        }
    }

    private func take(_ frame: FrameReader.Frame, _ context: ChannelHandlerContext) {
        switch frame.opcode {
        case .connectionClose:
            answerClose(context, frame)
        case .ping:
            guard state.isOpen else { return }
            write(context, .pong, frame.payload.readableBytesView)
        case .pong:
            if state == .awaitingPong { state = .answered }
        default:
            noteDataFrame(context)
        }
    }

    private func answerClose(_ context: ChannelHandlerContext, _ frame: FrameReader.Frame) {
        if state.isOpen {
            // Echo the code, as RFC 6455 section 5.5.1 asks.
            var payload = frame.payload
            close(context, payload.readWebSocketErrorCode() ?? .normalClosure, "")
        }
        context.close(promise: nil)
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
        context.close(promise: nil)
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
            guard state.isOpen else { return }
            guard unsent < limits.unsentMessagesMax else {
                // The peer does not read: nothing more can reach it, not even a close.
                counts.note(.stalled)
                return context.close(promise: nil)
            }
            write(context, .text, ByteBuffer(string: text).readableBytesView)
        case .close(let code, let reason):
            close(context, code, reason)
        }
    }

    private func write(
        _ context: ChannelHandlerContext,
        _ opcode: WebSocketOpcode,
        _ payload: ByteBufferView
    ) {
        unsent += 1
        let frame = FrameReader.bytes(opcode, payload, context.channel.allocator)
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
        guard state.isOpen else { return }
        state = .closing
        var payload = context.channel.allocator.buffer(capacity: 2 + reason.utf8.count)
        payload.write(webSocketErrorCode: code)
        payload.writeString(reason)
        write(context, .connectionClose, payload.readableBytesView)
        arm(context, after: limits.closeWithin)
    }
}

// MARK: - Heartbeat

/// One timer a socket, as a callback and not as a task: it keeps no closure and no promise.
extension WebSocketHandler: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        guard let context else { return }
        timer = nil
        switch state {
        case .open:
            state = .awaitingPong
            write(context, .ping, ByteBufferView())
            arm(context, after: limits.pongWithin)
        case .answered:
            state = .open
            arm(context, after: limits.pingEvery)
        case .awaitingPong, .closing:
            context.close(promise: nil)
        case .closed:
            return
        }
    }

    private func arm(_ context: ChannelHandlerContext, after wait: TimeAmount) {
        timer?.cancel()
        // A loop that has ended ends the connection too.
        timer = try? context.eventLoop.assumeIsolated().scheduleCallback(in: wait, handler: self)
    }
}
