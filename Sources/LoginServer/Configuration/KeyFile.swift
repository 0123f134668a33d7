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

    /// - Returns: nil where there is no such file.
    /// - Throws: `Flaw` when others could read it, or when it holds no key.
    package func read() throws(Flaw) -> KeySeal? {
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
        if try keyFile.read() == nil, mode == .production { throw keyFile.isMissing }
    }
}
