package import Logging
package import NIOCore

/// Lets a listener wait when the process, or the machine, has no descriptor left (T32).
///
/// NIO survives EMFILE by itself, and has a handler that holds the next read back. But the read that
/// failed stays pending, the kernel goes on telling of those who wait, and the event loop asks again
/// at once, for ever, on a full core. Here the listener stops listening to the kernel, and the next
/// accept waits, twice as long each time.
package final class AcceptPause: ChannelDuplexHandler {
    package typealias InboundIn = any Channel
    package typealias InboundOut = any Channel
    package typealias OutboundIn = Never
    package typealias OutboundOut = Never

    private let logger: Logger
    private var wait = AcceptPause.firstWait
    private var pause: Scheduled<Void>?

    static let firstWait = TimeAmount.milliseconds(50)
    static let longestWait = TimeAmount.seconds(1)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Puts one before everything else of a listener.
    package static func install(on listener: any Channel, logger: Logger) async throws {
        try await listener.eventLoop.submit {
            let pause = AcceptPause(logger: logger)
            try listener.pipeline.syncOperations.addHandler(pause, position: .first)
        }
        .get()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        wait = Self.firstWait
        context.fireChannelRead(data)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What NIO takes for the end of the listener closes it without our help.
        guard let error = error as? IOError else { return context.fireErrorCaught(error) }
        guard pause == nil else { return }
        logger.warning("cannot accept connections for a moment", metadata: ["error": "\(error)"])
        // The kernel goes on telling of those who wait: this is what makes NIO not listen to it.
        setReading(false, context)
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pause = context.eventLoop.scheduleTask(in: wait) {
            let (handler, context) = me.value
            handler.pause = nil
            handler.setReading(true, context)
            context.read()
        }
        wait = min(wait * 2, Self.longestWait)
    }

    private func setReading(_ isOn: Bool, _ context: ChannelHandlerContext) {
        // A listener that has closed meanwhile reads nothing in any case.
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    package func read(context: ChannelHandlerContext) {
        // The listener asks for more right after an error too.
        if pause == nil { context.read() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        pause?.cancel()
    }
}
