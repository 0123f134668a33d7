import Foundation
import GRDB
import LoginDomain
import LoginStore

/// Attempts as rows.
enum AttemptRow {
    static func fetch(_ key: AttemptKey, in db: Database) throws -> Attempt? {
        let (column, digest) =
            switch key {
            case .cookie(let digest): ("cookie", digest)
            case .scene(let digest): ("scene", digest)
            }
        return try db.row(
            sql: "SELECT * FROM attempt WHERE \(column) = ?",
            arguments: [digest.blob]
        )
        .map(Attempt.init(row:))
    }

    static func update<Outcome: Sendable>(
        _ key: AttemptKey,
        in db: Database,
        _ change: (inout Attempt) -> Outcome
    ) throws -> AttemptUpdate<Outcome>? {
        guard var attempt = try fetch(key, in: db) else {
            // Reads some row, for as long as it would have read this one: a scene that is nobody's
            // takes the same time as one that is somebody else's (T39).
            _ = try? db.row(sql: "SELECT * FROM attempt LIMIT 1").map(Attempt.init(row:))
            return nil
        }
        let before = attempt
        let outcome = change(&attempt)
        try AuditRow.takeNotes(of: &attempt, in: db)
        if attempt != before { try save(attempt, in: db) }
        return AttemptUpdate(
            attempt: attempt,
            moved: attempt.seq != before.seq,
            outcome: outcome
        )
    }

    static func due(at now: Timestamp, limit: Int, in db: Database) throws -> [SecretDigest] {
        try Data.fetchAll(
            db.cachedStatement(
                sql: "SELECT cookie FROM attempt WHERE deadline <= ? ORDER BY deadline, id LIMIT ?"
            ),
            arguments: [now.milliseconds, limit]
        )
        .map(SecretDigest.init(blob:))
    }

