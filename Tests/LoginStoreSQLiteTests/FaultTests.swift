import LoginDomain
import LoginStore
import LoginStoreSQLite
import TestSupport
import Testing

/// Every statement that writes is made to fail, and every commit: nothing is ever half done (T43).
struct FaultTests {
    /// A call, and the statement of it that fails.
    struct Fault: Sendable, CustomStringConvertible {
        var call: String
        /// As SQLite's triggers name it.
        var statement: String
        var act: @Sendable (Story, Story, SQLiteLoginStore) async throws -> Void

        var description: String { "\(call): \(statement)" }
    }

    /// The first story has logged in; the second is confirmed, and its browser holds the session
    /// of the first.
    private static let calls:
        [(String, [String], @Sendable (Story, Story, SQLiteLoginStore) async throws -> Void)] = [
            (
                "open", ["UPDATE ON attempt", "INSERT ON attempt"],
                { _, second, store in
                    try await Story(seed: 3).open(store, superseding: second.attempt.cookie)
                }
            ),
            (
                "open for a website", ["INSERT ON attempt", "DELETE ON parked"],
                { _, _, store in
                    let row = try Website().row(seed: 1001)
                    try await Story(seed: 3, for: row.parked)
                        .open(store, superseding: row.cookie)
                }
            ),
            (
                "park", ["INSERT ON parked", "DELETE ON parked"],
                { _, _, store in
                    let website = try Website()
                    _ = try await store.park(
                        website.row(seed: 2001),
                        superseding: website.row(seed: 1001).cookie,
                        at: Story.at(20)
                    )
                }
            ),
            (
                "park over a code", ["UPDATE ON attempt", "INSERT ON parked"],
                { _, second, store in
                    _ = try await store.park(
                        try Website().row(seed: 2001),
                        superseding: second.attempt.cookie,
                        at: Story.at(20)
                    )
                }
            ),
            (
                "unpark", ["DELETE ON parked"],
                { _, _, store in try await store.unpark(try Website().row(seed: 1001).cookie) }
            ),
            (
                "open grant", ["INSERT ON website_grant", "UPDATE ON browser_session"],
                { first, _, store in
                    let session = try #require(try await store.session(first.session))
                    let grant = try Website().grant(seed: 2002, session).grant
                    #expect(try await store.openGrant(grant, takingPending: true))
                }
            ),
            (
                "drop pending", ["UPDATE ON browser_session"],
                { first, _, store in try await store.dropPending(of: first.session) }
            ),
            (
                "update grant", ["UPDATE ON website_grant"],
                { first, _, store in
                    let session = try #require(try await store.session(first.session))
                    let website = try Website()
                    try await website.redeem(website.grant(seed: 1003, session), store)
                }
            ),
            (
                "subject", ["INSERT ON subject"],
                { _, second, store in
                    var dice = SeededDice(seed: 2003)
                    _ = try await store.subject(
                        of: second.user,
                        sector: "",
                        candidate: SubjectID(using: &dice)
                    )
                }
            ),
            (
                "add website", ["INSERT ON client"],
                { _, _, store in
                    var dice = SeededDice(seed: 2004)
                    var party = try Website().other
                    party.id = RelyingPartyID(using: &dice)
                    try await store.addRelyingParty(party)
                }
            ),
            (
                "remove website", ["DELETE ON client", "DELETE ON website_grant"],
                { _, _, store in
                    _ = try await store.removeRelyingParty(try Website().party.id)
                }
            ),
            (
                "set secret", ["UPDATE ON client"],
                { first, _, store in
                    _ = try await store.setSecret(first.session, of: try Website().party.id)
                }
            ),
            (
                "set configured", ["DELETE ON client", "DELETE ON website_grant"],
                { _, _, store in try await store.setConfigured([]) }
            ),
            (
                "set configured anew", ["UPDATE ON client"],
                { _, _, store in
                    var party = try Website().party
                    party.name = "New"
                    try await store.setConfigured([party])
                }
            ),
            (
                "add key", ["INSERT ON signing_key"],
                { _, _, store in try await store.addSigningKey(Website.key(seed: 9)) }
            ),
            (
                "remove key", ["DELETE ON signing_key"],
                { _, _, store in _ = try await store.removeSigningKey("kid-1") }
            ),
            (
                "update", ["UPDATE ON attempt"],
                { _, second, store in
                    _ = try await store.updateAttempt(.scene(second.attempt.scene)) {
                        $0.cancelByBrowser(at: Story.at(13))
                    }
                }
            ),
            (
                "redeem",
                [
                    "UPDATE ON attempt", "INSERT ON browser_session", "DELETE ON browser_session",
                    "INSERT ON login",
                ],
                { first, second, store in try await second.redeem(store, ending: first.session) }
            ),
            (
                "expire", ["UPDATE ON attempt"],
                { _, _, store in _ = try await store.expireAttempts(at: Story.at(9000), limit: 10) }
            ),
            (
                "claim", ["INSERT ON used_code"],
                { _, _, store in try await Story(seed: 3).claim(store) }
            ),
            (
                "claim again", ["UPDATE ON used_code"],
                { first, _, store in try await first.claim(store, at: Story.at(9000)) }
            ),
            (
                "register", ["INSERT ON user"],
                { _, _, store in try await Story(seed: 3).register(store) }
            ),
            (
                "open phone", ["INSERT ON phone_session"],
                { first, _, store in
                    var phone = try Story(seed: 3).phone
                    phone.user = first.user
                    try await store.openPhoneSession(phone)
                }
            ),
            (
                "register again", ["UPDATE ON user"],
                { first, _, store in
                    let identity = WeChatIdentity(
                        openID: first.identity.openID,
                        unionID: "unionid-00000-1"
                    )
                    _ = try await store.registerUser(
                        try #require(identity),
                        candidate: first.user,
                        at: Story.at(20)
                    )
                }
            ),
            (
                "set name", ["UPDATE ON user"],
                { first, _, store in
                    let name = try NickName(composed: "Alice")
                    _ = try await store.setNickName(name, of: first.user)
                }
            ),
            (
                "set avatar", ["DELETE ON avatar", "INSERT ON avatar", "UPDATE ON user"],
                { first, _, store in
                    _ = try await store.setAvatar(avatar(seed: 2), of: first.user)
                }
            ),
            (
                "set role", ["UPDATE ON user"],
                { first, _, store in _ = try await store.setRole("admin", of: first.user) }
            ),
            (
                "record", ["INSERT ON audit"],
                { _, second, store in try await store.record([entry(second)]) }
            ),
            (
                "forget audit", ["DELETE ON audit"],
                { _, _, store in _ = try await store.forgetAudit(before: Story.at(9000), limit: 9) }
            ),
            (
                "revoke", ["DELETE ON browser_session"],
                { first, _, store in _ = try await store.revokeLogin(first.login, of: first.user) }
            ),
            (
                "touch", ["UPDATE ON browser_session"],
                { first, _, store in try await store.touchSession(first.session, at: Story.at(99)) }
            ),
            (
                "end", ["DELETE ON browser_session"],
                { first, _, store in try await store.endSession(first.session) }
            ),
            (
                "forget",
                [
                    "DELETE ON attempt", "DELETE ON used_code", "DELETE ON phone_session",
                    "DELETE ON browser_session", "DELETE ON login", "DELETE ON parked",
                    "DELETE ON website_grant",
                ],
                { _, _, store in
                    let all = Story.at(1_000_000)
                    let limits = ForgetLimits(
                        attempts: all,
                        expired: all,
                        sessionsSeen: all,
                        sessionsCreated: all,
                        logins: all
                    )
                    _ = try await store.forget(limits, limit: 100)
                }
            ),
        ]

