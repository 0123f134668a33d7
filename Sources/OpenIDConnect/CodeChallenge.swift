internal import Crypto
internal import LoginDomain

/// What a client says before it logs somebody in, so that only it can use the code afterwards
/// (RFC 7636).
///
/// S256 alone: `plain` protects from nobody who reads the request.
package struct CodeChallenge: Sendable, Equatable {
    /// The base64url of a SHA-256: 43 characters.
    package let text: String
    private let digest: [UInt8]

    /// Takes `code_challenge`; nil for anything that no SHA-256 becomes.
    package init?(_ text: String) {
        guard text.utf8.count == 43, let digest = Base64URL.decode(text) else { return nil }
        self.text = text
        self.digest = digest
    }

    /// Whether a verifier is the one of this challenge.
    ///
    /// The comparison takes the same time wherever the first difference is.
    package func isMet(by verifier: CodeVerifier) -> Bool {
        SHA256.hash(data: Array(verifier.exposed.utf8)) == digest
    }
}

/// The secret behind a challenge: 43 to 128 of `[A-Za-z0-9-._~]` (RFC 7636 section 4.1).
package struct CodeVerifier: Sendable, CustomStringConvertible, CustomReflectable {
    package static let characters = 43...128

    let exposed: String

    /// Takes `code_verifier`; nil when it breaks the grammar.
    package init?(_ text: String) {
        guard Self.characters.contains(text.utf8.count), text.utf8.allSatisfy(Unreserved.contains)
        else { return nil }
        exposed = text
    }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
