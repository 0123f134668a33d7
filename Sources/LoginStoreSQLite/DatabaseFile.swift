import Foundation

/// The file of a database: for its owner alone, or refused (T37).
///
/// A network file system is refused. A new file gets the mode 0600 and a new folder 0700 under any umask; SQLite gives the `-wal` and
/// `-shm` files the mode of the database. A folder that is there is the operator's.
enum DatabaseFile {
    /// What is behind the path in the names of the files that a database lives from.
    static let suffixes = ["", "-wal", "-shm", "-journal", "-epoch"]

    /// Makes the file when it is not there, and judges it when it is.
    ///
    /// - Throws: `SQLiteOpenError`, or what Foundation says of the folder.
    static func prepare(_ path: String) throws {
        for suffix in suffixes {
            try judge(path + suffix)
        }
        let files = FileManager.default
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !files.fileExists(atPath: folder) {
            try files.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        try judge(fileSystemOf: folder)
        if !files.fileExists(atPath: path) {
            guard
                files.createFile(
                    atPath: path,
                    contents: nil,
                    attributes: [.posixPermissions: 0o600]
                )
            else {
                throw SQLiteOpenError(
                    "The database \(path) cannot be made: is the folder writable?"
                )
            }
            // createFile asks for a mode and the umask may take bits away; this sets it.
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
    }

    /// Refuses a folder that lies on another machine, as far as the system says so.
    private static func judge(fileSystemOf folder: String) throws(SQLiteOpenError) {
        if let type = NetworkFileSystem.type(of: folder) {
            throw SQLiteOpenError(
                "The folder \(folder) is on a network file system (\(type)), where a database is "
                    + "not safe. Put it on a disk of this machine."
            )
        }
    }

    /// Refuses what somebody else could read, write, or have put there.
    ///
    /// Nothing is refused where there is nothing.
    private static func judge(_ path: String) throws(SQLiteOpenError) {
        // Of a symbolic link, and not of what it points to.
        guard let found = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        switch found[.type] as? FileAttributeType {
        case .typeRegular?:
            break
        case .typeSymbolicLink?:
            throw SQLiteOpenError(
                "The database \(path) is a symbolic link. Give the path of the file itself."
            )
        default:
            throw SQLiteOpenError("The database \(path) is not a file.")
        }
        if let owner = found[.ownerAccountID] as? NSNumber, owner.uint32Value != geteuid() {
            throw SQLiteOpenError("The database \(path) belongs to another user (id \(owner)).")
        }
        if let mode = (found[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 != 0 {
            throw SQLiteOpenError(
                "The database \(path) is open to others. Close it to them: chmod 600 \(path)"
            )
        }
    }
}
