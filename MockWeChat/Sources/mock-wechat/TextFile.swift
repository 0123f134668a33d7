import ArgumentParser
import Foundation
import MockWeChatWorld

/// Files that people write for the mock.
enum TextFile {
    /// Reads a file and understands it; a wrong one ends the program with one line that names the place.
    static func read<Value>(
        _ path: String,
        _ understand: (String) throws(DescriptionError) -> Value
    ) throws -> Value {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            Console.complain("mock-wechat: \(path): expected a file of text in UTF-8")
            throw ExitCode.failure
        }
        do throws(DescriptionError) {
            return try understand(text)
        } catch {
            let place = error.place.map { ":\($0.line):\($0.column)" } ?? ""
            Console.complain("mock-wechat: \(path)\(place): \(error.detail)")
            throw ExitCode.failure
        }
    }
}
