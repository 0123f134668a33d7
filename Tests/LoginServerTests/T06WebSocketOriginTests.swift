import LoginService
import TestSupport
import Testing

/// A WebSocket that another site opens with somebody's cookies.
@Suite struct T06WebSocketOriginTests {
    /// Origins that are not ours, each as one page can have it.
    static let foreign: [[String]] = [
        [], ["null"], [""], ["http://login.example"], ["https://login.example:443"],
        ["https://login.example:8443"], ["https://login.evil"], ["https://evillogin.example"],
        ["https://login.example.evil"], ["https://login.example."], ["https://www.login.example"],
        ["https://LOGIN.example"], ["HTTPS://login.example"], ["https://login.example/"],
        ["wss://login.example"], ["login.example"], ["https://xn--lgin-5qa.example"],
        ["https://login.example", "https://evil.example"],
        ["https://evil.example", "https://login.example"],
        ["https://login.example", "https://login.example"],
        ["https://login.example https://evil.example"],
    ]

    /// Sends a handshake and gives its answer and every byte that followed it.
    private func handshake(
        _ browser: Browser,
        origins: [String],
        version: String = "13",
        more: [Call.Field] = []
    ) async throws -> (Answer, rest: [UInt8]) {
        let wire = try await browser.stage.wire()
        let fields =
            browser.fields + origins.map { Call.Field("Origin", $0) }
            + PushSocket.handshake.map {
                $0.name == "Sec-WebSocket-Version" ? Call.Field($0.name, version) : $0
            } + more
        let call = Call("GET", "/attempt/events", fields)
        let answer = try await wire.exchange(call, host: browser.stage.host)
        if answer.status == 101 { return (answer, []) }
        return (answer, try await wire.end())
    }

    @Test(arguments: foreign)
    func `T6 a page of another origin gets 403 and no frame`(origins: [String]) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let (answer, rest) = try await handshake(browser, origins: origins)
            #expect(answer.status == 403)
            #expect(answer.error == "csrf")
            #expect(answer["Sec-WebSocket-Accept"] == nil)
            #expect(rest == [])
            #expect(stage.service.watchers.count == 0)
        }
    }

    @Test func `T6 our own page gets the upgrade, and nothing is negotiated with it`() async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let (answer, _) = try await handshake(
                browser,
                origins: [stage.origin],
                more: [
                    Call.Field("Sec-WebSocket-Extensions", "permessage-deflate"),
                    Call.Field("Sec-WebSocket-Protocol", "chat, superchat"),
                ]
            )
            #expect(answer.status == 101)
            // The example of RFC 6455 section 1.3.
            #expect(answer["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(answer["Sec-WebSocket-Extensions"] == nil)
            #expect(answer["Sec-WebSocket-Protocol"] == nil)
        }
    }

    @Test func `T6 a foreign page does not push the watching page out`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            let (answer, _) = try await handshake(browser, origins: ["https://evil.example"])
            #expect(answer.status == 403)
            _ = try await stage.phone("alice").scan(scene)
            #expect(try await watch.message() == "scanned 2 60")
        }
    }

    @Test func `T6 the right origin opens nothing without a cookie of an attempt`() async throws {
        try await EdgeStage.with { stage in
            let unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            let jars: [[String: String]] = [
                [:], ["__Host-sl_attempt": unknown], ["__Host-sl_attempt": "short"],
                ["__Host-sl_attempt": ""],
                // The names on plain http are other cookies: a subdomain could have planted them.
                ["sl_attempt": unknown],
            ]
            for jar in jars {
                let browser = Browser(stage, cookies: jar)
                let (answer, rest) = try await handshake(browser, origins: [stage.origin])
                #expect(answer.status == 403, "\(jar)")
                #expect(answer.error == "no_attempt", "\(jar)")
                #expect(rest == [])
            }
        }
    }

    @Test func `T6 a cookie under the plain name is no cookie on https`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let value = try #require(browser.cookies["__Host-sl_attempt"])
            let tossed = Browser(stage, cookies: ["sl_attempt": value])
            let (answer, _) = try await handshake(tossed, origins: [stage.origin])
            #expect(answer.status == 403)
        }
    }

    @Test func `T6 the cookie of a forgotten attempt opens nothing`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            stage.time.advance(by: .seconds(120))
            try await stage.service.sweep()
            stage.time.advance(by: .seconds(25 * 3600))
            try await stage.service.forget()
            let (answer, _) = try await handshake(browser, origins: [stage.origin])
            #expect(answer.status == 403)
            #expect(answer.error == "no_attempt")
        }
    }

    @Test(arguments: ["12", "8", "0", "14", "", "13, 12"])
    func `T6 only version 13 is spoken`(version: String) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let (answer, rest) = try await handshake(
                browser,
                origins: [stage.origin],
                version: version
            )
            #expect(answer.status == 426)
            #expect(answer.error == "upgrade_required")
            #expect(answer["Sec-WebSocket-Version"] == "13")
            #expect(rest == [])
            #expect(stage.service.watchers.count == 0)
        }
    }

    @Test func `T6 the socket ends with its attempt, and comes back only to hear that`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            #expect(try await browser.post("/attempt/cancel").status == 200)
            #expect(try await watch.message() == "cancelled 2 0")
            #expect(try await watch.frame().code == 1000)

            let again = try await browser.watch()
            #expect(try await again.message() == "cancelled 2 0")
            #expect(try await again.frame().code == 1000)
            #expect(try await again.farewell() == [])
        }
    }

    @Test func `T6 a logout closes what the same browser still watches`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: phone)
            #expect(try await browser.complete().status == 200)
            // Another tab asks for a code although somebody is logged in.
            let scene = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            let stranger = Browser(stage)
            _ = try await stranger.open()
            let other = try await stranger.watch()
            #expect(try await other.message() == "created 1 120")

            #expect(try await browser.post("/session/logout").status == 200)
            #expect(try await watch.message() == "cancelled 2 0")
            #expect(try await watch.frame().code == 1000)
            #expect(try await watch.farewell() == [])
            // Its code logs nobody in any more.
            #expect(try await phone.scan(scene).status == 410)
            // Nobody else's socket is touched.
            #expect(try await stranger.post("/attempt/cancel").status == 200)
            #expect(try await other.message() == "cancelled 2 0")
            #expect(await stage.hasNoWatchers())
        }
    }

    @Test func `T6 a logout without a login touches no attempt, and an old attempt no logout`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            #expect(try await browser.post("/session/logout").status == 200)
            #expect(try await browser.state() == "created")
            // An attempt that has been collected, or is unknown, is no reason to stay logged in.
            let unknown = String(repeating: "A", count: 43)
            for attempt in [nil, unknown] {
                let user = try await stage.confirmedBrowser(
                    by: try await stage.phone(attempt == nil ? "bob" : "carol")
                )
                let before = user.copy()
                #expect(try await user.complete().status == 200)
                var cookies = user.cookies
                cookies["__Host-sl_attempt"] = attempt ?? before.cookies["__Host-sl_attempt"]
                let tab = Browser(stage, cookies: cookies)
                #expect(try await tab.post("/session/logout").status == 200)
                #expect(try await user.get("/session").status == 401)
            }
        }
    }
}
