import HTTPTransport
import LoginDomain
import TestSupport
import Testing

@testable import WeChatClient

/// Refused tokens, stolen tokens and token calls that hang, under many callers.
@Suite(.timeLimit(.minutes(10))) struct T45AccessTokenTests {
    private let stage = ClientStage()

    private static let token = ClientStage.tokenPath
    private static let code = ClientStage.codePath

    @Test func `T45 a WeChat that refuses every token is asked for few tokens and few pictures`()
        async throws
    {
        stage.wechat.always(Self.code, ClientStage.errcode(40001))
        // An hour, five times a second.
        for _ in 0..<18_000 {
            #expect(await stage.picture() != nil)
            stage.time.advance(by: .milliseconds(200))
        }
        #expect(stage.slow.starts(of: Self.token).most(within: .seconds(30)) == 2)
        #expect(stage.forced.count { $0 } <= AccessTokenCache.forcedPerDayMax)
        // The breaker is open: a call in ten seconds, and the second try after a repair.
        #expect(stage.slow.starts(of: Self.code).count < 600)
        _ = await stage.picture()
        guard case .resting = await stage.picture() else {
            Issue.record("the breaker is closed")
            return
        }
    }

    @Test func `T45 another system that keeps stealing the token gets us no more calls`()
        async throws
    {
        // Whatever token is used, the next caller finds it refused.
        for _ in 0..<7_200 {
            _ = await stage.picture()
            stage.wechat.refuse(stage.tokensUsed.last ?? "")
            stage.time.advance(by: .seconds(1))
        }
        #expect(stage.slow.starts(of: Self.token).most(within: .seconds(30)) <= 2)
        #expect(stage.forced.count { $0 } <= AccessTokenCache.forcedPerDayMax)
    }

    @Test func `T45 a wave of refused tokens is over half a minute later`() async throws {
        try await stage.settle()
        stage.time.advance(by: .seconds(60))
        stage.wechat.always(Self.code, ClientStage.errcode(40001))
        for _ in 0..<50 {
            _ = await stage.picture()
            stage.time.advance(by: .milliseconds(500))
        }
        // WeChat is well again, but every token it has given is dead.
        stage.wechat.always(Self.code, nil)
        for token in Set(stage.tokensUsed) { stage.wechat.refuse(token) }
        var waited = Duration.zero
        while await stage.picture() != nil {
            stage.time.advance(by: .milliseconds(500))
            waited += .milliseconds(500)
            try #require(waited <= .seconds(31))
        }
    }

    @Test func `T45 a renewal that hangs costs its caller no picture`() async throws {
        try await stage.settle()
        stage.time.advance(by: .seconds(5760))
        stage.slow.hang(Self.token)
        async let first = stage.picture("the one who renews")
        await stage.time.sleepers(atLeast: 1)
        // The others do not even wait.
        for number in 0..<100 { #expect(await stage.picture("s\(number)") == nil) }
        // Half of its five seconds; the rest is for the picture.
        stage.time.advance(by: .milliseconds(2500))
        #expect(await first == nil)
        #expect(Set(stage.tokensUsed) == ["token-1"])
        #expect(stage.tokensUsed.count == 101)
    }

    @Test func `T45 a token call that hangs is used until the old token's real end`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.token)
        // Again and again one caller tries to renew it, in vain, and nobody notices.
        for moment in stride(from: 5760, to: 7200, by: 40) {
            let now = stage.time.now()
            stage.time.advance(by: (ManualTime.start + .seconds(moment)).since(now))
            async let renewing = stage.picture("r\(moment)")
            await stage.time.sleepers(atLeast: 1)
            #expect(await stage.picture("s\(moment)") == nil)
            stage.time.advance(by: .milliseconds(2500))
            #expect(await renewing == nil)
        }
        stage.time.advance(by: (ManualTime.start + .seconds(7200)).since(stage.time.now()))
        async let last = stage.picture()
        await stage.time.sleepers(atLeast: 1)
        stage.time.advance(by: .seconds(5))
        #expect(await last == .transport(.timedOut))
    }

    @Test func `T45 five thousand callers without a token hear of a hanging call in five seconds`()
        async
    {
        stage.slow.hang(Self.token)
        let failures = await withTaskGroup { group in
            for number in 0..<5000 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 4968)
            await stage.waiters(31)
            await stage.time.sleepers(atLeast: 1)
            stage.time.advance(by: .seconds(5))
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.count { $0 == nil } == 0)
        #expect(stage.slow.starts(of: Self.token).count == 1)
        #expect(stage.slow.starts(of: Self.code).isEmpty)
        #expect(stage.client.callsInFlight == 0)
    }
}
