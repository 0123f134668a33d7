import FakePhone
import Testing

struct ConformanceTests {
    private static let cast = "cast: { laptop: browser, alice: { phone: alice } }"

    private func story(_ name: String, _ steps: String, _ more: String = "") throws -> Scenario {
        try Scenario(
            yaml: """
                name: \(name)
                adversary: { threat: T05, wants: "a | login" }
                \(more)
                \(Self.cast)
                steps:
                \(steps)
                """,
            file: "\(name).yaml"
        )
    }

    private func stories() throws -> [Scenario] {
        [
            try story("refused", "  - laptop: session\n    expect: refused"),
            try story("granted", "  - laptop: open\n    expect: refused"),
            try story("lost", "  - laptop: complete\n  - laptop: session\n    expect: refused"),
            try story(
                "elsewhere",
                "  - laptop: open\n    expect: refused",
                "server: { settings: { LAUNCH_POLICY: strict } }"
            ),
        ]
    }

    @Test func `each adversary has a verdict, and what was gained`() async throws {
        let outcome = try await Conformance(ModelServers().runner()).judge(stories())
        #expect(outcome.isHonestWell)
        #expect(
            outcome.findings.map(\.verdict.name)
                == ["held", "got_through", "not_that_far", "does_not_apply"]
        )
        #expect(
            [outcome.held, outcome.gotThrough, outcome.notThatFar, outcome.doesNotApply]
                == [1, 1, 1, 1]
        )
        let report = ConformanceReport(outcome, adapter: .scanLogin)
        #expect(
            report.lines == [
                "T05  refused    held",
                "T05  granted    GOT THROUGH: a | login (laptop opens an attempt: 200)",
                "T05  lost       did not get that far: laptop completes the login: "
                    + "expected success, got 403 no_attempt",
                "T05  elsewhere  does not apply: needs a login server of its own: "
                    + "fake-phone run --start FOLDER",
                "4 adversaries: 1 held, 1 got through, 1 did not get that far, 1 do not apply",
            ]
        )
        let json = try #require(JSONValue(report.json))
        #expect(json["got_through"] == 1)
        #expect(json["adversaries"]?.array?[1]["got"] == "200")
        #expect(report.markdown.contains("| T05 | granted | GOT THROUGH: a \\| login"))
        #expect(report.markdown.contains("laptop -> login-server  POST /attempt  200"))
    }

    @Test func `without an honest login nobody is judged`() async throws {
        let outcome = try await Conformance(ModelServers(.namesAnotherUser).runner())
            .judge(stories())
        #expect(!outcome.isHonestWell)
        #expect(outcome.findings.isEmpty)
        let report = ConformanceReport(outcome, adapter: .scanLogin)
        #expect(
            report.lines.first
                == "the honest login fails at 'laptop completes the login': the adapter "
                + "'scan-login' or the server is wrong"
        )
        #expect(report.lines.contains { $0.contains("expected: the user of alice") })
        #expect(report.markdown.contains("Nothing was judged"))
        #expect(JSONValue(report.json)?["honest_login"] == false)
    }

    @Test func `of a run that was stopped nothing is claimed`() async throws {
        let runner = try ModelServers().runner()
        let story = try story("granted", "  - laptop: open\n    expect: refused")
        let result = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await runner.run(story)
        }.value
        let finding = Conformance.Finding(story, result)
        #expect(finding.verdict == .notPlayed)
        let honest = try await Conformance(runner).judge([]).honest
        let report = ConformanceReport(
            .init(honest: honest, findings: [finding]),
            adapter: .scanLogin
        )
        #expect(
            report.lines == [
                "T05  granted  not played: the run was stopped",
                "1 adversaries: 0 held, 0 got through, 0 did not get that far, 0 do not apply, "
                    + "1 were not played",
            ]
        )
        #expect(JSONValue(report.json)?["not_played"] == 1)
    }

    @Test func `a long attack is told by its end`() async throws {
        let steps = String(repeating: "  - laptop: open\n", count: 40)
        let outcome = try await Conformance(ModelServers().runner())
            .judge([story("long", steps + "  - laptop: open\n    expect: refused")])
        let page = ConformanceReport(outcome, adapter: .scanLogin).markdown
        #expect(page.contains("… 29 exchanges before\n"))
        #expect(page.split(separator: "\n").count { $0.contains("POST /attempt") } == 12)
    }
}
