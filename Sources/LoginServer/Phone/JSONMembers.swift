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
    /// - Throws: `malformed` for what is not one JSON object, `unknownMember` for a member that is
    ///   not in `known`, and then for the first in alphabetical order.
    init(_ bytes: [UInt8], known: [String]) throws(EdgeError) {
        guard !bytes.isEmpty else {
            throw .malformed("The body is empty; this call takes a JSON object.")
        }
        guard let members = try? JSONDecoder().decode([String: Member].self, from: Data(bytes))
        else { throw .malformed("The body is not a JSON object.") }
        if let unknown = members.keys.filter({ !known.contains($0) }).min() {
            throw .unknownMember(String(unknown.prefix(40)))
        }
        self.members = members
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
}
