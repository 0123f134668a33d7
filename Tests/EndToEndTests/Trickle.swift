import NIOCore
import NIOPosix
import Synchronization

/// Many connections that say something, and then one letter at a time.
final class Trickle: Sendable {
    private let group: any EventLoopGroup
    private let channels: [any Channel]
    private let results: [Result]

    struct NotOpened: Error {}

    /// What came of one connection.
    private final class Result: Sendable {
        let state = Mutex(State())
    }

    private struct State {
        var began = ContinuousClock.now
        var ended: Duration?
        var bytes: [UInt8] = []
    }

    static func authority(_ url: String) -> String {
        String(url.drop { $0 != "/" }.drop { $0 == "/" })
    }

    static func open(
        _ count: Int,
        to url: String,
        from address: String = "127.0.0.1",
        first: String,
        every: TimeAmount
    ) async throws -> Trickle {
        guard let port = authority(url).split(separator: ":").last.flatMap({ Int($0) }) else {
            throw NotOpened()
        }
        let group = MultiThreadedEventLoopGroup.singleton
        var channels: [any Channel] = []
        var results: [Result] = []
        while channels.count < count {
            // So many at a time as a listener's queue takes.
            let pending = (0..<min(100, count - channels.count)).map { _ in
                let result = Result()
                results.append(result)
                return connect(result, group, address, port, first, every)
            }
            for future in pending { channels.append(try await future.get()) }
        }
        return Trickle(group, channels, results)
    }

    private init(_ group: any EventLoopGroup, _ channels: [any Channel], _ results: [Result]) {
        self.group = group
        self.channels = channels
        self.results = results
    }

    /// How many the server has not closed.
    var openCount: Int { results.count { $0.state.withLock { $0.ended == nil } } }

    /// Whether in the end so many stay.
    func settles(at count: Int) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while openCount > count, ContinuousClock.now < deadline { await Task.yield() }
        return openCount == count
    }

    /// Waits until the server has closed every one.
    func ends() async throws -> (slowest: Duration, statuses: [String: Int]) {
        for channel in channels { try await channel.closeFuture.get() }
        var statuses: [String: Int] = [:]
        var slowest = Duration.zero
        for result in results {
            let (ended, bytes) = result.state.withLock { ($0.ended, $0.bytes) }
            slowest = max(slowest, ended ?? .zero)
            let text = String(decoding: bytes.prefix(12), as: UTF8.self)
            statuses[text.isEmpty ? "closed" : String(text.suffix(3)), default: 0] += 1
        }
        return (slowest, statuses)
    }

    func close() async {
        for channel in channels { channel.close(promise: nil) }
        for channel in channels { try? await channel.closeFuture.get() }
    }

    private static func connect(
        _ result: Result,
        _ group: any EventLoopGroup,
        _ address: String,
        _ port: Int,
        _ first: String,
        _ every: TimeAmount
    ) -> EventLoopFuture<any Channel> {
        do {
            return ClientBootstrap(group: group)
                .bind(to: try SocketAddress(ipAddress: address, port: 0))
                .connectTimeout(.seconds(30))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Dripper(result, every))
                    }
                }
                .connect(host: "127.0.0.1", port: port)
                .map { channel in
                    result.state.withLock { $0.began = .now }
                    if !first.isEmpty {
                        channel.writeAndFlush(ByteBuffer(string: first), promise: nil)
                    }
                    return channel
                }
        } catch {
            return group.next().makeFailedFuture(error)
        }
    }

    private final class Dripper: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let result: Result
        private let every: TimeAmount
        private var task: RepeatedTask?

        init(_ result: Result, _ every: TimeAmount) {
            self.result = result
            self.every = every
        }

        func channelActive(context: ChannelHandlerContext) {
            let channel = context.channel
            task = context.eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in
                channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            }
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            result.state.withLock { $0.bytes += bytes }
        }

        func channelInactive(context: ChannelHandlerContext) {
            task?.cancel()
            result.state.withLock { $0.ended = $0.ended ?? (ContinuousClock.now - $0.began) }
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
