import ArgumentParser
import Foundation
import LoginStoreSQLite

/// Copies the database into one file.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies the database into one file, also while it is being served.",
        discussion: """
            The copy is checked before it gets its name. To restore it, stop the server, delete \
            the files whose names end in -wal and -shm, and copy the file back: at the next start \
            a new epoch begins, and logins under way are over.
            """
    )

    @OptionGroup var options: DatabaseOptions

    @Flag(help: "Replace a file of that name.")
    var replace = false

    @Argument(help: "The file to write.")
    var file: String

    func run() async throws {
        umask(0o077)
        let database = try await options.path()
        if !FileManager.default.fileExists(atPath: database) {
            say("There was no database at \(database) yet; the copy is of an empty one.")
        }
        do {
            let bytes = try SQLiteBackup.write(of: database, to: file, replacing: replace)
            print("\(file): \(bytes) bytes, checked")
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
    }
}
