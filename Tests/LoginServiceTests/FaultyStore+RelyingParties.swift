import LoginDomain
import LoginStore

extension FaultyStore {
    func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty? {
        try await perform(.relyingParty) { () async throws(LoginStoreError) in
            try await base.relyingParty(id)
        }
    }

    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        try await perform(.subject) { () async throws(LoginStoreError) in
            try await base.subject(of: user, sector: sector, candidate: candidate)
        }
    }

    func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await perform(.park) { () async throws(LoginStoreError) in
            try await base.park(row, superseding: old, at: now)
        }
    }

    func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        try await perform(.parked) { () async throws(LoginStoreError) in
            try await base.parked(cookie)
        }
    }

    func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await perform(.unpark) { () async throws(LoginStoreError) in
            try await base.unpark(cookie)
        }
    }

    func openGrant(
        _ grant: Grant,
        takingPending isPending: Bool
    ) async throws(LoginStoreError) -> Bool {
        try await perform(.openGrant) { () async throws(LoginStoreError) in
            try await base.openGrant(grant, takingPending: isPending)
        }
    }

    func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        try await perform(.dropPending) { () async throws(LoginStoreError) in
            try await base.dropPending(of: session)
        }
    }

    func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        try await perform(.grant) { () async throws(LoginStoreError) in
            try await base.grant(key)
        }
    }

    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        let runsTwice = runsTwice
        return try await perform(.updateGrant) { () async throws(LoginStoreError) in
            try await base.updateGrant(key) { grant in
                if runsTwice {
                    var copy = grant
                    _ = change(&copy)
                }
                return change(&grant)
            }
        }
    }

    func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        try await perform(.signingKeys) { () async throws(LoginStoreError) in
            try await base.signingKeys()
        }
    }

    func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try await perform(.addSigningKey) { () async throws(LoginStoreError) in
            try await base.addSigningKey(key)
        }
    }

    func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        try await perform(.removeSigningKey) { () async throws(LoginStoreError) in
            try await base.removeSigningKey(kid)
        }
    }
}
