/// A signing key as it is stored: encrypted, with what must be known of it without opening it.
package struct SealedKey: Sendable, Equatable {
    /// Its name, in the head of every token that it signs.
    package var kid: String
    package var publishedAt: Timestamp
    /// Nonce, ciphertext and tag of AES-256-GCM over its PEM.
    package var sealed: [UInt8]

    package init(kid: String, publishedAt: Timestamp, sealed: [UInt8]) {
        self.kid = kid
        self.publishedAt = publishedAt
        self.sealed = sealed
    }

    /// How many there may be: one that signs, one to come, those that retire, and those that are kept for
    /// the sake of hints.
    package static let countMax = 20
}
