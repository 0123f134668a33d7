/// A person's picture, as it is served to websites.
package struct Avatar: Sendable, Equatable {
    package let name: AvatarName
    package let kind: Kind
    package let bytes: [UInt8]

    /// The most bytes a picture may have.
    package static let bytesMax = 512 * 1024

    package enum Kind: String, Sendable, CaseIterable {
        case png = "image/png"
        case jpeg = "image/jpeg"
        case webp = "image/webp"
    }

    /// Takes an uploaded picture; nil unless its first bytes are those of a PNG, JPEG or WebP file.
    ///
    /// What the upload calls itself counts for nothing.
    package init?(name: AvatarName, uploaded bytes: [UInt8]) {
        guard let kind = Self.kind(of: bytes) else { return nil }
        self.init(name: name, kind: kind, bytes: bytes)
    }

    /// Takes a picture back from a row.
    ///
    /// For stores.
    package init(name: AvatarName, kind: Kind, bytes: [UInt8]) {
        self.name = name
        self.kind = kind
        self.bytes = bytes
    }

    /// PNG, section 5.2; ITU T.81, annex B; RFC 9649 section 2.4.
    private static func kind(of bytes: [UInt8]) -> Kind? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.count > 12, bytes.starts(with: "RIFF".utf8),
            bytes[8..<12].elementsEqual("WEBP".utf8)
        {
            return .webp
        }
        return nil
    }
}

/// Names a picture in its address.
///
/// Random, and another one for each picture: so it may be cached for ever, and nobody finds one by
/// guessing.
package struct AvatarName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = Base64URL.encode(randomBytes(18, using: &dice))
    }

    /// Takes a name from an address or a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.utf8.count == 24, Base64URL.isAlphabet(text) else { return nil }
        self.text = text
    }

    /// The path of its address.
    package var path: String { "/avatars/\(text)" }

    package var description: String { text }
}
