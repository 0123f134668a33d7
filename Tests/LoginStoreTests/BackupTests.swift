import LoginDomain
import LoginStore
import TestSupport
import Testing

/// Backups of the reference store.
@Suite(.timeLimit(.minutes(10))) struct BackupTests {
    private let store = MemoryLoginStore()
    private let start = Timestamp(milliseconds: 1_767_225_600_000)

    private func digest(_ number: UInt8) throws -> SecretDigest {
        try #require(SecretDigest(bytes: Array(repeating: number, count: 32)))
    }

    private func open(_ number: UInt8) async throws -> SecretDigest {
        var dice = SeededDice(seed: UInt64(number))
        let id = AttemptID(using: &dice)
        let attempt = Attempt(
            id: id,
            chain: id,
            cookie: try digest(number),
            scene: try digest(number + 100),
            browser: BrowserFacts(address: "192.0.2.1", userAgent: "Firefox"),
            at: start,
            policy: LoginPolicy()
        )
        _ = try await store.openAttempt(attempt, superseding: nil, at: start)
        return attempt.cookie
    }

    private func openPhone(_ number: UInt8) async throws -> SecretDigest {
        var dice = SeededDice(seed: UInt64(number))
        let session = PhoneSession(
            token: try digest(number),
            user: UserID(using: &dice),
            createdAt: start,
            expiresAt: start + .seconds(900)
        )
        try await store.openPhoneSession(session)
        return session.token
    }

    @Test func `T38 a restored backup has what was there, and revives no login`() async throws {
        let (early, phone) = (try await open(1), try await openPhone(3))
        let backup = store.backup()
        let late = try await open(2)
        store.restore(backup)
        #expect(try await store.attempt(.cookie(early))?.state == .expired)
        #expect(try await store.attempt(.cookie(late)) == nil)
        #expect(try await store.phoneSession(phone) == nil)
        // Room is counted anew too: nothing is alive.
        #expect(try await store.expireAttempts(at: start + .seconds(900), limit: 9) == [])
    }

    @Test func `a backup that begins no epoch is the store as it was`() async throws {
        _ = (try await open(1), try await openPhone(3))
        let (backup, before) = (store.backup(), store.everything)
        _ = try await open(2)
        store.restore(backup, beginsEpoch: false)
        #expect(store.everything == before)
    }
}
