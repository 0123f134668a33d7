import Foundation
import GRDB
package import LoginDomain
package import LoginStore

/// Logins in one SQLite file: the embedded default engine.
///
/// Owns: the schema, its migrations, and the translation between rows and values.
/// Does not own: rules. The pure functions of `LoginDomain` run inside a transaction of the one
/// writer connection, so the row is the lock.
/// Called by: the program `login-server`, which picks the engine.
///
/// Every write is in a `BEGIN IMMEDIATE` transaction with `synchronous = FULL`: when a call
/// returns, the change has survived a power cut (SQLite, "PRAGMA synchronous"). Anything that
/// goes wrong in SQLite is `LoginStoreError.unavailable`; nothing is half done.
package struct SQLiteLoginStore: OperatorStore {
    let database: DatabasePool
    let caps: RowCaps
    private let file: OpenedFile
    private let turns = BusyTurns()
    /// What is written down beside the file after each commit; nil for who does not serve.
    private let mark: EpochMark?

    /// How long a write waits for another process's lock before it fails (T43).
    package static let busyTimeoutSeconds = 2.0

    /// Opens the file, makes it when it is not there, and brings it to the newest schema.
    ///
    /// What `DatabaseFile` says of the file itself holds.
    /// - Throws: `SQLiteOpenError` with a sentence for the operator.
    package init(path: String, caps: RowCaps = RowCaps()) throws(SQLiteOpenError) {
        try self.init(path: path, caps: caps, mark: nil)
    }

    init(path: String, caps: RowCaps, mark: EpochMark?) throws(SQLiteOpenError) {
        do {
            try DatabaseFile.prepare(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(Self.busyTimeoutSeconds)
            configuration.foreignKeysEnabled = true
            configuration.label = "scan-login"
            try Self.judgeTables(of: path, configuration)
            let database = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL for a database in WAL mode, which may lose the last commits.
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            let migrator = Migrations.migrator
            if try database.read({ try migrator.hasBeenSuperseded($0) }) {
                throw SQLiteOpenError(
                    "The database \(path) was written by a newer version of this program. "
                        + "Start that version, or restore a backup from before the upgrade."
                )
            }
            let isBehind = try database.read { db in
                try !migrator.appliedIdentifiers(db).isEmpty && !migrator.hasCompletedMigrations(db)
            }
            if mark == nil, isBehind, EpochMark.isHeld(database: path) {
                throw SQLiteOpenError(
                    "The database \(path) is served by an older version of this program. Use the "
                        + "commands of that version, or stop it first."
                )
            }
            try migrator.migrate(database)
            self.database = database
            self.caps = caps
            self.mark = mark
            self.file = try OpenedFile(path)
        } catch let error as SQLiteOpenError {
            throw error
        } catch {
            throw SQLiteOpenError(opening: path, error)
        }
    }

    /// Refuses the database of another program before anything of it changes, its journal mode too.
    private static func judgeTables(of path: String, _ configuration: Configuration) throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let isForeign = try queue.read { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema
                    WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
                    """
            )
            return !tables.isEmpty && !tables.contains("grdb_migrations")
        }
        try queue.close()
        if isForeign {
            throw SQLiteOpenError(
                "The database \(path) is a database of another program. Give another path."
            )
        }
    }

    /// Closes the file, which then holds everything: a copy of it alone is a copy of all.
    ///
    /// Calls that come later fail with `unavailable`.
    package func close() throws(LoginStoreError) {
        do {
            // SQLite does this with the last connection, but GRDB closes a reader last, which cannot.
            // Where another process reads, the journal stays, and nothing is lost.
            _ = try? database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try database.close()
            mark?.release()
        } catch {
            throw .unavailable("close: \(error)")
        }
    }

    // MARK: - The two doors

    // Each looks first whether the file is still the one that was opened.
    // Both go through GRDB's callbacks and not through its async functions: those give up when the
    // task is cancelled, and then nobody knows whether the change was made.

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LoginStoreError) -> Value {
        let ticket = turns.ticket()
        let (turns, file, mark) = (turns, file, mark)
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { db in
                let result = Result {
                    try turns.begin(ticket)
                    try file.check()
                    try mark?.check()
                    return try Self.commit(db, mark, body)
                }
                if case .failure(let error) = result { turns.note(error) }
                continuation.resume(returning: result)
            }
        }
        do {
            return try result.get()
        } catch let error as LoginStoreError {
            throw error
        } catch let error as DatabaseError
            where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
            || error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
        {
            throw .duplicate
        } catch {
            throw .unavailable(Self.reason(error))
        }
    }

    /// Runs a change in a transaction of its own, and says beside the file how far it has come.
    private static func commit<Value>(
        _ db: Database,
        _ mark: EpochMark?,
        _ body: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        var changed: (epoch: Int64, changes: Int64)?
        try db.inTransaction(.immediate) {
            let before = db.totalChangesCount
            value = try body(db)
            // Only who serves counts: an operator's command on an older file must not bring its count up
            // to the mark's, which would hide its age (T38).
            if mark != nil, db.totalChangesCount != before { changed = try Ledger.countChange(db) }
            return .commit
        }
        // After the commit: the mark must never know of a change that the file does not have.
        if let mark, let changed { mark.write(epoch: changed.epoch, changes: changed.changes) }
        guard let value else { throw UnreadableRow(column: "nothing") }
        return value
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(LoginStoreError) -> Value {
        let file = file
        let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
            database.asyncRead { database in
                continuation.resume(
                    returning: Result {
                        try file.check()
                        return try body(try database.get())
                    }
                )
            }
        }
        do {
            return try result.get()
        } catch let error as LoginStoreError {
            throw error
        } catch {
            throw .unavailable(Self.reason(error))
        }
    }

    /// The result code alone: SQL and its arguments do not belong in a log.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(type(of: error))" }
        return "SQLite \(error.extendedResultCode.rawValue) \(error.message ?? "")"
    }

    // MARK: - Attempts

    package func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        let caps = caps
        return try await write { db in
            let superseded = try old.flatMap { try Self.supersede($0, at: now, in: db) }
            try AttemptRow.insert(attempt, in: db)
            // Counted with the newcomer: what is thrown here takes all of it back.
            let counts = try Ledger(db).counts
            guard counts.liveAttempts <= caps.liveAttempts else {
                throw LoginStoreError.full(.attempts)
            }
            guard
                counts.liveAttempts + counts.endedAttempts
                    <= caps.liveAttempts + caps.endedAttempts
            else { throw LoginStoreError.full(.endedAttempts) }
            return superseded
        }
    }

    /// Ends what a browser had under its cookie: a live attempt, or a website's request that waits.
    ///
    /// - Returns: the attempt, when this has changed it.
    static func supersede(
        _ old: SecretDigest,
        at now: Timestamp,
        in db: Database
    ) throws -> Attempt? {
        try db.run(sql: "DELETE FROM parked WHERE cookie = ?", arguments: [old.blob])
        let update = try AttemptRow.update(.cookie(old), in: db) { attempt in
            attempt.noting(at: now) { $0.supersede(at: now) }
        }
        guard let update, update.moved else { return nil }
        return update.attempt
    }

    package func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        try await read { db in try AttemptRow.fetch(key, in: db) }
    }

    package func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        try await write { db in try AttemptRow.update(key, in: db, change) }
    }

    package func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        let caps = caps
        return try await write { db in
            var met = NumberMatching.off
            let update = try AttemptRow.update(key, in: db) { attempt in
                met = attempt.numberMatchingMet(under: login.numberMatching)
                return attempt.noting(at: now) { $0.redeem(at: now) }
            }
            guard let update, case .redeemed(let user) = update.outcome else { return update }
            let request = update.attempt.liveRequest(at: now)
            var login = login
            login.client = request?.client ?? login.client
            let missing = request == nil ? [] : try Self.user(user, in: db)?.missing ?? []
            let consent = Consent(to: request, lacking: missing)
            // First the new one: then a cookie cannot be handed on from the old one (T23).
            try db.run(
                sql: """
                    INSERT INTO browser_session (cookie, user, login, created_at, seen_at, pending,
                        consent, number_matching, way)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    login.session.blob, user.text, login.id.text, now.milliseconds,
                    now.milliseconds, try request?.column, consent?.column, met.rawValue,
                    update.attempt.way.rawValue,
                ]
            )
            try LoginRow.insert(login, of: user, update.attempt.browser, at: now, in: db)
            if let old {
                try Self.endSession(old, in: db)
            }
            guard try Ledger(db).counts.browserSessions <= caps.browserSessions else {
                throw LoginStoreError.full(.browserSessions)
            }
            return update
        }
    }

    package func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        // Nearly always there is nothing due: look with a reader before taking the writer.
        let due = try await read { db in try AttemptRow.due(at: now, limit: limit, in: db) }
        guard !due.isEmpty else { return [] }
        return try await write { db in
            try due.compactMap { cookie in
                try AttemptRow.update(.cookie(cookie), in: db) { attempt in
                    attempt.noting(at: now) { $0.expire(at: now) }
                }
            }
            .filter(\.moved)
            .map(\.attempt)
        }
    }

    // MARK: - Users and phones

    package func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        let caps = caps
        return try await write { db in
            try db.run(
                sql: """
                    INSERT INTO used_code (code, expires_at) VALUES (?, ?)
                    ON CONFLICT (code) DO UPDATE SET expires_at = excluded.expires_at
                        WHERE used_code.expires_at <= ?
                    """,
                arguments: [code.blob, until.milliseconds, now.milliseconds]
            )
            guard db.changesCount == 1 else { return false }
            guard try Ledger(db).counts.usedCodes <= caps.usedCodes else {
                throw LoginStoreError.full(.usedCodes)
            }
            return true
        }
    }

    package func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        try await write { db in
            // The transaction holds the one writer's lock: nobody registers in between.
            let known = try db.row(
                sql: "SELECT * FROM user WHERE openid = ?",
                arguments: [identity.openID]
            )
            if let known {
                if let unionID = identity.unionID {
                    try db.run(
                        sql: "UPDATE user SET unionid = ? WHERE openid = ? AND unionid IS NOT ?",
                        arguments: [unionID, identity.openID, unionID]
                    )
                }
                return Registration(user: try User(row: known), isNew: false)
            }
            let user = User(id: candidate)
            try db.run(
                sql: """
                    INSERT INTO user (id, openid, unionid, role, nick_name, avatar_url, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    user.id.text, identity.openID, identity.unionID, user.role, user.nickName,
                    user.avatar?.text ?? "", now.milliseconds,
                ]
            )
            return Registration(user: user, isNew: true)
        }
    }

    package func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        try await read { db in try Self.user(id, in: db) }
    }

    private static func user(_ id: UserID, in db: Database) throws -> User? {
        try db.row(sql: "SELECT * FROM user WHERE id = ?", arguments: [id.text])
            .map(User.init(row:))
    }

    package func identity(
        of id: UserID
    ) async throws(LoginStoreError) -> WeChatIdentity? {
        try await read { db in
            try db.row(sql: "SELECT openid, unionid FROM user WHERE id = ?", arguments: [id.text])
                .map(WeChatIdentity.init(row:))
        }
    }

    package func setNickName(
        _ name: NickName,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await write { db in
            try db.run(
                sql: "UPDATE user SET nick_name = ? WHERE id = ?",
                arguments: [name.text, id.text]
            )
            return try Self.user(id, in: db)
        }
    }

    package func setAvatar(
        _ avatar: Avatar,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await write { db in
            guard try Self.user(id, in: db) != nil else { return nil }
            try db.run(sql: "DELETE FROM avatar WHERE user = ?", arguments: [id.text])
            try db.run(
                sql: "INSERT INTO avatar (name, user, kind, bytes) VALUES (?, ?, ?, ?)",
                arguments: [avatar.name.text, id.text, avatar.kind.rawValue, Data(avatar.bytes)]
            )
            try db.run(
                sql: "UPDATE user SET avatar_url = ? WHERE id = ?",
                arguments: [avatar.name.text, id.text]
            )
            return try Self.user(id, in: db)
        }
    }

    package func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        try await write { db in
            try db.run(
                sql: "UPDATE user SET phone_number = ? WHERE id = ?",
                arguments: [number?.exposed, id.text]
            )
            return try Self.user(id, in: db)
        }
    }

    package func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        try await read { db in
            try db.row(
                sql: "SELECT * FROM avatar WHERE name = ?",
                arguments: [name.text]
            )
            .map(Avatar.init(row:))
        }
    }

    package func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        let caps = caps
        try await write { db in
            try db.run(
                sql: """
                    INSERT INTO phone_session (token, user, created_at, expires_at)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    session.token.blob, session.user.text, session.createdAt.milliseconds,
                    session.expiresAt.milliseconds,
                ]
            )
            guard try Ledger(db).counts.phoneSessions <= caps.phoneSessions else {
                throw LoginStoreError.full(.phoneSessions)
            }
        }
    }

    package func phoneSession(
        _ token: SecretDigest
    ) async throws(LoginStoreError) -> PhoneSession? {
        try await read { db in
            try db.row(
                sql: "SELECT * FROM phone_session WHERE token = ?",
                arguments: [token.blob]
            )
            .map(PhoneSession.init(row:))
        }
    }

    // MARK: - Browsers

    package func session(
        _ cookie: SecretDigest
    ) async throws(LoginStoreError) -> BrowserSession? {
        try await read { db in
            try db.row(
                sql: "SELECT * FROM browser_session WHERE cookie = ?",
                arguments: [cookie.blob]
            )
            .map(BrowserSession.init(row:))
        }
    }

    package func touchSession(
        _ cookie: SecretDigest,
        at now: Timestamp
    ) async throws(LoginStoreError) {
        try await write { db in
            try db.run(
                sql: "UPDATE browser_session SET seen_at = ? WHERE cookie = ?",
                arguments: [now.milliseconds, cookie.blob]
            )
        }
    }

    package func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await write { db in try Self.endSession(cookie, in: db) }
    }

    private static func endSession(_ cookie: SecretDigest, in db: Database) throws {
        try db.run(sql: "DELETE FROM browser_session WHERE cookie = ?", arguments: [cookie.blob])
        try GrantRow.endOffline(of: cookie, in: db)
    }

    package func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        try await read { db in
            try Data.fetchOne(
                db,
                sql: "SELECT session FROM login WHERE id = ?",
                arguments: [login.text]
            )
            .map { try SecretDigest(blob: $0) }
        }
    }

    package func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        try await read { db in try LoginRow.newest(of: user, in: db) }
    }

    package func revokeLogin(
        _ id: LoginID,
        of user: UserID
    ) async throws(LoginStoreError) -> Bool {
        try await write { db in
            let session = try Data.fetchOne(
                db,
                sql: "SELECT session FROM login WHERE id = ? AND user = ?",
                arguments: [id.text, user.text]
            )
            guard let session else { return false }
            try Self.endSession(SecretDigest(blob: session), in: db)
            return true
        }
    }

    // MARK: - Housekeeping

    package func forget(
        _ before: ForgetLimits,
        limit: Int
    ) async throws(LoginStoreError) -> Bool {
        let old: [(sql: String, arguments: StatementArguments)] = [
            (
                """
                DELETE FROM attempt WHERE id IN
                    (SELECT id FROM attempt WHERE deadline IS NULL AND created_at < ? LIMIT ?)
                """,
                [before.attempts.milliseconds, limit]
            ),
            (
                """
                DELETE FROM used_code WHERE rowid IN
                    (SELECT rowid FROM used_code WHERE expires_at < ? LIMIT ?)
                """,
                [before.expired.milliseconds, limit]
            ),
            (
                """
                DELETE FROM phone_session WHERE rowid IN
                    (SELECT rowid FROM phone_session WHERE expires_at < ? LIMIT ?)
                """,
                [before.expired.milliseconds, limit]
            ),
            (
                """
                DELETE FROM browser_session WHERE rowid IN
                    (SELECT rowid FROM browser_session WHERE seen_at < ? OR created_at < ? LIMIT ?)
                """,
                [before.sessionsSeen.milliseconds, before.sessionsCreated.milliseconds, limit]
            ),
            (
                """
                DELETE FROM login WHERE rowid IN (SELECT rowid FROM login WHERE at < ? LIMIT ?)
                """,
                [before.logins.milliseconds, limit]
            ),
            (
                """
                DELETE FROM parked WHERE rowid IN
                    (SELECT rowid FROM parked WHERE parked_at < ? LIMIT ?)
                """,
                [(before.expired - ParkedRequest.lifetime).milliseconds, limit]
            ),
            (
                """
                DELETE FROM website_grant WHERE rowid IN
                    (SELECT rowid FROM website_grant WHERE forgettable_at < ? LIMIT ?)
                """,
                [before.expired.milliseconds, limit]
            ),
        ]
        let caps = caps
        return try await write { db in
            var mayBeMore = false
            for step in old {
                try db.run(sql: step.sql, arguments: step.arguments)
                mayBeMore = mayBeMore || db.changesCount == limit
            }
            let over = try Ledger(db).counts.endedAttempts - caps.endedAttempts
            guard over > 0 else { return mayBeMore }
            try db.run(
                sql: """
                    DELETE FROM attempt WHERE id IN (
                        SELECT id FROM attempt WHERE deadline IS NULL
                        ORDER BY created_at, id LIMIT ?
                    )
                    """,
                arguments: [min(over, limit)]
            )
            return mayBeMore || over >= limit
        }
    }
}

/// Why a database could not be opened, in a sentence for the operator.
package struct SQLiteOpenError: Error, CustomStringConvertible {
    package private(set) var description: String

    init(_ description: String) {
        self.description = description
    }

    /// What SQLite or Foundation said when a database was opened; with the cure, where it is broken.
    init(opening path: String, _ error: any Error) {
        description = "The database \(path) cannot be opened: \(error)"
        if let code = (error as? DatabaseError)?.resultCode,
            code == .SQLITE_NOTADB || code == .SQLITE_CORRUPT
        {
            description += ". Restore a backup, or give another path."
        }
    }
}
