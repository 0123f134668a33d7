package import LoginDomain

/// The clocks when a server starts.
package struct ClockReading: Sendable {
    /// The wall clock.
    package var now: Timestamp
    /// Which run of the machine this is; nil where nobody says.
    package var boot: String?
    /// The time since the machine started, as a clock that nobody sets has it.
    package var sinceBoot: Duration

    package init(now: Timestamp, boot: String?, sinceBoot: Duration) {
        self.now = now
        self.boot = boot
        self.sinceBoot = sinceBoot
    }
}

/// What a server found in its database when it started, and what it did about it.
package struct ServingStart: Sendable, Equatable {
    /// Which life of the database this is.
    package var epoch: Int64
    /// Why a new epoch began; nil when the old one goes on.
    package var newEpoch: NewEpoch?
    /// How far the wall clock moved against the monotonic one since the last start; negative when it
    /// went back, nil where that cannot be known.
    package var clockJump: Duration?
    /// Whether rows were from the future, so that logins under way had to end (T42).
    package var isFromTheFuture: Bool
    /// Logins under way that ended for one of these reasons.
    package var endedAttempts: Int
    package var endedPhoneSessions: Int
    package var endedBrowserSessions: Int
    /// Codes and access tokens of websites.
    package var endedGrants: Int
    /// The signing keys that came with a database of another epoch, by name: some may have been
    /// revoked since.
    package var broughtKeys: [String] = []
    /// The websites that came with it and that an operator had registered: some may have another
    /// secret since, or be gone.
    package var broughtClients: [RelyingPartyID] = []
    /// Where the server's time goes on: never before a row that is there.
    package var resumesAt: Timestamp

    package enum NewEpoch: String, Sendable {
        case backup = "it is a backup"
        case older = "it is older than the one that was served last"
        case foreign = "it is not the one that was served here last"
        case unmarked = "the -epoch file beside it is missing or cannot be read"
    }

    /// A jump of the wall clock that an operator should know of.
    package static let jumpWorthTelling = Duration.seconds(30)
    /// How far back the wall clock may go before logins under way end.
    ///
    /// Within this, time stands still until the clock has caught up.
    static let stepBack = Duration.seconds(5)

    /// What the operator must do again: to revoke and to rotate is forgotten by an older database.
    private var broughtBack: [String] {
        var lines: [String] = []
        if !broughtKeys.isEmpty {
            lines.append(
                "Signing keys came with this database: \(broughtKeys.joined(separator: ", ")). Those "
                    + "that were revoked since it was made are good again; revoke them once more: "
                    + "login-server keys revoke KID"
            )
        }
        if !broughtClients.isEmpty {
            lines.append(
                "Registered websites came with this database: "
                    + "\(broughtClients.map(\.text).joined(separator: ", ")). Those whose secret was "
                    + "rotated since it was made have the old one again, and those that were "
                    + "removed are back; do it once more: login-server clients rotate-secret ID, "
                    + "login-server clients remove ID"
            )
        }
        return lines
    }

    /// Lines for the operator; none when all is as it should be.
    package var warnings: [String] {
        var lines: [String] = []
        if let newEpoch {
            lines.append(
                "This database was put in place of another: \(newEpoch.rawValue). Epoch \(epoch) "
                    + "begins; \(endedAttempts) logins under way, \(endedPhoneSessions) phone "
                    + "sessions, \(endedBrowserSessions) browser sessions and \(endedGrants) grants "
                    + "of websites have ended."
            )
            lines += broughtBack
        }
        if let clockJump,
            clockJump > Self.jumpWorthTelling || clockJump < .zero - Self.jumpWorthTelling
        {
            lines.append(
                "The wall clock has moved by \(clockJump.components.seconds) s since this server "
                    + "started last. Is NTP running?"
            )
        }
        if isFromTheFuture, newEpoch == nil {
            lines.append(
                "The database has rows from the future: the wall clock went back. "
                    + "\(endedAttempts) logins under way, \(endedPhoneSessions) phone sessions and "
                    + "\(endedGrants) grants of websites have ended."
            )
        }
        return lines
    }
}
