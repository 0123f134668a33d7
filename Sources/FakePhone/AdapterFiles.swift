internal import Foundation

extension Adapter {
    /// Reads an adapter file.
    ///
    /// - Throws: one clear line.
    package static func load(_ path: String) throws(AdapterFileError) -> Adapter {
        guard FileManager.default.fileExists(atPath: path) else {
            throw AdapterFileError(description: "\(path): no such file")
        }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)
        else { throw AdapterFileError(description: "\(path): cannot be read as UTF-8 text") }
        do {
            return try Adapter(yaml: text, file: path)
        } catch {
            throw AdapterFileError(description: error.description)
        }
    }
}

/// Why an adapter file cannot be used, in one line.
package struct AdapterFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
