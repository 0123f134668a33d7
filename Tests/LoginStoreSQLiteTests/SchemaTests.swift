import Foundation
import LoginDomain
import LoginStore
import LoginStoreSQLite
import Testing

/// The schema, and files that earlier versions wrote.
struct SchemaTests {
    @Test(arguments: ["version-1.sql"])
    func `a database of an earlier version is brought up, value by value`(
        name: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try FixtureDatabase.copy(name, to: path)
            let store = try SQLiteLoginStore(path: path)
            // In the fixture a digest is one byte, 32 times.
            let user = try #require(UserID(text: "u_aaaaaaaaaaaaaaaaaaaa"))
            #expect(
                try await store.user(user)
                    == User(
                        id: user,
                        role: "admin",
                        nickName: "小明",
                        // That version had no pictures; what stood there was no name of one.
                        avatar: nil
                    )
            )
            let scan = Attempt.Scan(
                owner: user,
                phone: Self.digest(0xA0),
                nonce: Self.digest(0xA1),
                at: Timestamp(milliseconds: 1_767_225_610_000),
                expiresAt: Timestamp(milliseconds: 1_767_225_670_000)
            )
            let states: [(UInt8, Attempt.State, Int)] = [
                (1, .created, 1), (2, .scanned(scan), 2), (3, .confirmed(scan), 3),
                (4, .redeemed(user), 4), (5, .cancelled, 2), (6, .expired, 2),
                (7, .superseded, 2),
            ]
            for (number, state, seq) in states {
                let found = try await store.attempt(.scene(Self.digest(0x10 + number)))
                let attempt = try #require(found)
                #expect(attempt.cookie == Self.digest(number))
                #expect(attempt.state == state)
                #expect(attempt.seq == seq)
                #expect(attempt.browser.address == "192.0.2.\(number)")
                #expect(attempt.createdAt == Timestamp(milliseconds: 1_767_225_600_000))
            }
            #expect(try await store.phoneSession(Self.digest(0xA0))?.user == user)
            #expect(try await store.session(Self.digest(0xB0))?.user == user)
            let code = Self.digest(0xC0)
            let now = Timestamp(milliseconds: 1_767_225_600_000)
            #expect(try await !store.claimCode(code, until: now, at: now))
            try store.close()
        }
    }

    @Test(arguments: RecordedDatabaseTests.recorded)
    func `a new database and one that was brought up have the same schema`(
        name: String
    ) async throws {
        try await withFolder { folder in
            let (old, new) = ("\(folder)/old.sqlite", "\(folder)/new.sqlite")
            try FixtureDatabase.copy(name, to: old)
            for path in [old, new] { try SQLiteLoginStore(path: path).close() }
            let schemas = try [old, new].map { path in
                let raw = try RawDatabase(path: path)
                defer { try? raw.close() }
                return try raw.schema()
            }
            #expect(schemas[0] == schemas[1])
            #expect(schemas[0].count > 10)
        }
    }

    @Test func `a database of a newer version is refused and stays as it is`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try SQLiteLoginStore(path: path).close()
            let raw = try RawDatabase(path: path)
            try raw.execute("INSERT INTO grdb_migrations VALUES ('999: from the future')")
            let before = try raw.contents()
            #expect {
                try SQLiteLoginStore(path: path)
            } throws: { error in
                "\(error)".contains("newer version of this program")
            }
            #expect(try raw.contents() == before)
            try raw.close()
        }
    }

    @Test func `opening again changes nothing`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            try await Story().logIn(store)
            try store.close()
            let raw = try RawDatabase(path: path)
            let before = try raw.contents() + raw.schema()
            try SQLiteLoginStore(path: path).close()
            #expect(try raw.contents() + raw.schema() == before)
            try raw.close()
        }
    }

    private static func digest(_ byte: UInt8) -> SecretDigest {
        guard let digest = SecretDigest(bytes: Array(repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes")
        }
        return digest
    }
}
