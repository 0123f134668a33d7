import Foundation
import Testing

/// One file under `Fixtures/WeChat`.
struct WireCase: Sendable, CustomTestStringConvertible {
    let name: String

    var testDescription: String { name }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/WeChat")

    static let all: [WireCase] = {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (files ?? []).filter { $0.hasSuffix(".http") }.sorted().map { WireCase(name: $0) }
    }()

    /// Requests at even places, answers at odd ones.
    func messages() throws -> [String] {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        return text.split(separator: "###\n").map { String($0.dropLast()) }
    }

    func write(_ messages: [String], answers: [String]) throws {
        var texts: [String] = []
        for (index, answer) in answers.enumerated() {
            texts += [messages[index * 2], answer]
        }
        let text = texts.joined(separator: "\n###\n") + "\n"
        try text.write(to: Self.folder.appending(path: name), atomically: true, encoding: .utf8)
    }
}
