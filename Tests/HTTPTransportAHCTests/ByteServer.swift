import NIOCore
import NIOPosix

/// A server that answers every request with the same bytes, right or wrong as HTTP.
struct ByteServer: Sendable {
    /// What happens once the bytes are out.
    enum Ending: Sendable {
        /// The connection stays open and silent.
        case hold
        /// The connection is closed in order.
        case close
    }

    let port: Int

    /// Runs a server on an ephemeral loopback port while `body` runs.
    static func with<Value>(
        answering bytes: String,
        then ending: Ending,
        _ body: (ByteServer) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 16)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Responder(bytes: bytes, ending: ending)
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        do {
            let value = try await body(ByteServer(port: server.localAddress?.port ?? 0))
            try await server.close()
            return value
        } catch {
            try? await server.close()
            throw error
        }
    }

    private final class Responder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let bytes: String
        private let ending: Ending
        private var received = ""

        init(bytes: String, ending: Ending) {
            self.bytes = bytes
            self.ending = ending
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            // The request's first line and all of it come back in place of these marks.
            let line = received.prefix { $0 != "\r\n" }
            let answer = bytes.replacing("<request line>", with: String(line))
                .replacing("<request>", with: received)
            received = ""
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if ending == .close { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
