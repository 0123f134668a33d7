import Foundation
import LoginDomain
import LoginStore
import LoginStoreSQLite
import Testing

/// Where a backup may be written: never over a file that the database lives from.
struct BackupTargetTests {
    @Test(arguments: ["", "-wal", "-shm", "-journal", "-epoch"], [true, false])
    func `T38: a backup never takes the place of a file of the database`(
        suffix: String,
        isThere: Bool
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let story = try Story()
            let (store, _) = try serve(path)
            try await story.logIn(store)
            let target = path + suffix
            // A journal is there while somebody else writes; the others are there anyway.
            if isThere, suffix == "-journal" {
                try Data().write(to: URL(filePath: target))
                try setMode(0o600, of: target)
            }
            let before = inode(of: target)
            #expect(refusal(of: path, to: target) == Self.sentence(target))
            #expect(inode(of: target) == before)
            try? FileManager.default.removeItem(atPath: path + "-journal")
            #expect(try await store.session(story.session)?.user == story.user)
            try store.close()
        }
    }

    @Test(arguments: ["", "-wal", "-shm", "-epoch"])
    func `T38: a backup sees through other names of a file of the database`(
        suffix: String
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (store, _) = try serve(path)
            try await Story().logIn(store)
            let names = ["\(folder)/linked", "\(folder)/./login.sqlite\(suffix)"]
            #expect(link(path + suffix, names[0]) == 0)
            for name in names {
                #expect(refusal(of: path, to: name) == Self.sentence(name))
            }
            // The folder by another name, and a file that is not there yet.
            let alias = "\(folder)/alias"
            try FileManager.default.createSymbolicLink(
                atPath: alias,
                withDestinationPath: folder
            )
            for end in [suffix, "-journal"] {
                let name = "\(alias)/login.sqlite\(end)"
                #expect(refusal(of: path, to: name) == Self.sentence(name))
                #expect(refusal(of: "\(alias)/login.sqlite", to: path + end) != nil)
            }
            try store.close()
        }
    }

    @Test func `a folder that is not there and a target that is no file are named`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try serve(path).store.close()
            #expect(
                refusal(of: path, to: "\(folder)/nodir/b.sqlite")
                    == "The folder \(folder)/nodir is not there. Make it, or choose another."
            )
            for isReplacing in [true, false] {
                #expect(
                    refusal(of: path, to: "/dev/full", replacing: isReplacing)
                        == "/dev/full is not a file. Choose another name."
                )
            }
            #expect(try !names(in: folder).contains { $0.contains("partial") })
        }
    }

    private static func sentence(_ target: String) -> String {
        "\(target) belongs to the database. Choose another name."
    }

    /// The sentence with which a target is refused; nil when the copy was written.
    private func refusal(of path: String, to target: String, replacing: Bool = true) -> String? {
        do {
            try SQLiteBackup.write(of: path, to: target, replacing: replacing)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func inode(of path: String) -> ino_t? {
        var found = stat()
        return stat(path, &found) == 0 ? found.st_ino : nil
    }
}
