import FakePhone
import Foundation
import Testing

struct ScenarioReportTests {
    private static let folder = ScenarioRunnerTests.folder

    @Test func `the schema in the folder is the one that the verbs make`() throws {
        let file = try String(
            contentsOfFile: "\(Self.folder)/scenario.schema.json",
            encoding: .utf8
        )
        // Written anew by: fake-phone schema > Fixtures/Scenarios/scenario.schema.json
        #expect(file == ScenarioSchema.text + "\n")
    }

    @Test func `every broken file is refused at the line that it names, and nothing else is`()
        throws
    {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(Self.folder)/broken")
        #expect(names.count >= 10)
        for name in names.sorted() {
            let path = "\(Self.folder)/broken/\(name)"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let wanted = try #require(text.firstMatch(of: /# wrong at line (\d+)/)?.1)
            do {
                _ = try Scenario.read(yaml: text, file: name)
                Issue.record("\(name) is taken")
            } catch {
                #expect(error.all.map { String($0.line) } == [String(wanted)], "\(error)")
            }
        }
    }

    @Test func `the broken files are no scenarios of the folder above`() throws {
        let scenarios = try ScenarioFiles.load([Self.folder])
        #expect(!scenarios.contains { $0.file.contains("broken") })
    }

    @Test func `JSON says what happened, with secrets shortened`() async throws {
        let scenario = try Scenario(
            yaml: """
                name: "a \\"quote\\""
                cast: { laptop: browser, alice: { phone: alice } }
                steps:
                  - laptop: open
                  - alice: scan
                    of: laptop
                  - laptop: session
                """,
            file: "f.yaml"
        )
        let result = await (try ModelServers().runner()).run(scenario)
        let report = JSONReport([result], seed: UInt64.max)
        let json = try #require(JSONValue(report.bytes))
        #expect(json["seed"] == "18446744073709551615")
        #expect(json["failed"] == 1)
        let story = try #require(json["scenarios"]?.array?.first)
        #expect(story["name"] == #"a "quote""#)
        #expect(story["outcome"] == "failed")
        #expect(story["failure"]?["step"] == 3)
        #expect(story["failure"]?["line"] == 7)
        #expect(story["failure"]?["got"] == "401 no_session")
        #expect((story["exchanges"]?.array ?? []).count == 6)
        let text = String(decoding: report.bytes, as: UTF8.self)
        #expect(text.contains("POST /mp/session"))
        #expect(!text.contains("-0123456789"))
    }
}
