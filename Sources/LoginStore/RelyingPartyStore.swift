package import LoginDomain

/// What is kept of websites that have their users logged in by us, and of what they were given.
///
/// The promises are those of `LoginStore`.
package protocol RelyingPartyStore: Sendable {
    // MARK: Websites

    func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty?

    /// Names a user to the websites of a sector: as before, or else as `candidate`.
    ///
    /// The sector is empty for all websites that share one name of the user. The name of somebody else
    /// is a `duplicate` for who has none.
    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID

    // MARK: Requests that wait

    /// Lets a website's request wait for its browser's first code, under a fresh cookie.
    ///
    /// What the same browser had under the cookie `old`, a live attempt or another request, ends in
    /// the same step.
    ///
    /// - Returns: the attempt that was superseded, as `openAttempt` does.
    func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt?

    /// Reads a request that waits for its first code; nil when there is none under this cookie.
    func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow?

    /// Forgets a request that waits for its first code. Does nothing when it is gone.
    func unpark(_ cookie: SecretDigest) async throws(LoginStoreError)

    // MARK: Codes and tokens

    /// Writes a grant down.
    ///
    /// The request that it answers is taken from where it waits in the same step: a request is
    /// answered once. Of the grants that may outlive their session (`Grant.isOffline`) the oldest of
    /// the same user and website are revoked in the same step where there are more than
    /// `Grant.offlineMax`, never the new one.
    ///
    /// - Returns: false, and nothing has happened, when the session or the website is gone, or the
    ///   request does not wait any more.
    func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool

    /// Takes the request that a session was made for without granting it anything.
    ///
    /// Does nothing when it is gone.
    func dropPending(of session: SecretDigest) async throws(LoginStoreError)

    /// Reads a grant; nil when there is no such row.
    func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant?

    /// Changes a grant by a pure function that may run twice.
    ///
    /// - Returns: what the function said and the grant as it is now; nil when there is no such row,
    ///   and then the function has not run.
    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>?

    // MARK: Signing keys

    /// All of them, the oldest first, by name where they are of the same time.
    func signingKeys() async throws(LoginStoreError) -> [SealedKey]

    /// Adds a key; `duplicate` for a name that is taken, `full` over `SealedKey.countMax`.
    func addSigningKey(_ key: SealedKey) async throws(LoginStoreError)

    /// Forgets a key.
    ///
    /// - Returns: false when there is none of that name.
    func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool
}

/// What operators do with websites.
package protocol RelyingPartyOperatorStore: RelyingPartyStore {
    /// All of them, by id.
    func relyingParties() async throws(LoginStoreError) -> [RelyingParty]

    /// Registers a website; `duplicate` for an id that is taken, `full` over
    /// `RowCaps.relyingParties`.
    func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError)

    /// Forgets a website, and with it its grants: its tokens die.
    ///
    /// - Returns: false when there is none of that id.
    func removeRelyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> Bool

    /// Gives a website another secret.
    ///
    /// - Returns: false when there is none of that id, or it is public and has no secret.
    func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool

    /// Makes the websites that the configuration names these: those it named before and no longer
    /// names are removed, with their grants, and those it names are added or brought up to date.
    ///
    /// Where the sector of one changes, its grants are revoked: what they gave speaks of users by
    /// names that it knew them by, and a refreshed ID token must not name another (OpenID Connect
    /// Core section 12.2).
    ///
    /// `duplicate` when an operator has registered one of these ids; nothing has happened then.
    func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError)
}

/// Where the request waits that a grant answers.
package enum AnsweredRequest: Sendable, Equatable {
    /// Nowhere: it has just come.
    case fresh
    /// On the session that was made for it.
    case pending
    /// Under this cookie, for its browser's first code.
    case parked(SecretDigest)
}

/// The ways a grant is found.
package enum GrantKey: Sendable, Hashable {
    /// By the digest of its authorization code.
    case code(SecretDigest)
    /// By the digest of its access token.
    case token(SecretDigest)
    /// By the digest of what its refresh tokens share.
    case refresh(SecretDigest)
}

/// An update of a grant that has been committed.
package struct GrantUpdate<Outcome: Sendable>: Sendable {
    /// The grant as it is in its row now.
    package var grant: Grant
    package var outcome: Outcome

    package init(grant: Grant, outcome: Outcome) {
        self.grant = grant
        self.outcome = outcome
    }
}
