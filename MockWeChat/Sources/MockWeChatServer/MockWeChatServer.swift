/// The world behind HTTP: WeChat's paths at the root, the control plane under `/_mock`.
///
/// Owns: turning HTTP into `WeChatRequest` and back, TLS and the proxy, drawing the pictures that the
/// world orders, the control plane and its errors, breaking connections off, the limits on bodies, heads
/// and connections.
/// Does not own: any rule of WeChat's (that is `MockWeChatWorld`), the machine's clock (it is plugged in),
/// flags and files (the program reads them). It sees no room of the house.
/// Called by: the library `MockWeChat`, and through it by the program and by tests.
///
/// It stands on SwiftNIO: breaking a connection off in the middle of a body, resetting it, and speaking
/// TLS inside a tunnel need the channel itself. What a mini-program on the virtual phone calls is called
/// with AsyncHTTPClient.

package import Logging
package import MockWeChatWorld
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// One mock: a world, and what answers for it.
package struct MockWeChatServer: Service {
    private let keeper: WorldKeeper
    private let settings: MockWeChatSettings
    private let pipeline: MockPipeline
    private let connections = OpenConnections()
    private let logger: Logger
    private let onListening: @Sendable (SocketAddress) -> Void

    /// - Parameters:
    ///   - world: What the world begins with.
    ///   - settings: Where to listen, and how.
    ///   - wallClock: The machine's clock; the world's own clock is built upon it.
    ///   - logger: Where the server writes its log.
    ///   - onListening: Called once, with the address that callers can reach.
    /// - Throws: When the certificate cannot be used.
    package init(
        world: WorldDescription = .standard,
        settings: MockWeChatSettings = MockWeChatSettings(),
        wallClock: @escaping @Sendable () -> Moment,
        logger: Logger,
        onListening: @escaping @Sendable (SocketAddress) -> Void = { _ in }
    ) throws {
        keeper = WorldKeeper(world, wallClock: wallClock)
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        pipeline = MockPipeline(
            responder: MockResponder(keeper: keeper, settings: settings),
            tls: try settings.tls?.context(),
            isProxy: settings.isProxy
        )
    }

    /// What the run has spent beyond a budget, one sentence each.
    package func overruns(of budget: Budget) -> [String] {
        keeper.visit { world, _ in world.overruns(of: budget) }
    }

    /// Answers one request without a socket.
    package func answer(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)],
        body: [UInt8]
    ) -> MockReply {
        pipeline.responder.respond(
            to: MockRequest(
                method: HTTPMethod(rawValue: method),
                target: target,
                headers: HTTPHeaders(headers.map { ($0.name, $0.value) }),
                body: ByteBuffer(bytes: body),
                callerIP: "127.0.0.1",
                isEncrypted: false
            )
        )
    }

    /// Listens until it is told to stop; then answers what has been asked, for a second at most.
    package func run() async throws {
        let (connections, pipeline, logger) = (connections, pipeline, logger)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: MockWeChatLimits.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.add(channel) else {
                        logger.warning("too many connections; one is turned away")
                        throw ChannelError.ioOnClosedChannel
                    }
                    try pipeline.begin(channel)
                }
            }
            .bind(host: settings.host, port: settings.port)
            .get()
        if let address = listener.localAddress { onListening(address) }
        await withTaskCancellationOrGracefulShutdownHandler {
            try? await listener.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            listener.close(promise: nil)
        }
        connections.quiesce()
        await withTaskGroup { group in
            group.addTask { await connections.waitUntilEmpty() }
            group.addTask {
                let patience = MultiThreadedEventLoopGroup.singleton.any()
                    .scheduleTask(in: MockWeChatLimits.shutdownPatience) {}
                // When the last one has gone, nobody waits for the rest of the time.
                await withTaskCancellationHandler {
                    _ = try? await patience.futureResult.get()
                } onCancel: {
                    patience.cancel()
                }
            }
            await group.next()
            await connections.closeAll()
            group.cancelAll()
        }
        await pipeline.responder.line.close()
    }
}
