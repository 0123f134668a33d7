package import LoginDomain
import Synchronization

/// The reference engine: rows in memory.
///
/// For tests, simulations, and as the plainest reading of the contract.
package final class MemoryLoginStore: LoginStore {
    private let rows = Mutex(Rows())

    package init() {}

    /// Everything there is, as values.
    private struct Rows {
        var attempts: [AttemptID: Attempt] = [:]
        var byCookie: [SecretDigest: AttemptID] = [:]
        var byScene: [SecretDigest: AttemptID] = [:]
        var codes: [SecretDigest: Timestamp] = [:]
        var users: [UserID: User] = [:]
        var byOpenID: [String: UserID] = [:]
        var phones: [SecretDigest: PhoneSession] = [:]
        var sessions: [SecretDigest: BrowserSession] = [:]
        var avatars: [AvatarName: Avatar] = [:]
        /// In the order they happened.
        var logins: [LoginRow] = []

        /// How many there are of what `forget` deletes.
        var counts: [Int] {
            [attempts.count, codes.count, phones.count, sessions.count, logins.count]
        }

        func id(_ key: AttemptKey) -> AttemptID? {
            switch key {
            case .cookie(let digest): byCookie[digest]
            case .scene(let digest): byScene[digest]
            }
        }

        mutating func update<Outcome: Sendable>(
            _ key: AttemptKey,
            _ change: (inout Attempt) -> Outcome
        ) -> AttemptUpdate<Outcome>? {
            guard let id = id(key), var attempt = attempts[id] else { return nil }
            let seq = attempt.seq
            let outcome = change(&attempt)
            attempts[id] = attempt
            return AttemptUpdate(attempt: attempt, moved: attempt.seq != seq, outcome: outcome)
        }
    }

    private struct LoginRow {
        var user: UserID
        var browser: BrowserFacts
        var at: Timestamp
        var login: NewLogin
    }

    /// Every row as text, sorted: two equal lists, two equal stores.
    ///
    /// For tests that nothing changed.
    package var everything: [String] {
        rows.withLock { rows in
            let attempts = rows.attempts.values.map { "attempt \($0)" }
            let codes = rows.codes.map { "code \($0.key.bytes) until \($0.value)" }
            let users = rows.users.values.map { "user \($0)" }
            let openIDs = rows.byOpenID.map { "openid \($0.key) of \($0.value)" }
            let phones = rows.phones.values.map { "phone \($0)" }
            let sessions = rows.sessions.values.map { "session \($0)" }
            let avatars = rows.avatars.values.map { "avatar \($0)" }
            let logins = rows.logins.map { "login \($0)" }
            return (attempts + codes + users + openIDs + phones + sessions + avatars + logins)
                .sorted()
        }
    }

    package func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.attempts[attempt.id] == nil, rows.byCookie[attempt.cookie] == nil,
                rows.byScene[attempt.scene] == nil
            else { throw .duplicate }
            let superseded = old.flatMap { rows.update(.cookie($0)) { $0.supersede(at: now) } }
            rows.attempts[attempt.id] = attempt
            rows.byCookie[attempt.cookie] = attempt.id
            rows.byScene[attempt.scene] = attempt.id
            guard let superseded, superseded.moved else { return nil }
            return superseded.attempt
        }
    }

    package func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        rows.withLock { rows in rows.id(key).flatMap { rows.attempts[$0] } }
    }

    package func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        rows.withLock { $0.update(key, change) }
    }

    package func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        try rows.withLock { rows throws(LoginStoreError) in
            let isTaken =
                rows.sessions[login.session] != nil
                || rows.logins.contains { $0.login.id == login.id }
            if isTaken, var attempt = rows.id(key).flatMap({ rows.attempts[$0] }),
                case .redeemed = attempt.redeem(at: now)
            {
                throw .duplicate
            }
            guard let update = rows.update(key, { $0.redeem(at: now) }) else { return nil }
            if case .redeemed(let user) = update.outcome {
                if let old { rows.sessions[old] = nil }
                rows.sessions[login.session] = BrowserSession(
                    cookie: login.session,
                    user: user,
                    createdAt: now,
                    seenAt: now
                )
                rows.logins.append(
                    LoginRow(user: user, browser: update.attempt.browser, at: now, login: login)
                )
                let ours = rows.logins.indices.filter { rows.logins[$0].user == user }
                if ours.count > Login.perUserMax { rows.logins.remove(at: ours[0]) }
            }
            return update
        }
    }

    package func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        rows.withLock { rows in
            let due = rows.attempts.values
                .compactMap { attempt in attempt.deadline.map { (attempt, $0) } }
                .filter { $0.1 <= now }
                .sorted { ($0.1, $0.0.id.text) < ($1.1, $1.0.id.text) }
                .prefix(limit)
            return due.compactMap { rows.update(.cookie($0.0.cookie)) { $0.expire(at: now) } }
                .filter(\.moved)
                .map(\.attempt)
        }
    }

    package func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            if let remembered = rows.codes[code], now < remembered { return false }
            rows.codes[code] = until
            return true
        }
    }

    package func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        try rows.withLock { rows throws(LoginStoreError) in
            if let id = rows.byOpenID[identity.openID], let user = rows.users[id] {
                return Registration(user: user, isNew: false)
            }
            guard rows.users[candidate] == nil else { throw .duplicate }
            let user = User(id: candidate)
            rows.users[candidate] = user
            rows.byOpenID[identity.openID] = candidate
            return Registration(user: user, isNew: true)
        }
    }

    package func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        rows.withLock { $0.users[id] }
    }

    package func setNickName(
        _ name: NickName,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        rows.withLock { rows in
            rows.users[id]?.nickName = name.text
            return rows.users[id]
        }
    }

    package func setAvatar(
        _ avatar: Avatar,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try rows.withLock { rows throws(LoginStoreError) in
            guard let user = rows.users[id] else { return nil }
            guard rows.avatars[avatar.name] == nil else { throw .duplicate }
            if let old = user.avatar { rows.avatars[old] = nil }
            rows.avatars[avatar.name] = avatar
            rows.users[id]?.avatar = avatar.name
            return rows.users[id]
        }
    }

    package func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        rows.withLock { $0.avatars[name] }
    }

    package func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.phones[session.token] == nil else { throw .duplicate }
            rows.phones[session.token] = session
        }
    }

    package func phoneSession(
        _ token: SecretDigest
    ) async throws(LoginStoreError) -> PhoneSession? {
        rows.withLock { $0.phones[token] }
    }

    package func session(
        _ cookie: SecretDigest
    ) async throws(LoginStoreError) -> BrowserSession? {
        rows.withLock { $0.sessions[cookie] }
    }

    package func touchSession(
        _ cookie: SecretDigest,
        at now: Timestamp
    ) async throws(LoginStoreError) {
        rows.withLock { $0.sessions[cookie]?.seenAt = now }
    }

    package func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        rows.withLock { $0.sessions[cookie] = nil }
    }

    package func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        rows.withLock { rows in
            rows.logins.filter { $0.user == user }.reversed().map { row in
                Login(
                    id: row.login.id,
                    client: row.login.client,
                    browser: row.browser,
                    at: row.at,
                    session: rows.sessions[row.login.session]
                )
            }
        }
    }

    package func revokeLogin(
        _ id: LoginID,
        of user: UserID
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            guard let row = rows.logins.first(where: { $0.user == user && $0.login.id == id })
            else { return false }
            rows.sessions[row.login.session] = nil
            return true
        }
    }

    package func forget(
        _ before: ForgetLimits,
        limit: Int
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            let counts = rows.counts
            let old = rows.attempts.values
                .filter { $0.hasEnded && $0.createdAt < before.attempts }
                .prefix(limit)
            for attempt in old {
                rows.attempts[attempt.id] = nil
                rows.byCookie[attempt.cookie] = nil
                rows.byScene[attempt.scene] = nil
            }
            for code in rows.codes.filter({ $0.value < before.expired }).prefix(limit) {
                rows.codes[code.key] = nil
            }
            for phone in rows.phones.filter({ $0.value.expiresAt < before.expired }).prefix(limit) {
                rows.phones[phone.key] = nil
            }
            let ended = rows.sessions.filter {
                $0.value.seenAt < before.sessionsSeen || $0.value.createdAt < before.sessionsCreated
            }
            for session in ended.prefix(limit) {
                rows.sessions[session.key] = nil
            }
            let oldLogins = rows.logins.indices.filter { rows.logins[$0].at < before.logins }
            for index in oldLogins.prefix(limit).reversed() { rows.logins.remove(at: index) }
            return zip(counts, rows.counts).contains { $0 - $1 == limit }
        }
    }
}
