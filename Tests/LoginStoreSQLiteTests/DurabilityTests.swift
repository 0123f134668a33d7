import Foundation
import LoginDomain
import LoginStore
import LoginStoreSQLite
import Testing

/// An answer comes after the change is durable.
struct DurabilityTests {
    /// One acknowledged change, and what must be there after it whatever happens to the process.
    struct Step: Sendable, CustomStringConvertible {
        var description: String
        var act: @Sendable (Story, SQLiteLoginStore) async throws -> Void
        var isThere: @Sendable (Story, SQLiteLoginStore) async throws -> Bool
    }

    private static let steps = [
        Step(description: "open") { story, store in
            try await story.open(store)
        } isThere: { story, store in
            try await store.attempt(.scene(story.attempt.scene)) == story.attempt
        },
        Step(description: "claim") { story, store in
            try await story.claim(store)
        } isThere: { story, store in
            try await !store.claimCode(story.code, until: Story.at(1), at: Story.start)
        },
        Step(description: "register") { story, store in
            try await story.register(store)
        } isThere: { story, store in
            try await store.user(story.user)?.id == story.user
        },
        Step(description: "phone") { story, store in
            try await story.openPhone(store)
        } isThere: { story, store in
            try await store.phoneSession(story.phone.token) == story.phone
        },
        Step(description: "scan") { story, store in
            try await story.scan(store)
        } isThere: { story, store in
            try await store.attempt(.cookie(story.attempt.cookie))?.seq == 2
        },
        Step(description: "confirm") { story, store in
            try await story.confirm(store)
        } isThere: { story, store in
            try await store.attempt(.cookie(story.attempt.cookie))?.seq == 3
        },
        Step(description: "redeem") { story, store in
            try await story.redeem(store)
        } isThere: { story, store in
            let row = try await store.attempt(.cookie(story.attempt.cookie))
            let session = try await store.session(story.session)
            return row?.state == .redeemed(story.user) && session?.user == story.user
        },
        Step(description: "touch") { story, store in
            try await store.touchSession(story.session, at: Story.at(99))
        } isThere: { story, store in
            try await store.session(story.session)?.seenAt == Story.at(99)
        },
        Step(description: "end") { story, store in
            try await store.endSession(story.session)
        } isThere: { story, store in
            try await store.session(story.session) == nil
        },
    ]

    @Test func `I12: what was answered is in the file at once, for whoever is killed then`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let story = try Story()
            for (number, step) in Self.steps.enumerated() {
                try await step.act(story, store)
                // The bytes as the operating system has them, taken while the store is open.
                let copy = "\(folder)/copy-\(number).sqlite"
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                let afterCrash = try SQLiteLoginStore(path: copy)
                #expect(try await step.isThere(story, afterCrash), "\(step)")
                try afterCrash.close()
            }
            try store.close()
        }
    }

    @Test func `I12: the writer waits for the disk at every commit`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            // The store's own connection writes down its setting while it inserts.
            let raw = try RawDatabase(path: path)
            try raw.execute(
                """
                CREATE TABLE seen (setting TEXT);
                CREATE TRIGGER look AFTER INSERT ON used_code BEGIN
                    INSERT INTO seen SELECT synchronous FROM pragma_synchronous;
                    INSERT INTO seen SELECT foreign_keys FROM pragma_foreign_keys;
                END
                """
            )
            try await Story().claim(store)
            // FULL is 2 (SQLite, "PRAGMA synchronous").
            #expect(try raw.column("SELECT setting FROM seen") == ["2", "1"])
            #expect(try raw.column("PRAGMA journal_mode") == ["wal"])
            try raw.close()
            try store.close()
        }
    }

    @Test func `a store that was closed says so, and the file stays whole`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let story = try Story()
            try await story.logIn(store)
            try store.close()
            await #expect(throws: LoginStoreError.self) { try await store.user(story.user) }
            await #expect(throws: LoginStoreError.self) { try await story.claim(store) }
            let again = try SQLiteLoginStore(path: path)
            #expect(try await again.session(story.session)?.user == story.user)
            try again.close()
        }
    }
}
