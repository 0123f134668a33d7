import LoginDomain
import LoginStore

extension BentStore {
    func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty? {
        try await whole().relyingParty(id)
    }

    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        try await whole().subject(of: user, sector: sector, candidate: candidate)
    }

    func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await whole().park(row, superseding: old, at: now)
    }

    func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        try await whole().parked(cookie)
    }

    func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await whole().unpark(cookie)
    }

    func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        if let failure = grantFailure { throw failure }
        return try await whole().openGrant(grant, answering: request)
    }

    func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        try await whole().dropPending(of: session)
    }

    func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        try await whole().grant(key)
    }

    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        try await whole().updateGrant(key, change)
    }

    func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        try await whole().signingKeys()
    }

    func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try await whole().addSigningKey(key)
    }

    func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        try await whole().removeSigningKey(kid)
    }
}
