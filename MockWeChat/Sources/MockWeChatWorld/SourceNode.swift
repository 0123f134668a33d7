/// A value of a description before it is understood, with the place where it stands.
///
/// World files are YAML, the control plane speaks JSON; both become this, so that one reader
/// understands both and an error can name the line.
struct SourceNode: Sendable {
    indirect enum Kind: Sendable {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        case list([SourceNode])
        case map([Member])
    }

    struct Member: Sendable {
        let name: String
        let place: SourcePlace?
        let value: SourceNode
    }

    let kind: Kind
    let place: SourcePlace?
    /// A YAML scalar as it is written: `secret: 123` means the text `123`.
    let written: String?
}

extension SourceNode {
    /// A JSON value; it has no place.
    init(_ json: JSON) {
        place = nil
        written = nil
        switch json {
        case .null: kind = .null
        case .bool(let bool): kind = .bool(bool)
        case .integer(let integer): kind = .integer(integer)
        case .number(let number): kind = .number(number)
        case .string(let string): kind = .text(string)
        case .array(let elements): kind = .list(elements.map { SourceNode($0) })
        case .object(let members):
            kind = .map(
                members.map { Member(name: $0.name, place: nil, value: SourceNode($0.value)) }
            )
        }
    }
}
