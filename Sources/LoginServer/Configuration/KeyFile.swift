import Foundation
package import OpenIDConnect

/// The file with the key that signing keys are encrypted under: outside of the data folder, so that no
/// copy of that folder can sign (T22, T36).
package struct KeyFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Beside the folder of the database: what copies the one does not copy the other.
    package init(besideFolderOf database: String) {
        let folder = URL(fileURLWithPath: database).deletingLastPathComponent().standardized.path
        self.init(path: "\(folder).key")
    }

    /// What is wrong with it, in a sentence for the operator.
    package struct Flaw: Error, Sendable, Equatable, CustomStringConvertible {
        package var description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// - Parameter reader: Who may own it: the user that this program runs as.
    /// - Returns: nil where there is no such file.
    /// - Throws: `Flaw` when it is another user's, when others could read it, or when it holds no key.
    package func read(as reader: UInt32 = geteuid()) throws(Flaw) -> KeySeal? {
        var found = stat()
        guard stat(path, &found) == 0 else {
            if errno == ENOENT { return nil }
            throw flaw("cannot be read: \(String(cString: strerror(errno)))")
        }
        guard found.st_mode & S_IFMT == S_IFREG else { throw flaw("is not a file") }
        guard found.st_mode & 0o077 == 0 else {
            throw Flaw(
                description: "The key file \(path) is open to others. Close it to them: chmod 600 "
                    + path
            )
        }
        guard isOwned(found, by: reader) else {
            throw Flaw(
                description: "The key file \(path) is another user's (\(found.st_uid)), who could "
                    + "change it. Run this as that user, or take the file: chown \(reader) \(path)"
            )
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw flaw("cannot be read: is it this user's?")
        }
        guard let seal = KeySeal(keyFile: String(decoding: bytes.prefix(1024), as: UTF8.self))
        else {
            throw Flaw(
                description: "The key file \(path) must hold 32 bytes as hexadecimal digits or "
                    + "base64, as 'openssl rand -hex 32' prints them. Nothing was changed."
            )
        }
        return seal
    }

    private func isOwned(_ found: stat, by reader: UInt32) -> Bool {
        found.st_uid == reader
    }

    /// Looks where it lies: what copies the data folder must not copy the key with it.
    ///
    /// Links are followed, in the file's path and in the database's.
    ///
    /// - Parameter database: The path of the database.
    /// - Throws: `Flaw` when it lies in the folder of the database, or below.
    package func judgePlace(besides database: String) throws(Flaw) {
        let folder = Self.resolved(
            URL(fileURLWithPath: database).deletingLastPathComponent().path
        )
        guard isInside(folder) else { return }
        throw Flaw(
            description: "The key file \(path) lies in the data folder \(folder): a copy of the "
                + "folder could sign. Move it out, and give its new place as SCAN_LOGIN_KEY_FILE."
        )
    }

    private func isInside(_ folder: String) -> Bool {
        Self.resolved(path).hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// The path without links; where the last part is not there yet, that of its folder with it.
    private static func resolved(_ path: String) -> String {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        if let real = realpath(url.path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard url.path != "/" else { return "/" }
        let above = resolved(url.deletingLastPathComponent().path)
        return (above == "/" ? "" : above) + "/" + url.lastPathComponent
    }

    /// What the operator must do first: make it.
    package var isMissing: Flaw {
        Flaw(
            description: "The key file \(path) does not exist. Make it: "
                + "(umask 077; openssl rand -hex 32 > \(path))"
        )
    }

    /// Makes the file, which must not be there, for its owner alone under any umask.
    package func make(
        using dice: inout some RandomNumberGenerator
    ) throws(Flaw) -> KeySeal {
        let text = KeySeal.keyFile(using: &dice)
        guard let seal = KeySeal(keyFile: text) else { preconditionFailure("it was just made") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Flaw(
                description: "The key file \(path) cannot be made: \(Self.reason). Give another "
                    + "place as SCAN_LOGIN_KEY_FILE."
            )
        }
        defer { close(descriptor) }
        fchmod(descriptor, 0o600)
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else {
            unlink(path)
            throw flaw("cannot be written: \(Self.reason)")
        }
        return seal
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private func flaw(_ what: String) -> Flaw {
        Flaw(description: "The key file \(path) \(what).")
    }
}

extension Settings {
    /// Looks at the key file before anything starts; a developer's may be made later.
    package func judgeKeyFile() throws(KeyFile.Flaw) {
        try keyFile.judgePlace(besides: database)
        if try keyFile.read() == nil, mode == .production { throw keyFile.isMissing }
    }
}
