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
    /// `mounts` is the system's table of them; nil asks it.
    /// - Throws: `SQLiteOpenError`, or what Foundation says of the file.
    static func prepare(_ path: String, mounts: String? = nil) throws {
        for suffix in suffixes {
            try judge(path + suffix)
        }
        try judgeJournal(of: path)
        let files = FileManager.default
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !files.fileExists(atPath: folder) {
            do {
                try files.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                let reason = ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue
                throw SQLiteOpenError(
                    "The database \(path) cannot be made: its folder \(folder) is not there and "
                        + "cannot be made (\(String(cString: strerror(reason ?? errno))))."
                )
            }
        }
        try judge(fileSystemOf: folder, mounts)
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

    /// Refuses a backup beside the journal of another database, which SQLite would replay over it: the
    /// restore would be undone without a word (T38).
    ///
    /// A backup is not in WAL mode, as its header says (sqlite.org/fileformat2.html, bytes 18 and
    /// 19). SQLite changes the header before it writes a journal, so such a file has none of its own.
    private static func judgeJournal(of path: String) throws(SQLiteOpenError) {
        var journal = stat()
        guard stat(path + "-wal", &journal) == 0, journal.st_size > 0 else { return }
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        let count = header.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)),
            header[18] == 1 || header[19] == 1
        else { return }
        throw SQLiteOpenError(
            "\(path) is a backup, and \(path)-wal belongs to the database before it. Delete "
                + "\(path)-wal and \(path)-shm, then start again."
        )
    }

    /// Refuses a folder that lies on another machine, as far as the system says so.
    private static func judge(
        fileSystemOf folder: String,
        _ mounts: String?
    ) throws(SQLiteOpenError) {
        if let type = NetworkFileSystem.type(of: folder, mounts: mounts) {
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
            throw SQLiteOpenError(
                "The database \(path) belongs to another user (id \(owner)). Run this as "
                    + "that user, or chown it."
            )
        }
        if let mode = (found[.posixPermissions] as? NSNumber)?.intValue, mode & 0o077 != 0 {
            throw SQLiteOpenError(
                "The database \(path) is open to others. Close it to them: chmod 600 \(path)"
            )
        }
    }
}
