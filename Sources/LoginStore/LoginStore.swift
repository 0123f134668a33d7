package import LoginDomain

/// Where logins are kept: the contract every engine obeys, and the suite in
/// `Tests/LoginStoreContract` proves.
///
/// Owns: which operations are one step that either happens whole or not at all.
/// Does not own: rules. What may follow what is decided by the pure functions of `LoginDomain`,
/// which a store runs inside its transaction and may run twice; they must only change the value
/// they are given.
/// Called by: `LoginService`. Engines: `MemoryLoginStore` here, `LoginStoreSQLite`.
///
/// Six promises:
/// 1. An answer comes after the change is durable. Nothing is pushed or told before (I12).
/// 2. Two updates of one attempt never interleave; the row is the lock (T12).
/// 3. Look-ups go by digest. No secret reaches a store.
/// 4. No kind of row grows past its cap (T34): over it, a newcomer is refused with `full` and nothing
///    has happened; nobody's live row makes room. Ended attempts and the audit log make room for
///    themselves, the oldest first.
/// 5. What a change notes (`Attempt.notes`), the store writes into the audit log in the same step,
///    and so it does of what it does itself: supersede, redeem, expire. It hands attempts back
///    without notes.
/// 6. A call says how it ended, even to a task that is cancelled meanwhile: what was changed is never
///    left unknown because somebody went away.
package protocol LoginStore: RelyingPartyStore {
    // MARK: Attempts

    /// Opens an attempt, and supersedes the live one that the same browser had.
    ///
    /// A website's request that waited under the cookie `old` is in the attempt from now on
    /// (`Attempt.request`), and its row goes in the same step.
    ///
    /// - Returns: the old attempt as it is now when this has changed it: superseded, or expired when
    ///   its time had passed and nobody had written that down; otherwise nil.
    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt?

    /// Reads an attempt; nil when there is no such row.
    func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt?

    /// Changes an attempt by a pure function that may run twice.
    ///
    /// - Returns: what the function said and the attempt as it is now; nil when there is no such
    ///   row, and then the function has not run.
    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>?

    /// Redeems an attempt, makes the browser's session and notes the login for its user, in one step;
    /// the browser's earlier session ends in the same step, as `endSession` does (T23).
    ///
    /// The session and the login appear only where the attempt says `redeemed`. The cookie must be a
    /// fresh one, and not even that of `old`, and the login's id a fresh one too: when one is taken,
    /// the store throws `duplicate`, and nothing has happened. Of a user's logins the newest
    /// `Login.perUserMax` stay. The website's request of the attempt, when it is still live, is the
    /// session's from now on, what its owner agreed to with it (`Consent`), as far as they have given
    /// it by then (`User.missing`), is, too, and the login is that website's. The session keeps what
    /// the login was checked by (`Attempt.numberMatchingMet`).
    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>?

    /// Writes down the ends of attempts whose deadline has passed, the oldest first.
    ///
    /// - Returns: those that changed, at most `limit`.
    func expireAttempts(at now: Timestamp, limit: Int) async throws(LoginStoreError) -> [Attempt]

    // MARK: Users and phones

    /// Remembers a js_code, or the code of a phone number, before it goes to WeChat.
    ///
    /// - Returns: false when it was there already and must not be used again (T8).
    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool

    /// Finds the user of a WeChat identity, or registers them under `candidate`.
    ///
    /// New is who was not there, and not who is offered the id they have. The id of somebody else is
    /// a `duplicate` for who is new.
    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration

    func user(_ id: UserID) async throws(LoginStoreError) -> User?

    /// Who WeChat says a user is: the openid they registered with, and the unionid that came last.
    ///
    /// For websites that the user lets know it, and nobody else.
    func identity(of id: UserID) async throws(LoginStoreError) -> WeChatIdentity?

    /// Gives a user another nickname.
    ///
    /// - Returns: the user as they are now; nil when there is no such user.
    func setNickName(_ name: NickName, of id: UserID) async throws(LoginStoreError) -> User?

    /// Gives a user another picture; the one before is deleted in the same step.
    ///
    /// - Returns: the user as they are now; nil when there is no such user, and then the picture is
    ///   not kept.
    func setAvatar(_ avatar: Avatar, of id: UserID) async throws(LoginStoreError) -> User?

    /// Gives a user another phone number; nil takes it away.
    ///
    /// - Returns: the user as they are now; nil when there is no such user.
    func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User?

    /// Reads a picture; nil when there is none of that name.
    func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar?

    func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError)

    /// Reads a phone's session, live or not; nil when there is no such row.
    func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession?

    // MARK: Browsers

    /// Reads a browser's session, live or not; nil when there is no such row.
    func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession?

    /// Notes that a browser showed its session. Does nothing when the session is gone.
    func touchSession(_ cookie: SecretDigest, at now: Timestamp) async throws(LoginStoreError)

    /// Ends a browser's session, and every grant of it that could outlive it (`Grant.isOffline`), also
    /// when the session itself is gone.
    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError)

    /// The cookie's digest of the session that a login made, also when the session itself is gone; nil
    /// for a login that is not among its user's newest, or has been forgotten.
    func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest?

    /// A user's logins, the newest first, each with its session as long as that is there, and with the
    /// end of the refresh tokens that it led to.
    func logins(of user: UserID) async throws(LoginStoreError) -> [Login]

    /// Ends the session of a user's login, as `endSession` does.
    ///
    /// - Returns: false when that user has no such login; true also when its session had ended.
    func revokeLogin(_ id: LoginID, of user: UserID) async throws(LoginStoreError) -> Bool

    // MARK: Housekeeping

    /// Deletes rows that nobody can need again, and ended attempts over their cap, at most `limit`
    /// of each kind.
    ///
    /// Grants go when nothing of them can be used any more (`Grant.forgettableAt`), requests that
    /// wait when they have waited too long.
    ///
    /// - Returns: whether the limit was reached, so that there may be more.
    @discardableResult
    func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool

    // MARK: The audit log

    /// Writes down what changed no row: refusals.
    ///
    /// The order is kept, and what is written down later is later.
    func record(_ entries: [AuditEntry]) async throws(LoginStoreError)

    /// Deletes the oldest entries of the audit log, at most `limit`: those from before a moment, and
    /// those over the cap.
    ///
    /// - Returns: how many went of each.
    func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit
}

