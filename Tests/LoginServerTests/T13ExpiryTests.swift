import LoginDomain
import LoginService
import TestSupport
import Testing

/// Codes are pictures and live for ever; attempts do not.
@Suite struct T13ExpiryTests {
    /// The sweeper that writes ends down, and a sweeper that never gets its turn.
    enum SweeperState: String, CaseIterable, CustomTestStringConvertible {
        case busy
        case stalled

        var testDescription: String { rawValue }
    }

    private func stage(
        _ sweeper: SweeperState,
        _ body: (EdgeStage) async throws -> Void
    ) async throws {
        try await EdgeStage.with {
            if sweeper == .stalled { $0.serviceTime = StalledTime($0.time) }
        } _: { stage in
            try await body(stage)
        }
    }

    @Test(arguments: SweeperState.allCases)
    func `T13 a code can be scanned for 120 seconds and not a moment longer`(
        sweeper: SweeperState
    ) async throws {
        try await stage(sweeper) { stage in
            let early = try await Browser(stage).open()
            let late = try await Browser(stage).open()
            let phone = try await stage.phone("alice")
            stage.time.advance(by: .milliseconds(119_999))
            #expect(try await phone.scan(early).status == 200)
            stage.time.advance(by: .milliseconds(1))
            #expect(try await phone.scan(late).status == 410)
        }
    }

    @Test(arguments: SweeperState.allCases)
    func `T13 a scan can be confirmed for 60 seconds and not a moment longer`(
        sweeper: SweeperState
    ) async throws {
        try await stage(sweeper) { stage in
            let phone = try await stage.phone("alice")
            let early = try await Browser(stage).open()
            let late = try await Browser(stage).open()
            let earlyNonce = try await phone.nonce(of: early)
            let lateNonce = try await phone.nonce(of: late)
            stage.time.advance(by: .milliseconds(59_999))
            #expect(try await phone.confirm(early, earlyNonce).status == 200)
            stage.time.advance(by: .milliseconds(1))
            #expect(try await phone.confirm(late, lateNonce).status == 410)
        }
    }

    @Test(arguments: SweeperState.allCases)
    func `T13 nothing outlives 180 seconds`(sweeper: SweeperState) async throws {
        try await stage(sweeper) { stage in
            let phone = try await stage.phone("alice")
            let browser = Browser(stage)
            let late = Browser(stage)
            let scene = try await browser.open()
            let lateScene = try await late.open()
            stage.time.advance(by: .milliseconds(119_999))
            let scan = try await phone.scan(scene)
            #expect(scan.number("data.expires_in") == 60)
            let nonce = try #require(scan.text("data.nonce"))
            let lateNonce = try await phone.nonce(of: lateScene)
            stage.time.advance(by: .milliseconds(59_999))
            #expect(try await phone.confirm(scene, nonce).status == 200)
            #expect(try await phone.confirm(lateScene, lateNonce).status == 200)
            // 179.998 s, and the confirmed attempt lives to the cap.
            stage.time.advance(by: .milliseconds(1))
            #expect(try await browser.complete().status == 200)
            stage.time.advance(by: .milliseconds(1))
            let over = try await late.complete()
            #expect(over.status == 409)
            #expect(over.error == "not_confirmed")
            #expect(over["Set-Cookie"] == nil)
            #expect(try await late.state() == "expired")
        }
    }

    @Test func `T13 the cap beats a confirm window that would reach over it`() async throws {
        try await EdgeStage.with {
            $0.policy.confirm = .seconds(120)
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            stage.time.advance(by: .seconds(119))
            let scan = try await phone.scan(scene)
            #expect(scan.number("data.expires_in") == 61)
            let nonce = try #require(scan.text("data.nonce"))
            stage.time.advance(by: .seconds(61))
            #expect(try await phone.confirm(scene, nonce).status == 410)
        }
    }

    @Test func `T13 the page hears of the end within a second, and can have a new code`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            stage.time.advance(by: .milliseconds(119_999))
            await stage.time.sleepers(atLeast: 1)
            stage.time.advance(by: .seconds(1))
            #expect(try await watch.message() == "expired 2 0")
            #expect(try await watch.frame().code == 1000)
            let page = try await browser.get("/login?lang=en").text
            #expect(page.contains("Get a new code"))
            _ = try await browser.open()
            #expect(try await browser.state() == "created")
        }
    }

    @Test func `T13 a restart forgets no live code and revives no dead one`() async throws {
        let wechat = ScriptedWeChat()
        var rows = EdgeStage.Setup().rows
        var kept: (live: String, dead: String, cookies: [String: String])?
        var time = ManualTime()
        try await EdgeStage.with {
            $0.wechat = wechat
            rows = $0.rows
            time = $0.time
        } _: { stage in
            let dead = try await Browser(stage).open()
            stage.time.advance(by: .seconds(119))
            let browser = Browser(stage)
            kept = (try await browser.open(), dead, browser.cookies)
        }
        let (live, dead, cookies) = try #require(kept)
        time.advance(by: .seconds(1))
        try await EdgeStage.with {
            $0.wechat = wechat
            $0.rows = rows
            $0.time = time
            $0.seed = 2
        } _: { stage in
            let phone = try await stage.phone("alice")
            #expect(try await phone.scan(dead).status == 410)
            let browser = Browser(stage, cookies: cookies)
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 119")
            try await phone.agree(to: live)
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message() == "confirmed 3 179")
            #expect(try await browser.complete().text("data.user.userid") == phone.user)
        }
    }
}
