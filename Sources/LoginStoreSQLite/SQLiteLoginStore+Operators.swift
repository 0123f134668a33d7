import GRDB
package import LoginDomain
package import LoginStore

extension SQLiteLoginStore {
    // MARK: - The audit log

    package func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        try await write { db in
            for entry in entries { try AuditRow.insert(entry, in: db) }
        }
    }

    package func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        let cap = caps.auditEntries
        return try await write { db in
            // Entries go from the oldest end alone, so ids have no gaps: two looks, and no counting.
            let bounds = try Row.fetchOne(
                db,
                sql: "SELECT min(id) AS first, max(id) AS last FROM audit"
            )
            guard let bounds, let first = try bounds.decode(Int64?.self, forColumn: "first"),
                let last = try bounds.decode(Int64?.self, forColumn: "last")
            else { return ForgottenAudit(aged: 0, crowded: 0) }
            let young = try Int64.fetchOne(
                db,
                sql: """
                    SELECT id FROM audit WHERE id < ?1 AND at >= ?2 ORDER BY id LIMIT 1
                    """,
                arguments: [first + Int64(limit), before.milliseconds]
            )
            let aged = min(young ?? first + Int64(limit), last + 1) - first
            let over = last - first + 1 - aged - Int64(cap)
            let crowded = min(max(0, over), Int64(limit) - aged)
            if aged + crowded > 0 {
                try db.execute(
                    sql: "DELETE FROM audit WHERE id < ?",
                    arguments: [first + aged + crowded]
                )
            }
            return ForgottenAudit(aged: Int(aged), crowded: Int(crowded))
        }
    }

    // MARK: - Operators

    package func users(
        after id: UserID?,
        limit: Int
    ) async throws(LoginStoreError) -> [UserRecord] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM user WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [id?.text ?? "", limit]
            )
            .map { row in
                UserRecord(
                    user: try User(row: row),
                    createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at"))
                )
            }
        }
    }

    package func setRole(
        _ role: String,
        of user: UserID
    ) async throws(LoginStoreError) -> Bool {
        try await write { db in
            try db.execute(
                sql: "UPDATE user SET role = ? WHERE id = ?",
                arguments: [role, user.text]
            )
            return db.changesCount == 1
        }
    }

    package func timeline(
        _ code: SupportCode
    ) async throws(LoginStoreError) -> [AuditEntry] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM audit WHERE code = ? ORDER BY id",
                arguments: [code.text]
            )
            .map(AuditEntry.init(row:))
        }
    }
}