/// What operators do with a store, beside the server and while it serves.
package protocol OperatorStore: LoginStore, RelyingPartyOperatorStore {
    /// The users whose ids come after `id`, by id, at most `limit`.
    func users(
        after id: UserID?,
        limit: Int
    ) async throws(LoginStoreError) -> [UserRecord]

    /// Changes what websites may show beside a user's name.
    ///
    /// - Returns: false when there is no such user.
    func setRole(_ role: String, of user: UserID) async throws(LoginStoreError) -> Bool

    /// What the audit log has of an attempt, from its beginning.
    func timeline(_ code: SupportCode) async throws(LoginStoreError) -> [AuditEntry]
}

/// How many entries of the audit log were deleted, and why.
package struct ForgottenAudit: Sendable, Equatable {
    /// They were older than the log is kept.
    package var aged: Int
    /// There were too many: these went before their time.
    package var crowded: Int

    package init(aged: Int, crowded: Int) {
        self.aged = aged
        self.crowded = crowded
    }
}

/// The two ways an attempt is found.
package enum AttemptKey: Sendable, Hashable {
    /// By the digest of the browser's cookie.
    case cookie(SecretDigest)
    /// By the digest of the scene a phone read.
    case scene(SecretDigest)
}

/// An update that has been committed.
package struct AttemptUpdate<Outcome: Sendable>: Sendable {
    /// The attempt as it is in its row now.
    package var attempt: Attempt
    /// Whether this update moved `seq`, so that watchers must hear of it.
    package var moved: Bool
    package var outcome: Outcome

    package init(attempt: Attempt, moved: Bool, outcome: Outcome) {
        self.attempt = attempt
        self.moved = moved
        self.outcome = outcome
    }
}

/// A user found or made.
package struct Registration: Sendable, Equatable {
    package var user: User
    package var isNew: Bool

    package init(user: User, isNew: Bool) {
        self.user = user
        self.isNew = isNew
    }
}

/// What is old enough to be forgotten.
package struct ForgetLimits: Sendable {
    /// Ended attempts created before this.
    package var attempts: Timestamp
    /// Phone sessions, js_codes, grants and websites' requests that ended before this.
    package var expired: Timestamp
    /// Browser sessions not seen since this.
    package var sessionsSeen: Timestamp
    /// Browser sessions created before this.
    package var sessionsCreated: Timestamp
    /// Logins before this.
    package var logins: Timestamp

    package init(
        attempts: Timestamp,
        expired: Timestamp,
        sessionsSeen: Timestamp,
        sessionsCreated: Timestamp,
        logins: Timestamp
    ) {
        self.attempts = attempts
        self.expired = expired
        self.sessionsSeen = sessionsSeen
        self.sessionsCreated = sessionsCreated
        self.logins = logins
    }
}

/// What a store may say instead of an answer.
package enum LoginStoreError: Error, Sendable, Equatable {
    /// Busy, full, broken or gone. Nothing was changed, or it is unknown whether it was.
    case unavailable(String)
    /// A row, a scene or a cookie of that digest is there already.
    case duplicate
    /// There are as many rows of that kind as there may be; nothing was changed (T34).
    case full(RowKind)
}
