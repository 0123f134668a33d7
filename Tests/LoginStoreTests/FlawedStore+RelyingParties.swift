import LoginDomain
import LoginStore

extension FlawedStore {
    func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty? {
        try await base.relyingParty(id)
    }

    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        try await base.subject(of: user, sector: sector, candidate: candidate)
    }

    func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await base.park(row, superseding: old, at: now)
    }

    func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        try await base.parked(cookie)
    }

    func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await base.unpark(cookie)
    }

    func openGrant(
        _ grant: Grant,
        takingPending isPending: Bool
    ) async throws(LoginStoreError) -> Bool {
        try await base.openGrant(grant, takingPending: isPending)
    }

    func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        try await base.dropPending(of: session)
    }

    func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        try await base.grant(key)
    }

    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        try await base.updateGrant(key, change)
    }

    func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        try await base.signingKeys()
    }

    func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try await base.addSigningKey(key)
    }

    func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        try await base.removeSigningKey(kid)
    }

    func relyingParties() async throws(LoginStoreError) -> [RelyingParty] {
        try await base.relyingParties()
    }

    func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError) {
        try await base.addRelyingParty(party)
    }

    func removeRelyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> Bool {
        try await base.removeRelyingParty(id)
    }

    func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        try await base.setSecret(secret, of: id)
    }

    func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError) {
        try await base.setConfigured(parties)
    }
}
