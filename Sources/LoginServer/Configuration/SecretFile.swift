import Foundation

/// A file that holds a secret.
enum SecretFile {
    /// What an operator should know of one that others can read or write; nil for the rest (T36).
    ///
    /// No refusal: what mounts such files often gives them modes of its own.
    static func warning(_ path: String, _ what: String) -> String? {
        var found = stat()
        guard stat(path, &found) == 0, found.st_mode & S_IFMT == S_IFREG,
            found.st_mode & 0o066 != 0
        else { return nil }
        return "\(what) \(path) is open to others. Close it to them: chmod 600 \(path)"
    }
}