    private static func avatar(seed: UInt64) -> Avatar {
        var dice = SeededDice(seed: seed)
        return Avatar(name: AvatarName(using: &dice), kind: .png, bytes: [1, 2, 3])
    }

    private static func entry(_ story: Story) -> AuditEntry {
        AuditEntry(
            at: Story.start,
            code: story.attempt.supportCode,
            what: .scanned,
            actor: AuditActor(user: story.user, address: "", userAgent: "", launch: 1)
        )
    }

    static let faults = calls.flatMap { call, statements, act in
        statements.map { Fault(call: call, statement: $0, act: act) }
    }

    @Test(arguments: faults)
    func `T43: a statement that fails leaves everything as it was`(_ fault: Fault) async throws {
        try await Self.check(
            fault,
            trigger: """
                CREATE TRIGGER fault BEFORE \(fault.statement) BEGIN
                    SELECT RAISE(ABORT, 'the disk is on fire');
                END
                """,
            error: .unavailable("SQLite 1811 the disk is on fire")
        )
    }

    @Test(arguments: faults)
    func `T43: a commit that fails leaves everything as it was`(_ fault: Fault) async throws {
        // A reference that only the commit looks at, and finds broken.
        try await Self.check(
            fault,
            trigger: """
                CREATE TABLE broken (
                    user TEXT REFERENCES user (id) DEFERRABLE INITIALLY DEFERRED
                );
                CREATE TRIGGER fault AFTER \(fault.statement) BEGIN
                    INSERT INTO broken VALUES ('nobody');
                END
                """,
            error: .unavailable("SQLite 787 FOREIGN KEY constraint failed")
        )
    }

