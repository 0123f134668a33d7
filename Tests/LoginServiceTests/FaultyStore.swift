import LoginDomain
import LoginStore
import Synchronization

/// A store over the one in memory whose operations a test fails, stops, or runs twice.
final class FaultyStore: LoginStore {
    enum Operation: CaseIterable, Sendable {
        case openAttempt
        case attempt
        case updateAttempt
        case redeemAttempt
        case expireAttempts
        case claimCode
        case registerUser
        case user
        case identity
        case openPhoneSession
        case phoneSession
        case session
        case touchSession
        case endSession
        case setNickName
        case setAvatar
        case setPhoneNumber
        case avatar
        case sessionOfLogin
        case logins
        case revokeLogin
        case forget
        case record
        case forgetAudit
        case relyingParty
        case subject
        case park
        case parked
        case unpark
        case openGrant
        case dropPending
        case grant
        case updateGrant
        case signingKeys
        case addSigningKey
        case removeSigningKey
    }

    enum Fault: CaseIterable, Sendable {
        /// The commit fails: nothing has changed.
        case before
        /// The commit is made and its answer is lost.
        case after
    }

    typealias Hook = @Sendable () async -> Void

    let base = MemoryLoginStore()
    let runsTwice: Bool
    private let state = Mutex(State())

    private struct State {
        var faults: [Operation: [Fault]] = [:]
        var always: [Operation: Fault] = [:]
        var hooks: [Operation: [Hook]] = [:]
        var counts: [Operation: Int] = [:]
    }

    /// With `runsTwice`, every change of an attempt or a grant is tried on a copy first, as a store may that
    /// has to start its transaction anew.
    init(runsTwice: Bool = false) {
        self.runsTwice = runsTwice
    }

    /// The next operation of this kind fails so; said twice, the next two.
    func failNext(_ operation: Operation, _ fault: Fault) {
        state.withLock { $0.faults[operation, default: []].append(fault) }
    }

    /// Every operation of this kind fails so; nil ends it.
    func fail(_ operation: Operation, _ fault: Fault?) {
        state.withLock { $0.always[operation] = fault }
    }

    /// What happens between the next operation of this kind and its answer.
    ///
    /// Said twice, the second is for the one after.
    func beforeAnswer(of operation: Operation, _ hook: @escaping Hook) {
        state.withLock { $0.hooks[operation, default: []].append(hook) }
    }

    /// How often an operation was asked for.
    func count(_ operation: Operation) -> Int {
        state.withLock { $0.counts[operation] ?? 0 }
    }

    func perform<Value: Sendable>(
        _ operation: Operation,
        _ body: () async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        let fault = state.withLock { state in
            state.counts[operation, default: 0] += 1
            return Self.first(&state.faults, operation) ?? state.always[operation]
        }
        if fault == .before { throw .unavailable("the commit failed") }
        let value = try await body()
        let hook = state.withLock { Self.first(&$0.hooks, operation) }
        if let hook { await hook() }
        if fault == .after { throw .unavailable("the answer is lost") }
        return value
    }

    private static func first<Value>(
        _ lists: inout [Operation: [Value]],
        _ operation: Operation
    ) -> Value? {
        guard var list = lists[operation], !list.isEmpty else { return nil }
        defer { lists[operation] = list }
        return list.removeFirst()
    }

    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await perform(.openAttempt) { () async throws(LoginStoreError) in
            try await base.openAttempt(attempt, superseding: old, at: now)
        }
    }

    func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        try await perform(.attempt) { () async throws(LoginStoreError) in
            try await base.attempt(key)
        }
    }

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        let runsTwice = runsTwice
        return try await perform(.updateAttempt) { () async throws(LoginStoreError) in
            try await base.updateAttempt(key) { attempt in
                if runsTwice {
                    var copy = attempt
                    _ = change(&copy)
                }
                return change(&attempt)
            }
        }
    }

    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        try await perform(.redeemAttempt) { () async throws(LoginStoreError) in
            try await base.redeemAttempt(key, as: login, ending: old, at: now)
        }
    }

    func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        try await perform(.expireAttempts) { () async throws(LoginStoreError) in
            try await base.expireAttempts(at: now, limit: limit)
        }
    }

    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        try await perform(.claimCode) { () async throws(LoginStoreError) in
            try await base.claimCode(code, until: until, at: now)
        }
    }

    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        try await perform(.registerUser) { () async throws(LoginStoreError) in
            try await base.registerUser(identity, candidate: candidate, at: now)
        }
    }

    func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        try await perform(.user) { () async throws(LoginStoreError) in try await base.user(id) }
    }

    func identity(of id: UserID) async throws(LoginStoreError) -> WeChatIdentity? {
        try await perform(.identity) { () async throws(LoginStoreError) in
            try await base.identity(of: id)
        }
    }

    func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try await perform(.openPhoneSession) { () async throws(LoginStoreError) in
            try await base.openPhoneSession(session)
        }
    }

    func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession? {
        try await perform(.phoneSession) { () async throws(LoginStoreError) in
            try await base.phoneSession(token)
        }
    }

    func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession? {
        try await perform(.session) { () async throws(LoginStoreError) in
            try await base.session(cookie)
        }
    }

    func touchSession(_ cookie: SecretDigest, at now: Timestamp) async throws(LoginStoreError) {
        try await perform(.touchSession) { () async throws(LoginStoreError) in
            try await base.touchSession(cookie, at: now)
        }
    }

    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await perform(.endSession) { () async throws(LoginStoreError) in
            try await base.endSession(cookie)
        }
    }

    func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool {
        try await perform(.forget) { () async throws(LoginStoreError) in
            try await base.forget(before, limit: limit)
        }
    }

    func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        try await perform(.record) { () async throws(LoginStoreError) in
            try await base.record(entries)
        }
    }

    func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        try await perform(.forgetAudit) { () async throws(LoginStoreError) in
            try await base.forgetAudit(before: before, limit: limit)
        }
    }

    func setNickName(_ name: NickName, of id: UserID) async throws(LoginStoreError) -> User? {
        try await perform(.setNickName) { () async throws(LoginStoreError) in
            try await base.setNickName(name, of: id)
        }
    }

    func setAvatar(_ avatar: Avatar, of id: UserID) async throws(LoginStoreError) -> User? {
        try await perform(.setAvatar) { () async throws(LoginStoreError) in
            try await base.setAvatar(avatar, of: id)
        }
    }

    func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await perform(.setPhoneNumber) { () async throws(LoginStoreError) in
            try await base.setPhoneNumber(number, of: id)
        }
    }

    func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        try await perform(.avatar) { () async throws(LoginStoreError) in
            try await base.avatar(name)
        }
    }

    func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        try await perform(.sessionOfLogin) { () async throws(LoginStoreError) in
            try await base.session(of: login)
        }
    }

    func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        try await perform(.logins) { () async throws(LoginStoreError) in
            try await base.logins(of: user)
        }
    }

    func revokeLogin(_ id: LoginID, of user: UserID) async throws(LoginStoreError) -> Bool {
        try await perform(.revokeLogin) { () async throws(LoginStoreError) in
            try await base.revokeLogin(id, of: user)
        }
    }
}
