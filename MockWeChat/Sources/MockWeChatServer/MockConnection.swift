import MockWeChatWorld
import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection: collects a request, has it answered, sends the answer or breaks off.
///
/// NIO's pipeline handler in front of it holds back the next request until this answer has gone out.
final class MockConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Nothing has come. A head leads to `collecting`, a head that is refused to `refused`.
        case idle
        /// The body comes. Its end leads to `answering`, too much of it to `refused`.
        case collecting(HTTPRequestHead, ByteBuffer)
        /// The answer is being made. When it is sent, `idle` again.
        case answering
        /// Answered before the request was whole; what still comes is thrown away, then it closes.
        case refused
    }

    private let responder: MockResponder
    private let callerIP: String
    private let isEncrypted: Bool
    private let isForWeChatInClear: Bool
    private let isProxy: Bool
    private var state = State.idle
    /// An answer, or the next byte of one, that waits for its time.
    private var pause: Scheduled<Void>?
    private var lastDate: (second: Int64, text: String)?

    /// - Parameters:
    ///   - responder: Answers.
    ///   - callerIP: Whose connection it is.
    ///   - isEncrypted: Whether it came through TLS.
    ///   - isForWeChatInClear: Whether it came through a tunnel to WeChat's name, without TLS.
    ///   - isProxy: Whether requests for other hosts may come, to be refused.
    init(
        responder: MockResponder,
        callerIP: String,
        isEncrypted: Bool,
        isForWeChatInClear: Bool,
        isProxy: Bool
    ) {
        self.responder = responder
        self.callerIP = callerIP
        self.isEncrypted = isEncrypted
        self.isForWeChatInClear = isForWeChatInClear
        self.isProxy = isProxy
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(var part): collect(&part, context)
        case .end: end(context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Reset by the caller, or bytes that are no TLS: there is nobody to tell.
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            switch state {
            case .answering: break
            case .idle, .collecting, .refused: context.close(promise: nil)
            }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: - Reading

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.method != .CONNECT else {
            refuse(.notAProxy, head, context)
            return
        }
        let limit = responder.bodyBytesMax(target: Self.target(of: head).0)
        if let text = head.headers.first(name: "content-length"), let count = Int(text),
            count > limit
        {
            refuse(.tooLarge("a body of at most \(limit) bytes"), head, context)
            return
        }
        if head.headers[canonicalForm: "expect"].contains("100-continue") {
            let permission = HTTPResponseHead(version: head.version, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(permission)), promise: nil)
        }
        state = .collecting(head, ByteBuffer())
    }

    private func collect(_ part: inout ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .collecting(let head, var body) = state else { return }
        // Only one owner, so that the body grows in place.
        state = .answering
        let limit = responder.bodyBytesMax(target: Self.target(of: head).0)
        guard body.readableBytes + part.readableBytes <= limit else {
            refuse(.tooLarge("a body of at most \(limit) bytes"), head, context)
            return
        }
        if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        state = .collecting(head, body)
    }

    private func end(_ context: ChannelHandlerContext) {
        guard case .collecting(let head, let body) = state else { return }
        state = .answering
        let (target, authority) = Self.target(of: head)
        if isProxy, let authority, !isServed(authority, context) {
            let why = "this proxy leads to \(WeChatHost.name) only, not to \(authority)\n"
            let type = "text/plain; charset=utf-8"
            answer(MockReply(403, type: type, Array(why.utf8)), to: head, context)
            return
        }
        let isForWeChat = authority.map { WeChatHost.isNamed(by: $0, port: "80") } ?? false
        let request = MockRequest(
            method: head.method,
            target: target,
            headers: head.headers,
            body: body,
            callerIP: callerIP,
            isEncrypted: isEncrypted,
            isForWeChatInClear: isForWeChatInClear || (isForWeChat && !isEncrypted)
        )
        guard request.isControl else {
            answer(responder.respond(to: request), to: head, context)
            return
        }
        // Reading a screenshot or writing out a journal takes long; the loop serves others meanwhile.
        let responder = responder
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) {
            responder.control.respond(to: request)
        }.flatMap { answer in
            let (connection, context) = bound.value
            if case .errand(let call) = answer {
                return connection.responder.line.send(call, for: context.channel)
            }
            return context.eventLoop.makeSucceededFuture(answer.reply)
        }.whenComplete { result in
            let (connection, context) = bound.value
            switch result {
            case .success(let reply): connection.answer(reply, to: head, context)
            case .failure: context.close(promise: nil)
            }
        }
    }

    /// Proxies get `http://host/path` (RFC 9112, section 3.2.2): the path of it, and whom it is for.
    private static func target(of head: HTTPRequestHead) -> (String, authority: Substring?) {
        let scheme = "http://"
        guard head.uri.hasPrefix(scheme) else { return (head.uri, nil) }
        let rest = head.uri.dropFirst(scheme.utf8.count)
        let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let path = rest[slash...]
        return (path.hasPrefix("/") ? String(path) : "/" + path, rest[..<slash])
    }

    /// Whether the proxy answers for an authority: WeChat's name, or the mock's own address.
    ///
    /// Callers with a proxy in their environment reach the control plane through it too.
    private func isServed(_ authority: Substring, _ context: ChannelHandlerContext) -> Bool {
        if WeChatHost.isNamed(by: authority, port: "80") { return true }
        var own = ["localhost", "127.0.0.1"]
        if let dialled = context.channel.localAddress?.ipAddress { own.append(dialled) }
        return own.contains { host in
            authority == host || authority.hasPrefix("\(host):") || authority.hasPrefix("[\(host)]")
        }
    }

    // MARK: - Answering

    private func refuse(
        _ error: ControlError,
        _ head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        state = .refused
        var reply = ControlAnswer.refusal(error).reply
        if case .tooLarge = error, !Self.target(of: head).0.hasPrefix("/_mock/") {
            reply.body = WeChatGate.tooLarge
        }
        send(reply, to: head, keepAlive: false, context)
    }

    private func answer(
        _ reply: MockReply,
        to head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        guard reply.delayMilliseconds > 0 else {
            sendOrCut(reply, to: head, context)
            return
        }
        after(reply.delayMilliseconds, context) { connection, context in
            connection.sendOrCut(reply, to: head, context)
        }
    }

    /// Does something after so much real time, unless the connection has closed by then.
    private func after(
        _ milliseconds: Int,
        _ context: ChannelHandlerContext,
        _ action: @escaping @Sendable (MockConnection, ChannelHandlerContext) -> Void
    ) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pause = context.eventLoop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            let (connection, context) = bound.value
            connection.pause = nil
            action(connection, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // An answer that is due in ten minutes must not keep the connection's memory so long.
        pause?.cancel()
        pause = nil
        context.fireChannelInactive()
    }

    private func sendOrCut(
        _ reply: MockReply,
        to head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        switch reply.cut {
        case nil where reply.flow != nil && head.method != .HEAD:
            beginFlow(reply, to: head, context)
        case nil: send(reply, to: head, keepAlive: head.isKeepAlive, context)
        case .beforeHeaders: context.close(promise: nil)
        case .midBody: sendHalf(reply, to: head, context)
        case .reset: reset(context)
        }
    }

    private func send(
        _ reply: MockReply,
        to head: HTTPRequestHead,
        keepAlive: Bool,
        _ context: ChannelHandlerContext
    ) {
        let answer = responseHead(reply, version: head.version, keepAlive: keepAlive)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD, reply.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(reply.body))), promise: nil)
        }
        if case .answering = state { state = .idle }
        if keepAlive {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } else {
            let channel = context.channel
            let isWhole = if case .refused = state { false } else { true }
            context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
                if isWhole {
                    channel.close(mode: .all, promise: nil)
                } else {
                    Self.closeLingering(channel)
                }
            }
        }
    }

    /// Says that no more comes, and goes on reading for a while what the caller still sends.
    ///
    /// Closed at once, the caller's next bytes would be answered with RST, which can overtake the answer.
    private static func closeLingering(_ channel: any Channel) {
        channel.close(mode: .output, promise: nil)
        let patience = channel.eventLoop.scheduleTask(in: MockWeChatLimits.lingering) {
            channel.close(mode: .all, promise: nil)
        }
        channel.closeFuture.whenComplete { _ in patience.cancel() }
    }

    private func sendHalf(
        _ reply: MockReply,
        to head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var body = reply.body
        let answer = responseHead(reply, version: head.version, keepAlive: true)
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        let half = body.readSlice(length: body.readableBytes / 2) ?? ByteBuffer()
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(half)))).whenComplete { _ in
            channel.close(mode: .all, promise: nil)
        }
    }

    // MARK: - Bodies that take their time

    /// Sends the head, and lets the body follow; the connection closes when it is out.
    private func beginFlow(
        _ reply: MockReply,
        to head: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        let answer = responseHead(reply, version: head.version, keepAlive: false)
        context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
        flow(reply.body, padding: reply.contentLength - reply.body.readableBytes, reply, context)
    }

    /// The next part of a body; `padding` is how many spaces come after `rest`.
    private func flow(
        _ rest: ByteBuffer,
        padding: Int,
        _ reply: MockReply,
        _ context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        guard rest.readableBytes + padding > 0 else { return finish(context) }
        guard case .trickle(let milliseconds) = reply.flow else {
            let spaces = rest.readableBytes > 0 ? 0 : min(padding, MockWeChatLimits.paddingBytes)
            let part =
                rest.readableBytes > 0 ? rest : ByteBuffer(repeating: 0x20, count: spaces)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            // The next part only when this one has left, so that little is held in memory.
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenSuccess {
                let (connection, context) = bound.value
                connection.flow(ByteBuffer(), padding: padding - spaces, reply, context)
            }
            return
        }
        after(milliseconds, context) { connection, context in
            var rest = rest
            let byte = rest.readSlice(length: 1) ?? ByteBuffer()
            let part = connection.wrapOutboundOut(.body(.byteBuffer(byte)))
            context.writeAndFlush(part, promise: nil)
            connection.flow(rest, padding: padding, reply, context)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        if case .answering = state { state = .idle }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            channel.close(mode: .all, promise: nil)
        }
    }

    /// Lingering for no time makes close send RST (POSIX, SO_LINGER).
    private func reset(_ context: ChannelHandlerContext) {
        let channel = context.channel
        guard let socket = channel as? any SocketOptionProvider else {
            channel.close(promise: nil)
            return
        }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            .whenComplete { _ in channel.close(mode: .all, promise: nil) }
    }

    /// The text of `Date`; a connection asks for the same second many times.
    private func httpDate(_ date: Moment) -> String {
        if let lastDate, lastDate.second == date.seconds { return lastDate.text }
        let text = date.httpDate
        lastDate = (date.seconds, text)
        return text
    }

    private func responseHead(
        _ reply: MockReply,
        version: HTTPVersion,
        keepAlive: Bool
    ) -> HTTPResponseHead {
        var headers = HTTPHeaders()
        headers.reserveCapacity(reply.fields.count + 3)
        for field in reply.fields { headers.add(name: field.name, value: field.value) }
        headers.add(name: "Content-Length", value: String(reply.contentLength))
        if let date = reply.date { headers.add(name: "Date", value: httpDate(date)) }
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        return HTTPResponseHead(
            version: version,
            status: HTTPResponseStatus(statusCode: reply.status),
            headers: headers
        )
    }
}
