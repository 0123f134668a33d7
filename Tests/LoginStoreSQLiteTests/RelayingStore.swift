import LoginDomain
import LoginStore
import LoginStoreSQLite
import Synchronization

/// A store that hands every call to some SQLite store.
protocol RelayingStore: LoginStore {
    func relay<Value: Sendable>(
        _ call: (SQLiteLoginStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value
}

/// Opens the file for each call and closes it after it: nothing is kept but what is in the file.
struct ReopeningStore: RelayingStore {
    let path: String

    func relay<Value: Sendable>(
        _ call: (SQLiteLoginStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        let store: SQLiteLoginStore
        do {
            store = try SQLiteLoginStore(path: path)
        } catch {
            throw .unavailable("\(error)")
        }
        do {
            let value = try await call(store)
            try store.close()
            return value
        } catch {
            try store.close()
            throw error
        }
    }
}

/// Calls two stores on one file by turns, as two processes would.
final class AlternatingStore: RelayingStore {
    private let stores: [SQLiteLoginStore]
    private let turns = Mutex(0)

    init(path: String) throws {
        stores = [try SQLiteLoginStore(path: path), try SQLiteLoginStore(path: path)]
    }

    func relay<Value: Sendable>(
        _ call: (SQLiteLoginStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        let turn = turns.withLock { turn in
            turn += 1
            return turn
        }
        return try await call(stores[turn % stores.count])
    }

    func close() throws {
        for store in stores { try store.close() }
    }
}

extension RelayingStore {
    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await relay { store async throws(LoginStoreError) in
            try await store.openAttempt(attempt, superseding: old, at: now)
        }
    }

    func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        try await relay { store async throws(LoginStoreError) in try await store.attempt(key) }
    }

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        try await relay { store async throws(LoginStoreError) in
            try await store.updateAttempt(key, change)
        }
    }

    func redeemAttempt(
        _ key: AttemptKey,
        session: SecretDigest,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        try await relay { store async throws(LoginStoreError) in
            try await store.redeemAttempt(key, session: session, ending: old, at: now)
        }
    }

    func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        try await relay { store async throws(LoginStoreError) in
            try await store.expireAttempts(at: now, limit: limit)
        }
    }

    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        try await relay { store async throws(LoginStoreError) in
            try await store.claimCode(code, until: until, at: now)
        }
    }

    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        try await relay { store async throws(LoginStoreError) in
            try await store.registerUser(identity, candidate: candidate, at: now)
        }
    }

    func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        try await relay { store async throws(LoginStoreError) in try await store.user(id) }
    }

    func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try await relay { store async throws(LoginStoreError) in
            try await store.openPhoneSession(session)
        }
    }

    func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession? {
        try await relay { store async throws(LoginStoreError) in
            try await store.phoneSession(token)
        }
    }

    func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession? {
        try await relay { store async throws(LoginStoreError) in try await store.session(cookie) }
    }

    func touchSession(_ cookie: SecretDigest, at now: Timestamp) async throws(LoginStoreError) {
        try await relay { store async throws(LoginStoreError) in
            try await store.touchSession(cookie, at: now)
        }
    }

    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await relay { store async throws(LoginStoreError) in
            try await store.endSession(cookie)
        }
    }

    func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool {
        try await relay { store async throws(LoginStoreError) in
            try await store.forget(before, limit: limit)
        }
    }
}
