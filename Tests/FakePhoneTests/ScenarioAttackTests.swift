import FakePhone
import Testing

/// The words that adversaries' stories are written in.
struct ScenarioAttackTests {
    private func play(
        _ steps: String,
        _ servers: ModelServers = ModelServers()
    ) async throws -> ScenarioResult {
        let yaml = """
            adversary: { threat: T07, wants: to be somebody else }
            cast:
              laptop: browser
              evil: browser
              tab: { tab_of: laptop }
              alice: { phone: alice }
              mallory: { phone: mallory }
            steps:
              - laptop: open
              - alice: scan
                of: laptop
            \(steps)
            """
        return try await servers.runner().run(try Scenario(yaml: yaml, file: "attack.yaml"))
    }

    private func failure(_ result: ScenarioResult) throws -> ScenarioResult.Failure {
        guard case .failed(let failure) = result.outcome else {
            Issue.record("\(result.outcome)")
            throw CancellationError()
        }
        return failure
    }

    @Test func `borrowed variables go out in place of one's own`() async throws {
        let result = try await play(
            """
              - alice: ignore
                for_s: 1
              - mallory: confirm
                borrow: { scene: laptop, nonce: alice, bearer: alice }
            """
        )
        #expect(result.outcome == .passed)
        let said = result.exchanges.last { $0.what == "POST /mp/confirm" }
        #expect(said?.from == "mallory")
    }

    @Test func `a borrowed scene alone is refused, and that is what was expected`() async throws {
        let result = try await play(
            """
              - mallory: login
              - mallory: confirm
                borrow: { scene: laptop, nonce: alice }
                expect: refused
              - mallory: scan
                of: laptop
                expect: { refused: true }
            """
        )
        #expect(result.outcome == .passed)
    }

    @Test func `what should have been refused and was not has got through`() async throws {
        let failure = try failure(
            try await play(
                """
                  - alice: confirm
                    expect: refused
                """
            )
        )
        #expect(failure.gotThrough)
        #expect(failure.expected == "a refusal")
        #expect(failure.got == "200")
    }

    @Test func `a step of an attack that fails on its way has not got through`() async throws {
        let failure = try failure(
            try await play(
                """
                  - mallory: confirm
                    expect: { status: 200 }
                    borrow: { nonce: laptop }
                """
            )
        )
        #expect(!failure.gotThrough)
        #expect(failure.expected == "laptop to have a nonce that can be borrowed")
    }

    @Test func `a login of somebody where nobody should be has got through`() async throws {
        let failure = try failure(
            try await play(
                """
                  - alice: confirm
                  - laptop: complete
                  - evil: session
                    expect: { user: nobody }
                  - laptop: session
                    expect: { user: nobody }
                """
            )
        )
        #expect(failure.gotThrough)
        #expect(failure.step == 6)
        #expect(failure.got.hasPrefix("user "))
    }

