import GRDB
package import LoginDomain
import LoginStore

extension SQLiteLoginStore {
    /// Opens the file for the one server that serves it.
    ///
    /// Takes the single-instance lock, and compares the database with what the last server knew of
    /// it: when it is a backup, or older, a new epoch begins and all logins under way are dead (T38).
    /// When the wall clock went back since, so are they (T42).
    ///
    /// `keepsSessions` lets browsers stay logged in over a new epoch.
    /// - Throws: `SQLiteOpenError` with a sentence for the operator.
    package static func serve(
        path: String,
        caps: RowCaps = RowCaps(),
        policy: LoginPolicy = LoginPolicy(),
        clock: ClockReading,
        keepsSessions: Bool
    ) throws(SQLiteOpenError) -> (store: SQLiteLoginStore, start: ServingStart) {
        do {
            try DatabaseFile.prepare(path)
        } catch let error as SQLiteOpenError {
            throw error
        } catch {
            throw SQLiteOpenError(opening: path, error)
        }
        let mark = try EpochMark(database: path)
        let store = try SQLiteLoginStore(path: path, caps: caps, mark: mark)
        do {
            let start = try store.start(mark, clock, policy, keepsSessions: keepsSessions)
            return (store, start)
        } catch {
            throw SQLiteOpenError(opening: path, error)
        }
    }

    private func start(
        _ mark: EpochMark,
        _ clock: ClockReading,
        _ policy: LoginPolicy,
        keepsSessions: Bool
    ) throws -> ServingStart {
        let known = mark.read()
        let (start, changed) = try database.write { db in
            let ledger = try Ledger(db)
            let newEpoch = Self.newEpoch(ledger, known)
            let epoch =
                if newEpoch == nil, ledger.epoch != Ledger.unserved {
                    ledger.epoch
                } else {
                    max(ledger.epoch, known?.epoch ?? 0, 0) + 1
                }
            let newest = try Self.newest(db, ledger)
            let isFromTheFuture = newest > clock.now + ServingStart.stepBack
            var start = ServingStart(
                epoch: epoch,
                newEpoch: newEpoch,
                clockJump: Self.jump(ledger, newest, clock),
                isFromTheFuture: isFromTheFuture,
                endedAttempts: 0,
                endedPhoneSessions: 0,
                endedBrowserSessions: 0,
                endedGrants: 0,
                resumesAt: isFromTheFuture ? clock.now : max(newest, clock.now)
            )
            if newEpoch != nil || isFromTheFuture {
                try Self.endLogins(db, clock.now, &start)
            }
            if newEpoch != nil { try Self.tellBrought(db, &start) }
            if newEpoch != nil, !keepsSessions {
                try db.execute(sql: "DELETE FROM browser_session")
                start.endedBrowserSessions = db.changesCount
            }
            if isFromTheFuture { try Self.bringBack(db, clock.now, policy) }
            try db.execute(
                sql: """
                    UPDATE ledger SET epoch = ?, started_at = ?, boot = ?, since_boot = ?
                    WHERE id = 1
                    """,
                arguments: [
                    epoch, clock.now.milliseconds, clock.boot, clock.sinceBoot.wholeMilliseconds,
                ]
            )
            return (start, try Ledger.countChange(db))
        }
        // First the database, then the mark: a crash in between begins one more epoch.
        mark.write(epoch: changed.epoch, changes: changed.changes)
        mark.synchronize()
        return start
    }

    /// Why the database is not the one that was served last; nil when it is, or when it is new.
    private static func newEpoch(
        _ ledger: Ledger,
        _ known: EpochMark.Reading?
    ) -> ServingStart.NewEpoch? {
        if ledger.epoch == Ledger.copied { return .backup }
        guard let known else { return ledger.epoch == Ledger.unserved ? nil : .unmarked }
        if ledger.epoch != known.epoch { return .foreign }
        return ledger.changes < known.changes ? .older : nil
    }

