/// One line of the audit log: what happened to a login, when, and by whom.
///
/// No secret and no digest of one is in here. Addresses, user agents and users are: it is kept as
/// long as the operator says and no longer.
package struct AuditEntry: Sendable, Equatable {
    package var at: Timestamp
    /// Which attempt; nil where there was none.
    package var code: SupportCode?
    package var what: What
    /// Why not, when something was refused.
    package var reason: Reason?
    package var actor: AuditActor

    package init(
        at: Timestamp,
        code: SupportCode?,
        what: What,
        reason: Reason? = nil,
        actor: AuditActor
    ) {
        self.at = at
        self.code = code
        self.what = what
        self.reason = reason
        self.actor = actor
    }

    package enum What: String, Sendable, CaseIterable {
        case opened
        case scanned
        /// The owner scanned again: the nonce before it is dead.
        case rescanned
        case confirmed
        case cancelledByPhone = "cancelled by the phone"
        case cancelledByBrowser = "cancelled by the browser"
        case completed
        case expired
        /// The same browser asked for a newer code.
        case superseded
        case scanRefused = "scan refused"
        case confirmRefused = "confirm refused"
        case cancelRefused = "cancel refused"
        /// A website's authorization code that should not have come (T16, T17).
        case codeRefused = "authorization code refused"
        /// A website's refresh token that came again (T18).
        case refreshRefused = "refresh token refused"
    }

    /// The true reason of a refusal, of which a phone is told nothing (T1).
    package enum Reason: String, Sendable, CaseIterable {
        case unknownScene = "no such scene"
        case redeemed = "the login was completed"
        case cancelled = "it was cancelled"
        case expired = "it had expired"
        case superseded = "a newer code took its place"
        case notScanned = "nobody had scanned"
        case anotherUser = "another user had scanned it"
        case anotherPhone = "another phone session had scanned it"
        case foreignNonce = "the nonce was not that of the last scan"
        case alreadyConfirmed = "it was confirmed already"
        case tooFast = "too soon after the scan"
        case blocked = "the way the code was read is not allowed"
        case numberRequired = "it carried no number"
        case wrongNumber = "it carried a wrong number"
        case usedTwice = "it had been used: what it gave is revoked"
        case notForThis = "it had expired, or was not for this website, address or proof"
        // Ends that no phone and no browser brought about.
        case databaseRestored = "the database was restored"
        case clockWentBack = "the wall clock went back"
    }
}

/// Who did something, as the server saw them.
package struct AuditActor: Sendable, Equatable {
    package var user: UserID?
    package var address: String?
    package var userAgent: String?
    /// How the mini-program was opened: WeChat's own number, when the phone told it.
    package var launch: Int?

    package init(
        user: UserID? = nil,
        address: String? = nil,
        userAgent: String? = nil,
        launch: Int? = nil
    ) {
        self.user = user
        self.address = address
        self.userAgent = userAgent
        self.launch = launch
    }

    package init(_ browser: BrowserFacts, user: UserID? = nil) {
        self.init(user: user, address: browser.address, userAgent: browser.userAgent)
    }

    /// Time itself.
    package static let nobody = AuditActor()
}
