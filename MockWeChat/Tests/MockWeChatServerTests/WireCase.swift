import Foundation
import Testing

/// One file under `Fixtures/WeChat`.
struct WireCase: Sendable, CustomTestStringConvertible {
    /// The path below the folder, such as `token/success.http`.
    let name: String

    var testDescription: String { name }

    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/WeChat")

    static let all: [WireCase] = {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (files ?? []).filter { $0.hasSuffix(".http") }.sorted().map { WireCase(name: $0) }
    }()

    private func text() throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    /// The lines with `#` at the head of the file, as `# Name: value`.
    func remark(_ name: String) throws -> String? {
        let mark = "# \(name): "
        return try text().split(separator: "\n").prefix { $0.hasPrefix("#") }
            .first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
    }

    /// The ids of the ledger's rules that the file shows.
    func rules() throws -> [String] {
        (try remark("Rule") ?? "").split(separator: ", ").map(String.init)
    }

    /// Requests at even places, answers at odd ones.
    func messages() throws -> [String] {
        var text = try text()[...]
        while text.hasPrefix("# ") {
            text = text[(text.firstIndex(of: "\n") ?? text.startIndex)...].dropFirst()
        }
        return text.split(separator: "###\n").map { String($0.dropLast()) }
    }

    func write(_ messages: [String], answers: [String]) throws {
        let remarks = try text().split(separator: "\n").prefix { $0.hasPrefix("# ") }
        var texts: [String] = []
        for (index, answer) in answers.enumerated() {
            texts += [messages[index * 2], answer]
        }
        let text =
            remarks.joined(separator: "\n") + "\n" + texts.joined(separator: "\n###\n") + "\n"
        try text.write(
            to: Self.folder.appending(path: name),
            atomically: true,
            encoding: .utf8
        )
    }
}