    /// The youngest moment that any row speaks of as past.
    private static func newest(_ db: Database, _ ledger: Ledger) throws -> Timestamp {
        let newest = try Int64.fetchOne(
            db,
            sql: """
                SELECT max(
                    coalesce((SELECT max(created_at) FROM attempt WHERE deadline IS NULL), 0),
                    coalesce((SELECT max(created_at) FROM attempt WHERE deadline IS NOT NULL), 0),
                    coalesce((SELECT max(created_at) FROM phone_session), 0),
                    coalesce((SELECT max(seen_at) FROM browser_session), 0),
                    coalesce((SELECT max(parked_at) FROM parked), 0),
                    coalesce((SELECT max(at) FROM
                        (SELECT at FROM audit ORDER BY id DESC LIMIT 100)), 0)
                )
                """
        )
        return max(Timestamp(milliseconds: newest ?? 0), ledger.start?.at ?? Timestamp.earliest)
    }

    /// How far the wall clock moved since the last start, as far as that can be known.
    private static func jump(
        _ ledger: Ledger,
        _ newest: Timestamp,
        _ clock: ClockReading
    ) -> Duration? {
        if let start = ledger.start, let boot = clock.boot, start.boot == boot {
            return clock.now.since(start.at + (clock.sinceBoot - start.sinceBoot))
        }
        return newest > clock.now ? clock.now.since(newest) : nil
    }

    /// Notes what an operator may have ended since a database of another epoch was made.
    private static func tellBrought(_ db: Database, _ start: inout ServingStart) throws {
        start.broughtKeys = try String.fetchAll(
            db,
            sql: "SELECT kid FROM signing_key ORDER BY published_at, kid"
        )
        // Those of the configuration have the secrets that it says.
        start.broughtClients = try ClientRow.all(in: db).filter { !$0.isConfigured }.map(\.id)
    }

    private static func endLogins(
        _ db: Database,
        _ now: Timestamp,
        _ start: inout ServingStart
    ) throws {
        let live = try String.fetchAll(db, sql: "SELECT id FROM attempt WHERE deadline IS NOT NULL")
        let reason: AuditEntry.Reason =
            start.newEpoch == nil ? .clockWentBack : .databaseRestored
        for id in live {
            let entry = AuditEntry(
                at: now,
                code: AttemptID(text: id)?.supportCode,
                what: .expired,
                reason: reason,
                actor: .nobody
            )
            try AuditRow.insert(entry, in: db)
        }
        try db.execute(
            sql: """
                UPDATE attempt SET state = 'expired', seq = seq + 1, owner = NULL, phone = NULL,
                    nonce = NULL, scanned_at = NULL, confirm_expires_at = NULL, launch = NULL, number = NULL,
                    deadline = NULL
                WHERE deadline IS NOT NULL
                """
        )
        start.endedAttempts = db.changesCount
        try db.execute(sql: "DELETE FROM phone_session")
        start.endedPhoneSessions = db.changesCount
        // A code that was used, or a token that was given back, may be good again in these rows.
        try db.execute(sql: "DELETE FROM website_grant")
        start.endedGrants = db.changesCount
        try db.execute(sql: "DELETE FROM parked")
        try db.execute(
            sql: "UPDATE browser_session SET pending = NULL WHERE pending IS NOT NULL"
        )
    }

    /// Takes rows from the future back to the present, so that nothing outlives its time.
    private static func bringBack(_ db: Database, _ now: Timestamp, _ policy: LoginPolicy) throws {
        let moment = now.milliseconds
        for (table, column) in [
            ("attempt", "created_at"), ("browser_session", "created_at"),
            ("browser_session", "seen_at"), ("login", "at"), ("audit", "at"),
            ("client", "created_at"), ("signing_key", "published_at"),
        ] {
            try db.execute(
                sql: "UPDATE \(table) SET \(column) = ?1 WHERE \(column) > ?1",
                arguments: [moment]
            )
        }
        try db.execute(
            sql: "UPDATE used_code SET expires_at = ?1 WHERE expires_at > ?1",
            arguments: [(now + policy.usedCode).milliseconds]
        )
    }
}
