import FakePhone
import Foundation
import Synchronization
import Testing

struct ScenarioRunnerTests {
    /// The scenarios of the house, by their path from this file.
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Scenarios").path

    private static let short = """
        cast:
          laptop: browser
          alice: { phone: alice }
        steps:
          - laptop: open
          - laptop: watch
          - laptop: sees
            state: created
          - alice: scan
            of: laptop
          - laptop: sees
            state: scanned
          - alice: confirm
          - laptop: sees
            state: confirmed
          - laptop: saw
            states: [created, scanned, confirmed]
          - laptop: complete
            expect: { user: alice }
        """

    private func play(
        _ yaml: String,
        _ servers: ModelServers = ModelServers()
    ) async throws -> ScenarioResult {
        try await servers.runner().run(try Scenario(yaml: yaml, file: "story.yaml"))
    }

    private func failure(_ result: ScenarioResult) throws -> ScenarioResult.Failure {
        guard case .failed(let failure) = result.outcome else {
            Issue.record("\(result.outcome)")
            throw CancellationError()
        }
        return failure
    }

    @Test(
        arguments: [
            "cancelled-on-the-phone", "happy-path", "second-phone-refused",
            "token-expired-in-the-middle", "wechat-busy-twice-then-well",
        ])
    func `each scenario of the house passes against the model`(_ name: String) async throws {
        let servers = ModelServers()
        let scenarios = try ScenarioFiles.load(["\(Self.folder)/\(name).yaml"])
        #expect(scenarios.map(\.name) == [name])
        let result = try await servers.runner().run(try #require(scenarios.first))
        #expect(result.outcome == .passed)
        #expect(servers.faults.isEmpty)
        #expect(servers.openWatches == 0)
    }

    @Test func `the house has many scenarios and no file that is wrong`() throws {
        #expect(try ScenarioFiles.load([Self.folder]).count >= 6)
    }

    @Test func `a confirm waits as long as a person reads`() async throws {
        let servers = ModelServers()
        let result = try await play(Self.short, servers)
        #expect(result.outcome == .passed)
        #expect(servers.time.now == .milliseconds(800))
    }

    @Test func `a confirm at once is refused as too fast`() async throws {
        let result = try await play(
            Self.short.replacingOccurrences(
                of: "- alice: confirm",
                with: "- alice: confirm\n    after_ms: 0"
            )
        )
        let failure = try failure(result)
        #expect(failure.expected == "success")
        #expect(failure.got == "409 too_fast")
        #expect(failure.line == 13)
    }

    @Test func `a wrong push fails the step that waited for another`() async throws {
        let failure = try failure(try await play(Self.short, ModelServers(.pushesTheWrongState)))
        #expect(failure.expected == "push created")
        #expect(failure.got == "push confirmed, seq 1")
    }

    @Test func `a gap in the numbers of the pushes is noticed`() async throws {
        let failure = try failure(try await play(Self.short, ModelServers(.skipsASequenceNumber)))
        #expect(failure.sentence.hasPrefix("laptop was told in all"))
        #expect(failure.got == "1, 3, 5")
    }

    @Test func `a login as somebody else is noticed`() async throws {
        let failure = try failure(try await play(Self.short, ModelServers(.namesAnotherUser)))
        #expect(failure.expected.hasPrefix("the user of alice"))
    }

    @Test func `refusals that differ by a byte are noticed`() async throws {
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser, alice: { phone: alice }, bob: { phone: bob } }
                steps:
                  - laptop: open
                  - alice: scan
                    of: laptop
                  - bob: scan
                    of: laptop
                    expect: { status: 410 }
                    keep_body: refusal
                  - bob: guess
                    expect: { body_as: refusal, status: 410 }
                """,
                ModelServers(.differsInRefusals)
            )
        )
        #expect(failure.expected.contains(#""msg":"no""#))
        #expect(failure.got.contains(#""msg":"unknown""#))
    }

    @Test func `a refusal without Retry-After fails an opening that would try again`() async throws
    {
        let servers = ModelServers(.forgetsRetryAfter)
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser }
                steps:
                  - wechat: fault
                    endpoint: /wxa/getwxacodeunlimit
                    errcode: -1
                    count: 1
                  - laptop: open
                    tries: 3
                """,
                servers
            )
        )
        #expect(failure.expected.hasPrefix("Retry-After"))
        #expect(servers.faults.isEmpty)
    }

    @Test func `an opening gives up after its tries`() async throws {
        let servers = ModelServers()
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser }
                steps:
                  - wechat: fault
                    endpoint: /wxa/getwxacodeunlimit
                    errcode: -1
                    count: 9
                  - laptop: open
                    tries: 3
                """,
                servers
            )
        )
        #expect(failure.got == "503 wechat_unavailable")
        #expect(servers.time.now == .seconds(6))
    }

    /// A story that waits for a code to expire.
    private static let slow = """
        cast: { laptop: browser }
        steps:
          - laptop: open
          - laptop: watch
          - laptop: sees
            state: created
          - laptop: sees
            state: expired
        """

    @Test func `a slow scenario is skipped when asked`() async throws {
        var runner = try ModelServers().runner()
        runner.skipSlow = .seconds(10)
        let result = await runner.run(try Scenario(yaml: Self.slow, file: "slow.yaml"))
        #expect(
            result.outcome
                == .skipped(
                    "would wait 120 s for a code to expire, longer than --skip-slow 10"
                )
        )
    }

    @Test func `a wait for expiry goes on as long as the code lives`() async throws {
        let servers = ModelServers(sceneSeconds: 42)
        let lines = Mutex<[String]>([])
        let scenario = try Scenario(yaml: Self.slow, file: "slow.yaml")
        let result = try await servers.runner().run(scenario) { event in
            guard case .progress(let line) = event else { return }
            lines.withLock { $0.append(line) }
        }
        #expect(result.outcome == .passed)
        #expect(
            lines.withLock(\.first) == "laptop waits for expired: 5.0 s of at most 52.0 s"
        )
    }

    @Test func `a scenario that needs short codes is skipped where they are long`() async throws {
        let result = try await play(
            """
            needs: { scene_seconds_max: 10 }
            cast: { laptop: browser }
            steps:
              - laptop: open
            """
        )
        guard case .skipped(let why) = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(why.contains("SCAN_LOGIN_LIFETIMES_SCENE_SECONDS"))
    }

    @Test func `a push that never comes fails after its patience`() async throws {
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser }
                steps:
                  - laptop: open
                  - laptop: watch
                  - laptop: sees
                    state: created
                  - laptop: sees
                    state: scanned
                    within_s: 12
                """
            )
        )
        #expect(failure.got == "nothing within 12.0 s")
    }

    @Test func `a watch without an attempt is an answer that can be expected`() async throws {
        let result = try await play(
            """
            cast: { laptop: browser }
            steps:
              - laptop: watch
                expect: { status: 403 }
            """
        )
        #expect(result.outcome == .passed)
    }

    @Test func `a scan without a picture fails and says so`() async throws {
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser, alice: { phone: alice } }
                steps:
                  - alice: scan
                    of: laptop
                """
            )
        )
        #expect(failure.got == "laptop shows no such picture")
    }

    @Test func `a failure carries the last exchanges with their secrets shortened`() async throws {
        let failure = try failure(
            try await play(
                """
                cast: { laptop: browser, alice: { phone: alice } }
                steps:
                  - laptop: open
                  - alice: scan
                    of: laptop
                    expect: { status: 410 }
                """
            )
        )
        let text = Transcript.explanation(failure).joined(separator: "\n")
        #expect(text.contains("POST /mp/scan"))
        #expect(text.contains("> Authorization: Bearer toke… ("))
        #expect(!text.contains("-0123456789"))
    }

    @Test func `the first server that does not answer is named`() async throws {
        #expect(try await ModelServers().runner().problem() == nil)
    }
}
