/// The fields of a request's head in one piece, which the journal can keep cheaply.
package struct HeaderBlock: Sendable, Equatable {
    /// `name:value` and a line end for each field, in the order of the wire.
    private(set) var bytes: [UInt8] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ fields: [HeaderField] = []) {
        bytes.reserveCapacity(192)
        for field in fields { add(field.name, field.value) }
    }

    /// Adds a field; its name is written in lower case.
    package mutating func add(_ name: String, _ value: String) {
        for byte in name.utf8 {
            bytes.append(
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            )
        }
        bytes.append(UInt8(ascii: ":"))
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    var fields: [HeaderField] {
        bytes.split(separator: UInt8(ascii: "\n")).map { line in
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            return HeaderField(
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: line[colon...].dropFirst(), as: UTF8.self)
            )
        }
    }

    /// The first value of a field, by its name in lower case.
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
