import LoginDomain
import LoginStore
import Synchronization
import TestSupport
import Testing

@testable import LoginService

/// Ends that come by themselves: exact to the millisecond without a sweeper, told by it.
@Suite(.timeLimit(.minutes(10))) struct DeadlineTests {
    private let house = LoginHouse()

    private func refused(_ body: () async throws -> some Any) async throws -> Bool {
        do {
            _ = try await body()
            return false
        } catch let refusal as LoginRefusal {
            try #require(refusal == .sceneUnavailable || refusal == .notConfirmed)
            return true
        }
    }

    @Test(arguments: [(119_999, false), (120_000, true), (10_000_000, true)])
    func `T13 a code may be scanned for two minutes`(wait: Int, isDead: Bool) async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        house.time.advance(by: .milliseconds(wait))
        let alice = try await house.phone("alice")
        #expect(try await refused { try await house.service.scan(scene, by: alice) } == isDead)
    }

    @Test(arguments: [(59_999, false), (60_000, true)])
    func `T13 a scan may be confirmed for a minute`(wait: Int, isDead: Bool) async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        house.time.advance(by: .milliseconds(wait))
        #expect(
            try await refused {
                try await house.service.confirm(scene, nonce: nonce, by: alice)
            } == isDead
        )
    }

    @Test(arguments: [(179_999, false), (180_000, true)])
    func `T13 a confirmed login may be collected for three minutes in all`(
        wait: Int,
        isDead: Bool
    ) async throws {
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice"))
        house.time.advance(by: .milliseconds(wait) - house.policy.confirmDelay)
        #expect(
            try await refused {
                try await house.service.complete(opened.cookie, ending: nil)
            } == isDead
        )
    }

    @Test(arguments: [(179_999, false), (180_000, true)])
    func `T13 the cap beats the confirm window`(wait: Int, isDead: Bool) async throws {
        var policy = LoginPolicy()
        policy.confirm = .seconds(120)
        let house = LoginHouse(policy: policy)
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        house.time.advance(by: .seconds(100))
        let scanned = try await house.service.scan(scene, by: alice)
        #expect(scanned.expiresInSeconds == 80)
        house.time.advance(by: .milliseconds(wait - 100_000))
        #expect(
            try await refused {
                try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: alice)
            } == isDead
        )
    }

    @Test func `T13 a browser is told the end by the clock alone`() async throws {
        let opened = try await house.open()
        house.time.advance(by: .milliseconds(119_999))
        #expect(try await house.view(opened) == AttemptView(state: .created, seq: 1, expiresIn: 1))
        house.time.advance(by: .milliseconds(1))
        let ended = AttemptView(state: .expired, seq: 2, expiresIn: 0)
        #expect(try await house.view(opened) == ended)
        #expect(
            try await house.service.view(opened.cookie, after: 2, waitingFor: .seconds(25)) == ended
        )
        // Written down late, it is the same end.
        try await house.service.sweep()
        #expect(try await house.view(opened) == ended)
    }

    @Test func `T12 a confirm that waits in the store does not follow an end that was told`()
        async throws
    {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        house.time.advance(by: .milliseconds(59_999))
        let told = Mutex<AttemptView?>(nil)
        // It came in time, and the store takes its time.
        store.beforeAnswer(of: .phoneSession) {
            house.time.advance(by: .milliseconds(1))
            let view = try? await house.view(opened)
            told.withLock { $0 = view }
        }
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: nonce, by: alice)
        }
        let ended = AttemptView(state: .expired, seq: 3, expiresIn: 0)
        #expect(told.withLock { $0 } == ended)
        #expect(try await house.view(opened) == ended)
    }

    @Test func `T12 a look that was slow tells what came in time meanwhile`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        house.time.advance(by: .milliseconds(59_999))
        store.beforeAnswer(of: .attempt) {
            try? await house.service.confirm(scene, nonce: nonce, by: alice)
            house.time.advance(by: .milliseconds(1))
        }
        #expect(try await house.view(opened).state == .confirmed)
    }

    @Test func `T13 one who comes too late tells the browser the end`() async throws {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let scene = try house.scene(opened)
        house.time.advance(by: .seconds(120))
        let alice = try await house.phone("alice")
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.scan(scene, by: alice)
        }
        #expect(
            watching.log.signals == [.state(AttemptView(state: .expired, seq: 2, expiresIn: 0))]
        )
        try await house.service.sweep()
        #expect(watching.log.signals.count == 1)
    }

    @Test func `a phone's login lasts a quarter of an hour`() async throws {
        let alice = try await house.phone("alice")
        house.time.advance(by: .milliseconds(899_999))
        let opened = try await house.open()
        let scene = try house.scene(opened)
        _ = try await house.service.scan(scene, by: alice)
        house.time.advance(by: .milliseconds(1))
        await #expect(throws: LoginRefusal.noPhoneSession) {
            try await house.service.scan(scene, by: alice)
        }
    }

    // MARK: - The sweeper

    /// Runs something while the sweeper runs, and ends both.
    private func sweeping(
        _ house: LoginHouse,
        _ body: () async throws -> Void
    ) async throws {
        let sweeper = Task { await house.service.runSweeper() }
        await house.time.sleepers(atLeast: 1)
        do {
            try await body()
        } catch {
            sweeper.cancel()
            throw error
        }
        sweeper.cancel()
        await sweeper.value
    }

    @Test func `T13 the sweeper brings the end within a second`() async throws {
        #expect(LoginService.sweepEvery <= .seconds(1))
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        try await sweeping(house) {
            house.time.advance(by: .milliseconds(119_999))
            await house.time.sleepers(atLeast: 1)
            #expect(watching.log.signals.isEmpty)
            house.time.advance(by: LoginService.sweepEvery)
            await watching.log.heard(atLeast: 1)
            #expect(
                watching.log.signals == [.state(AttemptView(state: .expired, seq: 2, expiresIn: 0))]
            )
            await house.time.sleepers(atLeast: 1)
            house.time.advance(by: LoginService.sweepEvery)
            await house.time.sleepers(atLeast: 1)
            #expect(watching.log.signals.count == 1)
        }
    }

    @Test func `T43 the sweeper goes on when the store comes back`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        store.fail(.expireAttempts, .before)
        try await sweeping(house) {
            house.time.advance(by: .seconds(120))
            await house.time.sleepers(atLeast: 1)
            #expect(watching.log.signals.isEmpty)
            store.fail(.expireAttempts, nil)
            house.time.advance(by: LoginService.sweepEvery)
            await watching.log.heard(atLeast: 1)
            #expect(watching.log.states == [.expired])
        }
    }

    @Test func `one sweep tells all ends however many there are`() async throws {
        var policy = LoginPolicy()
        policy.attemptsPerAddressBurst = 2000
        let house = LoginHouse(policy: policy)
        var logs: [WatchLog] = []
        for _ in 0..<1201 { logs.append(try await house.watch(house.open()).log) }
        house.time.advance(by: .seconds(120))
        try await house.service.sweep()
        #expect(logs.allSatisfy { $0.states == [.expired] })
        #expect(house.service.watchers.count == 0)
    }

    @Test func `T34 what nobody can need again is deleted`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let login = try await house.logIn("alice")
        let alice = try await house.phone("alice", run: 2)
        let token = try #require(alice.token)
        try await house.service.sweep()
        // The login above took the delay of its confirm.
        house.time.advance(by: .seconds(24 * 3600) - house.policy.confirmDelay)
        try await house.service.sweep()
        try await house.service.forget()
        // A row lives a day so that its browser learns the end.
        #expect(try await house.state(opened) == .expired)
        #expect(try await store.session(login.session.digest) == nil)
        #expect(try await store.phoneSession(token.digest) == nil)
        house.time.advance(by: .milliseconds(1))
        try await house.service.forget()
        await #expect(throws: LoginRefusal.noAttempt) { try await house.view(opened) }
    }

    @Test func `T34 what is in use is not deleted`() async throws {
        let house = LoginHouse(store: FaultyStore())
        let login = try await house.logIn("alice")
        let phone = try await house.phone("alice", run: 2)
        let opened = try await house.open()
        house.time.advance(by: .milliseconds(119_999))
        try await house.service.sweep()
        try await house.service.forget()
        #expect(try await house.state(opened) == .created)
        #expect(try await house.service.session(login.session).user == login.user)
        _ = try await house.service.scan(house.scene(opened), by: phone)
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.loginPhone(code: "code-alice-2")
        }
    }

    @Test func `T34 the sweeper deletes all that came in a minute`() async throws {
        var policy = LoginPolicy()
        policy.phoneLoginsPerUserPerMinute = 5000
        let store = FaultyStore()
        let house = LoginHouse(policy: policy, store: store)
        var tokens: [PhoneToken] = []
        for run in 0..<1201 {
            tokens.append(try #require(try await house.phone("alice", run: run).token))
        }
        try await sweeping(house) {
            house.time.advance(by: .seconds(901))
            await house.time.sleepers(atLeast: 1)
        }
        for token in tokens { #expect(try await store.phoneSession(token.digest) == nil) }
        #expect(store.count(.forget) == 1201 / LoginService.forgetLimit + 1)
    }
}
