import FakePhone
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Listens on loopback and nothing else.
struct ArticleListener: Sendable {
    let app: ArticleApp

    /// Serves until the process ends.
    func serve(port: Int, listening: @Sendable (Int) -> Void) async throws {
        let app = app
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.configure(channel, app) }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        listening(channel.localAddress?.port ?? 0)
        try await channel.closeFuture.get()
    }

    private static func configure(_ channel: any Channel, _ app: ArticleApp) throws {
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            // CheckOrigin: return true.
            shouldUpgrade: { channel, head in
                let isEndpoint = head.uri.hasPrefix("/websocket?")
                return channel.eventLoop.makeSucceededFuture(isEndpoint ? [:] : nil)
            },
            upgradePipelineHandler: { channel, head in
                let query = URLComponents(string: head.uri)?.queryItems
                let scene = query?.first { $0.name == "clientid" }?.value ?? ""
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ClientHandler(scene: scene, app: app)
                    )
                }
            }
        )
        let configuration = NIOTypedHTTPServerUpgradeConfiguration<Void>(
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(app: app))
                }
            }
        )
        _ = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(upgradeConfiguration: configuration)
        )
    }
}

/// One WebSocket of `clientMap`; nothing that its page says is read.
private final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let scene: String
    private let app: ArticleApp

    init(scene: String, app: ArticleApp) {
        self.scene = scene
        self.app = app
    }

    func handlerAdded(context: ChannelHandlerContext) {
        app.opened(scene, context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if unwrapInboundIn(data).opcode == .connectionClose { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        app.closed(scene)
    }
}

/// Plain requests of one connection.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let app: ArticleApp
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(app: ArticleApp) {
        self.app = app
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let part):
            body += Array(part.readableBytesView)
        case .end:
            guard let head else { return }
            answer(head, body, context.channel)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8], _ channel: any Channel) {
        let app = app
        Task {
            let path = String(head.uri.prefix { $0 != "?" })
            let json = head.method == .POST ? await app.answer(path: path, body: body) : nil
            let bytes = json?.bytes ?? Array("404 page not found\n".utf8)
            var fields = HTTPHeaders()
            fields.add(name: "Content-Type", value: json == nil ? "text/plain" : "application/json")
            fields.add(name: "Content-Length", value: String(bytes.count))
            let answer = HTTPResponseHead(
                version: .http1_1,
                status: json == nil ? .notFound : .ok,
                headers: fields
            )
            channel.write(HTTPServerResponsePart.head(answer), promise: nil)
            channel.write(
                HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))),
                promise: nil
            )
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        }
    }
}
