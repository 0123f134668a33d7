import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// What happens when WeChat refuses an access token that should be good.
@Suite(.timeLimit(.minutes(10))) struct AccessTokenRepairTests {
    private let stage = ClientStage()

    static let refusals = [40001, 40014, 42001]

    /// A client whose access token is a minute old.
    private func settle() async throws {
        _ = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(60))
    }

    @Test(arguments: refusals)
    func `a refused token is got anew and the call made once more`(errcode: Int) async throws {
        try await settle()
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(errcode))
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        let picture = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.wechat.scene(in: picture.bytes) == "a")
        #expect(stage.tokensUsed == ["token-1", "token-2"])
        #expect(stage.forced == [false, false])
    }

    @Test(arguments: refusals)
    func `a refused token that WeChat gives again is forced out`(errcode: Int) async throws {
        try await settle()
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(errcode))
        _ = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.tokensUsed == ["token-1", "token-2"])
        #expect(stage.forced == [false, false, true])
    }

    @Test(arguments: refusals)
    func `a second refusal ends the call`(errcode: Int) async throws {
        try await settle()
        stage.wechat.always(ClientStage.codePath, ClientStage.errcode(errcode))
        await #expect(throws: WeChatError.tokenRefused(errcode: errcode)) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.tokensUsed == ["token-1", "token-2"])
    }

    @Test(arguments: [-1, 40013, 40029, 40097, 40169, 41030, 43002, 45009, 45011, 47001, 48001, 1])
    func `no other errcode repeats the call or touches the token`(errcode: Int) async throws {
        try await settle()
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(errcode))
        await #expect(throws: WeChatError(errcode: errcode)) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.tokensUsed == ["token-1"])
        #expect(stage.tokenCalls == 1)
        // A quota that is used up has ten seconds of rest.
        stage.time.advance(by: .seconds(10))
        _ = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.tokensUsed == ["token-1", "token-1"])
    }

    @Test func `T45 a thousand refusals of one token cause one repair`() async throws {
        try await settle()
        stage.wechat.refuse("token-1")
        stage.wechat.hold(ClientStage.codePath)
        async let results = together(1000) { try await stage.client.unlimitedCode(scene: "s\($0)") }
        // As many as have places; the others find the newer one when their turn comes.
        await stage.wechat.arrived(ClientStage.codePath, atLeast: 32)
        await stage.queued(.code, 968)
        stage.wechat.release()
        #expect(await results.values().count == 1000)
        #expect(stage.forced == [false, false, true])
        #expect(stage.tokensUsed.count { $0 == "token-1" } == 32)
        #expect(stage.tokensUsed.count { $0 == "token-2" } == 1000)
    }

    @Test func `T45 a late refusal of an older token leaves the newer one alone`() async throws {
        let first = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(60))
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-2"))
        let second = try await stage.client.accessToken(replacing: first)
        stage.time.advance(by: .seconds(60))
        for _ in 0..<100 {
            #expect(try await stage.client.accessToken(replacing: first) == second)
        }
        #expect(try await stage.client.accessToken() == second)
        #expect(stage.tokenCalls == 2)
    }

    @Test func `a renewal that brings the same token does not excuse it`() async throws {
        let first = try await stage.client.accessToken()
        stage.time.advance(by: .seconds(5760))
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("token-1", seconds: 1440))
        _ = try await stage.client.accessToken()
        #expect(stage.client.accessTokenSecondsLeft() == 1440)
        // A call that began before the renewal is refused: the token in use is the refused one.
        #expect(try await stage.client.accessToken(replacing: first).text == "token-2")
        #expect(stage.forced == [false, false, true])
    }

    @Test func `T45 a token refused at once is repaired by two calls in all`() async throws {
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(40001))
        _ = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.tokensUsed == ["token-1", "token-2"])
        #expect(stage.forced == [false, true])
    }

    @Test func `T45 no second repair comes within half a minute of a forced refresh`() async throws
    {
        try await settle()
        stage.wechat.always(ClientStage.codePath, ClientStage.errcode(40001))
        _ = try? await stage.client.unlimitedCode(scene: "a")
        #expect(stage.forced == [false, false, true])
        stage.time.advance(by: .milliseconds(29_999))
        // WeChat has been asked, and that is what it said.
        await #expect(throws: WeChatError.tokenRefused(errcode: 40001)) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.tokenCalls == 3)
        stage.time.advance(by: .milliseconds(1))
        stage.wechat.always(ClientStage.codePath, nil)
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(40001))
        _ = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.forced == [false, false, true, false, true])
    }

    @Test func `T45 a forced refresh waits half a minute for the last one, however slow`()
        async throws
    {
        try await settle()
        stage.wechat.always(ClientStage.codePath, ClientStage.errcode(40001))
        stage.wechat.hold(ClientStage.tokenPath)
        async let first = error { () async throws(WeChatError) in
            try await stage.client.unlimitedCode(scene: "a")
        }
        await stage.wechat.arrived(ClientStage.tokenPath, atLeast: 2)
        // The normal call takes four seconds; the forced one follows it.
        stage.time.advance(by: .seconds(4))
        stage.wechat.release()
        #expect(await first == .tokenRefused(errcode: 40001))
        #expect(stage.forced == [false, false, true])
        stage.time.advance(by: .milliseconds(29_999))
        _ = try? await stage.client.unlimitedCode(scene: "a")
        #expect(stage.tokenCalls == 3)
        stage.time.advance(by: .milliseconds(1))
        _ = try? await stage.client.unlimitedCode(scene: "a")
        #expect(stage.forced == [false, false, true, false, true])
    }

    /// Asks for a picture every two seconds for 26 hours and notes when WeChat was asked for what.
    private func askForADay() async -> (calls: [Int64], forced: [Int64]) {
        var calls: [Int64] = []
        var forced: [Int64] = []
        let start = stage.time.milliseconds()
        for _ in 0..<46_800 {
            let known = stage.wechat.calls.count
            _ = try? await stage.client.unlimitedCode(scene: "a")
            let now = stage.time.milliseconds() - start
            for call in stage.wechat.calls.dropFirst(known) where call.path == ClientStage.tokenPath
            {
                calls.append(now)
                if call.body.contains(#""force_refresh":true"#) { forced.append(now) }
            }
            stage.time.advance(by: .seconds(2))
        }
        return (calls, forced)
    }

    @Test func `T45 a WeChat that refuses every token is asked within bounds`() async {
        stage.wechat.always(ClientStage.codePath, ClientStage.errcode(40001))
        let (calls, forced) = await askForADay()
        #expect(Self.most(calls, within: 30_000) == 2)
        #expect(Self.most(forced, within: 30_000) == 1)
        #expect(Self.most(forced, within: 86_400_000) == 10)
    }

    /// The most events in any stretch of so many milliseconds.
    private static func most(_ events: [Int64], within window: Int64) -> Int {
        var most = 0
        var first = 0
        for (index, event) in events.enumerated() {
            while event - events[first] >= window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test func `T45 refused credentials are tried every fifteen seconds`() async {
        stage.wechat.always(ClientStage.tokenPath, ClientStage.errcode(40001))
        let (calls, _) = await askForADay()
        #expect(Self.most(calls, within: 30_000) == 2)
        #expect(stage.wechat.calls(to: ClientStage.codePath).isEmpty)
    }

    @Test func `callers fail at once for fifteen seconds after refused credentials`() async throws {
        stage.wechat.next(ClientStage.tokenPath, ClientStage.errcode(40001))
        await #expect(throws: WeChatError.tokenRefused(errcode: 40001)) {
            try await stage.client.accessToken()
        }
        stage.time.advance(by: .milliseconds(14_999))
        await #expect(throws: WeChatError.backingOff) { try await stage.client.accessToken() }
        #expect(stage.tokenCalls == 1)
        stage.time.advance(by: .milliseconds(1))
        #expect(try await stage.client.accessToken().text == "token-1")
    }

    @Test func `T45 once the day's forced refreshes are spent callers fail without a call`()
        async throws
    {
        try await settle()
        stage.wechat.always(ClientStage.codePath, ClientStage.errcode(40001))
        for _ in 0..<AccessTokenCache.forcedPerDayMax {
            _ = try? await stage.client.unlimitedCode(scene: "a")
            stage.time.advance(by: .seconds(30))
        }
        #expect(stage.forced.count { $0 } == 10)
        _ = try? await stage.client.unlimitedCode(scene: "a")
        let calls = stage.wechat.calls.count
        stage.time.advance(by: .milliseconds(29_999))
        await #expect(throws: WeChatError.backingOff) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.wechat.calls.count == calls)
        // A day after the first one there is one again, and it helps.
        stage.time.advance(by: .seconds(86_400))
        stage.wechat.always(ClientStage.codePath, nil)
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(40001))
        _ = try await stage.client.unlimitedCode(scene: "a")
        #expect(stage.forced.count { $0 } == 11)
    }

    @Test func `a repair that fails is told as what it was`() async throws {
        try await settle()
        stage.wechat.next(ClientStage.codePath, ClientStage.errcode(40001))
        stage.wechat.next(ClientStage.tokenPath, .fails(.timedOut))
        await #expect(throws: WeChatError.transport(.timedOut)) {
            try await stage.client.unlimitedCode(scene: "a")
        }
        #expect(stage.tokensUsed == ["token-1"])
    }
}
