/// How many rows there may be of each kind (T34).
///
/// Over a cap the newcomer is refused, and nobody's live row makes room for it. What has ended may
/// go early: the oldest first.
package struct RowCaps: Sendable, Equatable {
    /// Attempts that have not ended.
    package var liveAttempts = 100_000
    /// Attempts that have ended and are kept so that their browsers learn of it.
    package var endedAttempts = 1_000_000
    package var phoneSessions = 200_000
    /// js_codes that are remembered because they were used.
    package var usedCodes = 200_000
    package var browserSessions = 1_000_000
    /// Websites' requests that wait for a browser's first code.
    package var parkedRequests = 100_000
    /// Codes and access tokens of websites.
    package var grants = 1_000_000
    /// Websites.
    package var relyingParties = 1000
    /// Entries of the audit log.
    package var auditEntries = 5_000_000

    package init() {}
}

/// The kinds of rows that have a cap.
package enum RowKind: String, Sendable, CaseIterable {
    case attempts
    case endedAttempts = "ended attempts"
    case phoneSessions = "phone sessions"
    case usedCodes = "used codes"
    case browserSessions = "browser sessions"
    case parkedRequests = "parked requests"
    case grants
    case relyingParties = "clients"
    case signingKeys = "signing keys"
}
