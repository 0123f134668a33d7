package import LoginDomain

extension RelayingStore {
    package func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty? {
        try await relay(.relyingParty) { store async throws(LoginStoreError) in
            try await store.relyingParty(id)
        }
    }

    package func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        try await relay(.subject) { store async throws(LoginStoreError) in
            try await store.subject(of: user, sector: sector, candidate: candidate)
        }
    }

    package func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try await relay(.park) { store async throws(LoginStoreError) in
            try await store.park(row, superseding: old, at: now)
        }
    }

    package func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        try await relay(.parked) { store async throws(LoginStoreError) in
            try await store.parked(cookie)
        }
    }

    package func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await relay(.unpark) { store async throws(LoginStoreError) in
            try await store.unpark(cookie)
        }
    }

    package func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        try await relay(.openGrant) { store async throws(LoginStoreError) in
            try await store.openGrant(grant, answering: request)
        }
    }

    package func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        try await relay(.dropPending) { store async throws(LoginStoreError) in
            try await store.dropPending(of: session)
        }
    }

    package func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        try await relay(.grant) { store async throws(LoginStoreError) in
            try await store.grant(key)
        }
    }

    package func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        try await relay(.updateGrant) { store async throws(LoginStoreError) in
            try await store.updateGrant(key, change)
        }
    }

    package func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        try await relay(.signingKeys) { store async throws(LoginStoreError) in
            try await store.signingKeys()
        }
    }

    package func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try await relay(.addSigningKey) { store async throws(LoginStoreError) in
            try await store.addSigningKey(key)
        }
    }

    package func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        try await relay(.removeSigningKey) { store async throws(LoginStoreError) in
            try await store.removeSigningKey(kid)
        }
    }

    package func relyingParties() async throws(LoginStoreError) -> [RelyingParty] {
        try await relay(.relyingParties) { store async throws(LoginStoreError) in
            try await store.relyingParties()
        }
    }

    package func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError) {
        try await relay(.addRelyingParty) { store async throws(LoginStoreError) in
            try await store.addRelyingParty(party)
        }
    }

    package func removeRelyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> Bool {
        try await relay(.removeRelyingParty) { store async throws(LoginStoreError) in
            try await store.removeRelyingParty(id)
        }
    }

    package func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        try await relay(.setSecret) { store async throws(LoginStoreError) in
            try await store.setSecret(secret, of: id)
        }
    }

    package func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError) {
        try await relay(.setConfigured) { store async throws(LoginStoreError) in
            try await store.setConfigured(parties)
        }
    }
}
