import HTTPTransport
import LoginDomain
import LoginStore
import TestSupport
import Testing

@testable import LoginService

/// How often strangers may guess and ask.
@Suite struct BudgetTests {
    private let house = LoginHouse()

    private func guess(
        _ house: LoginHouse,
        _ caller: PhoneCaller,
        _ number: Int
    ) async -> LoginRefusal? {
        let scene = String(repeating: "A", count: 20) + String(1000 + number)
        do {
            switch number % 3 {
            case 0: _ = try await house.service.scan(scene, by: caller)
            case 1: try await house.service.confirm(scene, nonce: "n", by: caller)
            default: try await house.service.cancel(scene, nonce: "n", by: caller)
            }
            return nil
        } catch {
            return error
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

    // MARK: - Guesses

    @Test func `T1 b ten guesses, whichever way, and the phone must wait`() async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let calls = house.wechat.calls
        for number in 0..<10 {
            #expect(await guess(house, alice, number) == .sceneUnavailable)
            house.time.advance(by: .seconds(1))
        }
        // Ten seconds have passed since the first one, which is the first to be forgotten.
        for number in 0..<6 {
            #expect(await guess(house, alice, number) == .rateLimited(retryAfterSeconds: 590))
        }
        // Live scenes too: or the answer would say which guess was right.
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 590)) {
            try await house.service.scan(scene, by: alice)
        }
        #expect(try await house.view(opened).seq == 1)
        #expect(watching.log.signals.isEmpty)
        #expect(house.wechat.calls == calls)

        // Another user is not held back.
        let bob = try await house.phone("bob")
        _ = try await house.service.scan(scene, by: bob)

