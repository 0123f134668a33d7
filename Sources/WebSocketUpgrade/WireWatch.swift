import NIOCore

/// Stands between the socket and the HTTP codec and looks at bytes.
///
/// Measures the target of a request, because the decoder says the same of a target that is too long
/// and of header fields that are; says when a request begins; ends a connection whose peer does not
/// read; and, once the last answer is out, reads over what still comes.
final class WireWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The first bytes of a request are here.
    struct RequestBegan {}

    private let targetBytesMax: Int
    private let limits: ConnectionLimits
    private let counts: EdgeCounts

    private var targetBytes = 0
    /// The first of them, inline: every connection has a place for them.
    private var targetBeginning = InlineArray<16, UInt8>(repeating: 0)
    private var place = Place.start
    /// What has come since the last answer; nil before.
    private var drained: Int?
    /// Writes that are not in the kernel yet.
    private var unsent = 0
    /// Bytes that were handed to the channel, ever.
    private var written = 0
    /// Those of them that the kernel had taken when the timer was set.
    private var takenBefore = 0
    private var timer: Scheduled<Void>?

    private enum Place {
        case start
        case method
        case target
        case behind
    }

    init(targetBytesMax: Int, limits: ConnectionLimits, counts: EdgeCounts) {
        self.targetBytesMax = targetBytesMax
        self.limits = limits
        self.counts = counts
    }

    var isTooLong: Bool { targetBytes > targetBytesMax }

    /// The first characters of the target.
    var beginning: String {
        let count = min(targetBytes, targetBeginning.count)
        return String(decoding: (0..<count).map { targetBeginning[$0] }, as: UTF8.self)
    }

    func requestEnded() {
        targetBytes = 0
        place = .start
    }

    /// From now on nothing is handed on.
    func drain() {
        drained = drained ?? 0
    }

    // MARK: - Coming in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if let count = drained {
            drained = count + bytes.readableBytes
            if count + bytes.readableBytes > limits.drainBytesMax { context.close(promise: nil) }
            return
        }
        if place == .start {
            place = .method
            context.fireUserInboundEventTriggered(RequestBegan())
        }
        if place != .behind { measure(bytes.readableBytesView) }
        context.fireChannelRead(data)
    }

    private func measure(_ view: ByteBufferView) {
        for byte in view {
            switch (place, byte) {
            case (.method, UInt8(ascii: " ")): place = .target
            case (.target, UInt8(ascii: " ")), (.target, UInt8(ascii: "\n")): place = .behind
            case (.target, _):
                if targetBytes < targetBeginning.count { targetBeginning[targetBytes] = byte }
                targetBytes += 1
            case (.method, _), (.start, _): break
            case (.behind, _): return
            }
        }
    }

    // MARK: - Going out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        unsent += 1
        written += unwrapOutboundIn(data).readableBytes
        let isOut = promise ?? context.eventLoop.makePromise(of: Void.self)
        let me = NIOLoopBound(self, eventLoop: context.eventLoop)
        isOut.futureResult.whenComplete { _ in me.value.unsent -= 1 }
        context.write(data, promise: isOut)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        // As a rule the kernel has taken everything by now.
        if unsent > 0, timer == nil { arm(context) }
    }

    private func arm(_ context: ChannelHandlerContext) {
        takenBefore = taken(context)
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: limits.stall) {
            let (watch, context) = me.value
            watch.timer = nil
            watch.judge(context)
        }
    }

    private func judge(_ context: ChannelHandlerContext) {
        guard unsent > 0, context.channel.isActive else { return }
        guard taken(context) == takenBefore else { return arm(context) }
        counts.note(.stalled)
        context.close(promise: nil)
    }

    private func taken(_ context: ChannelHandlerContext) -> Int {
        written - ((try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }
}
