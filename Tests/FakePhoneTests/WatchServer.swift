import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// A small real server for watches, on an ephemeral loopback port.
struct WatchServer: Sendable {
    /// What the server does for a browser that asks for events.
    enum Behaviour: Sendable {
        /// Switches to WebSocket and sends these frames as soon as it stands.
        case webSocket([WebSocketFrame])
        /// Takes the request and says nothing.
        case silence
        /// Answers with this status, type and body, and closes or stays open.
        case answer(HTTPResponseStatus, type: String, body: String, closes: Bool)
    }

    let port: Int
    private let heard: Heard

    /// The frames that the client sent, unmasked, as `opcode:text`.
    var frames: [String] { heard.frames.withLock(\.self) }
    /// The header fields of the request.
    var headers: HTTPHeaders { heard.headers.withLock(\.self) }

    private final class Heard: Sendable {
        let frames = Mutex<[String]>([])
        let headers = Mutex(HTTPHeaders())
    }

    static func with<Value>(
        _ behaviour: Behaviour,
        _ body: (WatchServer) async throws -> Value
    ) async throws -> Value {
        let heard = Heard()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel, behaviour, heard)
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let server = WatchServer(port: channel.localAddress?.port ?? 0, heard: heard)
        do {
            let value = try await body(server)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private static func configure(
        _ channel: any Channel,
        _ behaviour: Behaviour,
        _ heard: Heard
    ) throws {
        switch behaviour {
        case .webSocket(let frames):
            let upgrader = NIOWebSocketServerUpgrader(
                shouldUpgrade: { channel, head in
                    heard.headers.withLock { $0 = head.headers }
                    return channel.eventLoop.makeSucceededFuture([:])
                },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            FrameHandler(frames: frames, heard: heard)
                        )
                    }
                }
            )
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
            )
        case .silence:
            break
        case .answer(let status, let type, let body, let closes):
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(
                AnswerHandler(
                    status: status,
                    type: type,
                    body: body,
                    closes: closes,
                    heard: heard
                )
            )
        }
    }

    private final class FrameHandler: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame

        private let frames: [WebSocketFrame]
        private let heard: Heard

        init(frames: [WebSocketFrame], heard: Heard) {
            self.frames = frames
            self.heard = heard
        }

        func handlerAdded(context: ChannelHandlerContext) {
            for frame in frames { context.write(wrapOutboundOut(frame), promise: nil) }
            context.flush()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            let text = String(buffer: frame.unmaskedData)
            let isMasked = frame.maskKey != nil
            heard.frames.withLock {
                $0.append("\(frame.opcode == .pong ? "pong" : "other"):\(text):\(isMasked)")
            }
            // The pong has come: now the server says good-bye.
            guard frame.opcode == .pong else { return }
            var data = ByteBuffer()
            data.writeInteger(UInt16(4001))
            context.writeAndFlush(
                wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data)),
                promise: nil
            )
        }
    }

    private final class AnswerHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let status: HTTPResponseStatus
        private let type: String
        private let body: String
        private let closes: Bool
        private let heard: Heard

        init(
            status: HTTPResponseStatus,
            type: String,
            body: String,
            closes: Bool,
            heard: Heard
        ) {
            self.status = status
            self.type = type
            self.body = body
            self.closes = closes
            self.heard = heard
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                heard.headers.withLock { $0 = head.headers }
            case .body:
                break
            case .end:
                var head = HTTPResponseHead(version: .http1_1, status: status)
                head.headers.add(name: "Content-Type", value: type)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.writeAndFlush(
                    wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))),
                    promise: nil
                )
                if closes { context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
            }
        }
    }
}
