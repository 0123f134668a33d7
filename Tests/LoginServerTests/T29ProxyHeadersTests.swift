import HTTPTypes
import LoginDomain
import LoginService
import Testing
import WebSocketUpgrade

@testable import LoginServer

/// What header fields claim about who a client is.
@Suite(.timeLimit(.minutes(10))) struct T29ProxyHeadersTests {
    private static let claims = [
        "X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded", "X-Forwarded-Host",
        "X-Forwarded-Proto",
    ]

    private static let proxies = TrustedProxies(
        ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"].compactMap { IPNetwork($0) }
    )

    /// Reads lists of X-Forwarded-For as if they came from `peer`; nil where they are refused.
    private func client(_ peer: String, _ lists: [String]) -> String? {
        var fields = HTTPFields()
        fields[values: .xForwardedFor] = lists
        return try? ClientAddresses(proxies: Self.proxies, counts: EdgeCounts())
            .client(of: peer, fields)
    }

    /// The address that the confirm screen shows of a browser that says these fields.
    private func shown(
        _ stage: EdgeStage,
        from peer: String,
        _ fields: [Call.Field],
        person: String
    ) async throws -> String? {
        let browser = Browser(stage, at: peer)
        let opened = try await browser.post("/attempt", fields)
        let phone = try await stage.phone(person)
        return try await phone.scan(try stage.scene(in: opened)).text("data.browser.ip")
    }

    // MARK: - Nobody is trusted

    @Test func `T29 without trusted proxies the other end of the socket is the client`()
        async throws
    {
        try await EdgeStage.with { stage async throws in
            for (number, name) in Self.claims.enumerated() {
                let field = Call.Field(name, "203.0.113.9")
                let ip = try await shown(stage, from: "127.0.0.5", [field], person: "p\(number)")
                #expect(ip == "127.0.0.5", "\(name)")
                #expect(stage.gauges.counts[.forwardingIgnored] == number + 1, "\(name)")
            }
            // Not even nonsense is looked at.
            let nonsense = Call.Field("X-Forwarded-For", "unknown, %%%")
            #expect(
                try await shown(stage, from: "127.0.0.5", [nonsense], person: "n") == "127.0.0.5"
            )
        }
    }

    @Test func `T29 an address in a header buys no second budget`() async throws {
        try await EdgeStage.with {
            $0.policy.attemptsPerAddressBurst = 3
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            func statuses(from peer: String, _ list: (Int) -> String) async throws -> [Int] {
                var statuses: [Int] = []
                for number in 0..<5 {
                    let browser = Browser(stage, at: peer)
                    let field = Call.Field("X-Forwarded-For", list(number))
                    statuses.append(try await browser.post("/attempt", [field]).status)
                }
                return statuses
            }
            let refused = [200, 200, 200, 429, 429]
            let plain = try await statuses(from: "127.0.0.5") { "203.0.113.\($0)" }
            #expect(plain == refused)
            // Behind a trusted proxy the client may write what it likes before the proxy's own word.
            let bent = try await statuses(from: "127.0.0.9") { "203.0.113.\($0), 198.51.100.1" }
            #expect(bent == refused)
            // Another client behind the same proxy has a budget of its own.
            let other = try await statuses(from: "127.0.0.9") { _ in "198.51.100.2" }
            #expect(other == refused)
        }
    }

    // MARK: - A proxy of ours

    @Test(arguments: [
        // A peer that is none of ours.
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
        ("2001:db9::1", ["198.51.100.1"], "2001:db9::1"),
        // One that is.
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["203.0.113.66, 198.51.100.1"], "198.51.100.1"),
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),
        // Two of ours in a row, and the client's own words before them.
        ("10.1.2.3", ["203.0.113.66, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["203.0.113.66, 198.51.100.1", "10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["unknown, <script>, ,, 198.51.100.1"], "198.51.100.1"),
        // Our own machines all the way.
        ("10.1.2.3", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        // Ports, brackets, blanks, the same twice.
        ("10.1.2.3", ["198.51.100.1:65535"], "198.51.100.1"),
        ("10.1.2.3", ["\t 198.51.100.1 \t"], "198.51.100.1"),
        ("10.1.2.3", ["198.51.100.1,198.51.100.1"], "198.51.100.1"),
        ("2001:db8::1", ["2001:DB9:0::0001"], "2001:db9::1"),
        ("10.1.2.3", ["[2001:db9::1]"], "2001:db9::1"),
        ("10.1.2.3", ["[2001:db9::1]:443"], "2001:db9::1"),
        ("10.1.2.3", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["2001:db9::198.51.100.1"], "2001:db9::c633:6401"),
    ])
    func `T29 the list is read from its end up to the first that is no proxy of ours`(
        peer: String,
        lists: [String],
        wanted: String
    ) {
        #expect(client(peer, lists) == wanted)
    }

    @Test(arguments: [
        "", ",", "198.51.100.1,", "unknown", "_hidden", "198.51.100.1, unknown", "fe80::1%eth0",
        "[fe80::1%25eth0]", "198.51.100", "198.51.100.1.1", "198.51.100.256", "0x7f.1",
        "2130706433",
        "198.51.100.1:", "198.51.100.1:65536", "198.51.100.1:x", "198.51.100.1:+1",
        "[198.51.100.1]",
        "[2001:db9::1", "2001:db9::1]", "[2001:db9::1]443", "[2001:db9::1]:", "[]", "[",
        "2001:db9:::1", "\"198.51.100.1\"", "for=198.51.100.1", "198.51.100.1;x", "１９８.51.100.1",
        "198.51.100.1 198.51.100.2", "localhost", String(repeating: "1", count: 8000),
        String(repeating: "[", count: 8000),
    ])
    func `T29 a list whose end is no address is refused`(list: String) {
        #expect(client("10.1.2.3", [list]) == nil)
        #expect(client("10.1.2.3", ["198.51.100.1", list]) == nil)
        #expect(client("203.0.113.1", [list]) == "203.0.113.1")
    }

    @Test func `T29 a malformed list is 400, and one of 10 KiB is 431`() async throws {
        try await EdgeStage.with {
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            let bad = Call("GET", "/session", [Call.Field("X-Forwarded-For", "unknown")])
            let answer = try await stage.send(bad, from: "127.0.0.9")
            #expect(answer.status == 400)
            #expect(answer.error == "malformed")
            let list = (0..<730).map { _ in "198.51.100.1" }.joined(separator: ", ")
            let long = Call("GET", "/session", [Call.Field("X-Forwarded-For", list)])
            #expect(try await stage.send(long, from: "127.0.0.9").status == 431)
            let half = String(list.prefix(8000)) + ", 198.51.100.7"
            let fine = Call("GET", "/session", [Call.Field("X-Forwarded-For", half)])
            #expect(try await stage.send(fine, from: "127.0.0.9").status == 401)
        }
    }

    @Test func `T29 a trusted proxy's word reaches the confirm screen, and no other field does`()
        async throws
    {
        try await EdgeStage.with {
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            let list = Call.Field("X-Forwarded-For", "203.0.113.66, 198.51.100.1")
            let others = ["X-Real-IP", "CF-Connecting-IP", "Forwarded"].map {
                Call.Field($0, "203.0.113.9")
            }
            let ip = try await shown(stage, from: "127.0.0.9", [list] + others, person: "alice")
            #expect(ip == "198.51.100.1")
            let alone = try await shown(stage, from: "127.0.0.9", others, person: "bob")
            #expect(alone == "127.0.0.9")
            #expect(stage.gauges.counts[.forwardingIgnored] == 0)
        }
    }

    // MARK: - Counting

    @Test func `T29 a trusted proxy has as many connections as it needs`() async throws {
        try await EdgeStage.with {
            $0.policy.connectionsPerAddress = 2
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            var wires: [Wire] = []
            for number in 0..<6 {
                let wire = try await stage.wire(from: "127.0.0.9")
                let field = Call.Field("X-Forwarded-For", "198.51.100.\(number)")
                let answer = try await wire.exchange(
                    Call("GET", "/session", [field]),
                    host: stage.host
                )
                #expect(answer.status == 401)
                wires.append(wire)
            }
            #expect(stage.gauges.connections.total == 6)
            let plain = [
                try await stage.wire(from: "127.0.0.5"), try await stage.wire(from: "127.0.0.5"),
            ]
            for wire in plain {
                let answer = try await wire.exchange(Call("GET", "/session"), host: stage.host)
                #expect(answer.status == 401)
            }
            #expect(try await stage.wire(from: "127.0.0.5").end() == [])
            #expect(stage.gauges.connections.refused == 1)
        }
    }

    @Test func `T29 a client behind a proxy has so many requests at a time, streams too`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.connectionsPerAddress = 2
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            let client = [Call.Field("X-Forwarded-For", "198.51.100.1")]
            let other = [Call.Field("X-Forwarded-For", "198.51.100.2")]
            var browsers: [Browser] = []
            for _ in 0..<2 {
                let browser = Browser(stage, at: "127.0.0.9")
                #expect(try await browser.post("/attempt", client).status == 200)
                browsers.append(browser)
            }
            var streams: [PushStream] = []
            for browser in browsers {
                let wire = try await stage.wire(from: "127.0.0.9")
                let call = Call("GET", "/attempt/events", browser.fields + client)
                try await wire.send(call.bytes(to: stage.host))
                let stream = PushStream(head: try await wire.answerHead(), wire: wire)
                #expect(try await stream.event().contains("created"))
                streams.append(stream)
            }
            let ask = Call("GET", "/session", client)
            let refused = try await stage.send(ask, from: "127.0.0.9")
            #expect(refused.status == 429)
            #expect(refused["Retry-After"] == "10")
            let free = try await stage.send(Call("GET", "/session", other), from: "127.0.0.9")
            #expect(free.status == 401)
            // A stream that has ended leaves its place.
            _ = try await browsers[0].post("/attempt/cancel", other)
            #expect(try await streams[0].event().contains("cancelled"))
            let isServed = try await stage.eventually {
                try await stage.send(ask, from: "127.0.0.9").status == 401
            }
            #expect(isServed)
        }
    }

    @Test func `T29 WebSockets and streams behind a proxy count for their client`() async throws {
        try await EdgeStage.with {
            $0.policy.webSocketsPerAddress = 2
            $0.proxies = ["127.0.0.9/32"]
        } _: { stage async throws in
            func watch(_ client: String) async throws -> Int {
                let browser = Browser(stage, at: "127.0.0.9")
                _ = try await browser.open()
                let field = [Call.Field("X-Forwarded-For", client)]
                let wire = try await stage.wire(from: "127.0.0.9")
                let fields =
                    browser.fields + field + [Call.Field("Origin", stage.origin)]
                    + PushSocket.handshake
                let call = Call("GET", "/attempt/events", fields)
                return try await wire.exchange(call, host: stage.host).status
            }
            #expect(try await watch("203.0.113.1, 198.51.100.1") == 101)
            #expect(try await watch("203.0.113.2, 198.51.100.1") == 101)
            #expect(try await watch("203.0.113.3, 198.51.100.1") == 429)
            #expect(try await watch("198.51.100.2") == 101)
            #expect(try await watch("unknown") == 400)
            let browser = Browser(stage, at: "127.0.0.9")
            _ = try await browser.open()
            let field = [Call.Field("X-Forwarded-For", "198.51.100.1")]
            let stream = try await browser.get("/attempt/events", field)
            #expect(stream.status == 429)
        }
    }
}
