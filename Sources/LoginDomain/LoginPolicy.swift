/// Every lifetime and budget of a login, in one value.
///
/// The defaults are those of the threat model; the operator may set each
/// (`SCAN_LOGIN_LIFETIMES_…`, `SCAN_LOGIN_LIMITS_…`).
package struct LoginPolicy: Sendable, Equatable {
    /// How long a code may be scanned after it is shown.
    package var scene: Duration = .seconds(120)
    /// How long the phone may take to confirm after its scan.
    package var confirm: Duration = .seconds(60)
    /// The longest life of an attempt, whatever happens to it.
    package var attempt: Duration = .seconds(180)
    /// The least time between a scan and its confirm: a person needs longer, a script does not.
    package var confirmDelay: Duration = .milliseconds(700)
    /// What is done about codes that were not read by the camera (T4).
    package var launch: LaunchPolicy = .warn
    /// When the phone must type the browser's number (T4).
    package var numberMatching: NumberMatching = .off
    /// What the login page does on a phone.
    package var sameDevice: SameDevice = .off
    /// How long the mini-program stays logged in.
    package var phoneSession: Duration = .seconds(900)
    /// A browser's login ends after this long without being shown.
    package var sessionIdle: Duration = .seconds(30 * 60)
    /// A browser's login ends after this long in any case.
    package var session: Duration = .seconds(12 * 3600)
    /// How long a login stays in its user's list of recent ones.
    package var loginHistory: Duration = .seconds(90 * 24 * 3600)
    /// How long a website's authorization codes and access tokens live.
    package var grants = GrantLifetimes()
    /// How long a used js_code is remembered.
    ///
    /// WeChat's own live five minutes.
    package var usedCode: Duration = .seconds(600)
    /// How long the row of an ended attempt stays, so that its browser still learns the end and
    /// its scene is never made again (T13).
    package var endedAttempt: Duration = .seconds(24 * 3600)

    /// Scenes that were not there, per user in `deadSceneWindow`, before the phone must wait (T1).
    package var deadScenesPerUser: Int = 10
    /// The same per address; higher, because mobile carriers put many phones behind one.
    package var deadScenesPerAddress: Int = 100
    package var deadSceneWindow: Duration = .seconds(600)

    /// New codes per browser and minute, counted along the chain of its attempts (T33).
    package var attemptsPerBrowserPerMinute: Int = 6
    /// New codes per address: this many a minute in the long run, and this many at once.
    package var attemptsPerAddressPerMinute: Int = 30
    package var attemptsPerAddressBurst: Int = 60
    /// Codes asked of WeChat in any minute: four fifths of the 5,000 it allows an app.
    package var codesPerMinute: Int = 4000
    /// Codes shown for one website in any minute: half of everybody's, so that a flood of logins at
    /// one leaves the others theirs (T33).
    package var codesPerClientPerMinute: Int = 2000
    /// Codes that are made ahead and lie ready, at most 256 KiB each; 0 is none.
    package var pooledCodes: Int = 0
    /// Logins of one user's phones a minute; WeChat allows 100 code2session a user.
    package var phoneLoginsPerUserPerMinute: Int = 20
    /// Logins of phones per address: this many a minute in the long run, and this many at once; higher
    /// than for codes, because mobile carriers put many phones behind one (T33).
    package var phoneLoginsPerAddressPerMinute: Int = 300
    package var phoneLoginsPerAddressBurst: Int = 600
    /// js_codes of one address that WeChat did not know, in `deadSceneWindow`.
    package var invalidCodesPerAddress: Int = 100
    /// Scans, confirms and cancels of one user a minute, whatever comes of them: each leaves a line in
    /// the audit log, which must not be washed away (T34).
    package var sceneRequestsPerUserPerMinute: Int = 60
    /// New nicknames and pictures of one user a minute.
    package var profileChangesPerUserPerMinute: Int = 10
    /// Websites' requests that are parked per address: this many a minute in the long run, and this
    /// many at once (T34).
    package var parkedPerAddressPerMinute: Int = 60
    package var parkedPerAddressBurst: Int = 120
    /// Authorization codes of one user a minute at one website, without those that follow a scan (T34).
    package var grantsPerUserPerMinute: Int = 60
    /// TCP connections per address (T32).
    package var connectionsPerAddress: Int = 64
    package var webSocketsPerAddress: Int = 20

    /// The most rows of each kind (T34).
    package var rows = RowCaps()
    /// How long an entry of the audit log is kept.
    package var audit: Duration = .seconds(90 * 86_400)

    package init() {}
}
