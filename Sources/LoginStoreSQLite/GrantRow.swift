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
                    nonce, code_challenge, authenticated_at, code, code_expires_at, state, token,
                    token_expires_at, forgettable_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                grant.id.text, grant.client.text, grant.user.text, grant.session.blob,
                grant.login.text, grant.redirectURI.text,
                grant.scopes.map(\.rawValue).joined(separator: " "), grant.nonce,
                grant.codeChallenge, grant.authenticatedAt.milliseconds, grant.code.blob,
                grant.codeExpiresAt.milliseconds,
            ] + columns
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
        return [name, token?.blob, end?.milliseconds, grant.forgettableAt.milliseconds]
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
            scopes: try row.decode(String.self, forColumn: "scopes").split(separator: " ")
                .map(OpenIDScope.init(column:)),
            nonce: try row.decode(forColumn: "nonce"),
            codeChallenge: try row.decode(forColumn: "code_challenge"),
            authenticatedAt: Timestamp(milliseconds: try row.decode(forColumn: "authenticated_at")),
            code: try SecretDigest(blob: row.decode(forColumn: "code")),
            codeExpiresAt: Timestamp(milliseconds: try row.decode(forColumn: "code_expires_at")),
            state: state
        )
    }
}
