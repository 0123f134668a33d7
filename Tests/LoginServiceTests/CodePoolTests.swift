import HTTPTransport
import LoginDomain
import LoginStore
import Synchronization
import TestSupport
import Testing
import WeChatClient

@testable import LoginService

/// Codes made ahead: the value, and the service around it.
@Suite(.timeLimit(.minutes(10))) struct CodePoolTests {
    private static let start = Timestamp(milliseconds: 0)

    // MARK: - The value

    @Test func `makers make what is missing and no more`() {
        var pool = CodePool<Int>(size: 3)
        let steps = (0..<5).map { _ in pool.nextStep(at: Self.start) }
        #expect(
            steps == [.make, .make, .make, .wait(.milliseconds(250)), .wait(.milliseconds(250))]
        )
        for code in 0..<3 { pool.made(code) }
        #expect(pool.level == 3)
        let full = pool.nextStep(at: Self.start)
        #expect(full == .wait(.milliseconds(250)))
        let first = pool.take()
        #expect(first == 0)
        let next = pool.nextStep(at: Self.start)
        #expect(next == .make)
    }

    @Test func `an empty pool gives nothing, and a pool of none wants nothing`() {
        var pool = CodePool<Int>(size: 0)
        #expect(pool.take() == nil)
        let step = pool.nextStep(at: Self.start)
        #expect(step == .wait(.milliseconds(250)))
    }

    @Test func `after a failure nothing is made for as long as it says`() {
        var pool = CodePool<Int>(size: 2)
        _ = pool.nextStep(at: Self.start)
        _ = pool.nextStep(at: Self.start)
        pool.failed(rest: .seconds(10), at: Self.start)
        // A shorter one beside it ends nothing.
        pool.failed(rest: .seconds(1), at: Self.start)
        let resting = pool.nextStep(at: Self.start + .seconds(4))
        #expect(resting == .wait(.seconds(6)))
        let steps = (0..<3).map { _ in pool.nextStep(at: Self.start + .seconds(10)) }
        #expect(steps == [.make, .make, .wait(.milliseconds(250))])
    }

    @Test func `T33 of a million draws by sixteen at once no code comes twice`() async {
        let pool = Mutex(CodePool<Int>(size: 64))
        let source = Mutex(0)
        let draws = 1_000_000
        let drawn = await together(16) { _ in
            var drawn: [Int] = []
            while drawn.count < draws / 16 {
                // As a maker does, and then as a browser does.
                if pool.withLock({ $0.nextStep(at: Self.start) }) == .make {
                    let code = source.withLock { number in
                        number += 1
                        return number
                    }
                    pool.withLock { $0.made(code) }
                }
                if let code = pool.withLock({ $0.take() }) { drawn.append(code) }
            }
            return drawn
        }
        var seen = Array(repeating: false, count: source.withLock { $0 } + 1)
        var twice = 0
        var count = 0
        for code in drawn.values().joined() {
            if seen[code] { twice += 1 }
            seen[code] = true
            count += 1
        }
        #expect(count == draws)
        #expect(twice == 0)
    }

    // MARK: - The service

    /// A house whose WeChat is slow when a test says so.
    private struct Stage {
        let house: LoginHouse
        let slow: SlowWeChat

        init(
            pooledCodes: Int = 8,
            codesPerMinute: Int = 4000,
            store: any LoginStore = MemoryLoginStore()
        ) {
            var policy = LoginPolicy()
            policy.pooledCodes = pooledCodes
            policy.codesPerMinute = codesPerMinute
            policy.attemptsPerAddressBurst = 1000
            let wechat = ScriptedWeChat()
            let time = ManualTime()
            slow = SlowWeChat(wechat, time)
            house = LoginHouse(
                policy: policy,
                store: store,
                wechat: wechat,
                transport: slow,
                time: time
            )
        }

        var level: Int { house.service.pooledCodes }
        var pictures: Int { house.wechat.calls(to: ScriptedWeChat.codePath).count }

        /// Runs the makers while `body` does.
        func filling(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup { group in
                group.addTask { await house.service.runCodePool() }
                try await body()
                group.cancelAll()
            }
        }

        /// Returns once so many codes lie ready and every maker sleeps.
        func settled(at level: Int) async {
            while self.level != level, !Task.isCancelled { await Task.yield() }
            await house.time.sleepers(atLeast: LoginService.codeMakers)
        }

        /// Lets the clock run in steps, each of which the makers have taken notice of.
        func run(_ wait: Duration, step: Duration = .milliseconds(250)) async {
            var run = Duration.zero
            while run < wait {
                await house.time.sleepers(atLeast: LoginService.codeMakers)
                house.time.advance(by: step)
                run += step
            }
            await house.time.sleepers(atLeast: LoginService.codeMakers)
        }
    }

    @Test func `the pool fills by itself and stays full`() async throws {
        let stage = Stage()
        try await stage.filling {
            await stage.settled(at: 8)
            #expect(stage.pictures == 8)
            await stage.run(.seconds(60))
            #expect(stage.pictures == 8)
            for _ in 0..<3 { _ = try await stage.house.open() }
            #expect(stage.level == 5)
            await stage.run(.seconds(1))
            #expect(stage.level == 8)
            #expect(stage.pictures == 11)
        }
    }

    @Test func `with a WeChat that takes two seconds a browser gets its code at once`() async throws
    {
        let stage = Stage()
        stage.slow.delay(ScriptedWeChat.codePath, .seconds(2))
        try await stage.filling {
            await stage.run(.seconds(6), step: .seconds(2))
            await stage.settled(at: 8)
            // The clock does not move: nobody waits for WeChat.
            let opened = try await stage.house.open()
            #expect(opened.view == AttemptView(state: .created, seq: 1, expiresIn: 120))
            _ = try await stage.house.service.scan(
                stage.house.scene(opened),
                by: stage.house.phone("alice")
            )
        }
    }

    @Test func `a life starts when the browser gets the code, however old its picture`()
        async throws
    {
        let stage = Stage()
        try await stage.filling { await stage.settled(at: 8) }
        stage.house.time.advance(by: .seconds(3600))
        let opened = try await stage.house.open()
        #expect(opened.view.expiresIn == 120)
        stage.house.time.advance(by: .milliseconds(119_999))
        #expect(try await stage.house.state(opened) == .created)
        #expect(stage.pictures == 8)
    }

    @Test func `T13 a scene that lies in the pool is a dead one to a phone`() async throws {
        let stage = Stage()
        try await stage.filling { await stage.settled(at: 8) }
        let scenes = try stage.house.wechat.calls(to: ScriptedWeChat.codePath).map {
            String(try #require($0.body.firstMatch(of: /"scene":"([^"]+)"/)?.1))
        }
        #expect(Set(scenes).count == 8)
        let alice = try await stage.house.phone("alice")
        for scene in scenes {
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await stage.house.service.scan(scene, by: alice)
            }
        }
        // And it has cost the phone its guesses.
        for _ in 0..<2 { _ = try? await stage.house.service.scan("A", by: alice) }
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 600)) {
            try await stage.house.service.scan(scenes[0], by: alice)
        }
        // To a browser's phone it is alive as soon as the browser has it.
        let opened = try await stage.house.open()
        #expect(scenes.contains(try stage.house.scene(opened)))
        _ = try await stage.house.service.scan(
            stage.house.scene(opened),
            by: stage.house.phone("bob")
        )
    }

    @Test func `T33 a code is bound once, also when its row cannot be written`() async throws {
        let store = FaultyStore()
        let stage = Stage(store: store)
        try await stage.filling {
            await stage.settled(at: 8)
            store.failNext(.openAttempt, .after)
            await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 2)) {
                try await stage.house.open()
            }
            #expect(stage.level == 7)
        }
        var scenes: Set<String> = []
        for _ in 0..<7 { scenes.insert(try await stage.house.scene(stage.house.open())) }
        #expect(scenes.count == 7)
        let first = try #require(stage.house.wechat.calls(to: ScriptedWeChat.codePath).first)
        #expect(!scenes.contains { first.body.contains($0) })
    }

    @Test func `T33 browsers at once get a code each`() async throws {
        let stage = Stage(pooledCodes: 50)
        try await stage.filling { await stage.settled(at: 50) }
        let opened = await together(200) { _ in try await stage.house.open() }
        let scenes = try opened.values().map { try stage.house.scene($0) }
        #expect(scenes.count == 200)
        #expect(Set(scenes).count == 200)
        #expect(stage.pictures == 200)
    }

    @Test func `T44 logins go on through an outage until the pool is empty, and after it`()
        async throws
    {
        let stage = Stage()
        try await stage.filling {
            await stage.settled(at: 8)
            stage.slow.hang(ScriptedWeChat.codePath)
            stage.house.time.advance(by: .seconds(1))
            for _ in 0..<8 { _ = try await stage.house.open() }
            // The makers find out that WeChat is down, and everybody with them.
            await stage.run(.seconds(12))
            let refusal = await refusal { () async throws(LoginRefusal) in
                try await stage.house.service.openAttempt(
                    superseding: nil,
                    browser: LoginHouse.browser
                )
            }
            guard case .weChatUnavailable(let wait) = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect((1...10).contains(wait))
            await stage.run(.seconds(48))
            stage.slow.delay(ScriptedWeChat.codePath, .zero)
            await stage.run(.seconds(15))
            #expect(stage.level == 8)
            _ = try await stage.house.open()
        }
    }

    @Test func `T33 codes are made ahead from the first half of a minute's codes alone`()
        async throws
    {
        let stage = Stage(pooledCodes: 100, codesPerMinute: 40)
        try await stage.filling {
            await stage.settled(at: 20)
            await stage.run(.seconds(30))
            #expect(stage.pictures == 20)
            // Browsers have the pool and the other half.
            for _ in 0..<40 {
                _ = try await stage.house.service.openAttempt(
                    superseding: nil,
                    browser: BrowserFacts(
                        address: "a\(stage.pictures)-\(stage.level)",
                        userAgent: ""
                    )
                )
            }
            #expect(stage.pictures == 40)
            await stage.run(.seconds(29))
            #expect(stage.slow.starts(of: ScriptedWeChat.codePath).most(within: .seconds(60)) == 40)
        }
    }

    @Test
    func `T33 a used-up quota is looked at every ten seconds, by makers and browsers together`()
        async throws
    {
        let stage = Stage()
        stage.house.wechat.always(ScriptedWeChat.codePath, .json(#"{"errcode":45009}"#))
        try await stage.filling {
            for turn in 0..<60 {
                await stage.run(.seconds(1))
                let refusal = await refusal { () async throws(LoginRefusal) in
                    try await stage.house.service.openAttempt(
                        superseding: nil,
                        browser: BrowserFacts(address: "a\(turn)", userAgent: "")
                    )
                }
                guard case .rateLimited(let wait) = refusal else {
                    Issue.record("\(String(describing: refusal))")
                    continue
                }
                #expect((1...60).contains(wait))
            }
            let starts = stage.slow.starts(of: ScriptedWeChat.codePath)
            // The four makers were under way together when the first answer came.
            #expect(starts.dropFirst(4).map { $0 }.most(within: .seconds(10)) == 1)
            #expect(starts.count <= 11)
        }
    }

    private func refusal(_ body: () async throws(LoginRefusal) -> some Any) async -> LoginRefusal? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}
