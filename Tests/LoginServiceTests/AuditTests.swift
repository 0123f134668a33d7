import LoginDomain
import LoginStore
import Synchronization
import TestSupport
import Testing

@testable import LoginService

/// What the audit log has of a login, when it goes well and when it does not.
@Suite struct AuditTests {
    @Test func `a login leaves a line for each step, with who did it and from where`() async throws
    {
        let store = MemoryLoginStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        let alice = try await house.phone("alice")
        try await house.confirm(opened, by: alice)
        let login = try await house.service.complete(opened.cookie, ending: nil)
        let found = await house.service.supportCode(opened.cookie)
        let code = try #require(found)
        let lines = try await store.timeline(code)
        #expect(lines.map(\.what) == [.opened, .scanned, .confirmed, .completed])
        #expect(lines.map(\.actor.user) == [nil, login.user.id, login.user.id, login.user.id])
        let browser = LoginHouse.browser
        #expect(
            lines.map(\.actor.address)
                == [browser.address, "198.51.100.7", "198.51.100.7", browser.address]
        )
        #expect(lines[0].actor.userAgent == browser.userAgent)
        #expect(lines.map(\.at) == lines.map(\.at).sorted())
    }

    @Test func `every end says whose it was`() async throws {
        let store = MemoryLoginStore()
        let house = LoginHouse(store: store)
        @Sendable func last(_ opened: OpenedAttempt) async throws -> AuditEntry? {
            guard let code = await house.service.supportCode(opened.cookie) else { return nil }
            return store.audit.last { $0.code == code }
        }
        let alice = try await house.phone("alice")

        let byBrowser = try await house.open()
        try await house.service.cancelAttempt(byBrowser.cookie)
        #expect(try await last(byBrowser)?.what == .cancelledByBrowser)
        #expect(try await last(byBrowser)?.actor == AuditActor(LoginHouse.browser))

        let byPhone = try await house.open()
        let scene = try house.scene(byPhone)
        let scanned = try await house.service.scan(scene, by: alice)
        try await house.service.cancel(scene, nonce: scanned.nonce.exposed, by: alice)
        #expect(try await last(byPhone)?.what == .cancelledByPhone)
        #expect(try await last(byPhone)?.actor.address == "198.51.100.7")

        let first = try await house.open()
        let second = try await house.open(superseding: first.cookie)
        #expect(try await last(first)?.what == .superseded)
        house.time.advance(by: house.policy.scene)
        try await house.service.sweep()
        #expect(try await last(second)?.what == .expired)
        #expect(try await last(second)?.actor == .nobody)
    }

    /// What a phone does that cannot be, and the true reason.
    enum Refused: CaseIterable, Sendable {
        case unknownScene
        case secondPhone
        case foreignNonce
        case otherRun
        case tooFast
        case notScanned
        case cancelled
        case expired
        case completed

        var reason: AuditEntry.Reason {
            switch self {
            case .unknownScene: .unknownScene
            case .secondPhone: .anotherUser
            case .foreignNonce: .foreignNonce
            case .otherRun: .anotherPhone
            case .tooFast: .tooFast
            case .notScanned: .notScanned
            case .cancelled: .cancelled
            case .expired: .expired
            case .completed: .redeemed
            }
        }
    }

    @Test(arguments: Refused.allCases)
    func `T1: a refusal's true reason is in the audit log, after its answer`(
        _ refused: Refused
    )
        async throws
    {
        let store = MemoryLoginStore()
        let house = LoginHouse(store: store)
        let (alice, bob) = (try await house.phone("alice"), try await house.phone("bob"))
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let service = house.service
        var nonce = String(repeating: "n", count: 43)
        if ![.unknownScene, .notScanned].contains(refused) {
            nonce = try await service.scan(scene, by: alice).nonce.exposed
        }
        let before = store.audit.count
        switch refused {
        case .unknownScene:
            _ = try? await service.scan(String(repeating: "s", count: 24), by: alice)
        case .secondPhone:
            _ = try? await service.scan(scene, by: bob)
        case .foreignNonce:
            house.time.advance(by: house.policy.confirmDelay)
            nonce = String(repeating: "n", count: 43)
            try? await service.confirm(scene, nonce: nonce, by: alice)
        case .otherRun:
            house.time.advance(by: house.policy.confirmDelay)
            let again = try await house.phone("alice", run: 2)
            try? await service.confirm(scene, nonce: nonce, by: again)
        case .tooFast, .notScanned:
            try? await service.confirm(scene, nonce: nonce, by: alice)
        case .cancelled:
            try await service.cancelAttempt(opened.cookie)
            try? await service.confirm(scene, nonce: nonce, by: alice)
        case .expired:
            house.time.advance(by: house.policy.confirm)
            try? await service.confirm(scene, nonce: nonce, by: alice)
        case .completed:
            house.time.advance(by: house.policy.confirmDelay)
            try await service.confirm(scene, nonce: nonce, by: alice)
            _ = try await service.complete(opened.cookie, ending: nil)
            try? await service.cancel(scene, nonce: nonce, by: alice)
        }
        let refusals = { store.audit.filter { $0.reason != nil } }
        // The answer did not wait for it: a refusal takes as long as it takes (T39).
        #expect(refusals().isEmpty)
        await service.writeAudit()
        #expect(refusals().map(\.reason) == [refused.reason])
        let entry = try #require(refusals().first)
        #expect(entry.actor.address == "198.51.100.7")
        #expect(entry.actor.user != nil)
        #expect((entry.code == nil) == (refused == .unknownScene))
        #expect(store.audit.count > before)
    }

    @Test func `refusals that there is no room for are counted, and the log says so`() async throws
    {
        let log = CapturedLog()
        let store = MemoryLoginStore()
        let house = LoginHouse(store: store, logger: log.logger)
        let entry = AuditEntry(at: house.time.now(), code: nil, what: .scanRefused, actor: .nobody)
        house.service.audit.withLock { queue in
            for _ in 0..<AuditQueue.most + 7 { queue.add(entry) }
        }
        await house.service.writeAudit()
        #expect(store.audit.count == AuditQueue.most)
        #expect(log.text.contains("audit entries lost") && log.text.contains("7"))
        await house.service.writeAudit()
        #expect(store.audit.count == AuditQueue.most)
    }

    @Test func `an audit log that cannot be written is said to be lost`() async throws {
        let log = CapturedLog()
        let store = FaultyStore()
        let house = LoginHouse(store: store, logger: log.logger)
        let alice = try await house.phone("alice")
        _ = try? await house.service.scan(String(repeating: "s", count: 24), by: alice)
        store.fail(.record, .before)
        await house.service.writeAudit()
        #expect(log.text.contains("audit entries lost"))
    }

    @Test func `entries go when they are old, and the log says when they go for want of room`()
        async throws
    {
        var policy = LoginPolicy()
        policy.audit = .seconds(86_400)
        policy.rows.auditEntries = 150
        let log = CapturedLog()
        let store = MemoryLoginStore(caps: policy.rows)
        let house = LoginHouse(policy: policy, store: store, logger: log.logger)
        func note(_ count: Int) async throws {
            let entry = AuditEntry(
                at: house.time.now(),
                code: nil,
                what: .scanRefused,
                actor: .nobody
            )
            try await store.record(Array(repeating: entry, count: count))
        }
        try await note(120)
        house.time.advance(by: .seconds(86_401))
        try await note(100)
        try await house.service.forgetAudit()
        #expect(store.audit.count == 100)
        #expect(!log.text.contains("audit log is full"))
        try await note(170)
        try await house.service.forgetAudit()
        #expect(store.audit.count == 150)
        #expect(log.text.contains("audit log is full"))
        #expect(log.text.contains("120"))
    }

    @Test func `T34: over a cap a browser is told to wait, and the log says what is full`()
        async throws
    {
        var policy = LoginPolicy()
        policy.rows.liveAttempts = 2
        let log = CapturedLog()
        let house = LoginHouse(
            policy: policy,
            store: MemoryLoginStore(caps: policy.rows),
            logger: log.logger
        )
        let first = try await house.open()
        _ = try await house.open()
        await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 10)) {
            _ = try await house.open()
        }
        #expect(log.text.contains("store full"))
        // The two that are there live on.
        #expect(try await house.service.view(first.cookie).state == .created)
        _ = try await house.open(superseding: first.cookie)
    }
}
