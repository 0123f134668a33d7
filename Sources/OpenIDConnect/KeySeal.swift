internal import Crypto
internal import Foundation
package import LoginDomain

/// Seals signing keys for their rows and opens them again: AES-256-GCM under the 32 bytes of a key file,
/// which lies outside of the database (T36).
///
/// A key's name is authenticated with it: no row can pass for another. It prints nothing.
package struct KeySeal: Sendable, CustomStringConvertible, CustomReflectable {
    /// It was sealed under another key file, or a byte has changed since.
    package struct Broken: Error, Sendable, Equatable {}

    package static let bytesCount = 32
    private static let nonceBytesCount = 12

    private let key: SymmetricKey

    /// - Returns: nil unless there are `bytesCount` bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.bytesCount else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Reads a key file: 32 bytes as 64 hexadecimal digits or as base64, as
    /// `openssl rand -hex 32` and `openssl rand -base64 32` print them.
    ///
    /// - Returns: nil for anything else; a password that somebody thought of is no key.
    package init?(keyFile text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let bytes: [UInt8]?
        if text.utf8.count == Self.bytesCount * 2 {
            bytes = Self.bytes(hex: text)
        } else {
            bytes = Data(base64Encoded: text).map(Array.init)
        }
        guard let bytes else { return nil }
        self.init(bytes: bytes)
    }

    /// Draws the text of a new key file.
    package static func keyFile(using dice: inout some RandomNumberGenerator) -> String {
        let digits = randomBytes(bytesCount, using: &dice).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return digits.joined() + "\n"
    }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Seals a PEM file's text, under a nonce drawn from the dice.
    package func seal(
        pem: String,
        publishedAt: Timestamp,
        using dice: inout some RandomNumberGenerator
    ) throws(SigningKey.Flaw) -> SealedKey {
        let kid = try SigningKey(pem: pem).kid
        let nonce = randomBytes(Self.nonceBytesCount, using: &dice)
        guard
            let box = try? AES.GCM.seal(
                Array(pem.utf8),
                using: key,
                nonce: AES.GCM.Nonce(data: nonce),
                authenticating: Array(kid.utf8)
            ),
            let sealed = box.combined
        else { preconditionFailure("a nonce has 12 bytes, and a key 32") }
        return SealedKey(kid: kid, publishedAt: publishedAt, sealed: Array(sealed))
    }

    package func open(_ row: SealedKey) throws(Broken) -> SigningKey {
        guard let box = try? AES.GCM.SealedBox(combined: row.sealed),
            let pem = try? AES.GCM.open(box, using: key, authenticating: Array(row.kid.utf8)),
            let opened = try? SigningKey(pem: String(decoding: pem, as: UTF8.self))
        else { throw Broken() }
        return opened
    }

    private static func bytes(hex text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
