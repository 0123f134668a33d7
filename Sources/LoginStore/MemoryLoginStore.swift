package import LoginDomain
import Synchronization

/// The reference engine: rows in memory.
///
/// For tests, simulations, and as the plainest reading of the contract.
package final class MemoryLoginStore: OperatorStore {
    let rows: Mutex<Rows>

    package init(caps: RowCaps = RowCaps()) {
        rows = Mutex(Rows(caps: caps))
    }

    /// Everything there is, as values.
    struct Rows {
        let caps: RowCaps
        var attempts: [AttemptID: Attempt] = [:]
        var byCookie: [SecretDigest: AttemptID] = [:]
        var byScene: [SecretDigest: AttemptID] = [:]
        var codes: [SecretDigest: Timestamp] = [:]
        var users: [UserID: User] = [:]
        var byOpenID: [String: UserID] = [:]
        var unionIDs: [UserID: String] = [:]
        var phones: [SecretDigest: PhoneSession] = [:]
        var sessions: [SecretDigest: BrowserSession] = [:]
        var avatars: [AvatarName: Avatar] = [:]
        /// In the order they happened.
        var logins: [LoginRow] = []
        var cameAt: [UserID: Timestamp] = [:]
        var audit: [AuditEntry] = []
        var parked: [SecretDigest: ParkedRow] = [:]
        var parties: [RelyingPartyID: RelyingParty] = [:]
        var subjects: [SubjectKey: SubjectID] = [:]
        var grants: [GrantID: Grant] = [:]
        var keys: [String: SealedKey] = [:]
        /// The attempts that have not ended: few beside all that are remembered.
        var live: Set<AttemptID> = []
        /// None of them ends by time before this; nil when there is none of them.
        var nextDeadline: Timestamp?

        init(caps: RowCaps) {
            self.caps = caps
        }

        /// How many there are of what `forget` deletes.
        var counts: [Int] {
            [
                attempts.count, codes.count, phones.count, sessions.count, logins.count,
                parked.count, grants.count,
            ]
        }

        func id(_ key: AttemptKey) -> AttemptID? {
            switch key {
            case .cookie(let digest): byCookie[digest]
            case .scene(let digest): byScene[digest]
            }
        }

        /// Takes an attempt into its row, and its notes into the log.
        mutating func take(_ attempt: inout Attempt) {
            audit += attempt.notes
            attempt.notes = []
            attempts[attempt.id] = attempt
            if attempt.hasEnded { live.remove(attempt.id) } else { live.insert(attempt.id) }
            if let deadline = attempt.deadline {
                nextDeadline = min(nextDeadline ?? deadline, deadline)
            }
        }

        /// Ends what a browser had under its cookie: a live attempt, or a request that waits.
        ///
        /// - Returns: the attempt, when this has changed it.
        mutating func supersede(_ old: SecretDigest, at now: Timestamp) -> Attempt? {
            parked[old] = nil
            let update = update(.cookie(old)) { attempt in
                attempt.noting(at: now) { $0.supersede(at: now) }
            }
            guard let update, update.moved else { return nil }
            return update.attempt
        }

        /// The ended attempts, the oldest first; none where none is that old and there is room for all.
        func ended(createdBefore moment: Timestamp) -> [Attempt] {
            let ended = attempts.values.lazy.filter(\.hasEnded)
            guard
                attempts.count - live.count > caps.endedAttempts
                    || ended.contains(where: { $0.createdAt < moment })
            else { return [] }
            return ended.sorted { ($0.createdAt, $0.id.text) < ($1.createdAt, $1.id.text) }
        }

        mutating func update<Outcome: Sendable>(
            _ key: AttemptKey,
            _ change: (inout Attempt) -> Outcome
        ) -> AttemptUpdate<Outcome>? {
            guard let id = id(key), var attempt = attempts[id] else { return nil }
            let seq = attempt.seq
            let outcome = change(&attempt)
            take(&attempt)
            return AttemptUpdate(attempt: attempt, moved: attempt.seq != seq, outcome: outcome)
        }
    }

    struct LoginRow {
        var user: UserID
        var browser: BrowserFacts
        var at: Timestamp
        var login: NewLogin
    }

    /// Every row as text, sorted: two equal lists, two equal stores.
    ///
    /// For tests that nothing changed. The audit log is not a part: it grows with what is refused.
    package var everything: [String] {
        rows.withLock { rows in
            let attempts = rows.attempts.values.map { "attempt \($0)" }
            let codes = rows.codes.map { "code \($0.key.bytes) until \($0.value)" }
            let users = rows.users.values.map { "user \($0)" }
            let numbers = rows.users.values.compactMap { user in
                user.phoneNumber.map { "phone number \($0.exposed) of \(user.id)" }
            }
            let openIDs = rows.byOpenID.map { "openid \($0.key) of \($0.value)" }
            let unionIDs = rows.unionIDs.map { "unionid \($0.value) of \($0.key)" }
            let phones = rows.phones.values.map { "phone \($0)" }
            let sessions = rows.sessions.values.map { "session \($0)" }
            let avatars = rows.avatars.values.map { "avatar \($0)" }
            let logins = rows.logins.map { "login \($0)" }
            let people = users + numbers + openIDs + unionIDs + avatars + logins
            let lives = attempts + codes + phones + sessions
            return (people + lives + rows.ofWebsites).sorted()
        }
    }

    /// How many rows there are of what has a cap.
    package struct Census: Sendable {
        package var attempts: Int
        package var liveAttempts: Int
        package var phoneSessions: Int
        package var browserSessions: Int
        package var parkedRequests: Int
        package var grants: Int
    }

    /// For tests that nothing is over its cap, or is kept for ever.
    package var census: Census {
        rows.withLock { rows in
            Census(
                attempts: rows.attempts.count,
                liveAttempts: rows.live.count,
                phoneSessions: rows.phones.count,
                browserSessions: rows.sessions.count,
                parkedRequests: rows.parked.count,
                grants: rows.grants.count
            )
        }
    }

    /// The audit log, from its beginning.
    package var audit: [AuditEntry] { rows.withLock { $0.audit } }

    package func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.attempts[attempt.id] == nil, rows.byCookie[attempt.cookie] == nil,
                rows.byScene[attempt.scene] == nil
            else { throw .duplicate }
            let makesRoom =
                old.flatMap { rows.id(.cookie($0)) }
                .flatMap { rows.attempts[$0] }.map { !$0.hasEnded } ?? false
            let live = rows.live.count - (makesRoom ? 1 : 0)
            guard live < rows.caps.liveAttempts else { throw .full(.attempts) }
            guard rows.attempts.count < rows.caps.liveAttempts + rows.caps.endedAttempts else {
                throw .full(.endedAttempts)
            }
            let superseded = old.flatMap { rows.supersede($0, at: now) }
            var attempt = attempt
            rows.take(&attempt)
            rows.byCookie[attempt.cookie] = attempt.id
            rows.byScene[attempt.scene] = attempt.id
            return superseded
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
            let count = rows.sessions.count - (old.map { rows.sessions[$0] == nil ? 0 : 1 } ?? 0)
            if count >= rows.caps.browserSessions,
                var attempt = rows.id(key).flatMap({ rows.attempts[$0] }),
                case .redeemed = attempt.redeem(at: now)
            {
                throw .full(.browserSessions)
            }
            var met = NumberMatching.off
            let update = rows.update(key) { attempt in
                met = attempt.numberMatchingMet(under: login.numberMatching)
                return attempt.noting(at: now) { $0.redeem(at: now) }
            }
            guard let update else { return nil }
            if case .redeemed(let user) = update.outcome {
                if let old { rows.endSession(old) }
                let request = update.attempt.liveRequest(at: now)
                rows.sessions[login.session] = BrowserSession(
                    cookie: login.session,
                    user: user,
                    login: login.id,
                    createdAt: now,
                    seenAt: now,
                    pending: request,
                    consent: Consent(to: request, lacking: rows.users[user]?.missing ?? []),
                    numberMatching: met,
                    way: update.attempt.way
                )
                let client = request?.client ?? login.client
                let login = NewLogin(id: login.id, session: login.session, client: client)
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
            // Most sweeps find nothing.
            guard let next = rows.nextDeadline, next <= now else { return [] }
            let live = rows.live
                .compactMap { id in
                    rows.attempts[id].flatMap { old in old.deadline.map { (old, $0) } }
                }
                .sorted { ($0.1, $0.0.id.text) < ($1.1, $1.0.id.text) }
            let due = live.prefix { $0.1 <= now }.prefix(limit)
            rows.nextDeadline = live.dropFirst(due.count).first?.1
            return due.compactMap {
                rows.update(.cookie($0.0.cookie)) { attempt in
                    attempt.noting(at: now) { $0.expire(at: now) }
                }
            }
            .filter(\.moved)
            .map(\.attempt)
        }
    }

    package func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        try rows.withLock { rows throws(LoginStoreError) in
            let remembered = rows.codes[code]
            if let remembered, now < remembered { return false }
            guard remembered != nil || rows.codes.count < rows.caps.usedCodes else {
                throw .full(.usedCodes)
            }
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
                if let unionID = identity.unionID { rows.unionIDs[id] = unionID }
                return Registration(user: user, isNew: false)
            }
            guard rows.users[candidate] == nil else { throw .duplicate }
            let user = User(id: candidate)
            rows.users[candidate] = user
            rows.byOpenID[identity.openID] = candidate
            rows.unionIDs[candidate] = identity.unionID
            rows.cameAt[candidate] = now
            return Registration(user: user, isNew: true)
        }
    }

    package func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        rows.withLock { $0.users[id] }
    }

    package func identity(
        of id: UserID
    ) async throws(LoginStoreError) -> WeChatIdentity? {
        rows.withLock { rows in
            rows.byOpenID.first { $0.value == id }.flatMap {
                WeChatIdentity(openID: $0.key, unionID: rows.unionIDs[id])
            }
        }
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

    package func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        rows.withLock { rows in
            rows.users[id]?.phoneNumber = number
            return rows.users[id]
        }
    }

    package func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        rows.withLock { $0.avatars[name] }
    }

    package func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.phones[session.token] == nil else { throw .duplicate }
            guard rows.phones.count < rows.caps.phoneSessions else { throw .full(.phoneSessions) }
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
        rows.withLock { $0.endSession(cookie) }
    }

    package func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        rows.withLock { rows in rows.logins.first { $0.login.id == login }?.login.session }
    }

    package func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        rows.withLock { rows in
            rows.logins.filter { $0.user == user }.reversed().map { row in
                Login(
                    id: row.login.id,
                    client: row.login.client,
                    browser: row.browser,
                    at: row.at,
                    session: rows.sessions[row.login.session],
                    refreshableUntil: rows.refreshableUntil(row.login.session)
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
            rows.endSession(row.login.session)
            return true
        }
    }

    package func forget(
        _ before: ForgetLimits,
        limit: Int
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            let counts = rows.counts
            let ended = rows.ended(createdBefore: before.attempts)
            let aged = ended.prefix { $0.createdAt < before.attempts }.prefix(limit)
            let crowded = ended.dropFirst(aged.count)
                .prefix(min(limit, max(0, ended.count - aged.count - rows.caps.endedAttempts)))
            for attempt in aged + crowded {
                rows.attempts[attempt.id] = nil
                rows.byCookie[attempt.cookie] = nil
                rows.byScene[attempt.scene] = nil
            }
            let codes = rows.codes.filter { $0.value < before.expired }
            for code in codes.keys.first(limit) { rows.codes[code] = nil }
            let phones = rows.phones.filter { $0.value.expiresAt < before.expired }
            for phone in phones.keys.first(limit) { rows.phones[phone] = nil }
            let old = rows.sessions.filter {
                $0.value.seenAt < before.sessionsSeen || $0.value.createdAt < before.sessionsCreated
            }
            for session in old.keys.first(limit) { rows.sessions[session] = nil }
            let oldLogins = rows.logins.indices.filter { rows.logins[$0].at < before.logins }
            rows.forgetOfWebsites(before: before.expired, limit: limit)
            for index in oldLogins.prefix(limit).reversed() { rows.logins.remove(at: index) }
            return zip(counts, rows.counts).contains { $0 - $1 >= limit }
        }
    }

    // MARK: - The audit log

    package func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        rows.withLock { $0.audit += entries }
    }

    package func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        rows.withLock { rows in
            let aged = rows.audit.prefix(limit).prefix { $0.at < before }.count
            let over = rows.audit.count - aged - rows.caps.auditEntries
            let crowded = min(max(0, over), limit - aged)
            rows.audit.removeFirst(aged + crowded)
            return ForgottenAudit(aged: aged, crowded: crowded)
        }
    }

    // MARK: - Operators

    package func users(
        after id: UserID?,
        limit: Int
    ) async throws(LoginStoreError) -> [UserRecord] {
        rows.withLock { rows in
            rows.users.values
                .filter { user in id.map { user.id.text > $0.text } ?? true }
                .sorted { $0.id.text < $1.id.text }
                .prefix(limit)
                .compactMap { user in
                    rows.cameAt[user.id].map { UserRecord(user: user, createdAt: $0) }
                }
        }
    }

    package func setRole(
        _ role: String,
        of user: UserID
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            rows.users[user]?.role = role
            return rows.users[user] != nil
        }
    }

    package func timeline(
        _ code: SupportCode
    ) async throws(LoginStoreError) -> [AuditEntry] {
        rows.withLock { $0.audit.filter { $0.code == code } }
    }

    // MARK: - Backups

    /// A copy of every row.
    package struct Backup: Sendable {
        fileprivate let rows: Rows
    }

    package func backup() -> Backup {
        Backup(rows: rows.withLock { $0 })
    }

    /// Puts an older state back.
    ///
    /// A new epoch begins, as with a real database (T38): logins under way, phone sessions and what
    /// websites were given are dead, and browsers are logged out, because what was revoked after the
    /// backup would come back.
    package func restore(_ backup: Backup, beginsEpoch: Bool = true) {
        rows.withLock { rows in
            rows = backup.rows
            guard beginsEpoch else { return }
            rows.phones = [:]
            rows.sessions = [:]
            rows.grants = [:]
            rows.parked = [:]
            for attempt in rows.attempts.values where !attempt.hasEnded {
                _ = rows.update(.cookie(attempt.cookie)) { $0.expire(at: $0.capAt) }
            }
        }
    }
}

extension Collection where Element == SecretDigest {
    /// The first so many of a dictionary's keys, in an order that is the same in every run: its own is
    /// another one in each dictionary.
    func first(_ limit: Int) -> [SecretDigest] {
        guard count > limit else { return Array(self) }
        return Array(sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.prefix(limit))
    }
}
