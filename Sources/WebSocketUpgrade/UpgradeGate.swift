import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// Stands between the HTTP codec and Hummingbird, lets plain requests through and turns upgrade
/// requests, the first or a later one of a connection, into a WebSocket.
///
/// Hummingbird's own half of the pipeline is only built when the first plain request comes. So a
/// connection that begins with an upgrade never pays for it, and one that upgrades later leaves it
/// parked behind this handler, where it sees nothing more until the connection ends.
final class UpgradeGate: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let gatekeeper: any WebSocketGatekeeper
    private let limits: WebSocketLimits
    private let outcome: EventLoopPromise<ConnectionKind>
    private let logger: Logger
    /// The HTTP handlers that go when the WebSocket comes.
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let encoder: HTTPResponseEncoder
    private let codec: HTTP1ToHTTPServerCodec
    private var connectionState: HTTPConnectionStateHandler?

    private var state = State.fresh
    /// Plain requests handed on whose answers have not ended.
    private var unanswered = 0

    private enum State {
        /// No request has come. Next: plain, upgrading.
        case fresh
        /// Hummingbird serves. Next: upgrading.
        case plain
        /// An upgrade request is being read: its head is here, its end may not be, and answers to
        /// requests before it may still be on their way out. Next: judging.
        case upgrading(HTTPRequest, ended: Bool)
        /// The gatekeeper thinks. Next: open, refused.
        case judging
        /// A WebSocket; this handler leaves the pipeline to it. The end.
        case open
        /// Refused, or broken; the connection closes. The end.
        case refused
    }

    static func install(
        on channel: any Channel,
        gatekeeper: any WebSocketGatekeeper,
        http: HTTP1Channel.Configuration.DecoderConfiguration,
        limits: WebSocketLimits,
        outcome: EventLoopPromise<ConnectionKind>,
        logger: Logger
    ) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = http.maxHeaderFieldSize
        decoderLimits.maxHeaderListSize = http.maxHeaderListSize
        decoderLimits.maxHeaderFieldCount = http.maxHeaderFieldCount
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes,
                limitConfiguration: decoderLimits
            )
        )
        let encoder = HTTPResponseEncoder()
        let codec = HTTP1ToHTTPServerCodec(secure: false)
        let gate = UpgradeGate(
            gatekeeper: gatekeeper,
            limits: limits,
            outcome: outcome,
            logger: logger,
            decoder: decoder,
            encoder: encoder,
            codec: codec
        )
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, codec, gate])
    }

    private init(
        gatekeeper: any WebSocketGatekeeper,
        limits: WebSocketLimits,
        outcome: EventLoopPromise<ConnectionKind>,
        logger: Logger,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>,
        encoder: HTTPResponseEncoder,
        codec: HTTP1ToHTTPServerCodec
    ) {
        self.gatekeeper = gatekeeper
        self.limits = limits
        self.outcome = outcome
        self.logger = logger
        self.decoder = decoder
        self.encoder = encoder
        self.codec = codec
    }

    // MARK: - Requests coming in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch (state, part) {
        case (.fresh, .head(let request)), (.plain, .head(let request)):
            if request.asksForWebSocket, gatekeeper.isEndpoint(request) {
                state = .upgrading(request, ended: false)
            } else {
                handOn(context, data)
            }
        case (.plain, .body), (.plain, .end), (.fresh, .body), (.fresh, .end):
            context.fireChannelRead(data)
        case (.upgrading, .body):
            // An upgrade request has no body.
            refuse(context, HTTPResponse(status: .badRequest), [])
        case (.upgrading(let request, _), .end):
            state = .upgrading(request, ended: true)
            judgeWhenReady(context)
        case (.upgrading, .head), (.judging, _), (.open, _), (.refused, _):
            // Nothing may follow before the answer.
            refuse(context, HTTPResponse(status: .badRequest), [])
        }
    }

    private func handOn(_ context: ChannelHandlerContext, _ data: NIOAny) {
        do {
            if case .fresh = state { try buildHTTP(context) }
        } catch {
            logger.error("cannot build the HTTP pipeline", metadata: ["error": "\(error)"])
            return context.close(promise: nil)
        }
        state = .plain
        unanswered += 1
        context.fireChannelRead(data)
    }

    private func buildHTTP(_ context: ChannelHandlerContext) throws {
        let connectionState = HTTPConnectionStateHandler(logger: logger)
        try context.channel.pipeline.syncOperations.addHandler(connectionState)
        self.connectionState = connectionState
        let channel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
            wrappingChannelSynchronously: context.channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
        outcome.succeed(.http(channel))
    }

    // MARK: - Answers going out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
        judgeWhenReady(context)
    }

    // MARK: - The upgrade

    private func judgeWhenReady(_ context: ChannelHandlerContext) {
        guard case .upgrading(let request, ended: true) = state, unanswered <= 0 else { return }
        state = .judging
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let gatekeeper = gatekeeper
        let channel = context.channel
        // The pipeline is not async: here, and only here, a task is started from an event loop.
        channel.eventLoop.makeFutureWithTask {
            await gatekeeper.judge(request, on: channel)
        }
        .whenSuccess { verdict in
            let (gate, context) = me.value
            gate.carryOut(verdict, request, context)
        }
    }

    private func carryOut(
        _ verdict: WebSocketVerdict,
        _ request: HTTPRequest,
        _ context: ChannelHandlerContext
    ) {
        switch verdict {
        case .refuse(let response, let body):
            refuse(context, response, body)
        case .accept(let session):
            guard case .judging = state, context.channel.isActive else {
                session.closed()
                return
            }
            answer(request, session, context)
        }
    }

    private func answer(
        _ request: HTTPRequest,
        _ session: any WebSocketSession,
        _ context: ChannelHandlerContext
    ) {
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        Handshake.headers(for: request, on: context.channel).whenComplete { result in
            let (gate, context) = me.value
            switch result {
            case .failure:
                session.closed()
                gate.refuse(context, Handshake.unusable(request), [])
            case .success(let fields):
                gate.open(session, fields, context)
            }
        }
    }

    private func open(
        _ session: any WebSocketSession,
        _ fields: HTTPFields,
        _ context: ChannelHandlerContext
    ) {
        let channel = context.channel
        let switching = HTTPResponse(status: .switchingProtocols, headerFields: fields)
        context.write(wrapOutboundOut(.head(switching)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        state = .open
        let pipeline = context.channel.pipeline.syncOperations
        do {
            // Right behind this gate: whatever Hummingbird left parked stays out of the way.
            try pipeline.addHandlers(
                [
                    WebSocketFrameEncoder(),
                    ByteToMessageHandler(
                        WebSocketFrameDecoder(maxFrameSize: limits.frameBytesMax)
                    ),
                    WebSocketProtocolErrorHandler(),
                    WebSocketHandler(session: session, limits: limits),
                ],
                position: .after(self)
            )
        } catch {
            session.closed()
            return context.close(promise: nil)
        }
        outcome.succeed(.webSocket)
        if let connectionState { pipeline.removeHandler(connectionState, promise: nil) }
        pipeline.removeHandler(encoder, promise: nil)
        pipeline.removeHandler(codec, promise: nil)
        pipeline.removeHandler(self, promise: nil)
        // Last: it hands on the bytes that came behind the request.
        pipeline.removeHandler(decoder, promise: nil)
        session.opened(WebSocket(channel: channel))
    }

    private func refuse(
        _ context: ChannelHandlerContext,
        _ response: HTTPResponse,
        _ body: [UInt8]
    ) {
        if case .refused = state { return }
        state = .refused
        var response = response
        response.headerFields[.connection] = "close"
        response.headerFields[.contentLength] = "\(body.count)"
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if !body.isEmpty {
            let buffer = context.channel.allocator.buffer(bytes: body)
            context.write(wrapOutboundOut(.body(buffer)), promise: nil)
        }
        let bound = context.loopBound
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }

    // MARK: - The end

    func channelInactive(context: ChannelHandlerContext) {
        outcome.succeed(.closed)
        state = .refused
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .fresh, .upgrading, .judging:
            // Not HTTP, or over the limits of the decoder; nobody behind us can answer.
            refuse(context, HTTPResponse(status: .badRequest), [])
        case .plain, .open, .refused:
            context.fireErrorCaught(error)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, case .fresh = state {
            return context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

/// The server's half of the opening handshake (RFC 6455 section 4.2.2).
private enum Handshake {
    static func headers(
        for request: HTTPRequest,
        on channel: any Channel
    ) -> EventLoopFuture<HTTPFields> {
        // NIO computes the accept value and checks the version; it wants its own request type.
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        for name in [HTTPField.Name.secWebSocketKey, .secWebSocketVersion] {
            for value in request.headerFields[values: name] {
                head.headers.add(name: name.rawName, value: value)
            }
        }
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        )
        return upgrader.buildUpgradeResponse(
            channel: channel,
            upgradeRequest: head,
            initialResponseHeaders: [:]
        )
        .map { headers in
            var fields = HTTPFields()
            for (name, value) in headers {
                if let name = HTTPField.Name(name) { fields[name] = value }
            }
            return fields
        }
    }

    /// The answer to a handshake that cannot be met: which version could (RFC 6455 section 4.4).
    static func unusable(_ request: HTTPRequest) -> HTTPResponse {
        let versions = request.headerFields[values: .secWebSocketVersion]
        guard versions == ["13"] else {
            return HTTPResponse(
                status: .upgradeRequired,
                headerFields: [.secWebSocketVersion: "13", .upgrade: "websocket"]
            )
        }
        return HTTPResponse(status: .badRequest)
    }
}

extension HTTPRequest {
    /// Whether the request asks for a WebSocket (RFC 6455 section 4.2.1).
    fileprivate var asksForWebSocket: Bool {
        method == .get
            && headerFields[values: .upgrade].contains { value in
                value.lowercased().split(separator: ",").contains {
                    $0.drop(while: \.isWhitespace).prefix { !$0.isWhitespace } == "websocket"
                }
            }
    }
}
