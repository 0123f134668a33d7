import Foundation
import GRDB
import LoginDomain
import LoginStore

/// What websites were given, as rows.
enum GrantRow {
    static func fetch(_ key: GrantKey, in db: Database) throws -> Grant? {
        let (column, digest) =
            switch key {
            case .code(let digest): ("code", digest)
            case .token(let digest): ("token", digest)
            case .refresh(let digest): ("refresh_family", digest)
            }
        return try db.row(
            sql: "SELECT * FROM website_grant WHERE \(column) = ?",
            arguments: [digest.blob]
        )
        .map(Grant.init(row:))
    }

    static func insert(_ grant: Grant, in db: Database) throws {
        let columns = stateColumns(grant)
        try db.run(
            sql: """
                INSERT INTO website_grant (id, client, user, session, login, redirect_uri, scopes,
                    nonce, code_challenge, authenticated_at, code, code_expires_at, is_offline,
                    state, token, token_expires_at, refresh_family, refresh_turn, exchanged_turn,
                    exchanged_at, refresh_expires_at, token_scopes, forgettable_at, way)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                grant.id.text, grant.client.text, grant.user.text, grant.session.blob,
                grant.login.text, grant.redirectURI.text,
                text(grant.scopes), grant.nonce,
                grant.codeChallenge, grant.authenticatedAt.milliseconds, grant.code.blob,
                grant.codeExpiresAt.milliseconds, grant.isOffline,
            ] + columns + [grant.way.rawValue]
        )
    }

    static func update<Outcome: Sendable>(
        _ key: GrantKey,
        in db: Database,
        _ change: (inout Grant) -> Outcome
    ) throws -> GrantUpdate<Outcome>? {
        guard var grant = try fetch(key, in: db) else { return nil }
        let before = grant
        let outcome = change(&grant)
        if grant != before {
            try db.run(
                sql: """
                    UPDATE website_grant SET state = ?, token = ?, token_expires_at = ?,
                        refresh_family = ?, refresh_turn = ?, exchanged_turn = ?,
                        exchanged_at = ?, refresh_expires_at = ?, token_scopes = ?,
                        forgettable_at = ?
                    WHERE id = ?
                    """,
                arguments: stateColumns(grant) + [grant.id.text]
            )
        }
        return GrantUpdate(grant: grant, outcome: outcome)
    }

    /// The columns that a change of state changes.
    private static func stateColumns(_ grant: Grant) -> StatementArguments {
        let name: String
        var token: SecretDigest?
        var end: Timestamp?
        switch grant.state {
        case .issued: name = "issued"
        case .redeemed(let own, let until):
            name = "redeemed"
            token = own
            end = until
        case .revoked: name = "revoked"
        }
        let family = grant.refresh
        return [
            name, token?.blob, end?.milliseconds, family?.name.blob, family?.newest.blob,
            family?.exchanged?.turn.blob, family?.exchanged?.at.milliseconds,
            family?.expiresAt.milliseconds, (family?.scopes).map(text),
            grant.forgettableAt.milliseconds,
        ]
    }

    private static func text(_ scopes: [OpenIDScope]) -> String {
        scopes.map(\.rawValue).joined(separator: " ")
    }

    /// What `Grant.revoke` makes of a row.
    private static let revocation = """
        UPDATE website_grant SET state = 'revoked', token = NULL, token_expires_at = NULL,
            refresh_family = NULL, refresh_turn = NULL, exchanged_turn = NULL,
            exchanged_at = NULL, refresh_expires_at = NULL, token_scopes = NULL,
            forgettable_at = code_expires_at
        """

    /// Ends a session's grants that could outlive it.
    static func endOffline(of session: SecretDigest, in db: Database) throws {
        try db.run(
            sql: revocation + " WHERE session = ? AND is_offline = 1 AND state <> 'revoked'",
            arguments: [session.blob]
        )
    }

    /// Ends everything that a website was given.
    static func endAll(of client: RelyingPartyID, in db: Database) throws {
        try db.run(
            sql: revocation + " WHERE client = ? AND state <> 'revoked'",
            arguments: [client.text]
        )
    }

    /// Ends the oldest grants of a user at a website that may outlive their session, so that with the
    /// new one there are `Grant.offlineMax`.
    static func endSurplus(of new: Grant, in db: Database) throws {
        guard new.isOffline else { return }
        // A website may have a million grants; a user has few of one that never end by themselves.
        try db.run(
            sql: revocation + """
                 WHERE id IN (
                    SELECT id FROM website_grant INDEXED BY website_grant_user
                    WHERE user = ? AND client = ? AND is_offline = 1 AND state <> 'revoked'
                        AND id <> ?
                    ORDER BY code_expires_at DESC, id DESC LIMIT -1 OFFSET ?)
                """,
            arguments: [
                new.user.text, new.client.text, new.id.text, Grant.offlineMax - 1,
            ]
        )
    }
}

extension Grant {
    init(row: Row) throws {
        let state: State
        switch try row.decode(String.self, forColumn: "state") {
        case "issued": state = .issued
        case "redeemed":
            guard let token = try row.decode(Data?.self, forColumn: "token"),
                let until = try row.decode(Int64?.self, forColumn: "token_expires_at")
            else { throw UnreadableRow(column: "token") }
            state = .redeemed(
                token: try SecretDigest(blob: token),
                until: Timestamp(milliseconds: until)
            )
        case "revoked": state = .revoked
        default: throw UnreadableRow(column: "state")
        }
        guard let id = GrantID(text: try row.decode(forColumn: "id")),
            let login = LoginID(text: try row.decode(forColumn: "login"))
        else { throw UnreadableRow(column: "id") }
        self.init(
            id: id,
            client: try RelyingPartyID(column: row.decode(forColumn: "client")),
            user: try UserID(column: row.decode(forColumn: "user")),
            session: try SecretDigest(blob: row.decode(forColumn: "session")),
            login: login,
            redirectURI: try RedirectURI(column: row.decode(forColumn: "redirect_uri")),
            scopes: try [OpenIDScope](column: row.decode(forColumn: "scopes")),
            nonce: try row.decode(forColumn: "nonce"),
            codeChallenge: try row.decode(forColumn: "code_challenge"),
            authenticatedAt: Timestamp(milliseconds: try row.decode(forColumn: "authenticated_at")),
            way: try AttemptWay(column: row.decode(forColumn: "way")),
            code: try SecretDigest(blob: row.decode(forColumn: "code")),
            codeExpiresAt: Timestamp(milliseconds: try row.decode(forColumn: "code_expires_at")),
            state: state,
            refresh: try RefreshFamily(row: row)
        )
    }
}

extension RefreshFamily {
    /// Nil where the row has none.
    init?(row: Row) throws {
        guard let name = try row.decode(Data?.self, forColumn: "refresh_family") else { return nil }
        guard let newest = try row.decode(Data?.self, forColumn: "refresh_turn"),
            let until = try row.decode(Int64?.self, forColumn: "refresh_expires_at"),
            let scopes = try row.decode(String?.self, forColumn: "token_scopes")
        else { throw UnreadableRow(column: "refresh_family") }
        var exchanged: Exchanged?
        if let turn = try row.decode(Data?.self, forColumn: "exchanged_turn"),
            let at = try row.decode(Int64?.self, forColumn: "exchanged_at")
        {
            exchanged = Exchanged(
                turn: try SecretDigest(blob: turn),
                at: Timestamp(milliseconds: at)
            )
        }
        self.init(
            name: try SecretDigest(blob: name),
            newest: try SecretDigest(blob: newest),
            exchanged: exchanged,
            expiresAt: Timestamp(milliseconds: until),
            scopes: try [OpenIDScope](column: scopes)
        )
    }
}

extension [OpenIDScope] {
    /// Words with spaces between them.
    init(column: String) throws {
        self = try column.split(separator: " ").map(OpenIDScope.init(column:))
    }
}
