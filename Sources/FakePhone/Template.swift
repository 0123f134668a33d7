/// A text with variables in it: `/websocket?clientid={scene}`.
///
/// A variable is a name of lower-case letters, digits and `_` in braces; any other brace is text,
/// so JSON needs no escapes.
package struct Template: Sendable, Equatable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The names in it, in the order in which they first occur.
    package var names: [String] {
        var names: [String] = []
        for case .name(let name) in parts where !names.contains(name) { names.append(name) }
        return names
    }

    /// The text with the variables in their places.
    ///
    /// - Parameters:
    ///   - variables: by their names.
    ///   - missing: what stands for a variable without a value; nil leaves its name as it is.
    ///   - inQuery: whether values are percent-encoded, as in a path or a query.
    /// - Returns: the text without its braces.
    package func filled(
        with variables: [String: String],
        missing: String? = nil,
        inQuery: Bool = false
    ) -> String {
        var filled = ""
        for part in parts {
            switch part {
            case .text(let text): filled += text
            case .name(let name):
                let value = variables[name] ?? missing ?? "{\(name)}"
                filled += inQuery ? Self.percentEncoded(value) : value
            }
        }
        return filled
    }

    static func percentEncoded(_ text: String) -> String {
        let plain = Set("-._~".utf8)
        return text.utf8.map { byte in
            let isPlain =
                plain.contains(byte) || (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count < 2 ? "0" : "") + hex
        }
        .joined()
    }

    private enum Part {
        case text(Substring)
        case name(String)
    }

    private var parts: [Part] {
        var parts: [Part] = []
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            parts.append(.text(rest[..<brace]))
            let name = rest[rest.index(after: brace)...].prefix(while: Self.isNameCharacter)
            if !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" {
                parts.append(.name(String(name)))
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                parts.append(.text("{"))
                rest = rest[rest.index(after: brace)...]
            }
        }
        parts.append(.text(rest))
        return parts
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("0"..."9").contains(character) || character == "_"
    }
}
