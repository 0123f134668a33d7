import Foundation
import LoginStore
import Synchronization

/// The small file beside a database that is being served, `…-epoch`: it is locked for as long as the
/// server lives, and says how far the database has come (T38).
///
/// Whoever puts an older database in place of the served one leaves this file behind, which then
/// knows of more changes than the database has. It is written after each commit and is not waited
/// for: after a power cut it may know of fewer, which means nothing.
///
/// The lock is flock(2)'s: it ends with the process, also by `kill -9`, and has nothing to do with
/// SQLite's own locks, so that operators' commands go on beside it.
final class EpochMark: Sendable {
    /// What the file says.
    struct Reading: Equatable {
        var epoch: Int64
        var changes: Int64
    }

    private let path: String
    /// Open, or nil once it has been closed.
    private let descriptor: Mutex<Int32?>

    static func path(of database: String) -> String { database + "-epoch" }

    /// Takes the lock and keeps it.
    ///
    /// - Throws: `SQLiteOpenError` when somebody has it, or when the file cannot be.
    init(database: String) throws(SQLiteOpenError) {
        path = Self.path(of: database)
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteOpenError(
                "The file \(path) cannot be opened: \(String(cString: strerror(errno)))."
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.text(descriptor).split(separator: " ").dropFirst(2).first
                .flatMap { Int32($0) }
            close(descriptor)
            throw SQLiteOpenError(
                "Another login-server serves the database \(database)"
                    + "\(holder.map { " (process \($0))" } ?? ""). Stop it first, or give this one "
                    + "a database of its own."
            )
        }
        guard Self.isOf(descriptor, path) else {
            close(descriptor)
            throw SQLiteOpenError("The file \(path) was replaced at this moment. Start again.")
        }
        // The umask may have taken bits away from the mode, and a file that was there has its own.
        fchmod(descriptor, 0o600)
        self.descriptor = Mutex(descriptor)
    }

    /// Whether some process holds the lock of a database.
    static func isHeld(database: String) -> Bool {
        let descriptor = open(path(of: database), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    deinit {
        descriptor.withLock { descriptor in
            if let descriptor { _ = close(descriptor) }
        }
    }

    /// Fails once the locked file is no longer the one under its name: then another server may hold
    /// the lock of the new one, and this one must write nothing more.
    func check() throws(LoginStoreError) {
        // Closed, it is the database's turn to fail.
        let isLost = descriptor.withLock { $0.map { !Self.isOf($0, path) } ?? false }
        if isLost {
            throw .unavailable("the -epoch file with the lock of this server is gone or was replaced")
        }
    }

    /// Whether an open file is the one under a path.
    private static func isOf(_ descriptor: Int32, _ path: String) -> Bool {
        var (opened, there) = (stat(), stat())
        return fstat(descriptor, &opened) == 0 && lstat(path, &there) == 0
            && opened.st_ino == there.st_ino && opened.st_dev == there.st_dev
    }

    /// What the file says; nil when it is new or cannot be understood.
    func read() -> Reading? {
        let text = descriptor.withLock { $0.map(Self.text) } ?? ""
        let numbers = text.split(separator: " ").map { Int64($0) }
        guard numbers.count == 3, let epoch = numbers[0], let changes = numbers[1],
            numbers[2] != nil, text.utf8.count == Self.length - 1
        else { return nil }
        return Reading(epoch: epoch, changes: changes)
    }

    /// Writes how far the database has come.
    ///
    /// A failure is passed over: the file then knows of fewer changes, which means nothing.
    func write(epoch: Int64, changes: Int64) {
        let line = Array(Self.line(epoch, changes).utf8)
        descriptor.withLock { descriptor in
            guard let descriptor else { return }
            _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    /// Waits until what was written is on the disk.
    func synchronize() {
        descriptor.withLock { descriptor in
            if let descriptor { _ = fsync(descriptor) }
        }
    }

    /// Gives the lock back.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { _ = close(open) }
            descriptor = nil
        }
    }

    /// Every line is as long as every other: it is overwritten in place, and is whole at any moment.
    private static let length = 20 + 1 + 20 + 1 + 10 + 1

    private static func line(_ epoch: Int64, _ changes: Int64) -> String {
        func padded(_ number: Int64, to width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return [padded(epoch, to: 20), padded(changes, to: 20), padded(Int64(getpid()), to: 10)]
            .joined(separator: " ") + "\n"
    }

    private static func text(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: length)
        let count = bytes.withUnsafeMutableBytes {
            pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .trimmingCharacters(in: .newlines)
    }
}
