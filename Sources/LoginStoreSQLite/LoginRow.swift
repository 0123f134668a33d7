import Foundation
import GRDB
import LoginDomain
import LoginStore

/// Logins that happened, as rows.
enum LoginRow {
    /// Notes a login; of its user's logins the newest `Login.perUserMax` stay.
    static func insert(
        _ login: NewLogin,
        of user: UserID,
        _ browser: BrowserFacts,
        at now: Timestamp,
        in db: Database
    ) throws {
        try db.run(
            sql: """
                INSERT INTO login (id, user, session, client_name, client_host, address,
                    user_agent, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                login.id.text, user.text, login.session.blob, login.client.name,
                login.client.host, browser.address, browser.userAgent, now.milliseconds,
            ]
        )
        try db.run(
            sql: """
                DELETE FROM login WHERE rowid IN
                    (SELECT rowid FROM login WHERE user = ?
                     ORDER BY at DESC, rowid DESC LIMIT -1 OFFSET ?)
                """,
            arguments: [user.text, Login.perUserMax]
        )
    }

    /// A user's logins, the newest first.
    static func newest(of user: UserID, in db: Database) throws -> [Login] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT login.*, browser_session.cookie, browser_session.created_at,
                    browser_session.seen_at, browser_session.login, browser_session.pending,
                    browser_session.consent, browser_session.number_matching, browser_session.way,
                    (SELECT max(refresh_expires_at) FROM website_grant
                     WHERE website_grant.session = login.session AND is_offline = 1
                    ) AS refreshable_until
                FROM login LEFT JOIN browser_session ON browser_session.cookie = login.session
                WHERE login.user = ? ORDER BY login.at DESC, login.rowid DESC
                """,
            arguments: [user.text]
        )
        .map(Login.init(row:))
    }
}

extension Login {
    init(row: Row) throws {
        guard let id = LoginID(text: try row.decode(forColumn: "id")) else {
            throw UnreadableRow(column: "id")
        }
        self.init(
            id: id,
            client: ClientCard(
                name: try row.decode(forColumn: "client_name"),
                host: try row.decode(forColumn: "client_host")
            ),
            browser: BrowserFacts(
                address: try row.decode(forColumn: "address"),
                userAgent: try row.decode(forColumn: "user_agent")
            ),
            at: Timestamp(milliseconds: try row.decode(forColumn: "at")),
            session: row["cookie"] == nil ? nil : try BrowserSession(row: row),
            refreshableUntil: try row.decode(Int64?.self, forColumn: "refreshable_until")
                .map(Timestamp.init(milliseconds:))
        )
    }
}

extension Avatar {
    init(row: Row) throws {
        guard let name = AvatarName(text: try row.decode(forColumn: "name")),
            let kind = Kind(rawValue: try row.decode(forColumn: "kind"))
        else { throw UnreadableRow(column: "avatar") }
        self.init(
            name: name,
            kind: kind,
            bytes: Array(try row.decode(Data.self, forColumn: "bytes"))
        )
    }
}
