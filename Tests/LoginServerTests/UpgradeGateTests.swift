import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import WebSocketUpgrade

/// The gate between HTTP and WebSocket, on an event loop whose clock the test moves.
@Suite struct UpgradeGateTests {
    /// Lets nobody in.
    private struct Wall: WebSocketGatekeeper {
        func isEndpoint(_ request: HTTPRequest) -> Bool { false }

        func judge(_ request: HTTPRequest, on channel: any Channel) async -> WebSocketVerdict {
            .refuse(answer(to: .badUpgrade))
        }

        func answer(to unreadable: UnreadableRequest) -> UpgradeRefusal {
            UpgradeRefusal(response: HTTPResponse(status: .badRequest), body: [])
        }

        func serverStops() {}
    }

    /// A connection with its gate, and what has become of it.
    private final class Connection {
        let channel = EmbeddedChannel()
        let outcome: EventLoopPromise<ConnectionKind>
        private let found = Found()

        private final class Found: Sendable {
            let kind = Mutex<String?>(nil)
        }

        private let halves = Halves()

        /// Whether our half is closed.
        var isHalfClosed: Bool { halves.isOutputClosed }

        /// What the embedded channel does not know: a connection of which one half is closed.
        private final class Halves: ChannelOutboundHandler {
            typealias OutboundIn = Never

            private(set) var isOutputClosed = false

            func close(
                context: ChannelHandlerContext,
                mode: CloseMode,
                promise: EventLoopPromise<Void>?
            ) {
                guard mode == .output else { return context.close(mode: mode, promise: promise) }
                isOutputClosed = true
                promise?.succeed()
            }
        }

        /// What somebody waits for: closed, http, webSocket; nil as long as it is open.
        var kind: String? { found.kind.withLock { $0 } }

        init() throws {
            outcome = channel.eventLoop.makePromise()
            try UpgradeGate.install(
                on: channel,
                gatekeeper: Wall(),
                http: HTTP1Channel.Configuration.DecoderConfiguration(),
                limits: WebSocketLimits(),
                outcome: outcome,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try channel.pipeline.syncOperations.addHandler(halves, position: .first)
            outcome.futureResult.whenComplete { [found] result in
                found.kind.withLock { $0 = "\(result)" }
            }
        }

        deinit {
            // Nothing that a test forgets is left over.
            outcome.fail(ChannelError.ioOnClosedChannel)
        }

        func activate() throws {
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        func hear(_ text: String) {
            _ = try? channel.writeInbound(ByteBuffer(string: text))
        }

        /// Everything that went out.
        func sent() throws -> String {
            var text = ""
            while let bytes: ByteBuffer = try channel.readOutbound() {
                text += String(buffer: bytes)
            }
            return text
        }
    }

    @Test func `a connection that breaks before it is active keeps nobody waiting`() throws {
        let connection = try Connection()
        // Such a channel is taken apart without a word to its handlers but this one.
        let pipeline = connection.channel.pipeline.syncOperations
        pipeline.removeHandler(try pipeline.handler(type: UpgradeGate.self), promise: nil)
        connection.channel.embeddedEventLoop.run()
        #expect(connection.kind?.contains("closed") == true)
    }

    @Test func `a peer that is refused has two seconds to read why`() throws {
        let connection = try Connection()
        try connection.activate()
        connection.hear("HELLO\r\n\r\n")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(connection.isHalfClosed)
        connection.channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1_999_999_999))
        // What it still has to say is read over.
        connection.hear(String(repeating: "more\r\n", count: 1000))
        #expect(connection.channel.isActive)
        #expect(try connection.sent().isEmpty)
        connection.channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(!connection.channel.isActive)
        #expect(connection.kind?.contains("closed") == true)
    }

    @Test func `a peer that is refused and says goodbye is let go at once`() throws {
        let connection = try Connection()
        try connection.activate()
        connection.hear("HELLO\r\n\r\n")
        #expect(connection.channel.isActive)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!connection.channel.isActive)
    }

    // MARK: - A handshake under judgement

    /// Takes its time, and then lets everybody in.
    private final class Ponderer: WebSocketGatekeeper {
        let hasAsked = Signal()
        let mayAnswer = Signal()
        let session = Session()

        func isEndpoint(_ request: HTTPRequest) -> Bool { true }

        func judge(_ request: HTTPRequest, on channel: any Channel) async -> WebSocketVerdict {
            hasAsked.fire()
            await mayAnswer.wait()
            return .accept(session)
        }

        func answer(to unreadable: UnreadableRequest) -> UpgradeRefusal {
            UpgradeRefusal(response: HTTPResponse(status: .badRequest), body: [])
        }

        func serverStops() {}
    }

    private final class Session: WebSocketSession {
        let heard = Mutex<[String]>([])
        let isOver = Signal()

        func opened(_ socket: WebSocket) {
            heard.withLock { $0.append("opened") }
        }

        func closed() {
            heard.withLock { $0.append("closed") }
            isOver.fire()
        }
    }

    /// Something that happens once, and whoever waits for it.
    private final class Signal: Sendable {
        private let stream: AsyncStream<Void>
        private let feed: AsyncStream<Void>.Continuation

        init() {
            (stream, feed) = AsyncStream.makeStream(of: Void.self)
        }

        func fire() {
            feed.finish()
        }

        func wait() async {
            for await _ in stream {}
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a peer that leaves while it is judged is not let in`() async throws {
        let channel = NIOAsyncTestingChannel()
        let ponderer = Ponderer()
        let outcome = channel.eventLoop.makePromise(of: ConnectionKind.self)
        try await channel.testingEventLoop.executeInContext {
            try UpgradeGate.install(
                on: channel,
                gatekeeper: ponderer,
                http: HTTP1Channel.Configuration.DecoderConfiguration(),
                limits: WebSocketLimits(),
                outcome: outcome,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).get()
        let handshake = """
            GET /attempt/events HTTP/1.1\r
            Host: login.example\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r

            """
        try await channel.writeInbound(ByteBuffer(string: handshake))
        await ponderer.hasAsked.wait()
        try await channel.testingEventLoop.executeInContext {
            channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        ponderer.mayAnswer.fire()
        await ponderer.session.isOver.wait()
        let kind = try await outcome.futureResult.get()
        guard case .closed = kind else {
            Issue.record("\(kind)")
            return
        }
        #expect(ponderer.session.heard.withLock { $0 } == ["closed"])
        #expect(try await channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `a server that stops closes a connection that has not asked for anything`() throws {
        let connection = try Connection()
        try connection.activate()
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!connection.channel.isActive)
        #expect(connection.kind?.contains("closed") == true)
    }
}
