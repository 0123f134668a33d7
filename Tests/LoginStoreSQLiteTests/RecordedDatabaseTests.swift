import Foundation
import GRDB
import LoginDomain
import LoginStore
import TestSupport
import Testing

@testable import LoginStoreSQLite

/// Databases that earlier versions of the program wrote: today's opens each and finds every row.
struct RecordedDatabaseTests {
    /// Every file of `Fixtures/Databases` that is a database, or SQL that makes one.
    static let recorded: [String] = {
        let files = (try? names(in: FixtureDatabase.folder.path)) ?? []
        return files.filter { $0.hasSuffix(".sqlite") || $0.hasSuffix(".sql") }
    }()

    /// Steps that no file was recorded of: a database goes through them on its way to the fourth.
    private static let unrecorded = [2, 3]

    @Test(.enabled(if: ProcessInfo.processInfo.environment["RECORD"] != "1", "RECORD=1 records"))
    func `each step of the schema has a file that was recorded after it`() throws {
        let steps = try Migrations.migrator.migrations.map { name in
            try #require(Int(name.prefix { $0 != ":" }))
        }
        #expect(steps == Array(1...steps.count))
        for step in steps where !Self.unrecorded.contains(step) {
            #expect(
                Self.recorded.contains("version-\(step).sqlite"),
                "record it: RECORD=1 swift test --skip-build --filter RecordedDatabaseTests"
            )
        }
    }

    @Test(arguments: recorded)
    func `today's program opens a database of an earlier version and finds its rows`(
        name: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try FixtureDatabase.copy(name, to: path)
            let raw = try RawDatabase(path: path)
            let attempts = try raw.rows("SELECT * FROM attempt")
            let phones = try raw.rows("SELECT * FROM phone_session")
            let sessions = try raw.rows("SELECT * FROM browser_session")
            let codes = try raw.rows("SELECT * FROM used_code")
            let users = try raw.rows("SELECT * FROM user")
            let logins =
                try raw.column("SELECT name FROM sqlite_schema WHERE name = 'login'")
                .isEmpty ? [] : try raw.rows("SELECT * FROM login")
            try raw.close()

            let store = try SQLiteLoginStore(path: path)
            for row in attempts {
                let cookie = try digest(row["cookie"])
                let attempt = try #require(try await store.attempt(.cookie(cookie)))
                #expect(try await store.attempt(.scene(digest(row["scene"]))) == attempt)
                #expect(attempt.id.text == row["id"])
                #expect(attempt.chain.text == row["chain"])
                #expect(attempt.seq == row["seq"])
                #expect(attempt.state.label == row["state"])
                #expect(attempt.deadline?.milliseconds == row["deadline"])
                #expect(attempt.createdAt.milliseconds == row["created_at"])
                #expect(attempt.capAt.milliseconds == row["cap_at"])
                #expect(attempt.browser.address == row["address"])
                #expect(attempt.browser.userAgent == row["user_agent"])
                #expect(attempt.state.owner?.text == row["owner"])
            }
            for row in phones {
                let phone = try #require(try await store.phoneSession(digest(row["token"])))
                #expect(phone.user.text == row["user"])
                #expect(phone.expiresAt.milliseconds == row["expires_at"])
            }
            for row in sessions {
                let session = try #require(try await store.session(digest(row["cookie"])))
                #expect(session.user.text == row["user"])
                #expect(session.seenAt.milliseconds == row["seen_at"])
                let login = logins.first { $0["session"] as Data == row["cookie"] }
                #expect(login == nil || session.login.text == login?["id"])
            }
            for row in users {
                let id = try #require(UserID(text: row["id"]))
                let user = try #require(try await store.user(id))
                #expect(user.role == row["role"])
                #expect(user.nickName == row["nick_name"])
                let identity = try #require(WeChatIdentity(openID: row["openid"], unionID: nil))
                #expect(try await store.identity(of: id)?.openID == row["openid"])
                let known = try await store.registerUser(identity, candidate: id, at: Story.start)
                #expect(known == Registration(user: user, isNew: false))
            }
            for row in codes {
                let end = Timestamp(milliseconds: row["expires_at"])
                let (code, now) = (try digest(row["code"]), end - .milliseconds(1))
                #expect(try await !store.claimCode(code, until: end, at: now))
            }
            try store.close()

            // None of the loops above was empty.
            let states = Set(attempts.map { $0["state"] as String })
            #expect(states.count == 7, "\(states)")
            #expect(![phones, sessions, codes, users].contains { $0.isEmpty })
            let after = try RawDatabase(path: path)
            #expect(try after.column("PRAGMA integrity_check") == ["ok"])
            #expect(try after.column("PRAGMA foreign_key_check") == [])
            try after.close()
        }
    }

    /// Those that a version wrote which knew of websites.
    static let recordedWithWebsites = recorded.filter { $0 >= "version-5" }

    @Test(arguments: recordedWithWebsites)
    func `today's program finds the websites of an earlier version and what they were given`(
        name: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try FixtureDatabase.copy(name, to: path)
            let store = try SQLiteLoginStore(path: path)
            let (website, story) = (try Website(), try Story(seed: 4))
            #expect(try await store.relyingParty(website.party.id) == website.party)
            #expect(try await store.relyingParty(website.other.id) == website.other)
            let row = website.row(seed: 1001)
            #expect(try await store.parked(row.cookie) == row)
            let attempt = try await store.attempt(.cookie(story.attempt.cookie))
            #expect(attempt?.request == website.parked)
            let session = try #require(try await store.session(story.session))
            #expect(session.pending == website.parked)
            #expect(session.consent == Consent(to: website.parked))
            #expect(session.login == story.login)
            var states: [Grant.State] = []
            for seed: UInt64 in 1003...1005 {
                let (grant, token) = website.grant(seed: seed, session)
                let found = try #require(try await store.grant(.code(grant.code)))
                #expect(found.id == grant.id && found.scopes == grant.scopes)
                #expect(try await store.grant(.token(token)) == (seed == 1004 ? found : nil))
                states.append(found.state)
                let family = Website.refreshToken(of: grant)
                #expect(found.refresh?.name == (seed == 1004 ? family.family : nil))
                #expect(found.refresh?.newest == (seed == 1004 ? family.turn : nil))
                #expect(found.tokenScopes == grant.scopes)
            }
            let token = website.grant(seed: 1004, session).token
            #expect(states == [.issued, .redeemed(token: token, until: Story.at(621)), .revoked])
            #expect(try await store.signingKeys() == [Website.key(seed: 1), Website.key(seed: 2)])
            var dice = SeededDice(seed: 1002)
            let subject = SubjectID(using: &dice)
            let known = try await store.subject(
                of: story.user,
                sector: website.party.sector,
                candidate: SubjectID(using: &dice)
            )
            #expect(known == subject)
            try store.close()
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["RECORD"] == "1", "RECORD=1 records"))
    func `a database of the present version is recorded`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            try await FixtureDatabase.fill(store)
            try store.close()
            let raw = try RawDatabase(path: path)
            let step = try raw.column(
                """
                SELECT max(CAST(substr(identifier, 1, instr(identifier, ':') - 1) AS INTEGER))
                FROM grdb_migrations
                """
            )
            try raw.close()
            let target = FixtureDatabase.folder.appending(path: "version-\(step[0]).sqlite").path
            #expect(!FileManager.default.fileExists(atPath: target), "what is there never changes")
            try FileManager.default.copyItem(atPath: path, toPath: target)
            Issue.record("recorded \(target); run again without RECORD")
        }
    }

    private func digest(_ blob: Data) throws -> SecretDigest {
        try #require(SecretDigest(bytes: Array(blob)))
    }
}

extension Attempt.State {
    /// The name of the state, as rows have it.
    fileprivate var label: String {
        switch self {
        case .created: "created"
        case .scanned: "scanned"
        case .confirmed: "confirmed"
        case .redeemed: "redeemed"
        case .cancelled: "cancelled"
        case .expired: "expired"
        case .superseded: "superseded"
        }
    }

    /// Whose it is, where that is still known.
    fileprivate var owner: UserID? {
        switch self {
        case .scanned(let scan), .confirmed(let scan): scan.owner
        case .redeemed(let user): user
        case .created, .cancelled, .expired, .superseded: nil
        }
    }
}
