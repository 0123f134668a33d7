import NIOCore
import NIOPosix
import Synchronization

/// One TCP connection to the server under test, byte by byte, from an address of loopback.
final class Wire: Sendable {
    /// Where the server sees it come from.
    let address: String
    private let channel: any Channel
    private let inbox: Inbox

    /// What a test waits at most before it fails.
    static let patience = TimeAmount.seconds(60)

    struct Ended: Error {}
    struct NothingCame: Error {}

    /// Connects; `address` is any of 127.0.0.0/8.
    static func connect(to port: Int, from address: String = "127.0.0.1") async throws -> Wire {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connectTimeout(patience)
            .bind(to: SocketAddress(ipAddress: address, port: 0))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        return Wire(address, channel, inbox)
    }

    private init(_ address: String, _ channel: any Channel, _ inbox: Inbox) {
        self.address = address
        self.channel = channel
        self.inbox = inbox
    }

    /// Everything that has come.
    var received: [UInt8] { inbox.state.withLock { $0.bytes } }

    // MARK: - Sending

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Says that nothing more will be sent, and goes on reading.
    func closeOutput() async throws {
        try await channel.close(mode: .output)
    }

    func close() async {
        try? await channel.close()
    }

    /// Reads nothing more, so that the server's messages pile up.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    // MARK: - Receiving

    /// Waits until `parse` finds something in what has not been taken yet, and takes that.
    ///
    /// `parse` returns the value and how many bytes it took, or nil for "not enough yet".
    func take<Value>(_ parse: (ArraySlice<UInt8>) throws -> (Value, Int)?) async throws -> Value {
        while true {
            let (bytes, start, isOver) = inbox.state.withLock {
                ($0.bytes, $0.taken, $0.isOver)
            }
            if let (value, count) = try parse(bytes[start...]) {
                inbox.state.withLock { $0.taken = start + count }
                return value
            }
            guard !isOver else { throw Ended() }
            try await more(than: bytes.count)
        }
    }

    /// Waits until the server has said that nothing more will come.
    ///
    /// - Returns: what had not been taken.
    @discardableResult
    func end() async throws -> [UInt8] {
        while true {
            let (rest, count, isOver) = inbox.state.withLock {
                (Array($0.bytes[$0.taken...]), $0.bytes.count, $0.isOver)
            }
            if isOver { return rest }
            try await more(than: count)
        }
    }

    private func more(than count: Int) async throws {
        let inbox = inbox
        let alarm = channel.eventLoop.scheduleTask(in: Self.patience) {
            inbox.change { $0.isGivenUp = true }
        }
        defer { alarm.cancel() }
        await withCheckedContinuation { continuation in
            let isReady = inbox.state.withLock { state in
                if state.bytes.count > count || state.isOver || state.isGivenUp { return true }
                state.waiters.append(continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
        if inbox.state.withLock({ $0.isGivenUp }) { throw NothingCame() }
    }

    private final class Inbox: Sendable {
        let state = Mutex(State())

        struct State {
            var bytes: [UInt8] = []
            var taken = 0
            /// The server has closed, its half or all.
            var isOver = false
            var isGivenUp = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }

        func change(_ body: (inout State) -> Void) {
            let waiters = state.withLock { state in
                body(&state)
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbox: Inbox

        init(_ inbox: Inbox) {
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            inbox.change { $0.bytes += bytes }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { inbox.change { $0.isOver = true } }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.change { $0.isOver = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
