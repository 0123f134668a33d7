import Foundation

/// Columns that hold JSON.
enum JSONColumn {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// - Throws: `UnreadableRow` with the column's name: what a decoder says may show what is in it.
    static func value<Value: Decodable>(
        _ type: Value.Type = Value.self,
        in text: String,
        named column: String
    ) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw UnreadableRow(column: column)
        }
    }
}