    private static func check(
        _ fault: Fault,
        trigger: String,
        error: LoginStoreError
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let website = try Website()
            let (first, second) = (try Story(seed: 1, for: website.parked), try Story(seed: 2))
            try await website.register(store)
            try await first.logIn(store)
            try await website.fill(store, after: first)
            try await second.open(store)
            try await second.register(store)
            try await second.openPhone(store)
            try await second.scan(store)
            try await second.confirm(store)
            _ = try await store.setAvatar(avatar(seed: 1), of: first.user)
            try await store.record([entry(first)])
            let raw = try RawDatabase(path: path)
            try raw.execute(trigger)
            let before = try raw.contents()
            await #expect(throws: error) { try await fault.act(first, second, store) }
            #expect(try raw.contents() == before)
            // Once the fault is gone, the same call does what it should.
            try raw.execute("DROP TRIGGER fault")
            try await fault.act(first, second, store)
            #expect(try raw.contents() != before)
            #expect(try raw.column("PRAGMA integrity_check") == ["ok"])
            try raw.close()
            try store.close()
        }
    }

    @Test
    func `T43: a file that another process has locked fails writes in two seconds, not reads`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let story = try Story()
            try await story.logIn(store)
            let raw = try RawDatabase(path: path)
            try raw.execute("BEGIN IMMEDIATE")
            let clock = ContinuousClock()
            let waited = await clock.measure {
                await #expect(throws: LoginStoreError.unavailable("SQLite 5 database is locked")) {
                    try await store.touchSession(story.session, at: Story.at(99))
                }
            }
            #expect(waited > .seconds(1))
            // A busy machine may be late; who waits for the lock would wait for ever.
            #expect(waited < .seconds(120))
            #expect(try await store.session(story.session)?.seenAt == Story.at(13))
            try raw.execute("ROLLBACK")
            try await store.touchSession(story.session, at: Story.at(99))
            #expect(try await store.session(story.session)?.seenAt == Story.at(99))
            try raw.close()
            try store.close()
        }
    }

    /// Rows that no version of the program wrote.
    @Test(arguments: [
        "UPDATE attempt SET cookie = x'00'", "UPDATE attempt SET chain = 'short'",
        "UPDATE attempt SET state = 'scanned', owner = NULL",
        "UPDATE attempt SET state = 'confirmed', nonce = NULL, phone = NULL",
        "UPDATE attempt SET state = 'redeemed', owner = NULL", "UPDATE attempt SET request = ''",
        "UPDATE attempt SET request = '{}'", "UPDATE attempt SET request = '[1]'",
    ])
    func `a row that cannot be read is an error and no crash`(sql: String) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let story = try Story()
            try await story.logIn(store)
            let raw = try RawDatabase(path: path)
            try raw.execute(sql)
            let before = try raw.contents()
            let error = LoginStoreError.unavailable("UnreadableRow")
            await #expect(throws: error) { try await store.attempt(.scene(story.attempt.scene)) }
            await #expect(throws: error) { try await story.scan(store) }
            #expect(try raw.contents() == before)
            // The others still can.
            #expect(try await store.session(story.session)?.user == story.user)
            try raw.close()
            try store.close()
        }
    }

    @Test func `a row names a user who is there`() async throws {
        try await withFolder { folder in
            let store = try SQLiteLoginStore(path: "\(folder)/login.sqlite")
            let story = try Story()
            await #expect(throws: LoginStoreError.self) { try await story.openPhone(store) }
            #expect(try await store.phoneSession(story.phone.token) == nil)
            try store.close()
        }
    }
}
