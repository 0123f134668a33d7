/// Names a user to websites that speak OpenID Connect: their `sub`.
///
/// Random, and neither the openid nor the `userid`, so that neither can be guessed from the other.
package struct SubjectID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = "s_" + Base64URL.encode(randomBytes(15, using: &dice))
    }

    /// Takes a name back from a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.hasPrefix("s_"), text.utf8.count == 22, Base64URL.isAlphabet(text) else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }
}
