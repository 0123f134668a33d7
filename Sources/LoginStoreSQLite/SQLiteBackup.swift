import Foundation
import GRDB

/// A copy of a database in one file, taken while it is being served.
///
/// The copy is for its owner alone, whole, and judged by SQLite before it gets its name. It says of
/// itself that it is a copy: put in place of the database, it begins a new epoch (T38).
package enum SQLiteBackup {
    /// Copies the database.
    ///
    /// A file that has the name already stays, unless it is to be replaced, and then the new one
    /// takes its place in one step.
    /// - Returns: the size of the copy, in bytes.
    /// - Throws: `SQLiteOpenError` with a sentence for the operator; then there is no new file.
    @discardableResult
    package static func write(
        of database: String,
        to target: String,
        replacing: Bool
    ) throws(SQLiteOpenError) -> Int {
        do {
            if !FileManager.default.fileExists(atPath: database) {
                try SQLiteLoginStore(path: database).close()
            }
            try DatabaseFile.prepare(database)
            try judge(target, replacing, database)
            let partial = "\(target).partial-\(getpid())"
            defer { for suffix in ["", "-journal"] { unlink(partial + suffix) } }
            try create(partial)
            try copy(database, to: partial)
            return try publish(partial, as: target, replacing)
        } catch let error as SQLiteOpenError {
            throw error
        } catch {
            throw SQLiteOpenError("The database \(database) cannot be copied: \(error)")
        }
    }

    private static func judge(
        _ target: String,
        _ replacing: Bool,
        _ database: String
    ) throws(SQLiteOpenError) {
        let place = Self.place(of: target)
        for suffix in DatabaseFile.suffixes {
            let own = database + suffix
            if place == Self.place(of: own) || isSameFile(target, own) {
                throw SQLiteOpenError("\(target) belongs to the database. Choose another name.")
            }
        }
        var there = stat()
        guard lstat(target, &there) == 0 else {
            let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
            guard FileManager.default.fileExists(atPath: folder) else {
                throw SQLiteOpenError(
                    "The folder \(folder) is not there. Make it, or choose another."
                )
            }
            return
        }
        guard there.st_mode & S_IFMT == S_IFREG else {
            throw SQLiteOpenError("\(target) is not a file. Choose another name.")
        }
        guard replacing else {
            throw SQLiteOpenError(
                "\(target) is there already. Choose another name, or --replace it."
            )
        }
    }

    /// A path with its folder by its real name: the file itself need not be there.
    private static func place(of path: String) -> String {
        let file = URL(fileURLWithPath: path)
        guard let folder = realpath(file.deletingLastPathComponent().path, nil) else {
            return file.standardized.path
        }
        defer { free(folder) }
        return "\(String(cString: folder))/\(file.lastPathComponent)"
    }

    /// Whether two names are of one file; not so where nothing is there.
    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return stat(one, &first) == 0 && stat(other, &second) == 0
            && first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }

    /// Makes the file before SQLite does, so that nobody else can read it at any moment (T37).
    private static func create(_ path: String) throws(SQLiteOpenError) {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteOpenError(
                "\(path) cannot be made: \(String(cString: strerror(errno)))."
            )
        }
        fchmod(descriptor, 0o600)
        close(descriptor)
    }

    private static func copy(_ database: String, to partial: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(SQLiteLoginStore.busyTimeoutSeconds)
        let source = try DatabaseQueue(path: database, configuration: configuration)
        let copy = try DatabaseQueue(path: partial)
        try source.backup(to: copy)
        try source.close()
        try copy.writeWithoutTransaction { db in
            // One file, with nothing beside it.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            if try db.tableExists("ledger") {
                try db.execute(sql: "UPDATE ledger SET epoch = ?", arguments: [Ledger.copied])
            }
            let flaws = try String.fetchAll(db, sql: "PRAGMA integrity_check")
            guard flaws == ["ok"] else {
                throw SQLiteOpenError(
                    "The copy is not whole, and so the database \(database) is not: "
                        + flaws.prefix(3).joined(separator: "; ")
                )
            }
        }
        try copy.close()
    }

    private static func publish(
        _ partial: String,
        as target: String,
        _ replacing: Bool
    ) throws(SQLiteOpenError) -> Int {
        let descriptor = open(partial, O_RDONLY | O_CLOEXEC)
        var found = stat()
        let isOnDisk = descriptor >= 0 && fsync(descriptor) == 0 && fstat(descriptor, &found) == 0
        if descriptor >= 0 { close(descriptor) }
        // link(2) does not replace what has come meanwhile; rename(2) does.
        let isNamed = isOnDisk && (replacing ? rename(partial, target) : link(partial, target)) == 0
        guard isNamed else {
            throw SQLiteOpenError(
                "\(target) cannot be written: \(String(cString: strerror(errno)))."
            )
        }
        return Int(found.st_size)
    }
}
