import Foundation
import LoginStore

/// Which file was opened, to notice when it is no longer the one under its name (T43).
///
/// SQLite goes on with a file that somebody deleted, and all that is then acknowledged is gone with
/// the process.
struct OpenedFile: Sendable {
    private let path: String
    private let device: dev_t
    private let number: ino_t

    init(_ path: String) throws(SQLiteOpenError) {
        var found = stat()
        guard stat(path, &found) == 0 else {
            throw SQLiteOpenError("The database \(path) is gone.")
        }
        self.path = path
        device = found.st_dev
        number = found.st_ino
    }

    func check() throws(LoginStoreError) {
        var found = stat()
        guard stat(path, &found) == 0, found.st_dev == device, found.st_ino == number else {
            throw .unavailable("the database file is gone or was replaced")
        }
    }
}
