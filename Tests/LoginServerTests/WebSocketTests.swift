import LoginService
import TestSupport
import Testing

/// The push over a WebSocket, on real sockets.
@Suite struct WebSocketTests {
    @Test(arguments: ["created", "scanned", "confirmed", "cancelled", "expired", "superseded"])
    func `the first message is the present state`(state: String) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let tab = browser.copy()
            let phone = try await stage.phone("alice")
            stage.time.advance(by: .seconds(10))
            let wanted: String
            switch state {
            case "created":
                wanted = "created 1 110"
            case "scanned":
                _ = try await phone.scan(scene)
                stage.time.advance(by: .seconds(5))
                wanted = "scanned 2 55"
            case "confirmed":
                try await phone.agree(to: scene)
                wanted = "confirmed 3 170"
            case "cancelled":
                let nonce = try await phone.nonce(of: scene)
                _ = try await phone.cancel(scene, nonce)
                wanted = "cancelled 3 0"
            case "superseded":
                _ = try await browser.open()
                wanted = "superseded 2 0"
            default:
                // Nobody has written the end down yet; it counts all the same.
                stage.time.advance(by: .seconds(110))
                wanted = "expired 2 0"
            }
            let watch = try await tab.watch()
            #expect(try await watch.message() == wanted)
            if wanted.hasSuffix(" 0") {
                #expect(try await watch.frame().code == 1000)
                #expect(try await watch.farewell() == [])
                #expect(await stage.hasNoWatchers())
            }
        }
    }

    @Test func `each change comes once and in order, and the end closes with 1000`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            #expect(try await watch.message() == "scanned 2 60")
            // A rescan changes nothing that a browser is told.
            let again = try await phone.nonce(of: scene)
            #expect(again != nonce)
            stage.time.advance(by: .seconds(1))
            #expect(try await phone.confirm(scene, again).status == 200)
            #expect(try await phone.confirm(scene, again).status == 200)
            #expect(try await watch.message() == "confirmed 3 179")
            #expect(try await phone.cancel(scene, again).status == 200)
            #expect(try await watch.message() == "cancelled 4 0")
            #expect(try await watch.frame().code == 1000)
            #expect(try await watch.farewell() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    /// A browser whose watcher is registered and has not read the present state yet.
    private func withGate(
        _ body: (EdgeStage, Gate, Browser, _ scene: String) async throws -> Void
    ) async throws {
        let gate = Gate()
        try await EdgeStage.with {
            $0.store = { BentStore($0, gate: gate) }
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            // Which attempt it is, is read first; the present state is held.
            gate.close(after: 1)
            try await body(stage, gate, browser, scene)
        }
    }

    @Test func `what happens while a socket opens is told, and once`() async throws {
        try await withGate { stage, gate, browser, scene in
            let opening = Task { try await browser.watch() }
            await gate.holdsSomebody()
            _ = try await stage.phone("alice").scan(scene)
            gate.open()
            let watch = try await opening.value
            #expect(try await watch.message() == "scanned 2 60")
            _ = try await browser.post("/attempt/cancel")
            #expect(try await watch.message() == "cancelled 3 0")
            #expect(try await watch.frame().code == 1000)
        }
    }

    @Test func `what happens while an event stream opens is told, and once`() async throws {
        try await withGate { stage, gate, browser, scene in
            let opening = Task { try await browser.stream() }
            await gate.holdsSomebody()
            _ = try await stage.phone("alice").scan(scene)
            gate.open()
            let stream = try await opening.value
            #expect(try await stream.event().contains(#""seq":2,"type":"scanned""#))
            _ = try await browser.post("/attempt/cancel")
            #expect(try await stream.event().contains(#""seq":3,"type":"cancelled""#))
            #expect(try await stream.event() == "")
        }
    }

    @Test func `a newer socket of the same attempt replaces the older with 4001`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let first = try await browser.watch()
            #expect(try await first.message() == "created 1 120")
            let second = try await browser.watch()
            #expect(try await second.message() == "created 1 120")
            let end = try await first.frame()
            #expect(end.code == 4001)
            #expect(end.text.hasSuffix("replaced"))
            #expect(try await first.farewell() == [])
            // An event stream counts as the attempt's socket too, both ways.
            let stream = try await browser.stream()
            #expect(try await stream.event().contains("created"))
            #expect(try await second.frame().code == 4001)
            let third = try await browser.watch()
            #expect(try await third.message() == "created 1 120")
            #expect(try await stream.event() == "")
            _ = try await stage.phone("alice").scan(scene)
            #expect(try await third.message() == "scanned 2 60")
            #expect(stage.service.watchers.count == 1)
        }
    }

    @Test func `an upgrade may come on a connection that has served requests`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let wire = try await stage.wire()
            for _ in 0..<3 {
                let poll = try await wire.exchange(
                    Call("GET", "/attempt", browser.fields),
                    host: stage.host
                )
                #expect(poll.status == 200)
            }
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let upgrade = Call("GET", "/attempt/events", fields)
            #expect(try await wire.exchange(upgrade, host: stage.host).status == 101)
            let watch = PushSocket(wire: wire)
            #expect(try await watch.message() == "created 1 120")
            _ = try await stage.phone("alice").scan(scene)
            #expect(try await watch.message() == "scanned 2 60")
            try await watch.send(PushSocket.ping, Array("there?".utf8))
            #expect(
                try await watch.frame()
                    == PushSocket.Frame(first: PushSocket.pong, payload: Array("there?".utf8))
            )
            _ = try await browser.post("/attempt/cancel")
            #expect(try await watch.message() == "cancelled 3 0")
            #expect(try await watch.frame().code == 1000)
            #expect(try await watch.farewell() == [])
        }
    }

    @Test func `an upgrade waits for the answers before it`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let wire = try await stage.wire()
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let requests = [
                Call("GET", "/session", browser.fields), Call("GET", "/login", browser.fields),
                Call("GET", "/attempt/events", fields),
            ]
            try await wire.send(requests.flatMap { $0.bytes(to: stage.host) })
            #expect(try await wire.answer().status == 401)
            #expect(try await wire.answer().status == 200)
            #expect(try await wire.answer().status == 101)
            #expect(try await PushSocket(wire: wire).message() == "created 1 120")
        }
    }

    @Test func `frames that come right behind the handshake are read`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let wire = try await stage.wire()
            let fields =
                browser.fields + [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            let ping: [UInt8] = [0x89, 0x81, 0, 0, 0, 0, UInt8(ascii: "!")]
            try await wire.send(
                Call("GET", "/attempt/events", fields).bytes(to: stage.host) + ping
            )
            #expect(try await wire.answer().status == 101)
            var frames: [PushSocket.Frame] = []
            for _ in 0..<2 { frames.append(try await PushSocket(wire: wire).frame()) }
            #expect(Set(frames.map(\.first)) == [PushSocket.text, PushSocket.pong])
        }
    }

    @Test(arguments: [
        ("a body", [Call.Field("Content-Length", "2")], "{}"),
        ("no key", [], ""),
    ])
    func `a handshake that is none gets 400`(
        name: String,
        more: [Call.Field],
        body: String
    ) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let wire = try await stage.wire()
            let handshake = PushSocket.handshake.filter {
                name != "no key" || $0.name != "Sec-WebSocket-Key"
            }
            let fields = browser.fields + [Call.Field("Origin", stage.origin)] + handshake + more
            try await wire.send(Call("GET", "/attempt/events", fields).bytes(to: stage.host))
            try await wire.send(body)
            let answer = try await wire.answer()
            #expect(answer.status == 400)
            #expect(answer.error == "malformed")
            #expect(try await wire.end() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    @Test func `an upgrade anywhere else is a plain request`() async throws {
        try await EdgeStage.with { stage in
            let fields = [Call.Field("Origin", stage.origin)] + PushSocket.handshake
            for path in RouteTable.paths where path != "/attempt/events" {
                let answer = try await stage.send(Call("GET", path, fields))
                #expect(answer.status != 101, "\(path)")
                #expect(answer["Upgrade"] == nil, "\(path)")
            }
            let other = Call("GET", "/attempt/events", [Call.Field("Upgrade", "h2c")])
            #expect(try await stage.send(other).status == 403)
        }
    }

    // MARK: - What a peer may send

    private func watching(_ body: (EdgeStage, PushSocket) async throws -> Void) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            try await body(stage, watch)
        }
    }

    @Test func `a ping is answered with its own words`() async throws {
        try await watching { _, watch in
            for payload in [[], Array("hello".utf8), [UInt8](repeating: 7, count: 125)] {
                try await watch.send(PushSocket.ping, payload)
                let pong = PushSocket.Frame(first: PushSocket.pong, payload: payload)
                #expect(try await watch.frame() == pong)
            }
        }
    }

    @Test func `a close is answered with its own code, and the entry is gone`() async throws {
        try await watching { stage, watch in
            try await watch.send(PushSocket.close, [0x03, 0xE9])
            #expect(try await watch.frame().code == 1001)
            #expect(try await watch.wire.end() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    @Test func `T30 five data frames are read over, and the sixth is against the policy`()
        async throws
    {
        try await watching { stage, watch in
            for number in 0..<5 {
                try await watch.send(number % 2 == 0 ? PushSocket.text : 0x82, Array("x".utf8))
            }
            // Still there.
            try await watch.send(PushSocket.ping)
            #expect(try await watch.frame().first == PushSocket.pong)
            try await watch.send(PushSocket.text, Array("x".utf8))
            #expect(try await watch.frame().code == 1008)
            #expect(try await watch.farewell() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    @Test func `T30 each fragment counts as a frame`() async throws {
        try await watching { _, watch in
            try await watch.send(0x01, Array("a".utf8))
            for _ in 0..<4 { try await watch.send(0x00, Array("b".utf8)) }
            try await watch.send(PushSocket.ping)
            #expect(try await watch.frame().first == PushSocket.pong)
            try await watch.send(0x80, Array("c".utf8))
            #expect(try await watch.frame().code == 1008)
        }
    }

    @Test func `T30 a thousand fragments are cut off at the sixth`() async throws {
        try await watching { stage, watch in
            let fragment: [UInt8] = [0x00, 0x81, 0, 0, 0, 0, UInt8(ascii: "a")]
            let first: [UInt8] = [0x01] + fragment.dropFirst()
            try await watch.wire.send(first + (1..<1000).flatMap { _ in fragment })
            #expect(try await watch.frame().code == 1008)
            try await watch.wire.closeOutput()
            #expect(try await watch.wire.end() == [])
            #expect(await stage.hasNoWatchers())
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }

    @Test func `T30 a frame of 4 KiB is read, and one byte more is too large`() async throws {
        try await watching { stage, watch in
            try await watch.send(PushSocket.text, [UInt8](repeating: 0x78, count: 4096))
            try await watch.send(PushSocket.ping)
            #expect(try await watch.frame().first == PushSocket.pong)
            try await watch.send(PushSocket.text, [UInt8](repeating: 0x78, count: 4097))
            #expect(try await watch.frame().code == 1009)
            try await watch.wire.closeOutput()
            #expect(try await watch.wire.end() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    /// Bytes that break RFC 6455, as they go over the wire, and the code they close with.
    private static let broken: [(String, [UInt8], Int)] = [
        ("2^63 bytes", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], 1009),
        (
            "2^63 - 1 bytes",
            [0x81, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7) + [1, 2, 3, 4], 1009
        ),
        ("65 KiB", [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0x04, 0, 1, 2, 3, 4], 1009),
        ("not masked", [0x81, 0x01, 0x78], 1002),
        ("a ping not masked", [0x89, 0x00], 1002),
        ("a ping in fragments", [0x09, 0x80, 1, 2, 3, 4], 1002),
        (
            "a ping of 126 bytes",
            [0x89, 0xFE, 0, 126, 1, 2, 3, 4] + [UInt8](repeating: 0, count: 126), 1002
        ),
        ("reserved bit 1", [0xC1, 0x80, 1, 2, 3, 4], 1002),
        ("reserved bit 2", [0xA1, 0x80, 1, 2, 3, 4], 1002),
        ("reserved bit 3", [0x91, 0x80, 1, 2, 3, 4], 1002),
        ("opcode 3", [0x83, 0x80, 1, 2, 3, 4], 1002),
        ("opcode 15", [0x8F, 0x80, 1, 2, 3, 4], 1002),
    ]

    @Test(arguments: broken.indices)
    func `T30 a frame that is none closes with its code and frees the entry`(
        number: Int
    )
        async throws
    {
        let (name, bytes, code) = Self.broken[number]
        try await watching { stage, watch in
            try await watch.wire.send(bytes)
            #expect(try await watch.frame().code == code, "\(name)")
            try await watch.wire.closeOutput()
            #expect(try await watch.wire.end() == [], "\(name)")
            #expect(await stage.hasNoWatchers(), "\(name)")
            #expect(try await stage.send(Call("GET", "/login")).status == 200)
        }
    }

    // MARK: - Going away

    @Test func `a peer that has closed its half is let go at once`() async throws {
        try await watching { stage, watch in
            try await watch.wire.closeOutput()
            #expect(try await watch.wire.end() == [])
            #expect(await stage.hasNoWatchers())
        }
    }

    @Test func `a connection without a request that closes its half is let go at once`()
        async throws
    {
        try await EdgeStage.with { stage in
            let silent = try await stage.wire()
            try await silent.closeOutput()
            #expect(try await silent.end() == [])
            let half = try await stage.wire()
            try await half.send("GET / HTTP/1.1\r\nHo")
            try await half.closeOutput()
            #expect(try await half.answer().status == 400)
            #expect(try await half.end() == [])
        }
    }

    @Test func `a server that stops sends everybody away who waits, in whatever way`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browsers = [Browser(stage), Browser(stage), Browser(stage)]
            for browser in browsers { _ = try await browser.open() }
            let watch = try await browsers[0].watch()
            #expect(try await watch.message() == "created 1 120")
            let stream = try await browsers[1].stream()
            #expect(try await stream.event().contains("created"))
            let poll = Task { try await browsers[2].get("/attempt?after=1&wait=25") }
            // The sweeper sleeps, the stream's heartbeat does, and the poll.
            await stage.time.sleepers(atLeast: 3)
            let idle = try await stage.wire()
            #expect(
                try await idle.exchange(Call("GET", "/session"), host: stage.host).status == 401
            )
            let silent = try await stage.wire()

            await stage.stop()
            #expect(try await watch.frame().code == 1001)
            #expect(try await watch.farewell() == [])
            #expect(try await stream.event() == "")
            #expect(try await poll.value.text("data.state") == "created")
            #expect(try await idle.end() == [])
            #expect(try await silent.end() == [])
        }
    }

    @Test func `whoever comes while the server stops does not stay either`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            stage.service.watchers.closeAll()
            #expect(try await browser.watch().frame().code == 1001)
            let stream = try await browser.stream()
            #expect(try await stream.event().contains("created"))
            #expect(try await stream.event() == "")
            let poll = try await browser.get("/attempt?after=1&wait=25")
            #expect(poll.text("data.state") == "created")
        }
    }

    @Test func `a request that asks for another upgrade is answered and is the last`()
        async throws
    {
        try await EdgeStage.with { stage in
            let wire = try await stage.wire()
            let asks = [Call.Field("Connection", "Upgrade"), Call.Field("Upgrade", "h2c")]
            let plain = try await wire.exchange(Call("GET", "/session"), host: stage.host)
            #expect(plain.status == 401)
            #expect(plain["Connection"] == nil)
            let other = try await wire.exchange(Call("GET", "/session", asks), host: stage.host)
            #expect(other.status == 401)
            #expect(other["Upgrade"] == nil)
            // The decoder reads nothing behind it: the peer must not wait for a next answer here.
            #expect(other["Connection"] == "close")
            #expect(try await wire.end() == [])
        }
    }
}