    static func insert(_ attempt: Attempt, in db: Database) throws {
        let columns = StateColumns(attempt)
        try db.run(
            sql: """
                INSERT INTO attempt (id, chain, cookie, scene, address, user_agent, created_at,
                    scene_expires_at, cap_at, state, seq, owner, phone, nonce, scanned_at,
                    confirm_expires_at, launch, number, deadline, request, way)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                attempt.id.text, attempt.chain.text, attempt.cookie.blob, attempt.scene.blob,
                attempt.browser.address, attempt.browser.userAgent, attempt.createdAt.milliseconds,
                attempt.sceneExpiresAt.milliseconds, attempt.capAt.milliseconds,
            ] + columns.arguments + [try attempt.request?.column, attempt.way.rawValue]
        )
        for entry in attempt.notes { try AuditRow.insert(entry, in: db) }
    }

    private static func save(_ attempt: Attempt, in db: Database) throws {
        let columns = StateColumns(attempt)
        try db.run(
            sql: """
                UPDATE attempt SET state = ?, seq = ?, owner = ?, phone = ?, nonce = ?,
                    scanned_at = ?, confirm_expires_at = ?, launch = ?, number = ?, deadline = ?
                WHERE id = ?
                """,
            arguments: columns.arguments + [attempt.id.text]
        )
    }
}

/// The columns that a change of state changes.
private struct StateColumns {
    var arguments: StatementArguments

    init(_ attempt: Attempt) {
        let name: String
        var scan: Attempt.Scan?
        var owner: UserID?
        switch attempt.state {
        case .created: name = "created"
        case .scanned(let by):
            name = "scanned"
            scan = by
        case .confirmed(let by):
            name = "confirmed"
            scan = by
        case .redeemed(let user):
            name = "redeemed"
            owner = user
        case .cancelled: name = "cancelled"
        case .expired: name = "expired"
        case .superseded: name = "superseded"
        }
        arguments = [
            name, attempt.seq, (scan?.owner ?? owner)?.text, scan?.phone.blob, scan?.nonce.blob,
            scan?.at.milliseconds, scan?.expiresAt.milliseconds, scan?.launch, scan?.number,
            attempt.deadline?.milliseconds,
        ]
    }
}

/// A row that no version of this program wrote.
struct UnreadableRow: Error {
    var column: String
}

extension Attempt {
    init(row: Row) throws {
        let owner = try row.decode(String?.self, forColumn: "owner").map(UserID.init(column:))
        let state: State
        switch try row.decode(String.self, forColumn: "state") {
        case "created": state = .created
        case "scanned": state = .scanned(try Scan(row: row, owner: owner))
        case "confirmed": state = .confirmed(try Scan(row: row, owner: owner))
        case "redeemed":
            guard let owner else { throw UnreadableRow(column: "owner") }
            state = .redeemed(owner)
        case "cancelled": state = .cancelled
        case "expired": state = .expired
        case "superseded": state = .superseded
        default: throw UnreadableRow(column: "state")
        }
        guard let id = AttemptID(text: try row.decode(forColumn: "id")),
            let chain = AttemptID(text: try row.decode(forColumn: "chain"))
        else { throw UnreadableRow(column: "id") }
        self.init(
            id: id,
            chain: chain,
            cookie: try SecretDigest(blob: row.decode(forColumn: "cookie")),
            scene: try SecretDigest(blob: row.decode(forColumn: "scene")),
            browser: BrowserFacts(
                address: try row.decode(forColumn: "address"),
                userAgent: try row.decode(forColumn: "user_agent")
            ),
            way: try AttemptWay(column: row.decode(forColumn: "way")),
            request: try ParkedRequest(ifColumn: row.decode(forColumn: "request")),
            createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at")),
            sceneExpiresAt: Timestamp(milliseconds: try row.decode(forColumn: "scene_expires_at")),
            capAt: Timestamp(milliseconds: try row.decode(forColumn: "cap_at")),
            state: state,
            seq: try row.decode(forColumn: "seq")
        )
    }
}

extension Attempt.Scan {
    init(row: Row, owner: UserID?) throws {
        guard let owner, let phone = try row.decode(Data?.self, forColumn: "phone"),
            let nonce = try row.decode(Data?.self, forColumn: "nonce"),
            let at = try row.decode(Int64?.self, forColumn: "scanned_at"),
            let until = try row.decode(Int64?.self, forColumn: "confirm_expires_at")
        else { throw UnreadableRow(column: "scan") }
        self.init(
            owner: owner,
            phone: try SecretDigest(blob: phone),
            nonce: try SecretDigest(blob: nonce),
            at: Timestamp(milliseconds: at),
            expiresAt: Timestamp(milliseconds: until),
            launch: try row.decode(forColumn: "launch"),
            number: try row.decode(forColumn: "number")
        )
    }
}

extension User {
    init(row: Row) throws {
        self.init(
            id: try UserID(column: row.decode(forColumn: "id")),
            role: try row.decode(forColumn: "role"),
            nickName: try row.decode(forColumn: "nick_name"),
            avatar: AvatarName(text: try row.decode(forColumn: "avatar_url")),
            phoneNumber: try PhoneNumber(ifColumn: row.decode(forColumn: "phone_number"))
        )
    }
}

extension PhoneNumber {
    /// - Returns: nil where the column is NULL.
    fileprivate init?(ifColumn column: String?) throws {
        guard let column else { return nil }
        guard let number = PhoneNumber(e164: column) else {
            throw UnreadableRow(column: "phone_number")
        }
        self = number
    }
}

extension AttemptWay {
    init(column: String) throws {
        guard let way = AttemptWay(rawValue: column) else { throw UnreadableRow(column: "way") }
        self = way
    }
}

extension WeChatIdentity {
    init(row: Row) throws {
        let identity = WeChatIdentity(
            openID: try row.decode(forColumn: "openid"),
            unionID: try row.decode(forColumn: "unionid")
        )
        guard let identity else { throw UnreadableRow(column: "openid") }
        self = identity
    }
}

extension Consent {
    /// The client, and behind it what it learns, with spaces between them.
    var column: String { ([client.text] + shares.map(\.rawValue)).joined(separator: " ") }

    init?(ifColumn column: String?) throws {
        guard let column else { return nil }
        let words = column.split(separator: " ")
        guard let client = words.first else { throw UnreadableRow(column: "consent") }
        self.init(
            client: try RelyingPartyID(column: String(client)),
            shares: try words.dropFirst().map(OpenIDScope.init(column:))
        )
    }
}

extension PhoneSession {
    init(row: Row) throws {
        self.init(
            token: try SecretDigest(blob: row.decode(forColumn: "token")),
            user: try UserID(column: row.decode(forColumn: "user")),
            createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at")),
            expiresAt: Timestamp(milliseconds: try row.decode(forColumn: "expires_at"))
        )
    }
}

extension BrowserSession {
    init(row: Row) throws {
        guard let login = LoginID(text: try row.decode(forColumn: "login")) else {
            throw UnreadableRow(column: "login")
        }
        self.init(
            cookie: try SecretDigest(blob: row.decode(forColumn: "cookie")),
            user: try UserID(column: row.decode(forColumn: "user")),
            login: login,
            createdAt: Timestamp(milliseconds: try row.decode(forColumn: "created_at")),
            seenAt: Timestamp(milliseconds: try row.decode(forColumn: "seen_at")),
            pending: try ParkedRequest(ifColumn: row.decode(forColumn: "pending")),
            consent: try Consent(ifColumn: row.decode(forColumn: "consent")),
            numberMatching: try NumberMatching(column: row.decode(forColumn: "number_matching")),
            way: try AttemptWay(column: row.decode(forColumn: "way"))
        )
    }
}

extension UserID {
    init(column: String) throws {
        guard let id = UserID(text: column) else { throw UnreadableRow(column: "user") }
        self = id
    }
}

extension SecretDigest {
    var blob: Data { Data(bytes) }

    init(blob: Data) throws {
        guard let digest = SecretDigest(bytes: Array(blob)) else {
            throw UnreadableRow(column: "digest")
        }
        self = digest
    }
}
