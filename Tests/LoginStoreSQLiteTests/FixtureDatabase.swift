import Foundation
import LoginDomain
import LoginStore
import LoginStoreSQLite

/// The files of `Fixtures/Databases`, and how those that end in `.sqlite` were made.
enum FixtureDatabase {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Databases")

    /// Puts a fixture where a test may change it.
    static func copy(_ name: String, to path: String) throws {
        let file = folder.appending(path: name)
        if name.hasSuffix(".sql") {
            let raw = try RawDatabase(path: path)
            try raw.execute(try String(contentsOf: file, encoding: .utf8))
            try raw.close()
        } else {
            try FileManager.default.copyItem(atPath: file.path, toPath: path)
        }
        try setMode(0o600, of: path)
    }

    /// A store's life with a row of every kind: seven people, an attempt in each state, one of them
    /// for a website, and two websites with what they were given.
    ///
    /// All of it goes through the store's own calls, so the file is what that version wrote.
    static func fill(_ store: SQLiteLoginStore) async throws {
        let website = try Website()
        try await website.register(store)
        for seed: UInt64 in 1...7 {
            let story = try Story(seed: seed, for: seed == 4 ? website.parked : nil)
            try await story.claim(store)
            try await story.register(store)
            try await story.openPhone(store)
            switch seed {
            case 1:
                try await story.open(store)
            case 2:
                try await story.open(store)
                try await story.scan(store)
            case 3:
                try await story.open(store)
                try await story.scan(store)
                try await story.confirm(store)
            case 4:
                try await story.open(store)
                try await story.scan(store)
                try await story.confirm(store)
                try await story.redeem(store)
                try await store.touchSession(story.session, at: Story.at(99))
                try await website.fill(store, after: story)
            case 5:
                try await story.open(store)
                try await story.scan(store)
                let (token, nonce) = (story.phone.token, story.nonce)
                _ = try await store.updateAttempt(.scene(story.attempt.scene)) {
                    $0.cancel(phone: token, nonce: nonce, at: Story.at(11))
                }
            case 6:
                try await story.open(store)
                _ = try await store.updateAttempt(.scene(story.attempt.scene)) {
                    $0.expire(at: Story.at(120))
                }
            default:
                let before = try Story(seed: 77)
                try await before.open(store)
                try await story.open(store, superseding: before.attempt.cookie)
            }
        }
    }
}
