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
    private let counts: EdgeCounts
    private let outcome: EventLoopPromise<ConnectionKind>
    private let logger: Logger
    private let parts: Parts
    private let drainBytesMax: Int
    private var connectionState: HTTPConnectionStateHandler?

    private var state = State.fresh
    /// Plain requests handed on whose answers have not ended.
    private var unanswered = 0
    /// The head of a plain request has been handed on and its end has not.
    private var isInsideRequest = false
    /// After the last plain request that was handed on none is read: it asked for an upgrade or is
    /// of HTTP/1.0, or its body could not be read.
    private var isLastRequest = false
    /// What still comes belongs to no request.
    private var isDeaf = false
    /// The head of an answer is out and its end is not.
    private var isInsideAnswer = false
    /// How much of the present body came after its answer.
    private var drained = 0
    private var clock: RequestClock
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
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
        connection: ConnectionLimits = ConnectionLimits(),
        limits: WebSocketLimits,
        counts: EdgeCounts = EdgeCounts(),
        outcome: EventLoopPromise<ConnectionKind>,
        logger: Logger
    ) throws {
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = http.maxHeaderFieldSize
        decoderLimits.maxHeaderListSize = http.maxHeaderListSize
        decoderLimits.maxHeaderFieldCount = http.maxHeaderFieldCount
        let parts = Parts(
            wire: WireWatch(
                targetBytesMax: http.maxHeaderFieldSize,
                limits: connection,
                counts: counts
            ),
            decoder: ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .forwardBytes,
                    limitConfiguration: decoderLimits
                )
            ),
            encoder: HTTPResponseEncoder(),
            versions: VersionWatch(),
            codec: HTTP1ToHTTPServerCodec(secure: false)
        )
        let gate = UpgradeGate(
            gatekeeper: gatekeeper,
            limits: limits,
            counts: counts,
            outcome: outcome,
            logger: logger,
            parts: parts,
            clock: RequestClock(limits: connection, at: channel.eventLoop.now),
            drainBytesMax: connection.drainBytesMax
        )
        try channel.pipeline.syncOperations.addHandlers(
            [parts.wire, parts.encoder, parts.decoder, parts.versions, parts.codec, gate]
        )
    }

    /// The HTTP handlers that go when the WebSocket comes.
    private struct Parts {
        let wire: WireWatch
        let decoder: ByteToMessageHandler<HTTPRequestDecoder>
        let encoder: HTTPResponseEncoder
        let versions: VersionWatch
        let codec: HTTP1ToHTTPServerCodec
    }

    private init(
        gatekeeper: any WebSocketGatekeeper,
        limits: WebSocketLimits,
        counts: EdgeCounts,
        outcome: EventLoopPromise<ConnectionKind>,
        logger: Logger,
        parts: Parts,
        clock: RequestClock,
        drainBytesMax: Int
    ) {
        self.gatekeeper = gatekeeper
        self.limits = limits
        self.counts = counts
        self.outcome = outcome
        self.logger = logger
        self.parts = parts
        self.clock = clock
        self.drainBytesMax = drainBytesMax
    }

    func handlerAdded(context: ChannelHandlerContext) {
        arm(context)
    }

    // MARK: - Deadlines

    /// Sets the timer where what is due now comes before it; what comes later is found when it
    /// fires, so that a connection that is used has one timer and not one a request.
    private func arm(_ context: ChannelHandlerContext) {
        guard let due = clock.due?.at else { return }
        if let timer {
            guard due < timer.at else { return }
            timer.task.cancel()
        }
        let me = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: due) {
            let (gate, context) = me.value
            gate.timer = nil
            guard let due = gate.clock.due else { return }
            guard due.at <= context.eventLoop.now else { return gate.arm(context) }
            gate.endLate(due.late, context)
        }
        timer = (task, due)
    }

    private func disarm() {
        timer?.task.cancel()
        timer = nil
    }

    private func endLate(_ late: RequestClock.Late, _ context: ChannelHandlerContext) {
        switch late {
        case .nothingAsked: counts.note(.idle)
        case .header: counts.note(.headerLate)
        case .request: counts.note(.bodyLate)
        }
        switch state {
        case .fresh where late == .header, .plain where late == .header,
            .upgrading(_, ended: false):
            state = .unreadable(.tooSlow)
            goOnWhenReady(context)
        case .plain where late == .request && unanswered > 0 && !isInsideAnswer:
            // Somebody behind us waits for the body, and answers when told that none will come.
            isLastRequest = true
            isDeaf = true
            isInsideRequest = false
            clock.requestEnded()
            context.fireErrorCaught(RequestTooSlow())
        case .fresh, .plain:
            context.close(promise: nil)
        case .unreadable, .upgrading, .judging, .open, .ending:
            return
        }
    }

    // MARK: - Requests coming in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDeaf else { return }
        let part = unwrapInboundIn(data)
        note(part, context)
        switch (state, part) {
        case (.fresh, .head(let request)), (.plain, .head(let request)):
            if isLastRequest {
                isDeaf = true
            } else if request.asksForWebSocket, !parts.versions.isOld,
                gatekeeper.isEndpoint(request)
            {
                state = .upgrading(request, ended: false)
            } else {
                isLastRequest = request.stopsDecoder || parts.versions.isOld
                handOn(context, data)
            }
        case (.plain, .body(let bytes)), (.fresh, .body(let bytes)):
            context.fireChannelRead(data)
            if isInsideRequest, unanswered == 0 { drain(bytes.readableBytes, context) }
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

    private func note(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            clock.headArrived(at: context.eventLoop.now)
        case .body(let bytes):
            clock.bodyArrived(bytes.readableBytes)
        case .end:
            parts.wire.requestEnded()
            clock.requestEnded()
            if unanswered == 0 { clock.allAnswered(at: context.eventLoop.now) }
        }
        arm(context)
    }

    /// Part of a body whose answer is out: a little of it is read over, so that the connection stays
    /// good for the next request.
    private func drain(_ count: Int, _ context: ChannelHandlerContext) {
        drained += count
        guard drained > drainBytesMax else { return }
        counts.note(.drained)
        state = .ending
        linger(context)
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
        drained = 0
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
        case .head(var response):
            isInsideAnswer = true
            guard isLastRequest, unanswered == 1 else {
                return context.write(data, promise: promise)
            }
            response.headerFields[.connection] = "close"
            context.write(wrapOutboundOut(.head(response)), promise: promise)
        case .end:
            isInsideAnswer = false
            unanswered -= 1
            if isLastRequest, unanswered == 0, case .plain = state {
                return end(context, data, promise)
            }
            context.write(data, promise: promise)
            if unanswered == 0 {
                clock.allAnswered(at: context.eventLoop.now)
                arm(context)
            }
            goOnWhenReady(context)
        case .body:
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
        disarm()
        let pipeline = context.channel.pipeline.syncOperations
        do {
            // Right behind this gate: whatever Hummingbird left parked stays out of the way.
            try pipeline.addHandlers(
                [WebSocketHandler(session: session, limits: limits, counts: counts)],
                position: .after(self)
            )
        } catch {
            session.closed()
            return context.close(promise: nil)
        }
        outcome.succeed(.webSocket)
        if let connectionState { pipeline.removeHandler(connectionState, promise: nil) }
        pipeline.removeHandler(parts.encoder, promise: nil)
        pipeline.removeHandler(parts.codec, promise: nil)
        pipeline.removeHandler(parts.versions, promise: nil)
        pipeline.removeHandler(self, promise: nil)
        pipeline.removeHandler(parts.wire, promise: nil)
        // Last: it hands on the bytes that came behind the request.
        pipeline.removeHandler(parts.decoder, promise: nil)
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
        disarm()
        parts.wire.drain()
        guard !isPeerDone else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        let bound = context.loopBound
        context.eventLoop.scheduleTask(in: limits.closeWithin) {
            bound.value.close(promise: nil)
        }
    }

    // MARK: - The end

    func channelInactive(context: ChannelHandlerContext) {
        disarm()
        outcome.succeed(.closed)
        state = .ending
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // A connection that broke before it was active is never told that it is not; somebody
        // waits for this outcome all the same. One that stands already is kept.
        disarm()
        outcome.succeed(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Broken below HTTP: the connection ends by itself.
        guard !(error is IOError) else { return context.fireErrorCaught(error) }
        switch state {
        case .fresh, .upgrading, .judging:
            refuse(context, gatekeeper.answer(to: unreadable(error)))
        case .plain where isInsideRequest:
            // In the body of a request that somebody behind us is about to answer. The decoder reads
            // nothing after it.
            isLastRequest = true
            isDeaf = true
            isInsideRequest = false
            clock.requestEnded()
            context.fireErrorCaught(error)
            if unanswered == 0 {
                state = .ending
                linger(context)
            }
        case .plain where isLastRequest:
            // Nothing was to come.
            isDeaf = true
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
        guard case HTTPParserError.headerOverflow = error else {
            counts.note(.malformed)
            return .notHTTP
        }
        guard parts.wire.isTooLong else {
            counts.note(.headersTooLarge)
            return .headersTooLarge
        }
        counts.note(.targetTooLong)
        return .targetTooLong(beginning: parts.wire.beginning)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            gatekeeper.serverStops()
            if case .fresh = state { return context.close(promise: nil) }
        case is WireWatch.RequestBegan:
            clock.requestBegan(at: context.eventLoop.now)
            return arm(context)
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

/// Notices requests of HTTP/1.0: what comes behind the codec does not say.
private final class VersionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    /// Whether the last request was of HTTP/1.0, whose connections serve one (T30).
    private(set) var isOld = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { isOld = head.version == .http1_0 }
        context.fireChannelRead(data)
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
