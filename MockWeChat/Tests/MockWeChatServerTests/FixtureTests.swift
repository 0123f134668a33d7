import Foundation
import MockWeChatWorld
import NIOHTTP1
import Testing

/// `Fixtures/WeChat`: what the mock sends has to be what the files say.
@Suite struct FixtureTests {
    @Test(arguments: WireCase.all)
    func `the mock sends the bytes of the fixture`(wireCase: WireCase) async throws {
        let recording = ProcessInfo.processInfo.environment["RECORD"] == "1"
        let messages = try wireCase.messages()
        let answers = Recorder()
        try await withMock { mock async throws in
            for request in stride(from: 0, to: messages.count, by: 2).map({ messages[$0] }) {
                let answer = try await mock.call(wire: request, after: answers.all)
                answers.add(answer.bytes)
                answers.addHead(answer.head)
            }
        }
        let sent = zip(answers.heads, answers.all).map { head, body in
            "\(head)\n\(String(decoding: body, as: UTF8.self))"
        }
        let written = stride(from: 1, to: messages.count, by: 2).map { messages[$0] }
        if recording {
            try wireCase.write(messages, answers: sent)
            Issue.record("recorded \(wireCase.name)")
        } else {
            #expect(sent == written)
        }
    }

    @Test func `there are fixtures`() {
        #expect(WireCase.all.count >= 10)
    }
}

extension MockCaller {
    /// Sends a request as a fixture writes it.
    func call(wire: String, after answers: [[UInt8]]) async throws -> MockAnswer {
        let parts = wire.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let words = try #require(parts.first?.split(separator: "\n").first).split(separator: " ")
        let method = HTTPMethod(rawValue: String(words[0]))
        var target = String(words[1])
        for (index, answer) in answers.enumerated() {
            for member in JSON(parsing: answer)?.members ?? [] {
                guard let value = member.value.string else { continue }
                target = target.replacing("{{\(index + 1).\(member.name)}}", with: value)
            }
        }
        let body = parts.count > 1 ? Array(parts[1].utf8) : []
        return try await call(method, target, body: body.isEmpty ? nil : body)
    }
}

extension MockAnswer {
    /// The first line and the fields that a client looks at, as a fixture writes them.
    var head: String {
        """
        HTTP/1.1 \(status) OK
        Content-Type: \(contentType ?? "")
        Content-Length: \(headers.first(name: "content-length") ?? "")

        """
    }
}
