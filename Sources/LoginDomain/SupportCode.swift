/// What a person reads out to the operator when a login went wrong: ten characters of an attempt's
/// id.
///
/// It opens nothing. Its alphabet has no two characters that look or sound alike: no I, L, O, U.
package struct SupportCode: Hashable, Sendable, CustomStringConvertible {
    /// Ten characters, without the hyphen that `description` puts in the middle.
    package let text: String

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let length = 10

    init(_ id: AttemptID) {
        // The id is base64url: each character is six of its bits. Fifty bits make ten of ours.
        let bits = id.text.utf8.prefix(9).reduce(into: UInt64(0)) { bits, character in
            bits = bits << 6 | UInt64(Base64URL.value(of: character) ?? 0)
        }
        let fifty = bits >> 4
        let letters = (0..<Self.length).map { place in
            Self.alphabet[Int(fifty >> UInt64(5 * (Self.length - 1 - place)) & 31)]
        }
        text = String(decoding: letters, as: UTF8.self)
    }

    /// Takes what somebody typed or read out: any case, with or without the hyphen, and with the
    /// letters that people take for digits; nil when it cannot be one.
    package init?(typed: String) {
        var text = ""
        for character in typed.uppercased() where !"- ".contains(character) {
            switch character {
            case "O": text.append("0")
            case "I", "L": text.append("1")
            case let known where known.utf8.allSatisfy(Self.alphabet.contains): text.append(known)
            default: return nil
            }
        }
        guard text.count == Self.length else { return nil }
        self.text = text
    }

    /// In two halves, as it is shown.
    package var description: String { "\(text.prefix(5))-\(text.suffix(5))" }
}

extension AttemptID {
    package var supportCode: SupportCode { SupportCode(self) }
}

extension Attempt {
    /// What its browser shows when something went wrong, and `login-server timeline` takes.
    package var supportCode: SupportCode { id.supportCode }
}
