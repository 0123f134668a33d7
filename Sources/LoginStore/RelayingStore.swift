package import LoginDomain

/// A store that hands every call on to some other store, and may do something about it.
///
/// A store that differs from another in one call writes that one; the rest is here.
package protocol RelayingStore: OperatorStore {
    func relay<Value: Sendable>(
        _ operation: StoreOperation,
        _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value
}

/// The calls of a store, by name.
package enum StoreOperation: CaseIterable, Sendable {
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
    case users
    case setRole
    case timeline
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
    case relyingParties
    case addRelyingParty
    case removeRelyingParty
    case setSecret
    case setConfigured
}

extension RelayingStore {
    package func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await relay(.openAttempt) { store async throws(LoginStoreError) in
            try await store.openAttempt(attempt, superseding: old, at: now)
        }
    }

    package func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        try await relay(.attempt) { store async throws(LoginStoreError) in
            try await store.attempt(key)
        }
    }

    package func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        try await relay(.updateAttempt) { store async throws(LoginStoreError) in
            try await store.updateAttempt(key, change)
        }
    }

    package func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        try await relay(.redeemAttempt) { store async throws(LoginStoreError) in
            try await store.redeemAttempt(key, as: login, ending: old, at: now)
        }
    }

    package func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        try await relay(.expireAttempts) { store async throws(LoginStoreError) in
            try await store.expireAttempts(at: now, limit: limit)
        }
    }

    package func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        try await relay(.claimCode) { store async throws(LoginStoreError) in
            try await store.claimCode(code, until: until, at: now)
        }
    }

    package func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        try await relay(.registerUser) { store async throws(LoginStoreError) in
            try await store.registerUser(identity, candidate: candidate, at: now)
        }
    }

    package func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        try await relay(.user) { store async throws(LoginStoreError) in try await store.user(id) }
    }

    package func identity(
        of id: UserID
    ) async throws(LoginStoreError) -> WeChatIdentity? {
        try await relay(.identity) { store async throws(LoginStoreError) in
            try await store.identity(of: id)
        }
    }

    package func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        try await relay(.openPhoneSession) { store async throws(LoginStoreError) in
            try await store.openPhoneSession(session)
        }
    }

    package func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession?
    {
        try await relay(.phoneSession) { store async throws(LoginStoreError) in
            try await store.phoneSession(token)
        }
    }

    package func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession? {
        try await relay(.session) { store async throws(LoginStoreError) in
            try await store.session(cookie)
        }
    }

    package func touchSession(
        _ cookie: SecretDigest,
        at now: Timestamp
    ) async throws(LoginStoreError) {
        try await relay(.touchSession) { store async throws(LoginStoreError) in
            try await store.touchSession(cookie, at: now)
        }
    }

    package func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await relay(.endSession) { store async throws(LoginStoreError) in
            try await store.endSession(cookie)
        }
    }

    package func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool {
        try await relay(.forget) { store async throws(LoginStoreError) in
            try await store.forget(before, limit: limit)
        }
    }

    package func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        try await relay(.record) { store async throws(LoginStoreError) in
            try await store.record(entries)
        }
    }

    package func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        try await relay(.forgetAudit) { store async throws(LoginStoreError) in
            try await store.forgetAudit(before: before, limit: limit)
        }
    }

    package func users(
        after id: UserID?,
        limit: Int
    ) async throws(LoginStoreError) -> [UserRecord] {
        try await relay(.users) { store async throws(LoginStoreError) in
            try await store.users(after: id, limit: limit)
        }
    }

    package func setRole(_ role: String, of user: UserID) async throws(LoginStoreError) -> Bool {
        try await relay(.setRole) { store async throws(LoginStoreError) in
            try await store.setRole(role, of: user)
        }
    }

    package func timeline(_ code: SupportCode) async throws(LoginStoreError) -> [AuditEntry] {
        try await relay(.timeline) { store async throws(LoginStoreError) in
            try await store.timeline(code)
        }
    }

    package func setNickName(_ name: NickName, of id: UserID) async throws(LoginStoreError) -> User?
    {
        try await relay(.setNickName) { store async throws(LoginStoreError) in
            try await store.setNickName(name, of: id)
        }
    }

    package func setAvatar(_ avatar: Avatar, of id: UserID) async throws(LoginStoreError) -> User? {
        try await relay(.setAvatar) { store async throws(LoginStoreError) in
            try await store.setAvatar(avatar, of: id)
        }
    }

    package func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await relay(.setPhoneNumber) { store async throws(LoginStoreError) in
            try await store.setPhoneNumber(number, of: id)
        }
    }

    package func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        try await relay(.avatar) { store async throws(LoginStoreError) in
            try await store.avatar(name)
        }
    }

    package func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        try await relay(.sessionOfLogin) { store async throws(LoginStoreError) in
            try await store.session(of: login)
        }
    }

    package func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        try await relay(.logins) { store async throws(LoginStoreError) in
            try await store.logins(of: user)
        }
    }

    package func revokeLogin(_ id: LoginID, of user: UserID) async throws(LoginStoreError) -> Bool {
        try await relay(.revokeLogin) { store async throws(LoginStoreError) in
            try await store.revokeLogin(id, of: user)
        }
    }
}
