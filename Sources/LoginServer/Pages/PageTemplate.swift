/// HTML with places to fill in.
///
/// `{{key}}` becomes the value of the key, escaped for HTML text and quoted attributes.
/// `{{#key}}…{{/key}}` stays when the key has a value, `{{^key}}…{{/key}}` when it has none.
/// There is no way to fill in HTML, so no value can become markup.
struct PageTemplate: Sendable {
    private indirect enum Part: Sendable {
        case text(Substring)
        case value(key: String)
        case section(key: String, whenPresent: Bool, parts: [Part])
    }

    private let parts: [Part]

    /// Every key that is mentioned, in order.
    let keys: [String]

    /// Reads a template.
    ///
    /// A mark that is not closed counts as text. The pages' own templates are looked through by a
    /// test, so that what is written wrong shows there.
    init(_ source: String) {
        var reader = Reader(rest: source[...])
        parts = reader.parts(until: nil)
        keys = reader.keys
    }

    init(_ bytes: [UInt8]) {
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// The template with its values filled in; a value that is missing leaves nothing.
    func render(_ value: (String) -> String?) -> String {
        var result = ""
        Self.render(parts, value, escape: Self.escaped, into: &result)
        return result
    }

    /// The same without escaping, for a sentence that goes into another template as a value.
    func renderSentence(_ value: (String) -> String?) -> String {
        var result = ""
        Self.render(parts, value, escape: { $0 }, into: &result)
        return result
    }

    private static func render(
        _ parts: [Part],
        _ value: (String) -> String?,
        escape: (String) -> String,
        into result: inout String
    ) {
        for part in parts {
            switch part {
            case .text(let text):
                result += text
            case .value(let key):
                result += escape(value(key) ?? "")
            case .section(let key, let whenPresent, let parts):
                if (value(key) != nil) == whenPresent {
                    render(parts, value, escape: escape, into: &result)
                }
            }
        }
    }

    /// The text with everything replaced that means something in HTML text or in quotes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // The HTML standard has no way to write this one.
            case "\0": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private struct Reader {
        var rest: Substring
        var keys: [String] = []

        mutating func parts(until end: String?) -> [Part] {
            var parts: [Part] = []
            while let (before, mark) = nextMark() {
                parts.append(.text(before))
                let key = String(mark.drop { "#^/".contains($0) })
                switch mark.first {
                case "/":
                    if key == end { return parts }
                case "#", "^":
                    keys.append(key)
                    let inner = self.parts(until: key)
                    parts.append(.section(key: key, whenPresent: mark.first == "#", parts: inner))
                default:
                    keys.append(key)
                    parts.append(.value(key: key))
                }
            }
            parts.append(.text(rest))
            rest = ""
            return parts
        }

        private mutating func nextMark() -> (before: Substring, mark: Substring)? {
            guard let open = rest.firstRange(of: "{{"),
                let close = rest[open.upperBound...].firstRange(of: "}}")
            else { return nil }
            let found = (rest[..<open.lowerBound], rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
            return found
        }
    }
}
