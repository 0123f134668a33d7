import Foundation
import GRDB
import LoginDomain

/// Websites as rows.
enum ClientRow {
    static func fetch(_ id: RelyingPartyID, in db: Database) throws -> RelyingParty? {
        try db.row(sql: "SELECT * FROM client WHERE id = ?", arguments: [id.text])
            .map(RelyingParty.init(row:))
    }

    /// All of them, by id.
    static func all(in db: Database) throws -> [RelyingParty] {
        try Row.fetchAll(db, sql: "SELECT * FROM client ORDER BY id").map(RelyingParty.init(row:))
    }

    static func count(in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM client") ?? 0
    }

    static func insert(_ party: RelyingParty, in db: Database) throws {
        try db.run(sql: insertion, arguments: arguments(party))
    }

    /// Adds a website, or gives the one of that id other properties: its grants stay, and when it
    /// came.
    static func put(_ party: RelyingParty, in db: Database) throws {
        try db.run(
            sql: insertion + """
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name,
                    redirect_uris = excluded.redirect_uris,
                    post_logout_redirect_uris = excluded.post_logout_redirect_uris,
                    secret = excluded.secret,
                    is_proof_key_required = excluded.is_proof_key_required,
                    is_pairwise = excluded.is_pairwise, number_matching = excluded.number_matching,
                    shares = excluded.shares, allows_refresh = excluded.allows_refresh,
                    is_configured = excluded.is_configured
                """,
            arguments: arguments(party)
        )
    }

    /// Forgets a website; its grants go with it.
    ///
    /// - Returns: whether it was there.
    static func delete(_ id: RelyingPartyID, in db: Database) throws -> Bool {
        try db.run(sql: "DELETE FROM client WHERE id = ?", arguments: [id.text])
        return db.changesCount == 1
    }

    private static let insertion = """
        INSERT INTO client (id, name, redirect_uris, post_logout_redirect_uris, secret,
            is_proof_key_required, is_pairwise, number_matching, shares, allows_refresh, is_configured,
            created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func arguments(_ party: RelyingParty) throws -> StatementArguments {
        [
            party.id.text, party.name, try JSONColumn.text(party.redirectURIs.map(\.text)),
            try JSONColumn.text(party.postLogoutRedirectURIs.map(\.text)), party.secret?.blob,
            party.isProofKeyRequired, party.isPairwise, party.numberMatching.rawValue,
            OpenIDScope.allCases.filter(party.shares.contains).map(\.rawValue)
                .joined(separator: " "),
            party.allowsRefresh, party.isConfigured, party.createdAt.milliseconds,
        ]
    }
}

extension RelyingParty {
    init(row: Row) throws {
        let party = RelyingParty(
            id: try RelyingPartyID(column: row.decode(forColumn: "id")),
            name: try row.decode(forColumn: "name"),
            redirectURIs: try Self.addresses(in: row, "redirect_uris"),
            postLogoutRedirectURIs: try Self.addresses(in: row, "post_logout_redirect_uris"),
            secret: try row.decode(Data?.self, forColumn: "secret").map(SecretDigest.init(blob:)),
            isProofKeyRequired: try row.decode(forColumn: "is_proof_key_required"),
            isPairwise: try row.decode(forColumn: "is_pairwise"),
            numberMatching: try NumberMatching(column: row.decode(forColumn: "number_matching")),
            shares: Set(
                try row.decode(String.self, forColumn: "shares").split(separator: " ")
                    .map(OpenIDScope.init(column:))
            ),
            allowsRefresh: try row.decode(forColumn: "allows_refresh"),
            isConfigured: try row.decode(forColumn: "is_configured"),
            createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at"))
        )
        guard let party else { throw UnreadableRow(column: "client") }
        self = party
    }

    private static func addresses(in row: Row, _ column: String) throws -> [RedirectURI] {
        try JSONColumn.value([String].self, in: row.decode(forColumn: column), named: column)
            .map(RedirectURI.init(column:))
    }
}

extension RelyingPartyID {
    init(column: String) throws {
        guard let id = RelyingPartyID(text: column) else { throw UnreadableRow(column: "client") }
        self = id
    }
}

extension RedirectURI {
    /// Whether loopback will do was judged when it was registered.
    init(column: String) throws {
        do {
            try self.init(registering: column, allowsLoopback: true)
        } catch {
            throw UnreadableRow(column: "redirect_uri")
        }
    }
}

extension NumberMatching {
    init(column: String) throws {
        guard let matching = NumberMatching(rawValue: column) else {
            throw UnreadableRow(column: "number_matching")
        }
        self = matching
    }
}

extension OpenIDScope {
    init(column: some StringProtocol) throws {
        guard let scope = OpenIDScope(rawValue: String(column)) else {
            throw UnreadableRow(column: "scopes")
        }
        self = scope
    }
}
