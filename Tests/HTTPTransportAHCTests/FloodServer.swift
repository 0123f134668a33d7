import NIOCore
import NIOPosix
import Synchronization

/// A server that begins an answer to every request and never ends it.
///
/// Counts what it has sent and who is connected.
final class FloodServer: Sendable {
    /// How the body goes on after the head.
    enum Flow: Sendable {
        /// Nothing, not even a head.
        case silence
        /// As fast as the other side takes it.
        case flood
        /// A byte now and then.
        case trickle(every: TimeAmount)
    }

    private let state = Mutex(State())

    private struct State {
        var port = 0
        var bytesSent = 0
        var connected = 0
        var everConnected = 0
        var requests = 0
    }

    var port: Int { state.withLock { $0.port } }
    /// Bytes of bodies that the kernel has taken.
    var bytesSent: Int { state.withLock { $0.bytesSent } }
    var connected: Int { state.withLock { $0.connected } }
    var everConnected: Int { state.withLock { $0.everConnected } }
    /// Requests that have come whole.
    var requests: Int { state.withLock { $0.requests } }

    /// Runs a server on an ephemeral loopback port while `body` runs.
    static func with<Value>(
        _ flow: Flow,
        _ body: (FloodServer) async throws -> Value
    ) async throws -> Value {
        let server = FloodServer()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(server, flow))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        server.state.withLock { $0.port = channel.localAddress?.port ?? 0 }
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: FloodServer
        private let flow: Flow
        private var received = ""

        init(_ server: FloodServer, _ flow: Flow) {
            self.server = server
            self.flow = flow
        }

        func channelActive(context: ChannelHandlerContext) {
            server.state.withLock {
                $0.connected += 1
                $0.everConnected += 1
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            server.state.withLock { $0.connected -= 1 }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            received = ""
            server.state.withLock { $0.requests += 1 }
            switch flow {
            case .silence:
                break
            case .flood:
                head(context)
                pour(context)
            case .trickle(let interval):
                head(context)
                drip(context, interval)
            }
        }

        private func head(_ context: ChannelHandlerContext) {
            // 5 GiB.
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
        }

        private func pour(_ context: ChannelHandlerContext) {
            let part = ByteBuffer(repeating: 0x20, count: 64 * 1024)
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(part)).whenSuccess {
                let (handler, context) = loopBound.value
                handler.server.state.withLock { $0.bytesSent += 64 * 1024 }
                handler.pour(context)
            }
        }

        private func drip(_ context: ChannelHandlerContext, _ interval: TimeAmount) {
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: interval) {
                let (handler, context) = loopBound.value
                guard context.channel.isActive else { return }
                handler.server.state.withLock { $0.bytesSent += 1 }
                context.writeAndFlush(
                    handler.wrapOutboundOut(ByteBuffer(string: " ")),
                    promise: nil
                )
                handler.drip(context, interval)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
