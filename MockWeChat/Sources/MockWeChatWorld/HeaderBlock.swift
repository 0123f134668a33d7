/// The fields of a request's head in one piece of text, which the journal can keep cheaply.
package struct HeaderBlock: Sendable, Equatable {
    /// `name: value` and a line end for each field, in the order of the wire.
    private(set) var text = ""

    package init(_ fields: [HeaderField] = []) {
        for field in fields { add(field.name, field.value) }
    }

    /// Adds a field; its name is written in lower case.
    package mutating func add(_ name: String, _ value: String) {
        text += name.lowercased()
        text += ": "
        text += value
        text += "\n"
    }

    var fields: [HeaderField] {
        text.split(separator: "\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return HeaderField(
                String(parts[0]),
                String(parts.count > 1 ? parts[1].dropFirst() : "")
            )
        }
    }

    /// The first value of a field, by its name in lower case.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
