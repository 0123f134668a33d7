package import LoginDomain
import Synchronization

extension MemoryLoginStore {
    /// A user, as a sector of websites knows them.
    struct SubjectKey: Hashable {
        var user: UserID
        var sector: String
    }

    // MARK: Websites

    package func relyingParty(
        _ id: RelyingPartyID
    ) async throws(LoginStoreError) -> RelyingParty? {
        rows.withLock { $0.parties[id] }
    }

    package func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        try rows.withLock { rows throws(LoginStoreError) in
            let key = SubjectKey(user: user, sector: sector)
            if let known = rows.subjects[key] { return known }
            guard !rows.subjects.values.contains(candidate) else { throw .duplicate }
            rows.subjects[key] = candidate
            return candidate
        }
    }

    // MARK: Requests that wait

    package func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.parked[row.cookie] == nil, rows.byCookie[row.cookie] == nil else {
                throw .duplicate
            }
            let makesRoom = old.map { rows.parked[$0] != nil } ?? false
            guard rows.parked.count - (makesRoom ? 1 : 0) < rows.caps.parkedRequests else {
                throw .full(.parkedRequests)
            }
            let superseded = old.flatMap { rows.supersede($0, at: now) }
            rows.parked[row.cookie] = row
            return superseded
        }
    }

    package func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        rows.withLock { $0.parked[cookie] }
    }

    package func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        rows.withLock { $0.parked[cookie] = nil }
    }

    // MARK: Codes and tokens

    package func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.sessions[grant.session] != nil, rows.parties[grant.client] != nil,
                rows.waits(request, on: grant.session)
            else { return false }
            guard rows.grants[grant.id] == nil,
                !rows.grants.values.contains(where: { $0.code == grant.code })
            else { throw .duplicate }
            guard rows.grants.count < rows.caps.grants else { throw .full(.grants) }
            rows.take(request, from: grant.session)
            rows.grants[grant.id] = grant
            rows.endSurplus(of: grant)
            return true
        }
    }

    package func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        rows.withLock { $0.sessions[session]?.pending = nil }
    }

    package func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        rows.withLock { $0.grant(key) }
    }

    package func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        rows.withLock { rows in
            guard var grant = rows.grant(key) else { return nil }
            let outcome = change(&grant)
            rows.grants[grant.id] = grant
            return GrantUpdate(grant: grant, outcome: outcome)
        }
    }

    // MARK: Signing keys

    package func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        rows.withLock { rows in
            rows.keys.values.sorted { ($0.publishedAt, $0.kid) < ($1.publishedAt, $1.kid) }
        }
    }

    package func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.keys[key.kid] == nil else { throw .duplicate }
            guard rows.keys.count < SealedKey.countMax else { throw .full(.signingKeys) }
            rows.keys[key.kid] = key
        }
    }

    package func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        rows.withLock { $0.keys.removeValue(forKey: kid) != nil }
    }

    // MARK: - Operators

    package func relyingParties() async throws(LoginStoreError) -> [RelyingParty] {
        rows.withLock { rows in rows.parties.values.sorted { $0.id.text < $1.id.text } }
    }

    package func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError) {
        try rows.withLock { rows throws(LoginStoreError) in
            guard rows.parties[party.id] == nil else { throw .duplicate }
            guard rows.parties.count < rows.caps.relyingParties else {
                throw .full(.relyingParties)
            }
            rows.parties[party.id] = party
        }
    }

    package func removeRelyingParty(
        _ id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { $0.remove(id) }
    }

    package func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        rows.withLock { rows in
            guard rows.parties[id]?.secret != nil else { return false }
            rows.parties[id]?.secret = secret
            return true
        }
    }

    package func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError) {
        try rows.withLock { rows throws(LoginStoreError) in
            guard !parties.contains(where: { rows.parties[$0.id]?.isConfigured == false }) else {
                throw .duplicate
            }
            let kept = Set(parties.map(\.id))
            let gone = rows.parties.values.filter { $0.isConfigured && !kept.contains($0.id) }
            guard
                rows.parties.count - gone.count
                    + parties.count(where: { rows.parties[$0.id] == nil })
                    <= rows.caps.relyingParties
            else { throw .full(.relyingParties) }
            for party in gone { rows.remove(party.id) }
            for var party in parties {
                party.isConfigured = true
                if let old = rows.parties[party.id] {
                    party.createdAt = old.createdAt
                    if old.sector != party.sector { rows.endGrants(of: party.id) }
                }
                rows.parties[party.id] = party
            }
        }
    }
}