        let later = try await house.phone("alice", run: 2)
        house.time.advance(by: .milliseconds(589_999))
        #expect(await guess(house, later, 0) == .rateLimited(retryAfterSeconds: 1))
        house.time.advance(by: .milliseconds(1))
        #expect(await guess(house, later, 0) == .sceneUnavailable)
        #expect(await guess(house, later, 0) == .rateLimited(retryAfterSeconds: 1))
    }

    @Test func `T1 b a hundred guesses at once are ten`() async throws {
        let alice = try await house.phone("alice")
        let results = await together(100) { await guess(house, alice, $0) }
        let refusals = results.values().compactMap { $0 }
        #expect(refusals.count { $0 == .sceneUnavailable } == 10)
        #expect(refusals.count { $0 == .rateLimited(retryAfterSeconds: 600) } == 90)
    }

    @Test func `T1 b a hundred guesses from one address and all its phones must wait`() async throws
    {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        for number in 0..<100 {
            let phone = try await house.phone("p\(number)")
            #expect(await guess(house, phone, number) == .sceneUnavailable)
        }
        let honest = try await house.phone("honest")
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 600)) {
            try await house.service.scan(scene, by: honest)
        }
        let elsewhere = PhoneCaller(token: honest.token, address: "198.51.100.8")
        _ = try await house.service.scan(scene, by: elsewhere)
    }

    @Test func `what goes well costs no guess`() async throws {
        var policy = LoginPolicy()
        policy.sceneRequestsPerUserPerMinute = 1000
        let house = LoginHouse(policy: policy)
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        var nonce = ""
        for _ in 0..<30 { nonce = try await house.service.scan(scene, by: alice).nonce.exposed }
        for _ in 0..<30 {
            let presented = nonce
            await #expect(throws: LoginRefusal.tooFast) {
                try await house.service.confirm(scene, nonce: presented, by: alice)
            }
        }
        house.time.advance(by: .seconds(1))
        for _ in 0..<30 { try await house.service.confirm(scene, nonce: nonce, by: alice) }
        for number in 0..<10 { #expect(await guess(house, alice, number) == .sceneUnavailable) }
    }

    @Test func `T43 a store that fails costs no guess`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let alice = try await house.phone("alice")
        store.fail(.updateAttempt, .before)
        for number in 0..<30 {
            let refusal = await guess(house, alice, number)
            #expect(refusal == .storeUnavailable(retryAfterSeconds: 2))
        }
        store.fail(.updateAttempt, nil)
        for number in 0..<10 { #expect(await guess(house, alice, number) == .sceneUnavailable) }
    }

    // MARK: - Codes

    @Test func `T33 a browser gets six codes a minute along its chain`() async throws {
        var newest = try await house.open()
        for _ in 0..<5 { newest = try await house.open(superseding: newest.cookie) }
        house.time.advance(by: .seconds(20))
        let cookie = newest.cookie
        for _ in 0..<10 {
            await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 40)) {
                try await house.open(superseding: cookie)
            }
        }
        #expect(house.wechat.calls(to: ScriptedWeChat.codePath).count == 6)
        // The code it has stays alive.
        #expect(try await house.view(newest).state == .created)
        // Another browser behind the same address is not held back.
        _ = try await house.open()
        house.time.advance(by: .milliseconds(39_999))
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 1)) {
            try await house.open(superseding: cookie)
        }
        house.time.advance(by: .milliseconds(1))
        #expect(try await house.open(superseding: cookie).view.state == .created)
    }

    @Test func `T33 the chain goes on through ended attempts`() async throws {
        var newest = try await house.open()
        for _ in 0..<5 {
            try await house.service.cancelAttempt(newest.cookie)
            newest = try await house.open(superseding: newest.cookie)
        }
        let cookie = newest.cookie
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 60)) {
            try await house.open(superseding: cookie)
        }
    }

    @Test func `T33 a hundred demands of one browser at once are six codes`() async throws {
        let first = try await house.open()
        let results = await together(100) { _ in try await house.open(superseding: first.cookie) }
        #expect(results.values().count == 5)
        #expect(
            results.errors(LoginRefusal.self)
                == Array(repeating: .rateLimited(retryAfterSeconds: 60), count: 95)
        )
        #expect(house.wechat.calls(to: ScriptedWeChat.codePath).count == 6)
    }

    @Test func `a code that did not come is not counted against its browser`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let first = try await house.open()
        for _ in 0..<10 {
            // Slowly enough that WeChat does not count as down.
            house.time.advance(by: .seconds(3))
            house.wechat.next(ScriptedWeChat.codePath, .fails(.timedOut))
            await #expect(throws: LoginRefusal.weChatUnavailable(retryAfterSeconds: 2)) {
                try await house.open(superseding: first.cookie)
            }
            store.failNext(.openAttempt, .before)
            await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 2)) {
                try await house.open(superseding: first.cookie)
            }
        }
        var newest = first
        for _ in 0..<5 { newest = try await house.open(superseding: newest.cookie) }
    }

    @Test func `T33 an address gets sixty codes at once and one every two seconds`() async throws {
        for _ in 0..<60 { _ = try await house.open() }
        for _ in 0..<5 {
            await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 2)) {
                try await house.open()
            }
        }
        house.time.advance(by: .milliseconds(1999))
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 1)) {
            try await house.open()
        }
        house.time.advance(by: .milliseconds(1))
        _ = try await house.open()
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 2)) {
            try await house.open()
        }
        _ = try await house.service.openAttempt(
            superseding: nil,
            browser: BrowserFacts(address: "192.0.2.2", userAgent: "")
        )
        #expect(house.wechat.calls(to: ScriptedWeChat.codePath).count == 62)
        // After a long while it has sixty again and no more.
        house.time.advance(by: .seconds(3600))
        for _ in 0..<60 { _ = try await house.open() }
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 2)) {
            try await house.open()
        }
    }

    @Test func `T32 all addresses of one IPv6 network have one budget`() async throws {
        func open(_ address: String) async throws -> OpenedAttempt {
            try await house.service.openAttempt(
                superseding: nil,
                browser: BrowserFacts(address: address, userAgent: "")
            )
        }
        for number in 0..<60 { _ = try await open("2001:db8:1:2::\(number)") }
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 2)) {
            _ = try await open("2001:db8:1:2:ffff::1")
        }
        _ = try await open("2001:db8:1:3::1")
        // Guesses too.
        for number in 0..<100 {
            var phone = try await house.phone("p\(number)")
            phone.address = "2001:db8:1:2::\(number)"
            #expect(await guess(house, phone, number) == .sceneUnavailable)
        }
        var phone = try await house.phone("last")
        phone.address = "2001:db8:1:2:ffff::1"
        #expect(await guess(house, phone, 0) == .rateLimited(retryAfterSeconds: 600))
    }

    @Test func `T33 WeChat is asked for so many codes in any minute and no more`() async throws {
        var policy = LoginPolicy()
        policy.codesPerMinute = 40
        let house = LoginHouse(policy: policy)
        let results = await together(1000) {
            try await house.service.openAttempt(
                superseding: nil,
                browser: BrowserFacts(address: "192.0.2.\($0)", userAgent: "")
            )
        }
        #expect(results.values().count == 40)
        #expect(
            results.errors(LoginRefusal.self)
                == Array(repeating: .rateLimited(retryAfterSeconds: 60), count: 960)
        )
        #expect(house.wechat.calls(to: ScriptedWeChat.codePath).count == 40)
        house.time.advance(by: .seconds(60))
        _ = try await house.open()
    }

    // MARK: - Phones

    @Test func `T8 a person's phones log in twenty times a minute`() async throws {
        for run in 0..<20 { _ = try await house.phone("alice", run: run) }
        house.time.advance(by: .seconds(15))
        let refused = await refusal { () async throws(LoginRefusal) in
            try await house.service.loginPhone(code: "code-alice-20")
        }
        #expect(refused == .rateLimited(retryAfterSeconds: 45))
        _ = try await house.phone("bob")
        house.time.advance(by: .seconds(45))
        _ = try await house.phone("alice", run: 21)
    }

    // MARK: - The counters

    private static func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds)
    }

    @Test func `T34 a window forgets old keys and keeps the newest`() {
        var window = SlidingWindow<Int>(most: 1, in: .seconds(60), keysMax: 100)
        for key in 0..<10_000 { window.note(key, at: Self.moment(Int64(key))) }
        #expect(window.count <= 100)
        for key in 9950..<10_000 {
            #expect(window.secondsToWait(key, at: Self.moment(10_000)) != nil)
        }
    }

    @Test func `a key in use is carried over to the younger generation`() {
        var window = SlidingWindow<Int>(most: 1000, in: .seconds(60), keysMax: 100)
        for key in 1...1000 {
            window.note(key, at: Self.moment(0))
            window.note(0, at: Self.moment(0))
        }
        #expect(window.secondsToWait(0, at: Self.moment(0)) == 60)
    }

    @Test func `an event that is taken back leaves the others`() {
        var window = SlidingWindow<Int>(most: 2, in: .seconds(60), keysMax: 2)
        window.note(1, at: Self.moment(0))
        window.note(1, at: Self.moment(1000))
        window.takeBack(1, at: Self.moment(500))
        #expect(window.secondsToWait(1, at: Self.moment(2000)) == 58)
        window.takeBack(1, at: Self.moment(0))
        #expect(window.secondsToWait(1, at: Self.moment(2000)) == nil)
        window.note(1, at: Self.moment(2000))
        // From the older generation as well.
        window.note(2, at: Self.moment(2000))
        window.takeBack(1, at: Self.moment(2000))
        #expect(window.secondsToWait(1, at: Self.moment(2000)) == nil)
        window.takeBack(3, at: Self.moment(2000))
    }

    @Test func `T34 buckets forget old keys and keep the newest`() {
        var buckets = TokenBuckets<Int>(perMinute: 1, burst: 1, keysMax: 100)
        for key in 0..<10_000 { _ = buckets.take(key, at: Self.moment(0)) }
        #expect(buckets.count <= 100)
        for key in 9950..<10_000 {
            let wait = buckets.take(key, at: Self.moment(0))
            #expect(wait == 60)
        }
    }
}
