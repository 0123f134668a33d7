import HTTPTransport
import LoginDomain
import Synchronization
import TestSupport
import Testing

@testable import WeChatClient

/// WeChat hangs, fails, or lies: how long callers wait, and how often it is asked.
@Suite(.timeLimit(.minutes(10))) struct T44WeChatDownTests {
    private let stage = ClientStage()

    private static let code = ClientStage.codePath
    private static let session = ClientStage.sessionPath

    /// Every kind of call that a person waits for.
    private var calls: [(String, @Sendable (String) async -> WeChatError?)] {
        let stage = stage
        return [
            (Self.code, { await stage.picture($0) }), (Self.session, { await stage.session($0) }),
            (ClientStage.phoneNumberPath, { await stage.phoneNumber($0) }),
        ]
    }

    // MARK: - Places

    @Test func `T44 no more than 64 calls have a place, and each kind has its own`() {
        #expect(WeChatCall.allCases.map(\.placesMax).reduce(0, +) == 64)
        #expect(WeChatCall.allCases.allSatisfy { $0.placesMax > 0 })
    }

    @Test func `T44 a jscode2session that hangs leaves code pictures their places`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.session)
        await withTaskGroup { group in
            for number in 0..<200 { group.addTask { await stage.session("c\(number)") } }
            await stage.queued(.session, 173)
            #expect(stage.slow.underWay(Self.session) == 27)
            for number in 0..<100 { #expect(await stage.picture("s\(number)") == nil) }
            stage.time.advance(by: .seconds(5))
            for await failure in group { #expect(failure != nil) }
        }
        #expect(stage.slow.starts(of: Self.session).count == 27)
        #expect(stage.client.callsInFlight == 0)
    }

    @Test func `T44 code pictures that hang leave jscode2session its places`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.code)
        await withTaskGroup { group in
            for number in 0..<200 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 168)
            #expect(stage.slow.underWay(Self.code) == 32)
            for number in 0..<100 { #expect(await stage.session("c\(number)") == nil) }
            stage.time.advance(by: .seconds(5))
            for await failure in group { #expect(failure != nil) }
        }
        #expect(stage.slow.starts(of: Self.code).count == 32)
    }

    @Test func `T44 when everything hangs 64 calls are under way and no more`() async throws {
        try await stage.settle()
        // The access token is due as well.
        stage.time.advance(by: .seconds(5760))
        let number = ClientStage.phoneNumberPath
        for path in [Self.code, Self.session, number, ClientStage.tokenPath] {
            stage.slow.hang(path)
        }
        await withTaskGroup { group in
            for number in 0..<300 {
                group.addTask { await stage.picture("s\(number)") }
                group.addTask { await stage.session("c\(number)") }
                group.addTask { await stage.phoneNumber("n\(number)") }
            }
            await stage.queued(.code, 268)
            await stage.queued(.session, 273)
            await stage.queued(.phoneNumber, 296)
            await stage.time.sleepers(atLeast: 63)
            #expect(stage.slow.peak == 63)
            stage.time.advance(by: .seconds(5))
            for await failure in group { #expect(failure != nil) }
        }
        #expect(stage.slow.peak <= 64)
        #expect(stage.client.callsInFlight == 0)
    }

    @Test func `T44 everybody hears within five seconds, those in the queue as well`() async throws
    {
        try await stage.settle()
        stage.slow.hang(Self.code)
        let failures = await withTaskGroup { group in
            for number in 0..<1000 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 968)
            await stage.time.sleepers(atLeast: 32)
            stage.time.advance(by: .seconds(5))
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.count == 1000)
        #expect(failures.count { $0 == .transport(.timedOut) } == 32)
        let refused = failures.count {
            switch $0 {
            case .crowded, .resting: true
            default: false
            }
        }
        #expect(refused == 968)
        // Those who had waited were not sent after the others.
        #expect(stage.slow.starts(of: Self.code).count == 32)
    }

    @Test func `T44 who waits for a slow WeChat gets a place in turn`() async throws {
        try await stage.settle()
        stage.slow.delay(Self.code, .seconds(2))
        await withTaskGroup { group in
            for number in 0..<64 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 32)
            await stage.time.sleepers(atLeast: 32)
            stage.time.advance(by: .seconds(2))
            while stage.slow.starts(of: Self.code).count < 64 { await Task.yield() }
            await stage.time.sleepers(atLeast: 32)
            stage.time.advance(by: .seconds(2))
            for await failure in group { #expect(failure == nil) }
        }
        #expect(stage.slow.peak == 32)
    }

    @Test func `T44 a queue that is too long for a slow WeChat is over in five seconds too`()
        async throws
    {
        try await stage.settle()
        stage.slow.delay(Self.code, .seconds(1))
        let failures = await withTaskGroup { group in
            for number in 0..<1000 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 968)
            for turn in 1...5 {
                while stage.slow.starts(of: Self.code).count < 32 * turn { await Task.yield() }
                await stage.time.sleepers(atLeast: 32)
                stage.time.advance(by: .seconds(1))
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures.count { $0 == nil } == 160)
        #expect(failures.count { $0 == .crowded } == 840)
        #expect(stage.slow.starts(of: Self.code).count == 160)
    }

    @Test func `T44 the queue has an end`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.code)
        await withTaskGroup { group in
            for number in 0..<5032 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 5000)
            #expect(await stage.picture("one more") == .crowded)
            group.cancelAll()
            for await failure in group { #expect(failure == .transport(.cancelled)) }
        }
        #expect(stage.client.gate.withLock { $0.waiting(.code) } == 0)
        #expect(stage.client.callsInFlight == 0)
    }

    @Test func `codes for stock take half of the places and no person's turn`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.code)
        await withTaskGroup { group in
            for number in 0..<100 {
                group.addTask {
                    await error { () async throws(WeChatError) in
                        try await stage.client.unlimitedCode(scene: "s\(number)", for: .stock)
                    }
                }
            }
            var refused = 0
            for await failure in group.prefix(84) {
                #expect(failure == .crowded)
                refused += 1
            }
            #expect(refused == 84)
            #expect(stage.slow.underWay(Self.code) == 16)
            group.cancelAll()
        }
    }

    // MARK: - The breaker

    static let failures: [ScriptedWeChat.Script] = [
        .fails(.timedOut), .fails(.unreachable), .fails(.untrusted), .fails(.cutOff),
        .fails(.answerTooLarge), .status(500, "<html>"), .status(200, "<html>"), .bytes([]),
        .json(#"{"errcode":-1}"#), .json(#"{"errcode":0}"#), .json("{}"),
    ]

    @Test(arguments: failures)
    func `T44 five failures of a call, and it goes out once in ten seconds`(
        script: ScriptedWeChat.Script
    ) async throws {
        try await stage.settle()
        for (path, call) in calls {
            stage.wechat.always(path, script)
            for _ in 0..<5 { #expect(await call("x") != nil) }
            #expect(await call("x") == .resting(milliseconds: 10_000, isQuota: false))
            // A minute, ten times a second.
            for _ in 0..<600 {
                stage.time.advance(by: .milliseconds(100))
                _ = await call("x")
            }
            let starts = stage.slow.starts(of: path)
            #expect(starts.count == 11)
            #expect(starts.dropFirst(5).map { $0 }.most(within: .seconds(10)) == 1)
        }
        #expect(stage.client.callsInFlight == 0)
    }

    static let refusals = [40013, 40125, 41030, 41008, 48001, 47001, 40029, 40163, 40226]

    @Test(arguments: refusals)
    func `a refusal is an answer, however often it comes`(errcode: Int) async throws {
        try await stage.settle()
        for (path, call) in calls {
            stage.wechat.always(path, ClientStage.errcode(errcode))
            // A number's code of another app is a code that is none.
            let isForeign = path == ClientStage.phoneNumberPath && errcode == 40013
            let error = isForeign ? .invalidCode : WeChatError(errcode: errcode)
            for _ in 0..<50 { #expect(await call("x") == error) }
        }
    }

    @Test func `T8 one user's used-up minute stops nobody else's login`() async {
        stage.wechat.always(Self.session, ClientStage.errcode(45011))
        for _ in 0..<50 { #expect(await stage.session() == .quotaReached(errcode: 45011)) }
        stage.wechat.always(Self.session, nil)
        #expect(await stage.session() == nil)
    }

    @Test(arguments: [(true, 45009), (true, 45011), (false, 45009)])
    func `T33 after a used-up quota a call goes out once in ten seconds`(
        isPicture: Bool,
        errcode: Int
    ) async throws {
        try await stage.settle()
        let path = isPicture ? Self.code : Self.session
        let call = isPicture ? stage.picture : stage.session
        stage.wechat.always(path, ClientStage.errcode(errcode))
        #expect(await call("x") == .quotaReached(errcode: errcode))
        #expect(await call("x") == .resting(milliseconds: 10_000, isQuota: true))
        for _ in 0..<1200 {
            stage.time.advance(by: .milliseconds(50))
            _ = await call("x")
        }
        #expect(stage.slow.starts(of: path).most(within: .seconds(10)) == 1)
        #expect(stage.slow.starts(of: path).count == 7)
        stage.wechat.always(path, nil)
        stage.time.advance(by: .seconds(10))
        #expect(await call("x") == nil)
        #expect(await call("x") == nil)
    }

    @Test func `T44 pictures rest and logins of phones go on`() async throws {
        try await stage.settle()
        stage.wechat.always(Self.code, .fails(.timedOut))
        for _ in 0..<5 { _ = await stage.picture() }
        #expect(await stage.picture() == .resting(milliseconds: 10_000, isQuota: false))
        #expect(await stage.session() == nil)
    }

    @Test func `T44 those in the queue hear at once when a call begins to rest`() async throws {
        try await stage.settle()
        stage.wechat.hold(Self.code)
        stage.wechat.always(Self.code, .fails(.cutOff))
        let failures = await withTaskGroup { group in
            for number in 0..<100 { group.addTask { await stage.picture("s\(number)") } }
            await stage.queued(.code, 68)
            stage.wechat.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
        // The clock has not moved.
        let resting = WeChatError.resting(milliseconds: 10_000, isQuota: false)
        #expect(failures.count { $0 == resting } >= 64)
        #expect(failures.allSatisfy { $0 == resting || $0 == .transport(.cutOff) })
    }

    @Test func `T44 a WeChat that is back is used again within fifteen seconds`() async throws {
        try await stage.settle()
        for (path, call) in calls {
            stage.wechat.always(path, .fails(.unreachable))
            for _ in 0..<137 {
                _ = await call("x")
                stage.time.advance(by: .milliseconds(437))
            }
            stage.wechat.always(path, nil)
            var waited = Duration.zero
            while await call("x") != nil {
                stage.time.advance(by: .milliseconds(500))
                waited += .milliseconds(500)
                try #require(waited <= .seconds(15))
            }
            for _ in 0..<100 { #expect(await call("x") == nil) }
        }
    }

    // MARK: - Nothing is left

    @Test func `T44 ten thousand timeouts leave nothing behind`() async throws {
        try await stage.settle()
        stage.wechat.always(Self.code, .fails(.timedOut))
        for _ in 0..<10_000 {
            #expect(await stage.picture() == .transport(.timedOut))
            stage.time.advance(by: .seconds(10))
            // The token stays young: what is counted is pictures.
            if stage.client.accessTokenSecondsLeft() ?? 0 < 1500 { try await stage.settle() }
        }
        #expect(stage.slow.starts(of: Self.code).count == 10_000)
        #expect(stage.client.callsInFlight == 0)
        stage.client.gate.withLock { gate in
            for call in WeChatCall.allCases { #expect(gate.waiting(call) == 0) }
            // What the breaker keeps does not grow with what has happened.
            switch gate.breaker(.code) {
            case .closed(let failures): #expect(failures.count <= Breaker.failuresMax)
            case .resting, .probing: break
            }
        }
        stage.wechat.always(Self.code, nil)
        stage.time.advance(by: .seconds(10))
        #expect(await stage.picture() == nil)
    }

    @Test func `T44 callers who go away from the queue leave nothing behind`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.code)
        for _ in 0..<10 {
            await withTaskGroup { group in
                for number in 0..<200 { group.addTask { await stage.picture("s\(number)") } }
                await stage.queued(.code, 168)
                group.cancelAll()
            }
            #expect(stage.client.callsInFlight == 0)
            #expect(stage.client.gate.withLock { $0.waiting(.code) } == 0)
        }
    }

    // MARK: - Who looks on

    @Test func `each exchange is told, with what came of it and how long it took`() async throws {
        stage.slow.delay(Self.code, .milliseconds(300))
        async let picture = stage.picture()
        await stage.time.sleepers(atLeast: 1)
        stage.time.advance(by: .milliseconds(300))
        #expect(await picture == nil)
        stage.wechat.next(Self.session, ClientStage.errcode(40029))
        _ = await stage.session()
        stage.wechat.always(Self.session, .fails(.timedOut))
        for _ in 0..<6 { _ = await stage.session() }
        let told = stage.exchanges.all
        #expect(
            told.prefix(3).map { $0 } == [
                WeChatExchange(
                    call: .accessToken,
                    result: "ok",
                    duration: .zero,
                    wasSent: true
                ),
                WeChatExchange(
                    call: .code,
                    result: "ok",
                    duration: .milliseconds(300),
                    wasSent: true
                ),
                WeChatExchange(
                    call: .session,
                    result: "invalid_code",
                    duration: .zero,
                    wasSent: true
                ),
            ]
        )
        #expect(told.count == 9)
        #expect(told.count { $0.result == "transport_timedOut" && $0.wasSent } == 5)
        #expect(told.last?.result == "resting")
        #expect(told.last?.wasSent == false)
    }

    @Test func `the access token's age is told`() async throws {
        #expect(stage.client.accessTokenSecondsOld() == nil)
        try await stage.settle()
        stage.time.advance(by: .milliseconds(90_500))
        #expect(stage.client.accessTokenSecondsOld() == 90)
    }
}
