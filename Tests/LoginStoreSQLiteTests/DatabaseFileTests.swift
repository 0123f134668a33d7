import Foundation
import LoginDomain
import LoginStore
import LoginStoreSQLite
import Testing

/// The file itself: who may read it, what lies in it, and what is done with a file that is none.
struct DatabaseFileTests {
    // MARK: - Permissions

    /// Alone, because a process has one umask.
    @Suite(.serialized) struct Permissions {
        @Test(arguments: [0o000, 0o022, 0o027, 0o077] as [mode_t])
        func `T37: files are for their owner alone under any umask`(mask: mode_t) async throws {
            try await withFolder { folder in
                let path = "\(folder)/data/of/logins/login.sqlite"
                let store = try {
                    let before = umask(mask)
                    defer { umask(before) }
                    return try SQLiteLoginStore(path: path)
                }()
                try await Story().logIn(store)
                #expect(
                    try names(in: "\(folder)/data/of/logins")
                        == ["login.sqlite", "login.sqlite-shm", "login.sqlite-wal"]
                )
                for suffix in ["", "-wal", "-shm"] {
                    #expect(try mode(of: path + suffix) == 0o600, "\(suffix)")
                }
                for part in ["data", "data/of", "data/of/logins"] {
                    #expect(try mode(of: "\(folder)/\(part)") == 0o700, "\(part)")
                }
                try store.close()
            }
        }
    }

    @Test func `a folder that is there keeps its mode`() async throws {
        try await withFolder { folder in
            try setMode(0o755, of: folder)
            let store = try SQLiteLoginStore(path: "\(folder)/login.sqlite")
            try store.close()
            #expect(try mode(of: folder) == 0o755)
        }
    }

    @Test(arguments: [0o644, 0o640, 0o660, 0o604, 0o610, 0o601], ["", "-wal", "-shm"])
    func `T37: a file that others may touch is refused, with the cure`(
        mode: Int,
        suffix: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let store = try SQLiteLoginStore(path: path)
            try setMode(mode, of: path + suffix)
            let error = refusal(path)
            #expect(error?.contains("chmod 600 \(path + suffix)") == true, "\(error ?? "opened")")
            #expect(bytes(of: path + suffix) != nil)
            try setMode(0o600, of: path + suffix)
            try SQLiteLoginStore(path: path).close()
            try store.close()
        }
    }

    @Test func `T37: a symbolic link is refused`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try SQLiteLoginStore(path: path).close()
            for target in [path, "\(folder)/nowhere.sqlite"] {
                let link = "\(folder)/link.sqlite"
                try FileManager.default.createSymbolicLink(
                    atPath: link,
                    withDestinationPath: target
                )
                #expect(refusal(link)?.contains("symbolic link") == true)
                try FileManager.default.removeItem(atPath: link)
            }
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/nowhere.sqlite"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func `T37: a file of another user is refused`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try SQLiteLoginStore(path: path).close()
            #expect(chown(path, 65_534, 65_534) == 0)
            #expect(
                refusal(path)
                    == "The database \(path) belongs to another user (id 65534). Run this as that "
                    + "user, or chown it."
            )
        }
    }

    @Test func `a file that was closed holds everything`() async throws {
        try await withFolder { folder in
            let story = try Story()
            let store = try SQLiteLoginStore(path: "\(folder)/login.sqlite")
            try await story.logIn(store)
            try store.close()
            // What an operator does who does not know of journals.
            let copy = "\(folder)/copy.sqlite"
            try FileManager.default.copyItem(atPath: "\(folder)/login.sqlite", toPath: copy)
            let again = try SQLiteLoginStore(path: copy)
            #expect(try await again.session(story.session)?.user == story.user)
            try again.close()
        }
    }

    // MARK: - What is no database

    @Test func `an empty file becomes a database`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try Data().write(to: URL(filePath: path))
            try setMode(0o600, of: path)
            let store = try SQLiteLoginStore(path: path)
            try await Story().logIn(store)
            try store.close()
        }
    }

    @Test func `a file that is no database is refused and stays as it is`() async throws {
        try await withFolder { folder in
            let valid = "\(folder)/valid.sqlite"
            try SQLiteLoginStore(path: valid).close()
            let database = try #require(bytes(of: valid))
            let impostors = [
                Data("My dear diary, ".utf8), Data(repeating: 0xA5, count: 20_000),
                // A database that lost its end, and one whose first page is torn.
                database.prefix(1000), database.prefix(16) + Data(repeating: 0, count: 9000),
            ]
            for (number, impostor) in impostors.enumerated() {
                let path = "\(folder)/\(number)/login.sqlite"
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(number)",
                    withIntermediateDirectories: false
                )
                try impostor.write(to: URL(filePath: path))
                try setMode(0o600, of: path)
                let error = refusal(path)
                #expect(
                    error?.hasPrefix("The database \(path) cannot be opened: ") == true,
                    "\(number): \(error ?? "opened")"
                )
                #expect(
                    error?.hasSuffix(". Restore a backup, or give another path.") == true,
                    "\(number): \(error ?? "opened")"
                )
                #expect(bytes(of: path) == impostor, "\(number)")
                #expect(try names(in: "\(folder)/\(number)") == ["login.sqlite"], "\(number)")
            }
        }
    }

    @Test func `a folder is refused and stays as it is`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let inside = "\(path)/diary.txt"
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            try setMode(0o700, of: path)
            try Data("dear".utf8).write(to: URL(filePath: inside))
            #expect(refusal(path) == "The database \(path) is not a file.")
            #expect(bytes(of: inside) == Data("dear".utf8))
            #expect(try names(in: path) == ["diary.txt"])
        }
    }

    @Test func `a path through a file is refused`() async throws {
        try await withFolder { folder in
            let file = "\(folder)/file"
            try Data("dear".utf8).write(to: URL(filePath: file))
            let path = "\(file)/login.sqlite"
            let error = refusal(path)
            #expect(
                error?.hasPrefix("The database \(path) cannot be ") == true,
                "\(error ?? "opened")"
            )
            #expect(bytes(of: file) == Data("dear".utf8))
            // A folder cannot be made there either.
            let deeper = "\(file)/sub/login.sqlite"
            #expect(
                refusal(deeper)
                    == "The database \(deeper) cannot be made: its folder \(file)/sub is not there "
                    + "and cannot be made (Not a directory)."
            )
        }
    }

    @Test(arguments: ["DELETE", "WAL"])
    func `a database of another program is refused and stays as it is`(
        journal: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/diary.sqlite"
            let raw = try RawDatabase(path: path)
            try raw.execute("PRAGMA journal_mode = \(journal)")
            try raw.execute("CREATE TABLE day (text TEXT); INSERT INTO day VALUES ('dear')")
            try raw.close()
            try setMode(0o600, of: path)
            let before = bytes(of: path)
            let sentence =
                "The database \(path) is a database of another program. Give another path."
            #expect(refusal(path) == sentence)
            #expect {
                try serve(path).store.close()
            } throws: {
                "\($0)" == sentence
            }
            #expect(bytes(of: path) == before)
            #expect(try names(in: folder).contains("diary.sqlite-wal") == false)
        }
    }

    @Test func `a journal that cannot be written is an error and destroys nothing`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let store = try SQLiteLoginStore(path: path)
            try await story.logIn(store)
            try store.close()
            let before = bytes(of: path)
            // Works for root too, whom no mode stops.
            let journal = "\(path)-wal"
            try FileManager.default.removeItem(atPath: journal)
            try FileManager.default.createDirectory(
                atPath: journal,
                withIntermediateDirectories: false
            )
            try setMode(0o700, of: journal)
            let error = refusal(path)
            #expect(error?.hasPrefix("The database \(path)") == true, "\(error ?? "opened")")
            #expect(bytes(of: path) == before)
            try FileManager.default.removeItem(atPath: journal)
            let again = try SQLiteLoginStore(path: path)
            #expect(try await again.session(story.session)?.user == story.user)
            try again.close()
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everything"))
    func `a file that may only be read is an error and destroys nothing`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try SQLiteLoginStore(path: path).close()
            let before = bytes(of: path)
            try setMode(0o400, of: path)
            #expect(refusal(path)?.hasPrefix("The database \(path) cannot be opened: ") == true)
            #expect(bytes(of: path) == before)
        }
    }

    @Test func `a page that is torn is an error and no crash`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let whole = try SQLiteLoginStore(path: path)
            try await story.logIn(whole)
            try whole.close()
            // The schema is on the first page; everything after it is noise.
            let page = 4096
            var torn = try #require(bytes(of: path))
            #expect(torn.count > 4 * page)
            torn.replaceSubrange(page..., with: Data(repeating: 0xA5, count: torn.count - page))
            try torn.write(to: URL(filePath: path))
            try setMode(0o600, of: path)
            do {
                let store = try SQLiteLoginStore(path: path)
                let calls: [() async throws -> Void] = [
                    { _ = try await store.attempt(.cookie(story.attempt.cookie)) },
                    { _ = try await store.session(story.session) },
                    { try await story.claim(store) },
                    { _ = try await store.expireAttempts(at: Story.at(9000), limit: 1) },
                ]
                for call in calls {
                    await #expect(throws: LoginStoreError.self) { try await call() }
                }
                try store.close()
            } catch let error as SQLiteOpenError {
                #expect("\(error)".contains("malformed"))
            }
        }
    }

    @Test func `a journal of nonsense is passed over`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let store = try SQLiteLoginStore(path: path)
            try await story.logIn(store)
            try store.close()
            let journal = "\(path)-wal"
            try Data(repeating: 0xA5, count: 10_000).write(to: URL(filePath: journal))
            try setMode(0o600, of: journal)
            let again = try SQLiteLoginStore(path: path)
            #expect(try await again.session(story.session)?.user == story.user)
            try again.close()
        }
    }

    /// The sentence with which a path is refused; nil when it is opened.
    private func refusal(_ path: String) -> String? {
        do {
            try SQLiteLoginStore(path: path).close()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
