/// The SHA-256 of a secret: what is stored and looked up in its place.
///
/// A copy of the database therefore opens nothing. Equality takes the same time wherever the
/// first difference is (T39).
package struct SecretDigest: Sendable, Hashable {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Takes the 32 bytes of a SHA-256; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    package static func == (left: SecretDigest, right: SecretDigest) -> Bool {
        var difference: UInt8 = 0
        for index in 0..<32 {
            difference |= left.bytes[index] ^ right.bytes[index]
        }
        return difference == 0
    }

    /// All at once: byte by byte it takes many times as long.
    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
