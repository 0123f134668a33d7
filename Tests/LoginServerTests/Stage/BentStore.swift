import LoginDomain
import LoginStore
import Synchronization

/// Rows in memory, with users as a test wants them, a gate before each reading of an attempt, and a
/// switch that makes every call fail.
final class BentStore: LoginStore {
    private let rows: MemoryLoginStore
    private let dress: @Sendable (User) -> User
    private let gate: Gate
    private let failure = Mutex(false)
    private let refusal = Mutex<LoginStoreError?>(nil)

    init(
        _ rows: MemoryLoginStore,
        gate: Gate = Gate(),
        dress: @escaping @Sendable (User) -> User = { $0 }
    ) {
        self.rows = rows
        self.gate = gate
        self.dress = dress
    }

    var isBroken: Bool {
        get { failure.withLock { $0 } }
        set { failure.withLock { $0 = newValue } }
    }

    /// Why no grant can be opened; nil for nothing.
    var grantFailure: LoginStoreError? {
        get { refusal.withLock { $0 } }
        set { refusal.withLock { $0 = newValue } }
    }

    func whole() throws(LoginStoreError) -> MemoryLoginStore {
        if isBroken { throw .unavailable("broken") }
        return rows
    }

    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await whole().openAttempt(attempt, superseding: old, at: now)
    }

    func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        await gate.pass()
        return try await whole().attempt(key)
    }

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        try await whole().updateAttempt(key, change)
    }

    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        try await whole().redeemAttempt(key, as: login, ending: old, at: now)
    }

    func expireAttempts(at now: Timestamp, limit: Int) async throws(LoginStoreError) -> [Attempt] {
        try await whole().expireAttempts(at: now, limit: limit)
    }

    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        try await whole().claimCode(code, until: until, at: now)
    }

    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        var registration = try await whole().registerUser(identity, candidate: candidate, at: now)
        registration.user = dress(registration.user)
        return registration
    }

    func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        try await whole().user(id).map(dress)
    }

    func identity(of id: UserID) async throws(LoginStoreError) -> WeChatIdentity? {
        try await whole().identity(of: id)
    }

    func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try await whole().openPhoneSession(session)
    }

    func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession? {
        try await whole().phoneSession(token)
    }

    func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession? {
        try await whole().session(cookie)
    }

    func touchSession(_ cookie: SecretDigest, at now: Timestamp) async throws(LoginStoreError) {
        try await whole().touchSession(cookie, at: now)
    }

    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await whole().endSession(cookie)
    }

    func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool {
        try await whole().forget(before, limit: limit)
    }

    func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        try await whole().record(entries)
    }

    func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        try await whole().forgetAudit(before: before, limit: limit)
    }

    func setNickName(_ name: NickName, of id: UserID) async throws(LoginStoreError) -> User? {
        try await whole().setNickName(name, of: id).map(dress)
    }

    func setAvatar(_ avatar: Avatar, of id: UserID) async throws(LoginStoreError) -> User? {
        try await whole().setAvatar(avatar, of: id).map(dress)
    }

    func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await whole().setPhoneNumber(number, of: id).map(dress)
    }

    func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        try await whole().avatar(name)
    }

    func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        try await whole().session(of: login)
    }

    func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        try await whole().logins(of: user)
    }

    func revokeLogin(_ id: LoginID, of user: UserID) async throws(LoginStoreError) -> Bool {
        try await whole().revokeLogin(id, of: user)
    }
}
