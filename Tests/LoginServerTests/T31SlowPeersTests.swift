import HTTPTypes
import HummingbirdCore
import Logging
import LoginServer
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import WebSocketUpgrade

/// Peers that take their time: with a header, with a body, with reading.
@Suite(.timeLimit(.minutes(10))) struct T31SlowPeersTests {
    // MARK: - The clock of one request

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func due(_ clock: RequestClock) -> TimeAmount? {
        clock.due.map { $0.at - Self.start }
    }

    @Test func `T31 a header has ten seconds from the connection's beginning, whatever comes`() {
        var clock = RequestClock(limits: ConnectionLimits(), at: Self.start)
        #expect(due(clock) == .seconds(10))
        for second in 1...9 {
            clock.requestBegan(at: Self.start + .seconds(Int64(second)))
            #expect(due(clock) == .seconds(10))
        }
    }

    @Test func `T31 a later header has ten seconds from its first byte, and thirty to begin`() {
        var clock = RequestClock(limits: ConnectionLimits(), at: Self.start)
        clock.headArrived(at: Self.start + .seconds(1))
        clock.requestEnded()
        #expect(due(clock) == nil)
        clock.allAnswered(at: Self.start + .seconds(40))
        #expect(due(clock) == .seconds(70))
        clock.requestBegan(at: Self.start + .seconds(69))
        #expect(due(clock) == .seconds(79))
        clock.requestBegan(at: Self.start + .seconds(78))
        #expect(due(clock) == .seconds(79))
    }

    @Test func `T31 a request has fifteen seconds, and no byte renews them`() {
        var clock = RequestClock(limits: ConnectionLimits(), at: Self.start)
        clock.requestBegan(at: Self.start + .seconds(9))
        clock.headArrived(at: Self.start + .seconds(9))
        clock.bodyArrived(2600)
        #expect(due(clock) == .milliseconds(14_200))
        clock.bodyArrived(1_000_000)
        #expect(due(clock) == .seconds(15))
    }

    @Test func `T31 a body has five seconds, and then comes with 500 bytes a second`() {
        var clock = RequestClock(limits: ConnectionLimits(), at: Self.start)
        clock.headArrived(at: Self.start)
        #expect(due(clock) == .seconds(5))
        clock.bodyArrived(2500)
        #expect(due(clock) == .seconds(5))
        clock.bodyArrived(1)
        #expect(due(clock) == .milliseconds(5002))
        clock.requestEnded()
        #expect(due(clock) == nil)
    }

    @Test func `T31 an answer before the body's end does not stop the clock`() {
        var clock = RequestClock(limits: ConnectionLimits(), at: Self.start)
        clock.headArrived(at: Self.start)
        clock.allAnswered(at: Self.start + .seconds(1))
        #expect(due(clock) == .seconds(5))
    }

    @Test func `T31 the numbers are those of the threat model`() {
        let limits = ConnectionLimits()
        #expect(limits.header == .seconds(10))
        #expect(limits.request == .seconds(15))
        #expect(limits.bodyBytesPerSecondMin == 500)
        #expect(limits.bodyGrace == .seconds(5))
        #expect(limits.idle == .seconds(30))
        #expect(limits.stall == .seconds(10))
        #expect(WebSocketLimits().stall == .seconds(10))
    }

    // MARK: - A connection, on an event loop whose clock the test moves

    private final class Connection {
        let channel = EmbeddedChannel()
        let counts = EdgeCounts()
        private let outcome: EventLoopPromise<ConnectionKind>

        init() throws {
            outcome = channel.eventLoop.makePromise()
            try UpgradeGate.install(
                on: channel,
                gatekeeper: Door(),
                http: HTTP1Channel.Configuration.DecoderConfiguration(),
                limits: WebSocketLimits(),
                counts: counts,
                outcome: outcome,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try channel.pipeline.syncOperations.addHandler(Halves(), position: .first)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        /// What the embedded channel does not know: a connection of which one half is closed.
        private final class Halves: ChannelOutboundHandler {
            typealias OutboundIn = Never

            func close(
                context: ChannelHandlerContext,
                mode: CloseMode,
                promise: EventLoopPromise<Void>?
            ) {
                guard mode == .output else { return context.close(mode: mode, promise: promise) }
                promise?.succeed()
            }
        }

        deinit {
            outcome.fail(ChannelError.ioOnClosedChannel)
        }

        func hear(_ text: String) {
            _ = try? channel.writeInbound(ByteBuffer(string: text))
        }

        func pass(_ time: TimeAmount) {
            channel.embeddedEventLoop.advanceTime(by: time)
        }

        func sent() throws -> String {
            var text = ""
            while let bytes: ByteBuffer = try channel.readOutbound() {
                text += String(buffer: bytes)
            }
            return text
        }

        private struct Door: WebSocketGatekeeper {
            func isEndpoint(_ request: HTTPRequest) -> Bool { true }

            func judge(_ request: HTTPRequest, on channel: any Channel) async -> WebSocketVerdict {
                .refuse(answer(to: .badUpgrade))
            }

            func answer(to unreadable: UnreadableRequest) -> UpgradeRefusal {
                let status: HTTPResponse.Status =
                    unreadable == .tooSlow ? .requestTimeout : .badRequest
                return UpgradeRefusal(response: HTTPResponse(status: status), body: [])
            }

            func serverStops() {}
        }
    }

    private static let instant = TimeAmount.nanoseconds(1)

    @Test func `T31 a connection on which nothing comes is closed after ten seconds, unanswered`()
        throws
    {
        let connection = try Connection()
        connection.pass(.seconds(10) - Self.instant)
        #expect(connection.channel.isActive)
        connection.pass(Self.instant)
        #expect(!connection.channel.isActive)
        #expect(try connection.sent().isEmpty)
        #expect(connection.counts[.idle] == 1)
    }

    @Test func `T31 a header that trickles is 408 after ten seconds`() throws {
        let connection = try Connection()
        for letter in "GET / HTT" {
            connection.hear(String(letter))
            connection.pass(.seconds(1))
        }
        connection.pass(.seconds(1) - Self.instant)
        #expect(try connection.sent().isEmpty)
        connection.pass(Self.instant)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(connection.counts[.headerLate] == 1)
        connection.pass(.seconds(2))
        #expect(!connection.channel.isActive)
    }

    @Test func `T31 header fields without end are 408 after ten seconds`() throws {
        let connection = try Connection()
        connection.hear("GET / HTTP/1.1\r\n")
        for number in 0..<9 {
            connection.hear("X-\(number): 1\r\n")
            connection.pass(.seconds(1))
        }
        #expect(try connection.sent().isEmpty)
        connection.pass(.seconds(1))
        #expect(try connection.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `T31 a handshake whose body does not come is 408`() throws {
        let connection = try Connection()
        connection.hear(
            """
            GET /x HTTP/1.1\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Content-Length: 5\r
            \r

            """
        )
        connection.pass(.seconds(5) - Self.instant)
        #expect(try connection.sent().isEmpty)
        connection.pass(Self.instant)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 408 "))
        #expect(connection.counts[.bodyLate] == 1)
    }

    @Test func `T31 after a last answer a peer may send 64 KiB more, and then is cut`() throws {
        let connection = try Connection()
        connection.hear("HELLO\r\n\r\n")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 400 "))
        for _ in 0..<64 { connection.hear(String(repeating: "x", count: 1024)) }
        #expect(connection.channel.isActive)
        connection.hear("x")
        #expect(!connection.channel.isActive)
    }

    // MARK: - A peer that does not read

    /// Lets nothing out: a peer whose window is full.
    private final class ClosedTap: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private(set) var held: [EventLoopPromise<Void>] = []

        func write(
            context: ChannelHandlerContext,
            data: NIOAny,
            promise: EventLoopPromise<Void>?
        ) {
            if let promise { held.append(promise) }
        }

        func letGo() {
            for promise in held { promise.succeed() }
            held = []
        }
    }

    private func watched() throws -> (EmbeddedChannel, ClosedTap, EdgeCounts) {
        let (tap, counts) = (ClosedTap(), EdgeCounts())
        let watch = WireWatch(targetBytesMax: 8192, limits: ConnectionLimits(), counts: counts)
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([tap, watch])
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        return (channel, tap, counts)
    }

    @Test func `T31 a peer that reads nothing for ten seconds is cut`() throws {
        let (channel, tap, counts) = try watched()
        channel.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(10) - Self.instant)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: Self.instant)
        #expect(!channel.isActive)
        #expect(counts[.stalled] == 1)
        tap.letGo()
    }

    @Test func `T31 a peer that reads in the end stays`() throws {
        let (channel, tap, counts) = try watched()
        for _ in 0..<3 {
            channel.writeAndFlush(ByteBuffer(string: "answer"), promise: nil)
            channel.embeddedEventLoop.advanceTime(by: .seconds(9))
            tap.letGo()
            channel.embeddedEventLoop.advanceTime(by: .seconds(60))
            #expect(channel.isActive)
        }
        #expect(counts[.stalled] == 0)
    }

    // MARK: - On real sockets, with short limits

    /// The server's own clock runs here: what is waited for is the end of a connection, not a time.
    private func hurried(
        _ change: (inout ConnectionLimits) -> Void,
        _ body: (EdgeStage) async throws -> Void
    ) async throws {
        try await EdgeStage.with {
            $0.limits.connection.bodyGrace = .milliseconds(100)
            change(&$0.limits.connection)
        } _: { stage async throws in
            try await body(stage)
        }
    }

    @Test(arguments: ["Content-Length: 20", "Transfer-Encoding: chunked"])
    func `T31 a body that does not come is 408 in the envelope, and the connection ends`(
        field: String
    ) async throws {
        try await hurried { _ in
        } _: { stage async throws in
            let rows = stage.everything
            let wire = try await stage.wire()
            try await wire.send(
                "POST /mp/session HTTP/1.1\r\nHost: login.example\r\n\(field)\r\n\r\n"
            )
            let answer = try await wire.answer()
            #expect(answer.status == 408)
            #expect(answer.error == "too_slow")
            #expect(answer["Connection"] == "close")
            #expect(answer["Content-Security-Policy"] != nil)
            #expect(try await wire.end() == [])
            #expect(stage.gauges.counts[.bodyLate] == 1)
            #expect(stage.everything == rows)
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }

    @Test func `T31 a second request whose header is late gets its 408 after the first's answer`()
        async throws
    {
        try await hurried {
            $0.header = .seconds(1)
        } _: { stage async throws in
            let wire = try await stage.wire()
            let first = try await wire.exchange(Call("GET", "/session"), host: stage.host)
            #expect(first.status == 401)
            try await wire.send("GET /session HT")
            let late = try await wire.answer()
            #expect(late.status == 408)
            #expect(late.error == "too_slow")
            #expect(try await wire.end() == [])
            #expect(stage.gauges.counts[.headerLate] == 1)
        }
    }

    @Test func `T31 a kept connection that asks nothing more is closed without a word`()
        async throws
    {
        try await hurried {
            $0.idle = .milliseconds(100)
        } _: { stage async throws in
            let wire = try await stage.wire()
            let first = try await wire.exchange(Call("GET", "/session"), host: stage.host)
            #expect(first.status == 401)
            #expect(try await wire.end() == [])
            #expect(stage.gauges.counts[.idle] == 1)
        }
    }

    @Test func `T31 who waits for an answer is not late`() async throws {
        try await hurried {
            $0.idle = .milliseconds(50)
        } _: { stage async throws in
            let browser = Browser(stage)
            _ = try await browser.open()
            // A connection that is idle at the same time, and later, has its end first.
            let poll = Task { try await browser.get("/attempt?after=1&wait=25") }
            let stream = try await browser.stream()
            #expect(try await stream.event().contains("created"))
            await stage.time.sleepers(atLeast: 3)
            let idle = try await stage.wire()
            let asked = try await idle.exchange(Call("GET", "/session"), host: stage.host)
            #expect(asked.status == 401)
            #expect(try await idle.end() == [])
            stage.time.advance(by: .seconds(25))
            #expect(try await poll.value.status == 200)
            #expect(try await stream.event().hasPrefix(":"))
        }
    }

    @Test func `T31 an answer before the body does not keep its sender for ever`() async throws {
        try await hurried { _ in
        } _: { stage async throws in
            let wire = try await stage.wire()
            try await wire.send(
                "POST /nothing HTTP/1.1\r\nHost: login.example\r\nContent-Length: 20\r\n\r\n"
            )
            #expect(try await wire.answer().status == 404)
            #expect(try await wire.end() == [])
            #expect(stage.gauges.counts[.bodyLate] == 1)
        }
    }

    @Test func `T31 a peer that asks and does not read is cut, and others are served`()
        async throws
    {
        try await hurried {
            $0.stall = .milliseconds(200)
        } _: { stage async throws in
            let deaf = try await stage.wire(from: "127.0.0.7")
            try await deaf.stopReading()
            let call = Call("GET", "/login").bytes(to: stage.host)
            let many = (0..<200).flatMap { _ in call }
            let asking = Task {
                while true { try await deaf.send(many) }
            }
            #expect(await stage.eventually { stage.gauges.counts[.stalled] == 1 })
            #expect(await stage.eventually { stage.gauges.connections.total == 0 })
            asking.cancel()
            await deaf.close()
            _ = await asking.result
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }
}
