import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A server that answers every connection with the same bytes, or with none.
final class FixedServer: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String

    private init(_ answer: String) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !answer.isEmpty else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
            .whenComplete { _ in channel.close(promise: nil) }
    }

    /// Runs it on a free port while `body` does.
    static func with(
        answer: String,
        _ body: (_ url: String) async throws -> Void
    ) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(FixedServer(answer))
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await body("http://127.0.0.1:\(listener.localAddress?.port ?? 0)")
            )
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        try result.get()
    }

    /// A port where nobody listens, and where nobody can while `body` runs.
    ///
    /// It is the near end of a connection. One that was given back may be another test's a moment later.
    static func withDeafPort(_ body: (_ url: String) async throws -> Void) async throws {
        try await with(answer: "") { url in
            let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            let holder = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port)
                .get()
            defer { holder.close(promise: nil) }
            try await body("http://127.0.0.1:\(holder.localAddress?.port ?? 0)")
        }
    }
}
