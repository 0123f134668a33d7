import Foundation
import TestSupport
import Testing

/// One file under `Fixtures/WeChat`, read as its README says.
struct WireCase: Sendable, CustomTestStringConvertible {
    /// For example `jscode2session/success`.
    let name: String

    var testDescription: String { name }
    /// The name of the case itself, without the folder.
    var title: Substring { name.drop { $0 != "/" }.dropFirst() }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/WeChat")

    static let all: [WireCase] = {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (files ?? []).filter { $0.hasSuffix(".http") }.sorted()
            .map { WireCase(name: String($0.dropLast(5))) }
    }()

    /// A message: its first line, its fields, its body.
    struct Message {
        var line: String
        var fields: [String: String]
        var body: String
    }

    /// Requests at even places, answers at odd ones.
    func messages() throws -> [Message] {
        let file = Self.folder.appending(path: name + ".http")
        var text = try String(contentsOf: file, encoding: .utf8)[...]
        // Remarks about the case.
        while text.hasPrefix("# ") {
            text = text[text.drop { $0 != "\n" }.startIndex...].dropFirst()
        }
        return try text.split(separator: "###\n").map { part in
            let halves = part.dropLast()
                .split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
            let head = try #require(halves.first).split(separator: "\n")
            let fields = head.dropFirst().map { $0.split(separator: ": ", maxSplits: 1) }
            return Message(
                line: String(try #require(head.first)),
                fields: Dictionary(
                    fields.map { (String($0[0]), $0.count > 1 ? String($0[1]) : "") },
                    uniquingKeysWith: { $1 }
                ),
                body: halves.count > 1 ? String(halves[1]) : ""
            )
        }
    }

    /// The last request, with the members of earlier answers put in, and its answer.
    func exchange() throws -> (request: Message, answer: Message) {
        let messages = try messages()
        try #require(messages.count >= 2 && messages.count.isMultiple(of: 2))
        var request = messages[messages.count - 2]
        for index in stride(from: 1, to: messages.count - 2, by: 2) {
            let json = try JSONSerialization.jsonObject(with: Data(messages[index].body.utf8))
            for (member, value) in json as? [String: Any] ?? [:] {
                let mark = "{{\(index / 2 + 1).\(member)}}"
                request.line = request.line.replacing(mark, with: "\(value)")
            }
        }
        return (request, messages[messages.count - 1])
    }

    /// A member of the first answer.
    func prepared(_ member: String) throws -> String {
        let json = try JSONSerialization.jsonObject(with: Data(try messages()[1].body.utf8))
        return try #require((json as? [String: Any])?[member] as? String)
    }
}

extension WireCase.Message {
    /// This answer, as a scripted WeChat gives it.
    func script() throws -> ScriptedWeChat.Script {
        let words = line.split(separator: " ")
        let status = try #require(words.count > 1 ? Int(words[1]) : nil)
        return .answer(status, type: fields["Content-Type"] ?? "", Array(body.utf8))
    }
}
