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
        return try Row.fetchOne(
            db,
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
        guard var attempt = try fetch(key, in: db) else { return nil }
        let before = attempt
        let outcome = change(&attempt)
        if attempt != before { try save(attempt, in: db) }
        return AttemptUpdate(
            attempt: attempt,
            moved: attempt.seq != before.seq,
            outcome: outcome
        )
    }

    static func due(at now: Timestamp, limit: Int, in db: Database) throws -> [SecretDigest] {
        try Data.fetchAll(
            db,
            sql: "SELECT cookie FROM attempt WHERE deadline <= ? ORDER BY deadline, id LIMIT ?",
            arguments: [now.milliseconds, limit]
        )
        .map(SecretDigest.init(blob:))
    }

    static func insert(_ attempt: Attempt, in db: Database) throws {
        let columns = StateColumns(attempt)
        try db.execute(
            sql: """
                INSERT INTO attempt (id, chain, cookie, scene, address, user_agent, created_at,
                    scene_expires_at, cap_at, state, seq, owner, phone, nonce, scanned_at,
                    confirm_expires_at, launch, number, deadline)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                attempt.id.text, attempt.chain.text, attempt.cookie.blob, attempt.scene.blob,
                attempt.browser.address, attempt.browser.userAgent, attempt.createdAt.milliseconds,
                attempt.sceneExpiresAt.milliseconds, attempt.capAt.milliseconds,
            ] + columns.arguments
        )
    }

    private static func save(_ attempt: Attempt, in db: Database) throws {
        let columns = StateColumns(attempt)
        try db.execute(
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
        let owner = try (row["owner"] as String?).map(UserID.init(column:))
        let state: State
        switch row["state"] as String {
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
        guard let id = AttemptID(text: row["id"]), let chain = AttemptID(text: row["chain"]) else {
            throw UnreadableRow(column: "id")
        }
        self.init(
            id: id,
            chain: chain,
            cookie: try SecretDigest(blob: row["cookie"]),
            scene: try SecretDigest(blob: row["scene"]),
            browser: BrowserFacts(address: row["address"], userAgent: row["user_agent"]),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            sceneExpiresAt: Timestamp(milliseconds: row["scene_expires_at"]),
            capAt: Timestamp(milliseconds: row["cap_at"]),
            state: state,
            seq: row["seq"]
        )
    }
}

extension Attempt.Scan {
    init(row: Row, owner: UserID?) throws {
        guard let owner, let phone = row["phone"] as Data?, let nonce = row["nonce"] as Data?,
            let at = row["scanned_at"] as Int64?, let until = row["confirm_expires_at"] as Int64?
        else { throw UnreadableRow(column: "scan") }
        self.init(
            owner: owner,
            phone: try SecretDigest(blob: phone),
            nonce: try SecretDigest(blob: nonce),
            at: Timestamp(milliseconds: at),
            expiresAt: Timestamp(milliseconds: until),
            launch: row["launch"],
            number: row["number"]
        )
    }
}

extension User {
    init(row: Row) throws {
        self.init(
            id: try UserID(column: row["id"]),
            role: row["role"],
            nickName: row["nick_name"],
            avatar: AvatarName(text: row["avatar_url"])
        )
    }
}

extension PhoneSession {
    init(row: Row) throws {
        self.init(
            token: try SecretDigest(blob: row["token"]),
            user: try UserID(column: row["user"]),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            expiresAt: Timestamp(milliseconds: row["expires_at"])
        )
    }
}

extension BrowserSession {
    init(row: Row) throws {
        self.init(
            cookie: try SecretDigest(blob: row["cookie"]),
            user: try UserID(column: row["user"]),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            seenAt: Timestamp(milliseconds: row["seen_at"])
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
