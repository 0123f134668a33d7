import GRDB
import LoginDomain

/// The one row about the file itself.
struct Ledger {
    /// Which life of the file this is: it changes when an older file takes the place of a newer one.
    var epoch: Int64
    /// Transactions that changed something, since the file was made.
    var changes: Int64
    /// The clock when the file was last served.
    var start: Start?
    var counts: Counts

    struct Start {
        var at: Timestamp
        var boot: String?
        var sinceBoot: Duration
    }

    /// How many rows there are.
    struct Counts {
        var liveAttempts: Int
        var endedAttempts: Int
        var phoneSessions: Int
        var usedCodes: Int
        var browserSessions: Int
        var parkedRequests: Int
        var grants: Int
    }

    /// The epoch of a file that was never served.
    static let unserved: Int64 = 0
    /// The epoch of a backup: nothing that was served has it, so a restored backup is always noticed.
    static let copied: Int64 = -1

    init(_ db: Database) throws {
        guard let row = try db.row(sql: "SELECT * FROM ledger WHERE id = 1") else {
            throw UnreadableRow(column: "ledger")
        }
        epoch = try row.decode(forColumn: "epoch")
        changes = try row.decode(forColumn: "changes")
        if let at = try row.decode(Int64?.self, forColumn: "started_at") {
            start = Start(
                at: Timestamp(milliseconds: at),
                boot: try row.decode(forColumn: "boot"),
                sinceBoot: .milliseconds(
                    try row.decode(Int64?.self, forColumn: "since_boot") ?? 0
                )
            )
        }
        counts = Counts(
            liveAttempts: try row.decode(forColumn: "live_attempts"),
            endedAttempts: try row.decode(forColumn: "ended_attempts"),
            phoneSessions: try row.decode(forColumn: "phone_sessions"),
            usedCodes: try row.decode(forColumn: "used_codes"),
            browserSessions: try row.decode(forColumn: "browser_sessions"),
            parkedRequests: try row.decode(forColumn: "parked_requests"),
            grants: try row.decode(forColumn: "grants")
        )
    }

    /// One more transaction has changed something.
    ///
    /// - Returns: the epoch, and how many have changed something, with this one.
    static func countChange(_ db: Database) throws -> (epoch: Int64, changes: Int64) {
        let row = try db.row(
            sql: "UPDATE ledger SET changes = changes + 1 WHERE id = 1 RETURNING epoch, changes"
        )
        guard let row else { throw UnreadableRow(column: "ledger") }
        return (try row.decode(forColumn: "epoch"), try row.decode(forColumn: "changes"))
    }
}