    @Test func `a replay sends the same bytes again, and nothing before anything was sent`()
        async throws
    {
        let result = try await play(
            """
              - mallory: replay
                of: alice
                only: /mp/session
                expect: refused
            """
        )
        #expect(result.outcome == .passed)
        let sessions = result.exchanges.filter { $0.what == "POST /mp/session" }
        #expect(sessions.map(\.from) == ["alice", "mallory"])
        #expect(
            sessions.map { $0.details.filter { $0.hasPrefix("> {") } }.reduce(into: Set()) {
                $0.insert($1)
            }.count == 1
        )
        let nothing = try failure(
            try await play(
                """
                  - mallory: replay
                    of: evil
                    expect: refused
                """
            )
        )
        #expect(nothing.expected == "something that evil has sent")
        #expect(!nothing.gotThrough)
    }

    @Test func `a foreign origin and forged members go out as written`() async throws {
        let result = try await play(
            """
              - evil: open
                origin: https://evil.example
                expect: { status: 403, error: csrf }
              - alice: confirm
                forge: { role: ADMIN, nonce: 7 }
                expect: refused
            """
        )
        #expect(result.outcome == .passed)
        let details = result.exchanges.flatMap(\.details)
        #expect(details.contains("> Origin: https://evil.example"))
        #expect(details.contains { $0.contains(#""role":"ADMIN""#) && $0.contains(#""nonce":7"#) })
    }

    @Test func `a raw request has its variables put in`() async throws {
        let result = try await play(
            """
              - evil: request
                method: POST
                path: /mp/confirm
                fields: { Authorization: "Bearer {bearer}" }
                body: '{"scene":"{scene}","nonce":"{nonce}"}'
                borrow: { bearer: alice, scene: laptop, nonce: alice }
                expect: { status: 409, error: too_fast }
            """
        )
        #expect(result.outcome == .passed)
    }

    @Test func `guesses go on until one hits`() async throws {
        let result = try await play(
            """
              - mallory: guess
                times: 30
                expect: refused
            """
        )
        #expect(result.outcome == .passed)
        let guesses = result.exchanges.filter { $0.from == "mallory" && $0.what == "POST /mp/scan" }
        #expect(guesses.count == 30)
    }

    // MARK: What came of it

    @Test func `a step that may fail leaves it to a later one what came of it`() async throws {
        let result = try await play(
            """
              - mallory: scan
                of: laptop
                may_fail: true
              - mallory: confirm
                may_fail: true
              - evil: watch
                may_fail: true
              - laptop: complete
                expect: { user: [alice, nobody] }
            """
        )
        #expect(result.outcome == .passed)
        #expect(result.steps == 6)
    }

    @Test func `a step that may fail is left out when there is nothing to do it with`() async throws
    {
        let steps = "  - mallory: confirm\n  - laptop: session\n    expect: { user: nobody }"
        let failure = try failure(try await play(steps))
        #expect(failure.got == "mallory has scanned nothing yet")
        let leftOut = try await play(
            steps.replacing("confirm\n", with: "confirm\n    may_fail: true\n")
        )
        #expect(leftOut.outcome == .passed)
    }

    @Test func `of several users that may be logged in another one has got through`() async throws {
        let steps = """
              - mallory: login
              - alice: confirm
              - laptop: complete
                expect: { user: [mallory, nobody] }
            """
        let failure = try failure(try await play(steps))
        #expect(failure.gotThrough)
        #expect(failure.expected == "the user of mallory, user-mallory, or nobody")
        #expect(failure.got == "user user-alice")
        let allowed = try await play(steps.replacing("[mallory,", with: "[mallory, alice,"))
        #expect(allowed.outcome == .passed)
    }

    @Test(arguments: ["expect: refused", "expect: { user: nobody }", "may_fail: true"])
    func `a server that is busy or broken has refused nobody`(_ expectation: String) async throws {
        let failure = try failure(
            try await play(
                """
                  - wechat: fault
                    endpoint: "*"
                    count: 1
                  - evil: open
                    \(expectation)
                """
            )
        )
        #expect(!failure.gotThrough)
        #expect(
            failure.got == "503 wechat_unavailable, which says that the server is busy or broken"
        )
    }

    @Test func `a wrong number can be typed where none is shown, by an adversary alone`()
        async throws
    {
        let steps = "  - alice: confirm\n    number: wrong of laptop"
        #expect(try await play(steps).outcome == .passed)
        let honest = try failure(try await play(steps.replacing("wrong of", with: "of")))
        #expect(honest.expected == "laptop to show a number")
    }

    @Test func `a text that must not be in an answer is looked for in all of it`() async throws {
        let failure = try failure(
            try await play("  - laptop: look\n    expect: { lacks: [nothing, scanned] }")
        )
        #expect(failure.gotThrough)
        #expect(failure.expected == "an answer without 'scanned'")
        #expect(
            try await play("  - laptop: look\n    expect: { lacks: [nothing] }").outcome == .passed
        )
    }

    @Test func `a replay of an operation sends no other, and what it takes is judged`() async throws
    {
        let story = try Scenario(
            yaml: """
                adversary: { threat: T24, wants: a session }
                cast: { laptop: browser, evil: browser, alice: { phone: alice } }
                steps:
                  - laptop: open
                  - alice: scan
                    of: laptop
                  - alice: confirm
                  - laptop: complete
                  - laptop: session
                  - laptop: logout
                  - evil: replay
                    of: laptop
                    only: session
                    expect: { user: nobody }
                """,
            file: "replay.yaml"
        )
        var runner = try ModelServers().runner()
        let result = await runner.run(story)
        #expect(result.outcome == .passed)
        #expect(result.exchanges.filter { $0.from == "evil" }.map(\.what) == ["GET /session"])
        // A design that says elsewhere who is logged in, and goes on saying it.
        runner.adapter = try Adapter(
            yaml: Adapter.scanLoginText.replacing(
                "path: /session\n    take: { userid: data.user.userid? }",
                with: "path: /login\n    success: { status: 200 }\n"
                    + "    take: { userid: { header: X-User } }"
            ),
            file: "a.yaml"
        )
        let servers = ModelServers(.tellsUserInAField)
        runner = try servers.runner(runner.adapter)
        #expect(try failure(await runner.run(story)).got == "user somebody")
    }

    @Test func `a forged member can be somebody's variable`() async throws {
        let result = try await play(
            """
              - mallory: login
              - mallory: confirm
                borrow: { scene: laptop, userid: alice }
                forge: { userid: "{userid}", note: "for {userid}", role: "{x}" }
                may_fail: true
            """
        )
        #expect(result.outcome == .passed)
        let said = result.exchanges.last { $0.from == "mallory" }?.details.joined() ?? ""
        #expect(said.contains(#""userid":"user-alice""#))
        #expect(said.contains(#""note":"for user-alice""#))
        #expect(said.contains(#""role":"{x}""#))
    }

    @Test func `a call that a design does not have makes the story one that does not apply`()
        async throws
    {
        let steps = """
              - mallory: request
                path: /nowhere
                if_there: true
                may_fail: true
            """
        let result = try await play(steps, ModelServers(.answersEverything))
        #expect(result.outcome == .skipped("the design has no GET /nowhere"))
    }

    @Test func `guesses that were refused before the guesser was throttled count`() async throws {
        let result = try await play(
            "  - mallory: guess\n    times: 30\n    expect: refused",
            ModelServers(.throttlesGuesses)
        )
        #expect(result.outcome == .passed)
    }

    // MARK: At the same time

    @Test func `of two at once one wins, and the winner's cookies stay`() async throws {
        let result = try await play(
            """
              - alice: confirm
              - together:
                  - laptop: complete
                  - laptop: complete
                wins: 1
                expect_one: { status: 409, error: already_completed }
              - laptop: session
                expect: { user: alice }
              - tab: session
                expect: { user: alice }
            """
        )
        #expect(result.outcome == .passed)
    }

    @Test func `two winners where one was allowed is a failure`() async throws {
        let failure = try failure(
            try await play(
                """
                  - together:
                      - laptop: look
                      - tab: look
                    wins: 1
                    attack: true
                """
            )
        )
        #expect(failure.expected == "1 of 2 to succeed")
        #expect(failure.got == "2: 200, 200")
        #expect(failure.gotThrough)
    }

    @Test func `steps at once are judged each for itself when nobody is to win`() async throws {
        let failure = try failure(
            try await play(
                """
                  - together:
                      - laptop: look
                      - evil: look
                """
            )
        )
        #expect(failure.got == "403 no_attempt")
    }
}
