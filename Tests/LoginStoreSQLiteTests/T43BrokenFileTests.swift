import Foundation
import LoginDomain
import LoginService
import LoginStore
import LoginStoreSQLite
import TestSupport
import Testing

/// The file is taken away, full, held by others, or rots: an error, never a crash, and never an
/// answer that is not kept.
struct T43BrokenFileTests {
    @Test func `T43: a file that was deleted or replaced fails every call, and nothing is lost`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let store = try SQLiteLoginStore(path: path)
            try await story.logIn(store)
            let away = "\(folder)/away.sqlite"
            for isReplaced in [false, true] {
                try FileManager.default.moveItem(atPath: path, toPath: away)
                if isReplaced { try Data().write(to: URL(filePath: path)) }
                let gone = LoginStoreError.unavailable(
                    "the database file is gone or was replaced"
                )
                await #expect(throws: gone) { _ = try await store.session(story.session) }
                await #expect(throws: gone) {
                    try await store.touchSession(story.session, at: Story.at(99))
                }
                if isReplaced { try FileManager.default.removeItem(atPath: path) }
                try FileManager.default.moveItem(atPath: away, toPath: path)
                // Back in its place, it goes on.
                #expect(try await store.session(story.session)?.seenAt == Story.at(13))
            }
            try? store.close()
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `T43: writes that wait behind one that waited in vain fail with it, not after it`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let store = try SQLiteLoginStore(path: path)
            try await story.logIn(store)
            let raw = try RawDatabase(path: path)
            try raw.execute("BEGIN IMMEDIATE")
            let clock = ContinuousClock()
            let waited = await clock.measure {
                await withTaskGroup { group in
                    for _ in 0..<20 {
                        group.addTask {
                            await #expect(throws: LoginStoreError.self) {
                                try await store.touchSession(story.session, at: Story.at(99))
                            }
                        }
                    }
                }
            }
            // One after the other they could not be done before forty seconds.
            #expect(waited < .seconds(40))
            try raw.execute("ROLLBACK")
            try await store.touchSession(story.session, at: Story.at(99))
            #expect(try await store.session(story.session)?.seenAt == Story.at(99))
            try raw.close()
            try store.close()
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `T43: bytes that rot are errors and no crash, wherever they are`(
        seed: UInt64
    )
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/whole.sqlite"
            let stories = try (1...20).map { try Story(seed: $0) }
            let store = try SQLiteLoginStore(path: path)
            for story in stories { try await story.logIn(store) }
            try store.close()
            let whole = try #require(bytes(of: path))
            var dice = SeededDice(seed: seed)
            var opened = 0
            for round in 0..<40 {
                var rotten = whole
                for _ in 0..<Int.random(in: 1...60, using: &dice) {
                    // The first hundred bytes are the header, which is judged when it is opened.
                    let place = Int.random(in: 100..<rotten.count, using: &dice)
                    rotten[place] = UInt8.random(in: 0...255, using: &dice)
                }
                let copy = "\(folder)/\(round).sqlite"
                try rotten.write(to: URL(filePath: copy))
                try setMode(0o600, of: copy)
                if await Self.useEverything(copy, stories) { opened += 1 }
                for suffix in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: copy + suffix)
                }
            }
            // Most are refused when they are opened; some must have come further.
            #expect(opened > 0)
        }
    }

    @Test(arguments: [
        "attempt", "user", "phone_session", "browser_session", "used_code", "login", "audit",
        "ledger", "client", "subject", "parked", "website_grant", "signing_key",
    ])
    func `T43: a column that holds what it never can is an error and no crash`(
        table: String
    )
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let website = try Website()
            let story = try Story(for: website.parked)
            let store = try SQLiteLoginStore(path: path)
            try await website.register(store)
            try await story.logIn(store)
            try await website.fill(store, after: story)
            try await store.record([
                AuditEntry(
                    at: Story.start,
                    code: story.attempt.supportCode,
                    what: .scanned,
                    actor: AuditActor(user: story.user, address: "", userAgent: "", launch: 1)
                )
            ])
            try store.close()
            // The schema no longer minds what its columns hold.
            let raw = try RawDatabase(path: path)
            try raw.execute(
                """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOT NULL', ''), 'STRICT', '')
                    WHERE type = 'table' AND name = '\(table)';
                PRAGMA writable_schema = RESET;
                """
            )
            let columns = try raw.column("SELECT name FROM pragma_table_info('\(table)')")
            try raw.close()
            #expect(columns.count > 1)
            var (changed, opened) = (0, 0)
            for column in columns {
                for value in ["NULL", "'not a number'", "x'00ff'", "-1"] {
                    let copy = "\(folder)/copy.sqlite"
                    try FileManager.default.copyItem(atPath: path, toPath: copy)
                    let raw = try RawDatabase(path: copy)
                    do {
                        try raw.execute(
                            """
                            PRAGMA foreign_keys = OFF;
                            UPDATE \(table) SET \(column) = \(value)
                            """
                        )
                        changed += 1
                    } catch {
                        // Some columns take no nonsense even so: a rowid is a number.
                    }
                    try raw.close()
                    if await Self.useEverything(copy, [story]) { opened += 1 }
                    for suffix in ["", "-wal", "-shm"] {
                        try? FileManager.default.removeItem(atPath: copy + suffix)
                    }
                }
            }
            #expect(changed >= columns.count)
            #expect(opened > 0)
        }
    }

    /// Calls whatever there is; each may fail, and none may trap.
    ///
    /// - Returns: whether the file was opened, so that there was something to call.
    private static func useEverything(_ path: String, _ stories: [Story]) async -> Bool {
        guard let store = try? SQLiteLoginStore(path: path) else { return false }
        for story in stories {
            _ = try? await store.attempt(.cookie(story.attempt.cookie))
            _ = try? await store.attempt(.scene(story.attempt.scene))
            _ = try? await store.session(story.session)
            _ = try? await store.phoneSession(story.phone.token)
            _ = try? await store.user(story.user)
            _ = try? await store.logins(of: story.user)
            _ = try? await store.timeline(story.attempt.supportCode)
            try? await story.claim(store)
            try? await story.redeem(store)
        }
        if let website = try? Website() {
            _ = try? await store.relyingParty(website.party.id)
            _ = try? await store.parked(website.row(seed: 1001).cookie)
            for story in stories {
                var dice = SeededDice(seed: 9)
                _ = try? await store.subject(
                    of: story.user,
                    sector: website.party.sector,
                    candidate: SubjectID(using: &dice)
                )
                if let session = try? await store.session(story.session) {
                    for seed: UInt64 in 1003...1005 {
                        try? await website.redeem(website.grant(seed: seed, session), store)
                    }
                    let grant = website.grant(seed: 9, session).grant
                    _ = try? await store.openGrant(grant, takingPending: true)
                }
            }
            try? await store.setConfigured([website.party])
        }
        _ = try? await store.relyingParties()
        _ = try? await store.signingKeys()
        _ = try? await store.users(after: nil, limit: 100)
        _ = try? await store.expireAttempts(at: Story.at(9000), limit: 100)
        _ = try? await store.forgetAudit(before: Story.at(9000), limit: 10)
        let all = Story.at(9000)
        _ = try? await store.forget(
            ForgetLimits(
                attempts: all,
                expired: all,
                sessionsSeen: all,
                sessionsCreated: all,
                logins: all
            ),
            limit: 10
        )
        try? store.close()
        return true
    }

    @Test
    func `T43: the whole service fails closed on a full disk, and goes on when there is room`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let house = LoginHouse(store: store)
            let raw = try RawDatabase(path: path)
            let opened = try await house.open()
            let alice = try await house.phone("alice")
            // Every way in which something grows meets the end of the disk.
            let grows = [
                "attempt", "user", "phone_session", "used_code", "browser_session", "audit",
            ]
            for table in grows {
                try raw.execute(
                    """
                    CREATE TRIGGER full_\(table) BEFORE INSERT ON \(table) BEGIN
                        SELECT RAISE(ABORT, 'database or disk is full');
                    END
                    """
                )
            }
            let full = LoginRefusal.storeUnavailable(retryAfterSeconds: 2)
            await #expect(throws: full) { _ = try await house.open() }
            await #expect(throws: full) { _ = try await house.phone("bob") }
            await #expect(throws: full) { try await house.confirm(opened, by: alice) }
            // What only reads still answers.
            #expect(try await house.service.view(opened.cookie).state == .created)
            for table in grows { try raw.execute("DROP TRIGGER full_\(table)") }
            try await house.confirm(opened, by: alice)
            let login = try await house.service.complete(opened.cookie, ending: nil)
            #expect(try await house.service.session(login.session).user == login.user)
            #expect(try raw.column("PRAGMA integrity_check") == ["ok"])
            try raw.close()
            try store.close()
        }
    }
}
