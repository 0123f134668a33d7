import Foundation

/// The body of a phone's call: one JSON object with known members and nothing else.
struct JSONMembers {
    private let members: [String: Member]

    /// The kinds of value a call can take.
    ///
    /// Anything else, null too, is of a wrong type.
    private enum Member: Decodable {
        case text(String)
        case number(Double)
        case other

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if (try? value.decode(Bool.self)) == nil,
                let number = try? value.decode(Double.self)
            {
                self = .number(number)
            } else {
                self = .other
            }
        }
    }

    /// Parses a body.
    ///
    /// - Throws: `malformed` for what is not one JSON object or names a member twice,
    ///   `unknownMember` for a member that is not in `known`, and then for the first in alphabetical
    ///   order.
    init(_ bytes: [UInt8], known: [String], depthMax: Int) throws(EdgeError) {
        guard !bytes.isEmpty else {
            throw .malformed("The body is empty; this call takes a JSON object.")
        }
        // Before the decoder, which calls itself once a level (T30).
        guard Self.depth(bytes) <= depthMax else {
            throw .malformed("The body nests deeper than \(depthMax) levels.")
        }
        // The decoder also takes UTF-16 and UTF-32, where there are zero bytes, and looks at the
        // bytes of a text only when it is asked for.
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil,
            let members = try? JSONDecoder().decode([String: Member].self, from: Data(bytes))
        else { throw .malformed("The body is not a JSON object.") }
        if let unknown = members.keys.filter({ !known.contains($0) }).min() {
            throw .unknownMember(String(unknown.prefix(40)))
        }
        // Two readers of one body must not find two different scenes in it.
        guard let count = Self.membersCount(bytes) else {
            throw .malformed("The body is not a JSON object.")
        }
        guard count == members.count else { throw .malformed("The body names a member twice.") }
        self.members = members
    }

    /// How deep brackets nest in bytes that may be no JSON at all.
    private static func depth(_ json: [UInt8]) -> Int {
        var deepest = 0
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in json {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInText: isEscaped = true
            case UInt8(ascii: "\""): isInText.toggle()
            case _ where isInText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }

    /// How many members the outermost object has, counted by their colons, in JSON that the decoder
    /// has found valid; nil where it has let a comma pass that nothing follows.
    private static func membersCount(_ json: [UInt8]) -> Int? {
        var count = 0
        var last: UInt8?
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in json {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                continue
            case UInt8(ascii: "\""):
                isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if last == UInt8(ascii: ",") { return nil }
                depth -= 1
            case UInt8(ascii: ":") where depth == 1:
                count += 1
            default:
                break
            }
            last = byte
        }
        return count
    }

    /// A member that must be there and be text of 1 to `bytesMax` bytes.
    func text(_ name: String, bytesMax: Int) throws(EdgeError) -> String {
        guard let member = members[name] else { throw .malformed("\(name) is missing.") }
        guard case .text(let text) = member else { throw .malformed("\(name) must be text.") }
        guard (1...bytesMax).contains(text.utf8.count) else {
            throw .malformed("\(name) must have 1 to \(bytesMax) bytes.")
        }
        return text
    }

    /// A member that may be missing and else is a whole number from 0 to 9999.
    func wholeNumber(_ name: String) throws(EdgeError) -> Int? {
        guard let member = members[name] else { return nil }
        guard case .number(let number) = member, let whole = Int(exactly: number),
            (0...9999).contains(whole)
        else { throw .malformed("\(name) must be a whole number from 0 to 9999.") }
        return whole
    }

    /// A member that may be missing and else is up to four digits, as a number or as text: a person
    /// typed them.
    func digits(_ name: String) throws(EdgeError) -> Int? {
        guard case .text(let text)? = members[name] else { return try wholeNumber(name) }
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDigits, (1...4).contains(text.utf8.count), let number = Int(text) else {
            throw .malformed("\(name) must be up to four digits.")
        }
        return number
    }

    /// A member that must be there and be text of at most `bytesMax` bytes.
    func possiblyEmptyText(_ name: String, bytesMax: Int) throws(EdgeError) -> String {
        if case .text("")? = members[name] { return "" }
        return try text(name, bytesMax: bytesMax)
    }
}
