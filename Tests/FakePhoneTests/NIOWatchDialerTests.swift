import FakePhone
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Testing

struct NIOWatchDialerTests {
    /// The longest wait of a test that is about to fail anyway.
    private let patience: Duration = .seconds(20)
    private let dialer = NIOWatchDialer(
        time: PhoneTime(ContinuousClock()),
        dice: Dice(seed: 1)
    )

    private func request(_ port: Int) throws -> WatchRequest {
        let server = try #require(
            ServerAddress("http://127.0.0.1:\(port)", name: "login-server")
        )
        return WatchRequest(
            server: server,
            path: "/attempt/events",
            cookie: "sl=1",
            origin: server.origin
        )
    }

    private func text(
        _ text: String,
        _ opcode: WebSocketOpcode = .text,
        isLast: Bool = true
    ) -> WebSocketFrame {
        WebSocketFrame(fin: isLast, opcode: opcode, data: ByteBuffer(string: text))
    }

    @Test func `a websocket delivers the state, answers a ping and tells the close code`()
        async throws
    {
        let frames = [
            text(#"{"type":"created","seq":1,"expires_in":120}"#),
            text(#"{"type":"scan"#, isLast: false),
            text(#"ned","seq":2,"expires_in":60}"#, .continuation),
            text("hello"),
            text("are you there", .ping),
        ]
        try await WatchServer.with(.webSocket(frames)) { server in
            let watch = try await dialer.openWebSocket(try request(server.port))
            let created = Push(state: .created, seq: 1, expiresInSeconds: 120)
            let scanned = Push(state: .scanned, seq: 2, expiresInSeconds: 60)
            #expect(await watch.next(within: patience) == .push(created))
            #expect(await watch.next(within: patience) == .push(scanned))
            #expect(await watch.next(within: patience) == .nonsense("hello"))
            #expect(await watch.next(within: patience) == .closed(code: 4001))
            #expect(await watch.next(within: patience) == .closed(code: 4001))
            #expect(server.frames.first == "pong:are you there:true")
            #expect(server.headers["Origin"] == ["http://127.0.0.1:\(server.port)"])
            #expect(server.headers["Cookie"] == ["sl=1"])
            await watch.close()
        }
    }

    @Test func `a refused websocket tells status and body`() async throws {
        try await WatchServer.with(
            .answer(.forbidden, type: "application/json", body: "{}", closes: true)
        ) { server in
            _ = await #expect(throws: WatchError.refused(status: 403, body: Array("{}".utf8))) {
                _ = try await dialer.openWebSocket(try request(server.port))
            }
        }
    }

    @Test func `an event stream delivers each event and its end`() async throws {
        let body = """
            : hello

            id: 1
            data: {"type":"created","seq":1,"expires_in":120}

            id: 2
            data: {"type":"cancelled","seq":2,"expires_in":0}


            """
        try await WatchServer.with(
            .answer(.ok, type: "text/event-stream", body: body, closes: true)
        ) { server in
            let watch = try await dialer.openEventStream(try request(server.port))
            let created = Push(state: .created, seq: 1, expiresInSeconds: 120)
            let cancelled = Push(state: .cancelled, seq: 2, expiresInSeconds: 0)
            #expect(await watch.next(within: patience) == .push(created))
            #expect(await watch.next(within: patience) == .push(cancelled))
            #expect(await watch.next(within: patience) == .closed(code: nil))
            #expect(server.headers["Accept"] == ["text/event-stream"])
            await watch.close()
        }
    }

    @Test func `an event stream that is refused tells status and body`() async throws {
        try await WatchServer.with(
            .answer(.forbidden, type: "application/json", body: "no", closes: true)
        ) { server in
            _ = await #expect(throws: WatchError.refused(status: 403, body: Array("no".utf8))) {
                _ = try await dialer.openEventStream(try request(server.port))
            }
        }
    }

    @Test func `a server that is not there is unreachable`() async throws {
        let port = try await WatchServer.with(.webSocket([])) { $0.port }
        await #expect(throws: WatchError.unreachable("no connection")) {
            _ = try await dialer.openWebSocket(try request(port))
        }
    }

    @Test func `a server that takes the connection and says nothing is left`() async throws {
        let dialer = NIOWatchDialer(
            group: MultiThreadedEventLoopGroup.singleton,
            time: PhoneTime(ContinuousClock()),
            dice: Dice(seed: 1),
            answerTimeout: .milliseconds(20)
        )
        try await WatchServer.with(.silence) { server in
            let request = try request(server.port)
            let why = WatchError.unreachable("the connection ended before an answer")
            await #expect(throws: why) { _ = try await dialer.openWebSocket(request) }
            await #expect(throws: why) { _ = try await dialer.openEventStream(request) }
        }
    }

    @Test func `a quiet watch gives nothing when patience ends`() async throws {
        try await WatchServer.with(.webSocket([])) { server in
            let watch = try await dialer.openWebSocket(try request(server.port))
            #expect(await watch.next(within: .milliseconds(1)) == nil)
            await watch.close()
            #expect(await watch.next(within: patience) == .closed(code: nil))
        }
    }
}
