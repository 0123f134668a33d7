import LoginDomain

/// The parts of a text that could be a secret, or one of its parts.
enum SecretWords {
    /// The letters of the shortest secret, a scene.
    static let lettersMin = 24

    static func words(of bytes: [UInt8]) -> [String] {
        bytes.split { Base64URL.value(of: $0) == nil }
            .filter { $0.count >= lettersMin }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

// No secret stands in a log line (I20), whether it was given away before the line was written or after it.
extension ModelState {
    /// The most words of log lines that are remembered; then they are forgotten, all at once.
    private static let loggedMost = 50_000

    /// Somebody knows a secret.
    mutating func know(secret text: String, _ what: String, at now: Int64) {
        for word in SecretWords.words(of: Array(text.utf8)) {
            secretWords.insert(word)
            if loggedWords.contains(word) {
                violate("I20", "the \(what) \(word.short) was logged before it was given", at: now)
            }
        }
    }

    /// Words were logged that could be secrets.
    mutating func logged(_ words: [String], at now: Int64) {
        if loggedWords.count >= Self.loggedMost { loggedWords = [] }
        for word in words {
            loggedWords.insert(word)
            if secretWords.contains(word) { violate("I20", "a secret was logged", at: now) }
        }
    }
}
