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
    private let targetWatch: TargetWatch
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let encoder: HTTPResponseEncoder
    private let codec: HTTP1ToHTTPServerCodec
    private var connectionState: HTTPConnectionStateHandler?

    private var state = State.fresh
    /// Plain requests handed on whose answers have not ended.
    private var unanswered = 0
    /// The head of a plain request has been handed on and its end has not.
    private var isInsideRequest = false
    /// The decoder reads nothing behind the last plain request, because it asked for an upgrade.
    private var isDecoderDone = false
    /// The peer will send nothing more.
    private var isPeerDone = false

    private enum State {
        /// No request has come. Next: plain, upgrading.
        case fresh
        /// Hummingbird serves. Next: upgrading, unreadable, ending.
        case plain
        /// What followed the last plain request is none; answers may still be on their way out.
        /// Next: ending.
        case unreadable(UnreadableRequest)
        /// An upgrade request is being read: its head is here, its end may not be, and answers to
        /// requests before it may still be on their way out. Next: judging.
        case upgrading(HTTPRequest, ended: Bool)
        /// The gatekeeper thinks. Next: open, ending.
        case judging
        /// A WebSocket; this handler leaves the pipeline to it. The end.
        case open
        /// The last answer is out, or the connection broke; it closes once the peer has had time
        /// to read. The end.
        case ending
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
        let targetWatch = TargetWatch(bytesMax: http.maxHeaderFieldSize)
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
            targetWatch: targetWatch,
            decoder: decoder,
            encoder: encoder,
            codec: codec
        )
        try channel.pipeline.syncOperations.addHandlers(
            [encoder, targetWatch, decoder, codec, gate]
        )
    }

    private init(
        gatekeeper: any WebSocketGatekeeper,
        limits: WebSocketLimits,
        outcome: EventLoopPromise<ConnectionKind>,
        logger: Logger,
        targetWatch: TargetWatch,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>,
        encoder: HTTPResponseEncoder,
        codec: HTTP1ToHTTPServerCodec
    ) {
        self.gatekeeper = gatekeeper
        self.limits = limits
        self.outcome = outcome
        self.logger = logger
        self.targetWatch = targetWatch
        self.decoder = decoder
        self.encoder = encoder
        self.codec = codec
    }

    // MARK: - Requests coming in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .end = part { targetWatch.requestEnded() }
        switch (state, part) {
        case (.fresh, .head(let request)), (.plain, .head(let request)):
            if request.asksForWebSocket, gatekeeper.isEndpoint(request) {
                state = .upgrading(request, ended: false)
            } else {
                isDecoderDone = request.stopsDecoder
                handOn(context, data)
            }
        case (.plain, .body), (.fresh, .body):
            context.fireChannelRead(data)
        case (.plain, .end), (.fresh, .end):
            isInsideRequest = false
            context.fireChannelRead(data)
        case (.upgrading, .body):
            // An upgrade request has no body.
            refuse(context, gatekeeper.answer(to: .badUpgrade))
        case (.upgrading(let request, _), .end):
            state = .upgrading(request, ended: true)
            goOnWhenReady(context)
        case (.upgrading, .head), (.judging, _), (.open, _), (.ending, _), (.unreadable, _):
            // Nothing may follow before the answer.
            refuse(context, gatekeeper.answer(to: .badUpgrade))
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
        isInsideRequest = true
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
        switch unwrapOutboundIn(data) {
        case .head(var response) where isDecoderDone && unanswered == 1:
            response.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(response)), promise: promise)
        case .end:
            unanswered -= 1
            if isDecoderDone, unanswered == 0, case .plain = state {
                return end(context, data, promise)
            }
            context.write(data, promise: promise)
            goOnWhenReady(context)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    /// The last answer of this connection is complete.
    private func end(
        _ context: ChannelHandlerContext,
        _ data: NIOAny,
        _ promise: EventLoopPromise<Void>?
    ) {
        state = .ending
        let isOut = promise ?? context.eventLoop.makePromise(of: Void.self)
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        isOut.futureResult.whenComplete { _ in
            let (gate, context) = me.value
            gate.linger(context)
        }
        context.write(data, promise: isOut)
    }

    /// Goes on with what waits until every earlier request has its answer.
    private func goOnWhenReady(_ context: ChannelHandlerContext) {
        guard unanswered <= 0 else { return }
        switch state {
        case .upgrading(let request, ended: true): judge(request, context)
        case .unreadable(let why): refuse(context, gatekeeper.answer(to: why))
        case .fresh, .plain, .upgrading, .judging, .open, .ending: return
        }
    }

    // MARK: - The upgrade

    private func judge(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
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
        case .refuse(let refusal):
            refuse(context, refusal)
        case .accept(let session):
            guard case .judging = state, context.channel.isActive, !isPeerDone else {
                session.closed()
                if case .judging = state { context.close(promise: nil) }
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
                gate.refuse(context, gate.gatekeeper.answer(to: Handshake.flaw(request)))
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
        pipeline.removeHandler(targetWatch, promise: nil)
        // Last: it hands on the bytes that came behind the request.
        pipeline.removeHandler(decoder, promise: nil)
        session.opened(WebSocket(channel: channel))
    }

    private func refuse(_ context: ChannelHandlerContext, _ refusal: UpgradeRefusal) {
        if case .ending = state { return }
        state = .ending
        var response = refusal.response
        if response.status == .upgradeRequired {
            response.headerFields[.secWebSocketVersion] = "13"
            response.headerFields[.upgrade] = "websocket"
        }
        response.headerFields[.connection] = "close"
        response.headerFields[.contentLength] = "\(refusal.body.count)"
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if !refusal.body.isEmpty {
            let buffer = context.channel.allocator.buffer(bytes: refusal.body)
            context.write(wrapOutboundOut(.body(buffer)), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    /// Closes our half and, a little later, all of it.
    ///
    /// Closed at once with bytes unread, the kernel would send a reset, and that can overtake the
    /// answer (RFC 9112 section 9.6).
    private func linger(_ context: ChannelHandlerContext) {
        guard !isPeerDone else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        let bound = context.loopBound
        context.eventLoop.scheduleTask(in: limits.closeWithin) {
            bound.value.close(promise: nil)
        }
    }

    // MARK: - The end

    func channelInactive(context: ChannelHandlerContext) {
        outcome.succeed(.closed)
        state = .ending
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // A connection that broke before it was active is never told that it is not; somebody
        // waits for this outcome all the same. One that stands already is kept.
        outcome.succeed(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Broken below HTTP: the connection ends by itself.
        guard !(error is IOError) else { return context.fireErrorCaught(error) }
        switch state {
        case .fresh, .upgrading, .judging:
            refuse(context, gatekeeper.answer(to: unreadable(error)))
        case .plain where isInsideRequest:
            // In the body of a request that somebody behind us is about to answer.
            context.fireErrorCaught(error)
        case .plain:
            state = .unreadable(unreadable(error))
            goOnWhenReady(context)
        case .open:
            context.fireErrorCaught(error)
        case .unreadable, .ending:
            return
        }
    }

    private func unreadable(_ error: any Error) -> UnreadableRequest {
        guard case HTTPParserError.headerOverflow = error else { return .notHTTP }
        return targetWatch.isTooLong ? .targetTooLong : .headersTooLarge
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            gatekeeper.serverStops()
            if case .fresh = state { return context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            isPeerDone = true
            switch state {
            case .fresh, .ending:
                // No request will come, or nobody waits for the rest of the answer.
                return context.close(promise: nil)
            case .plain, .unreadable, .upgrading, .judging, .open:
                break
            }
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Stands before the decoder and measures the target of a request.
///
/// The decoder says the same of a target that is too long and of header fields that are.
private final class TargetWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let bytesMax: Int
    private var bytes = 0
    private var place = Place.method

    private enum Place {
        case method
        case target
        case behind
    }

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    var isTooLong: Bool { bytes > bytesMax }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if place != .behind { measure(unwrapInboundIn(data).readableBytesView) }
        context.fireChannelRead(data)
    }

    private func measure(_ view: ByteBufferView) {
        for byte in view {
            switch (place, byte) {
            case (.method, UInt8(ascii: " ")): place = .target
            case (.target, UInt8(ascii: " ")), (.target, UInt8(ascii: "\n")): place = .behind
            case (.target, _): bytes += 1
            case (.method, _): break
            case (.behind, _): return
            }
        }
    }

    func requestEnded() {
        bytes = 0
        place = .method
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

    /// What is wrong with a handshake that cannot be met.
    static func flaw(_ request: HTTPRequest) -> UnreadableRequest {
        request.headerFields[values: .secWebSocketVersion] == ["13"]
            ? .badUpgrade : .webSocketVersion
    }
}

extension HTTPRequest {
    /// Whether NIO's decoder takes what follows for another protocol: it does so for every request
    /// that asks for an upgrade, whether anybody grants it or not.
    fileprivate var stopsDecoder: Bool {
        guard method != .connect else { return true }
        return headerFields[.upgrade] != nil
            && headerFields[values: .connection].contains {
                $0.lowercased().split(separator: ",").contains {
                    $0.drop(while: \.isWhitespace).prefix { !$0.isWhitespace } == "upgrade"
                }
            }
    }

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
