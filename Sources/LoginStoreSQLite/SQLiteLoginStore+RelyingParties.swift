import Foundation
import GRDB
package import LoginDomain
package import LoginStore

extension SQLiteLoginStore {
    // MARK: - Websites

    package func relyingParty(
        _ id: RelyingPartyID
    ) async throws(LoginStoreError) -> RelyingParty? {
        try await read { db in try ClientRow.fetch(id, in: db) }
    }

    package func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        // Nearly always there is one, which never changes: a reader will do.
        if let known = try await read({ db in try Self.subject(of: user, sector, in: db) }) {
            return known
        }
        return try await write { db in
            // Somebody may have been faster.
            if let known = try Self.subject(of: user, sector, in: db) { return known }
            try db.run(
                sql: "INSERT INTO subject (user, sector, subject) VALUES (?, ?, ?)",
                arguments: [user.text, sector, candidate.text]
            )
            return candidate
        }
    }

    private static func subject(
        of user: UserID,
        _ sector: String,
        in db: Database
    ) throws -> SubjectID? {
        let row = try db.row(
            sql: "SELECT subject FROM subject WHERE user = ? AND sector = ?",
            arguments: [user.text, sector]
        )
        guard let row else { return nil }
        guard let subject = SubjectID(text: try row.decode(forColumn: "subject")) else {
            throw UnreadableRow(column: "subject")
        }
        return subject
    }

    // MARK: - Requests that wait

    package func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        let caps = caps
        return try await write { db in
            guard try AttemptRow.fetch(.cookie(row.cookie), in: db) == nil else {
                throw LoginStoreError.duplicate
            }
            // First the new one: then a cookie cannot be handed on from the old one.
            try db.run(
                sql: "INSERT INTO parked (cookie, chain, request, parked_at) VALUES (?, ?, ?, ?)",
                arguments: [
                    row.cookie.blob, row.chain.text, try row.parked.column,
                    row.parked.parkedAt.milliseconds,
                ]
            )
            let superseded = try old.flatMap { try Self.supersede($0, at: now, in: db) }
            guard try Ledger(db).counts.parkedRequests <= caps.parkedRequests else {
                throw LoginStoreError.full(.parkedRequests)
            }
            return superseded
        }
    }

    package func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        try await read { db in
            try db.row(sql: "SELECT * FROM parked WHERE cookie = ?", arguments: [cookie.blob])
                .map(ParkedRow.init(row:))
        }
    }

    package func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        try await write { db in try Self.unpark(cookie, in: db) }
    }

    private static func unpark(_ cookie: SecretDigest, in db: Database) throws {
        try db.run(sql: "DELETE FROM parked WHERE cookie = ?", arguments: [cookie.blob])
    }

    // MARK: - Codes and tokens

    package func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        let caps = caps
        return try await write { db in
            guard try ClientRow.fetch(grant.client, in: db) != nil else { return false }
            let session = try db.row(
                sql: "SELECT 1 FROM browser_session WHERE cookie = ?",
                arguments: [grant.session.blob]
            )
            guard session != nil, try Self.take(request, from: grant.session, in: db) else {
                return false
            }
            try GrantRow.insert(grant, in: db)
            try GrantRow.endSurplus(of: grant, in: db)
            guard try Ledger(db).counts.grants <= caps.grants else {
                throw LoginStoreError.full(.grants)
            }
            return true
        }
    }

    /// - Returns: whether the request was where it is said to wait.
    private static func take(
        _ request: AnsweredRequest,
        from session: SecretDigest,
        in db: Database
    ) throws -> Bool {
        switch request {
        case .fresh: return true
        case .pending: try dropPending(of: session, in: db)
        case .parked(let cookie): try unpark(cookie, in: db)
        }
        return db.changesCount == 1
    }

    package func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        try await write { db in try Self.dropPending(of: session, in: db) }
    }

    private static func dropPending(of session: SecretDigest, in db: Database) throws {
        try db.run(
            sql: """
                UPDATE browser_session SET pending = NULL
                WHERE cookie = ? AND pending IS NOT NULL
                """,
            arguments: [session.blob]
        )
    }

    package func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        try await read { db in try GrantRow.fetch(key, in: db) }
    }

    package func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        try await write { db in try GrantRow.update(key, in: db, change) }
    }

    // MARK: - Signing keys

    package func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM signing_key ORDER BY published_at, kid")
            )
            .map(SealedKey.init(row:))
        }
    }

    package func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        try await write { db in
            try db.run(
                sql: "INSERT INTO signing_key (kid, published_at, sealed) VALUES (?, ?, ?)",
                arguments: [key.kid, key.publishedAt.milliseconds, Data(key.sealed)]
            )
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM signing_key") ?? 0
            guard count <= SealedKey.countMax else { throw LoginStoreError.full(.signingKeys) }
        }
    }

    package func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        try await write { db in
            try db.run(sql: "DELETE FROM signing_key WHERE kid = ?", arguments: [kid])
            return db.changesCount == 1
        }
    }

    // MARK: - Operators

    package func relyingParties() async throws(LoginStoreError) -> [RelyingParty] {
        try await read { db in try ClientRow.all(in: db) }
    }

    package func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError) {
        let caps = caps
        try await write { db in
            try ClientRow.insert(party, in: db)
            guard try ClientRow.count(in: db) <= caps.relyingParties else {
                throw LoginStoreError.full(.relyingParties)
            }
        }
    }

    package func removeRelyingParty(
        _ id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        try await write { db in try ClientRow.delete(id, in: db) }
    }

    package func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        try await write { db in
            try db.run(
                sql: "UPDATE client SET secret = ? WHERE id = ? AND secret IS NOT NULL",
                arguments: [secret.blob, id.text]
            )
            return db.changesCount == 1
        }
    }

    package func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError) {
        let caps = caps
        try await write { db in
            let known = try ClientRow.all(in: db)
            let ids = Set(parties.map(\.id))
            guard !known.contains(where: { !$0.isConfigured && ids.contains($0.id) }) else {
                throw LoginStoreError.duplicate
            }
            for party in known where party.isConfigured && !ids.contains(party.id) {
                _ = try ClientRow.delete(party.id, in: db)
            }
            let sectors = Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0.sector) })
            for var party in parties {
                if let sector = sectors[party.id], sector != party.sector {
                    try GrantRow.endAll(of: party.id, in: db)
                }
                party.isConfigured = true
                try ClientRow.put(party, in: db)
            }
            guard try ClientRow.count(in: db) <= caps.relyingParties else {
                throw LoginStoreError.full(.relyingParties)
            }
        }
    }
}

extension ParkedRow {
    init(row: Row) throws {
        guard let chain = AttemptID(text: try row.decode(forColumn: "chain")) else {
            throw UnreadableRow(column: "chain")
        }
        self.init(
            parked: try ParkedRequest(column: row.decode(forColumn: "request")),
            chain: chain,
            cookie: try SecretDigest(blob: row.decode(forColumn: "cookie"))
        )
    }
}

extension SealedKey {
    init(row: Row) throws {
        self.init(
            kid: try row.decode(forColumn: "kid"),
            publishedAt: Timestamp(milliseconds: try row.decode(forColumn: "published_at")),
            sealed: Array(try row.decode(Data.self, forColumn: "sealed"))
        )
    }
}