extension MemoryLoginStore.Rows {
    /// These rows as text.
    var ofWebsites: [String] {
        let parked = parked.values.map { "parked \($0)" }
        let parties = parties.values.map { "client \($0)" }
        let subjects = subjects.map { "subject \($0.value) of \($0.key)" }
        let grants = grants.values.map { "grant \($0)" }
        let keys = keys.values.map { "key \($0)" }
        return parked + parties + subjects + grants + keys
    }

    func grant(_ key: GrantKey) -> Grant? {
        switch key {
        case .code(let digest):
            return grants.values.first { $0.code == digest }
        case .token(let digest):
            return grants.values.first { $0.token == digest }
        case .refresh(let digest):
            return grants.values.first { $0.refresh?.name == digest }
        }
    }

    /// Whether a request is where it is said to wait.
    func waits(_ request: AnsweredRequest, on session: SecretDigest) -> Bool {
        switch request {
        case .fresh: true
        case .pending: sessions[session]?.pending != nil
        case .parked(let cookie): parked[cookie] != nil
        }
    }

    mutating func take(_ request: AnsweredRequest, from session: SecretDigest) {
        switch request {
        case .fresh: break
        case .pending: sessions[session]?.pending = nil
        case .parked(let cookie): parked[cookie] = nil
        }
    }

    /// Ends a session, and what could outlive it.
    mutating func endSession(_ cookie: SecretDigest) {
        sessions[cookie] = nil
        for grant in grants.values where grant.session == cookie && grant.isOffline {
            grants[grant.id]?.revoke()
        }
    }

    /// Ends the oldest grants of a user at a website that may outlive their session, so that with the
    /// new one there are `Grant.offlineMax`.
    mutating func endSurplus(of new: Grant) {
        guard new.isOffline else { return }
        let others = grants.values.filter {
            $0.isOffline && $0.state != .revoked && $0.id != new.id && $0.user == new.user
                && $0.client == new.client
        }
        let newestFirst = others.sorted {
            ($0.codeExpiresAt, $0.id.text) > ($1.codeExpiresAt, $1.id.text)
        }
        for old in newestFirst.dropFirst(Grant.offlineMax - 1) { grants[old.id]?.revoke() }
    }

    /// Ends everything that a website was given.
    mutating func endGrants(of client: RelyingPartyID) {
        for grant in grants.values where grant.client == client { grants[grant.id]?.revoke() }
    }

    /// When the last refresh token ends that came of a session; nil for none.
    func refreshableUntil(_ session: SecretDigest) -> Timestamp? {
        grants.values.filter { $0.session == session }.compactMap { $0.refresh?.expiresAt }.max()
    }

    /// Forgets a website and its grants.
    @discardableResult
    mutating func remove(_ id: RelyingPartyID) -> Bool {
        for grant in grants.values where grant.client == id { grants[grant.id] = nil }
        return parties.removeValue(forKey: id) != nil
    }

    mutating func forgetOfWebsites(before: Timestamp, limit: Int) {
        let waited = parked.values.filter { $0.parked.parkedAt + ParkedRequest.lifetime < before }
        for cookie in waited.map(\.cookie).first(limit) { parked[cookie] = nil }
        let done = grants.values.filter { $0.forgettableAt < before }
            .sorted { ($0.forgettableAt, $0.id.text) < ($1.forgettableAt, $1.id.text) }
        for grant in done.prefix(limit) { grants[grant.id] = nil }
    }
}
