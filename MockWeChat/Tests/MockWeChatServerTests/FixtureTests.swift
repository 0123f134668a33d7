import CodePicture
import Crypto
import Foundation
import MockWeChatServer
import MockWeChatWorld
import NIOHTTP1
import Testing

/// `Fixtures/WeChat`: what the mock sends has to be what the files say.
@Suite struct FixtureTests {
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"

    @Test(arguments: WireCase.all)
    func `the mock sends the bytes of the fixture`(wireCase: WireCase) async throws {
        let messages = try wireCase.messages()
        let answers = Recorder()
        let switches = try wireCase.remark("Switches")
        let world = try Self.world(switches: switches)
        let settings = MockWeChatSettings(publicURL: "http://api.weixin.qq.com")
        func change(_ description: inout WorldDescription) {
            description.switches = world.switches
        }
        try await withMock(settings: settings, change: change) { mock async throws in
            for request in stride(from: 0, to: messages.count, by: 2).map({ messages[$0] }) {
                let answer = try await mock.call(wire: request, after: answers.all)
                answers.add(answer.bytes)
                answers.addHead(answer.written)
            }
        }
        let written = stride(from: 1, to: messages.count, by: 2).map { messages[$0] }
        if Self.isRecording {
            try wireCase.write(messages, answers: answers.heads)
            Issue.record("recorded \(wireCase.name)")
        } else {
            #expect(answers.heads == written)
        }
    }

    @Test func `every rule of the ledger has a fixture and every fixture a rule`() throws {
        var covered: Set<String> = []
        for wireCase in WireCase.all {
            let rules = try wireCase.rules()
            #expect(!rules.isEmpty, "\(wireCase.name) names no rule")
            for rule in rules {
                #expect(Ledger.rules.contains { $0.id == rule }, "\(wireCase.name): \(rule)")
            }
            covered.formUnion(rules)
        }
        for rule in Ledger.rules {
            #expect(covered.contains(rule.id), "no fixture shows \(rule.id)")
        }
    }

    @Test func `a fixture names the source that the ledger has`() throws {
        for wireCase in WireCase.all {
            let rules = try wireCase.rules()
            let sources = Set(
                Ledger.rules.filter { rules.contains($0.id) }.map { "\($0.source), \($0.date)" }
            )
            #expect(
                try wireCase.remark("Source") == sources.sorted().joined(separator: "; "),
                "\(wireCase.name)"
            )
        }
    }

    @Test func `the table of coverage is what the fixtures say`() throws {
        var lines = [
            "| rule | grade | fixtures |", "| --- | --- | --- |",
        ]
        for rule in Ledger.rules {
            let files = try WireCase.all.filter { try $0.rules().contains(rule.id) }.map {
                "[\($0.name)](\($0.name))"
            }
            lines.append(
                "| `\(rule.id)` | \(rule.grade.rawValue) | \(files.joined(separator: ", ")) |"
            )
        }
        let table = """
            # Which rule of the ledger has which fixture

            Made by `RECORD=1 swift test --filter FixtureTests`; a test holds it to the files.

            \(lines.joined(separator: "\n"))

            """
        let file = WireCase.folder.appending(path: "COVERAGE.md")
        if Self.isRecording {
            try table.write(to: file, atomically: true, encoding: .utf8)
            Issue.record("recorded the table")
        } else {
            #expect(try String(contentsOf: file, encoding: .utf8) == table)
        }
    }

    /// The default world with other switches, written as in a world file.
    private static func world(switches: String?) throws -> WorldDescription {
        guard let switches else { return .standard }
        let yaml = "apps: [{ appid: a, secret: s }]\nswitches: \(switches)\n"
        return try WorldDescription(yaml: yaml)
    }
}

extension MockCaller {
    /// Sends a request as a fixture writes it.
    func call(wire: String, after answers: [[UInt8]]) async throws -> MockAnswer {
        let wire = Self.filled(wire, from: answers)
        let parts = wire.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = try #require(parts.first).split(separator: "\n")
        let words = try #require(lines.first).split(separator: " ")
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            let field = line.split(separator: ":", maxSplits: 1)
            headers.add(name: String(field[0]), value: String(field[1].drop { $0 == " " }))
        }
        let body = parts.count > 1 ? Array(parts[1].utf8) : []
        return try await call(
            HTTPMethod(rawValue: String(words[0])),
            String(words[1]),
            body: body.isEmpty ? nil : body,
            headers: headers
        )
    }

    /// `{{2.code}}` is the member `code` of the second answer, `{{2.rid}}` the request id in its errmsg,
    /// `{{2.hmac}}` the signature that its session_key makes.
    private static func filled(_ wire: String, from answers: [[UInt8]]) -> String {
        var wire = wire
        for (index, answer) in answers.enumerated() where wire.contains("{{\(index + 1).") {
            for member in JSON(parsing: answer)?.members ?? [] {
                guard let value = member.value.string else { continue }
                wire = wire.replacing("{{\(index + 1).\(member.name)}}", with: value)
                if member.name == "errmsg", let rid = value.split(separator: "rid: ").last {
                    wire = wire.replacing("{{\(index + 1).rid}}", with: rid)
                }
                if member.name == "session_key" {
                    let key = SymmetricKey(data: Array(value.utf8))
                    let code = HMAC<SHA256>.authenticationCode(for: [UInt8](), using: key)
                    let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                    wire = wire.replacing("{{\(index + 1).hmac}}", with: hex)
                }
            }
        }
        return wire
    }
}

extension MockAnswer {
    /// The answer as a fixture writes it: the first line, the fields a client looks at, the body.
    ///
    /// The bytes of a picture depend on the version of zlib, so its size stands for them.
    var written: String {
        var body = text
        var length = headers.first(name: "content-length") ?? ""
        if let picture = try? PNG.decode(bytes, pixelsMax: 4_000_000) {
            let ground = picture[0, 0].w == 0 ? "transparent" : "white"
            body = "{{a PNG of \(picture.width) x \(picture.height), \(ground)}}"
            length = "{{its length}}"
        }
        let extra = headers.first(name: "num-used").map { "Num-Used: \($0)\n" } ?? ""
        return """
            HTTP/1.1 \(status) OK
            Content-Type: \(contentType ?? "")
            Content-Length: \(length)
            \(extra)
            \(body)
            """
    }
}
