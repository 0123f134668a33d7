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
        var act: @Sendable (Scene, SQLiteLoginStore) async throws -> Void
        var isThere: @Sendable (Scene, SQLiteLoginStore) async throws -> Bool
    }

    private static let steps = [
        Step(description: "open") { scene, store in
            try await scene.open(store)
        } isThere: { scene, store in
            try await store.attempt(.scene(scene.attempt.scene)) == scene.attempt
        },
        Step(description: "claim") { scene, store in
            try await scene.claim(store)
        } isThere: { scene, store in
            try await !store.claimCode(scene.code, until: Scene.at(1), at: Scene.start)
        },
        Step(description: "register") { scene, store in
            try await scene.register(store)
        } isThere: { scene, store in
            try await store.user(scene.user)?.id == scene.user
        },
        Step(description: "phone") { scene, store in
            try await scene.openPhone(store)
        } isThere: { scene, store in
            try await store.phoneSession(scene.phone.token) == scene.phone
        },
        Step(description: "scan") { scene, store in
            try await scene.scan(store)
        } isThere: { scene, store in
            try await store.attempt(.cookie(scene.attempt.cookie))?.seq == 2
        },
        Step(description: "confirm") { scene, store in
            try await scene.confirm(store)
        } isThere: { scene, store in
            try await store.attempt(.cookie(scene.attempt.cookie))?.seq == 3
        },
        Step(description: "redeem") { scene, store in
            try await scene.redeem(store)
        } isThere: { scene, store in
            let row = try await store.attempt(.cookie(scene.attempt.cookie))
            let session = try await store.session(scene.session)
            return row?.state == .redeemed(scene.user) && session?.user == scene.user
        },
        Step(description: "touch") { scene, store in
            try await store.touchSession(scene.session, at: Scene.at(99))
        } isThere: { scene, store in
            try await store.session(scene.session)?.seenAt == Scene.at(99)
        },
        Step(description: "end") { scene, store in
            try await store.endSession(scene.session)
        } isThere: { scene, store in
            try await store.session(scene.session) == nil
        },
    ]

    @Test func `I12: what was answered is in the file at once, for whoever is killed then`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            let scene = try Scene()
            for (number, step) in Self.steps.enumerated() {
                try await step.act(scene, store)
                // The bytes as the operating system has them, taken while the store is open.
                let copy = "\(folder)/copy-\(number).sqlite"
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                let afterCrash = try SQLiteLoginStore(path: copy)
                #expect(try await step.isThere(scene, afterCrash), "\(step)")
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
            try await Scene().claim(store)
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
            let scene = try Scene()
            try await scene.logIn(store)
            try store.close()
            await #expect(throws: LoginStoreError.self) { try await store.user(scene.user) }
            await #expect(throws: LoginStoreError.self) { try await scene.claim(store) }
            let again = try SQLiteLoginStore(path: path)
            #expect(try await again.session(scene.session)?.user == scene.user)
            try again.close()
        }
    }
}
