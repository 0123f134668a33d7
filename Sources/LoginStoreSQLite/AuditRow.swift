import GRDB
import LoginDomain

/// Entries of the audit log as rows.
enum AuditRow {
    static func insert(_ entry: AuditEntry, in db: Database) throws {
        try db.run(
            sql: """
                INSERT INTO audit (at, code, what, reason, user, address, user_agent, launch)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                entry.at.milliseconds, entry.code?.text, entry.what.rawValue,
                entry.reason?.rawValue, entry.actor.user?.text, entry.actor.address,
                entry.actor.userAgent, entry.actor.launch,
            ]
        )
    }

    /// Writes down what a change noted, and leaves the attempt without it.
    static func takeNotes(of attempt: inout Attempt, in db: Database) throws {
        guard !attempt.notes.isEmpty else { return }
        for entry in attempt.notes { try insert(entry, in: db) }
        attempt.notes = []
    }
}

extension AuditEntry {
    init(row: Row) throws {
        guard let what = What(rawValue: try row.decode(forColumn: "what")) else {
            throw UnreadableRow(column: "what")
        }
        self.init(
            at: Timestamp(milliseconds: try row.decode(forColumn: "at")),
            code: try row.decode(String?.self, forColumn: "code").flatMap(SupportCode.init(typed:)),
            what: what,
            reason: try row.decode(String?.self, forColumn: "reason").flatMap(
                Reason.init(rawValue:)
            ),
            actor: AuditActor(
                user: try row.decode(String?.self, forColumn: "user").map(UserID.init(column:)),
                address: try row.decode(forColumn: "address"),
                userAgent: try row.decode(forColumn: "user_agent"),
                launch: try row.decode(forColumn: "launch")
            )
        )
    }
}
