import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// An HTTPS server that keeps what it received, and how TLS was agreed upon.
final class TLSServer: Sendable {
    private let state = Mutex(State())

    private struct State {
        var port = 0
        var connections = 0
        var received: [UInt8] = []
        var versions: [TLSVersion] = []
    }

    var port: Int { state.withLock { $0.port } }
    /// TCP connections that were made to it.
    var connections: Int { state.withLock { $0.connections } }
    /// Bytes that came through TLS, decrypted; or, without TLS, that came.
    var received: [UInt8] { state.withLock { $0.received } }
    /// The version of each handshake that was completed.
    var versions: [TLSVersion] { state.withLock { $0.versions } }

    /// Runs a server on an ephemeral loopback port while `body` runs.
    ///
    /// It shows `identity`, or without one speaks no TLS; `newest` is the newest version it speaks, nil
    /// for the newest there is; every request is answered with the bytes of `answer`.
    static func with<Value>(
        _ identity: TestAuthority.Identity?,
        newest: TLSVersion? = nil,
        answering answer: String,
        _ body: (TLSServer) async throws -> Value
    ) async throws -> Value {
        let server = TLSServer()
        let context = try identity.map { identity in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(
                    Array(identity.certificatePEM.utf8)
                ).map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(bytes: Array(identity.keyPEM.utf8), format: .pem)
                )
            )
            configuration.maximumTLSVersion = newest
            return try NIOSSLContext(configuration: configuration)
        }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: context)
                        )
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(server, answer))
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

        private let server: TLSServer
        private let answer: String
        private var request: [UInt8] = []

        init(_ server: TLSServer, _ answer: String) {
            self.server = server
            self.answer = answer
        }

        func channelActive(context: ChannelHandlerContext) {
            server.state.withLock { $0.connections += 1 }
            context.fireChannelActive()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent,
                let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLHandler.self),
                let version = tls.tlsVersion
            {
                server.state.withLock { $0.versions.append(version) }
            }
            context.fireUserInboundEventTriggered(event)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            server.state.withLock { $0.received += bytes }
            request += bytes
            // Enough for our calls: their bodies are one line of JSON, or there is none.
            guard request.last == UInt8(ascii: "}") || request.suffix(4) == Array("\r\n\r\n".utf8)
            else { return }
            request = []
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
