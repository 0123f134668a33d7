internal import Foundation

/// JSON that is the same bytes each time: members sorted by name, which are properties in snake case.
enum JSONDocument {
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("what we write has only strings, numbers and booleans")
        }
        return Array(data)
    }
}
