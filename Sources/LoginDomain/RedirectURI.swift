/// An address of a website where a browser may be sent, as it was registered.
///
/// Two are the same when every byte is: no folding of case, no default port, no tolerance for a path
/// or a query (T20, RFC 9700 section 4.1.3).
package struct RedirectURI: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// The host, for people to read: with its port where it has one.
    package let host: String

    package static let bytesMax = 2048

    /// Why an address cannot be registered.
    package enum Flaw: Error, Sendable, Equatable {
        /// No `https://host/…`; `http` goes only to this very machine, and only in development.
        case scheme
        case tooLong
        /// A user or password before the host.
        case userInfo
        case fragment
        case wildcard
        case host
        case port
        /// Something that is not a printable ASCII character of a URI: it must be escaped.
        case character
        /// A step up or on the spot in the path, which browsers resolve before they go there.
        case dotSegment

        /// In words, for the operator.
        package var reason: String {
            switch self {
            case .scheme: "it must begin with https://"
            case .tooLong: "it must not be longer than \(RedirectURI.bytesMax) bytes"
            case .userInfo: "it must not hold a user before an @"
            case .fragment: "it must not have a # fragment"
            case .wildcard: "it must not have a wildcard: every address is registered whole"
            case .host: "its host must be a name or an address in lower case"
            case .port: "its port must be a number from 1 to 65535, and not the scheme's own"
            case .character: "every character must be one of a URI; escape others as %XX"
            case .dotSegment: "its path must not have . or .. as a part"
            }
        }
    }

    /// - Parameters:
    ///   - text: The address.
    ///   - allowsLoopback: Whether `http://127.0.0.1:PORT`, `[::1]` and `localhost` will do: in
    ///     development.
    /// - Throws: The first thing that is wrong.
    package init(registering text: String, allowsLoopback: Bool = false) throws(Flaw) {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "#"): throw .fragment
            case UInt8(ascii: "*"): throw .wildcard
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
                UInt8(ascii: "}"):
                throw .character
            case 0x21...0x7E: break
            default: throw .character
            }
        }
        guard Self.isEscapedSoundly(text.utf8) else { throw .character }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { throw .scheme }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .userInfo }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" }
        guard !path.split(separator: "/").contains(where: Self.isDotSegment) else {
            throw .dotSegment
        }
        let name = try Self.name(in: authority, isSecure: isSecure)
        let isLoopback = ["127.0.0.1", "[::1]", "localhost"].contains(name)
        guard isSecure || (isLoopback && allowsLoopback) else { throw .scheme }
        self.text = text
        self.host = String(authority)
    }

    package var description: String { text }

    /// Whether a text that came from somewhere is this address, byte for byte: Strings are equal, too,
    /// where Unicode holds two letters for one, as K and the sign for kelvin.
    package func isSpelled(_ other: String) -> Bool {
        text.utf8.elementsEqual(other.utf8)
    }

    /// Whether each % begins a %XX.
    private static func isEscapedSoundly(_ bytes: String.UTF8View) -> Bool {
        bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "%") else { return true }
            let digits = bytes[index...].dropFirst().prefix(2)
            return digits.count == 2
                && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
    }

    private static func isDotSegment(_ part: Substring) -> Bool {
        [".", ".."].contains(part.lowercased().replacing("%2e", with: "."))
    }

    /// The host without its port.
    private static func name(
        in authority: Substring,
        isSecure: Bool
    ) throws(Flaw) -> Substring {
        var name = authority
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            name = authority[...end]
            guard name.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" }) else {
                throw .host
            }
        } else {
            name = authority.prefix { $0 != ":" }
            guard isHost(name) else { throw .host }
        }
        let port = authority.dropFirst(name.count)
        guard port.isEmpty || port.first == ":" else { throw .host }
        if !port.isEmpty {
            let digits = port.dropFirst()
            guard let number = UInt16(digits), number > 0, String(number) == digits,
                number != (isSecure ? 443 : 80)
            else { throw .port }
        }
        return name
    }

    /// Labels of letters, digits and hyphens, in lower case, without a point at the end.
    private static func isHost(_ name: Substring) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
    }
}
