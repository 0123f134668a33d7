import Foundation
import Synchronization
import Testing

@testable import FakePhone

/// Variables, repetition, limits, devices without a net: what is in the language beside verbs.
struct ScenarioLanguageTests {
    private static let cast = "cast: { laptop: browser, alice: { phone: alice } }\n"

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

    private func errors(_ yaml: String) -> [String] {
        do {
            _ = try Scenario.read(yaml: yaml, file: "f.yaml")
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    // MARK: The file

    @Test func `everything that is wrong in a file is said at once`() {
        let places = errors(
            """
            version: 2
            \(Self.cast)colour: red
            steps:
              - laptop: fly
              - alice: scan
              - laptop: open
            """
        ).map { line in String(line.prefix { $0 != " " }) }
        #expect(places == ["f.yaml:1:10:", "f.yaml:3:1:", "f.yaml:5:13:", "f.yaml:6:5:"])
    }

    @Test(
        arguments: [
            (
                "cast: { of: browser }\nsteps: [{ of: open }]",
                "f.yaml:1:9: 'of' is the name of an option, nobody can have it"
            ),
            (
                "cast: { server: browser }\nsteps: [{ server: open }]",
                "f.yaml:1:9: 'server' is the login server and always there"
            ),
            (
                "cast: { tab: { tab_of: laptop } }\nsteps: [{ tab: open }]",
                "f.yaml:1:24: 'tab_of' must name a browser above, not 'laptop'"
            ),
            (
                "cast: { a: { phone: bob }, b: { phone: bob, new: true } }\nsteps: [{ a: login }]",
                "f.yaml:1:40: 'bob' is there already and cannot be new"
            ),
            (
                "repeat: { parallel: 3 }\ncast: { a: browser }\nsteps: [{ a: open }]",
                "f.yaml:1:9: repeat needs 'times'"
            ),
            (
                "server: { settings: { SCAN_LOGIN_PORT: 1 } }\ncast: { a: browser }\n"
                    + "steps: [{ a: open }]",
                "f.yaml:1:23: leave SCAN_LOGIN_ out of 'SCAN_LOGIN_PORT'"
            ),
            (
                "cast: { a: browser }\nsteps: [{ a: open, origin: \"${home}\" }]",
                "f.yaml:2:28: '${home}' is not in vars"
            ),
            (
                "cast: { a: browser, b: { phone: bob } }\nsteps: [{ b: confirm, number: of b }]",
                "f.yaml:2:31: number must be digits, 'of BROWSER' or 'wrong of BROWSER', not 'of b'"
            ),
            (
                "cast: { a: browser }\nsteps: [{ together: [{ wechat: mark }] }]",
                "f.yaml:2:22: together is for browsers and phones of the cast"
            ),
            (
                "cast: { a: browser }\nsteps: [{ a: open, borrow: { scene: eve } }]",
                "f.yaml:2:37: 'scene' must name somebody of the cast, not 'eve'"
            ),
        ])
    func `an impossible file says where and why`(_ yaml: String, _ message: String) {
        #expect(errors(yaml) == [message])
    }

    @Test func `variables stand for their values, and others can be given`() throws {
        let yaml = """
            vars: { tries: 3, home: "https://a.example" }
            \(Self.cast)steps:
              - laptop: open
                tries: "${tries}"
                origin: "${home}/x"
            """
        let own = try Scenario.read(yaml: yaml, file: "f.yaml")
        #expect(own.steps[0].sentence == "laptop opens an attempt, up to 3 tries")
        let given = try Scenario.read(yaml: yaml, file: "f.yaml", values: ["tries": "7", "x": "y"])
        #expect(given.steps[0].sentence == "laptop opens an attempt, up to 7 tries")
    }

    @Test func `a story that changes the mock or needs a server of its own is played alone`()
        throws
    {
        let story = { (top: String, step: String) in
            try Scenario(yaml: "\(top)\(Self.cast)steps:\n  - \(step)\n", file: "f.yaml")
        }
        #expect(try !story("", "laptop: open").isAlone)
        #expect(try story("alone: true\n", "laptop: open").isAlone)
        #expect(try story("", "wechat: mark").isAlone)
        #expect(try story("", "server: restart").needsOwnServer)
        #expect(try story("server: {}\n", "laptop: open").needsOwnServer)
        #expect(try !story("", "wechat: mark").needsOwnServer)
    }

    @Test func `a story with a server of its own is skipped where nobody starts one`() async throws
    {
        let result = try await play("\(Self.cast)steps:\n  - server: kill\n")
        #expect(
            result.outcome
                == .skipped("needs a login server of its own: fake-phone run --start FOLDER")
        )
    }

    @Test func `a lender's servers are used, restarted and given back`() async throws {
        let servers = ModelServers()
        var runner = try servers.runner()
        let log = Mutex<[String]>([])
        let note = { @Sendable (word: String) in log.withLock { $0.append(word) } }
        let stage = Stage(
            login: runner.login,
            weChat: runner.weChat,
            control: ServerControl(
                stop: { note("stop") },
                kill: { note("kill") },
                start: { note("start") },
                register: { name, callback, goodbye in
                    note("register \(name) \(callback) \(goodbye)")
                    return WebsiteRegistration(clientID: "rp_\(name)", clientSecret: "s")
                }
            )
        )
        runner.lender = StageLender(
            lend: { settings in
                note("lend \(settings.sorted { $0.key < $1.key })")
                return stage
            },
            end: { _ in note("end") }
        )
        let scenario = try Scenario(
            yaml: """
                server: { settings: { NUMBER_MATCHING: always } }
                \(Self.cast)steps:
                  - laptop: open
                  - server: restart
                  - server: kill
                  - server: start
                """,
            file: "f.yaml"
        )
        #expect(await runner.run(scenario).outcome == .passed)
        #expect(
            log.withLock(\.self) == [
                #"lend [(key: "NUMBER_MATCHING", value: "always")]"#, "stop", "start", "kill",
                "start", "end",
            ]
        )
    }

    @Test func `a lender that has no server fails the story in one line`() async throws {
        var runner = try ModelServers().runner()
        runner.lender = StageLender(
            lend: { _ throws(StageError) in throw StageError("login-server ended: no") },
            end: { _ in }
        )
        let scenario = try Scenario(
            yaml: "server: {}\n\(Self.cast)steps:\n  - laptop: open\n",
            file: "f.yaml"
        )
        #expect(try failure(await runner.run(scenario)).got == "login-server ended: no")
    }

    // MARK: Many

    @Test func `a repeated story is played by people of its own, made at the mock`() async throws {
        let servers = ModelServers()
        let result = try await play(
            """
            repeat: { times: 5, parallel: 2 }
            \(Self.cast)steps:
              - laptop: open
              - alice: scan
                of: laptop
              - alice: confirm
              - laptop: complete
                expect: { user: alice }
            """,
            servers
        )
        #expect(result.outcome == .passed)
        #expect(result.steps == 20)
        #expect(servers.newPeople.sorted() == (1...5).map { "alice-\($0)" })
    }

    @Test func `one failure of many is the failure of all`() async throws {
        let failure = try failure(
            try await play(
                """
                repeat: { times: 3, parallel: 3 }
                \(Self.cast)steps:
                  - laptop: session
                """
            )
        )
        #expect(failure.got == "401 no_session")
    }

    @Test func `reports of scenarios that are played at once come one after another`() async throws
    {
        let runner = try ModelServers().runner()
        let stories = try (1...8).map { number in
            try Scenario(
                yaml: "name: s\(number)\n\(Self.cast)steps:\n  - laptop: open\n  - laptop: look\n",
                file: "s\(number).yaml"
            )
        }
        let heard = Mutex<[String]>([])
        let standings = Mutex<[ScenarioBatch.Standing]>([])
        let hear = { @Sendable (event: RunEvent) in
            switch event {
            case .began(let scenario): heard.withLock { $0.append("began \(scenario.name)") }
            case .ended(let result): heard.withLock { $0.append("ended \(result.name)") }
            default: break
            }
        }
        let results = await ScenarioBatch(runner, jobs: 4).run(
            stories,
            report: hear,
            standing: { standing in standings.withLock { $0.append(standing) } }
        )
        let names = stories.map(\.name)
        #expect(results.map(\.name) == names)
        #expect(heard.withLock(\.self) == names.flatMap { ["began \($0)", "ended \($0)"] })
        #expect(standings.withLock { $0.map(\.done).max() } == 8)
        #expect(standings.withLock { $0.map(\.running.count).max() ?? 0 } <= 4)
    }

    @Test func `the dice of a story do not depend on what is played beside it`() async throws {
        let story = try Scenario(
            yaml: "\(Self.cast)steps:\n  - alice: guess\n    expect: refused\n",
            file: "f.yaml"
        )
        let other = try Scenario(
            yaml: "name: other\n\(Self.cast)steps:\n  - alice: guess\n    expect: refused\n",
            file: "g.yaml"
        )
        let guesses = { (stories: [Scenario]) in
            let runner = try ModelServers().runner()
            let results = await ScenarioBatch(runner, jobs: 1).run(stories) { _ in }
            return results.last?.exchanges.last?.details.filter { $0.contains("scene") } ?? []
        }
        let alone = try await guesses([story])
        #expect(alone.isEmpty == false)
        #expect(try await guesses([other, story]) == alone)
        #expect(try await guesses([other]) != alone)
    }

    // MARK: Time

    @Test func `a story that takes too long is ended and says where it stood`() async throws {
        let servers = ModelServers()
        // A wait that only its cancellation ends, and a limit that is over at once.
        let endless = PhoneTime(
            now: { .zero },
            sleep: { _ in try await ContinuousClock().sleep(for: .seconds(3600)) }
        )
        var limited = ScenarioRunner(
            login: try #require(ServerAddress(ModelServers.login, name: "login-server")),
            weChat: try #require(ServerAddress(ModelServers.weChat, name: "mock-wechat")),
            transport: servers,
            dialer: servers,
            time: endless,
            dice: Dice(seed: 1)
        )
        limited.limitTime = PhoneTime(now: { .zero }, sleep: { _ in })
        let scenario = try Scenario(
            yaml: "limit_s: 3\n\(Self.cast)steps:\n  - laptop: ignore\n    for_s: 100\n",
            file: "f.yaml"
        )
        let failure = try failure(await limited.run(scenario))
        #expect(failure.expected == "the scenario to end within 3.0 s (limit_s)")
    }

    @Test func `a step that takes longer than within_s fails`() async throws {
        let failure = try failure(
            try await play(
                """
                \(Self.cast)steps:
                  - laptop: ignore
                    for_s: 3
                    within_s: 2
                """
            )
        )
        #expect(failure.expected == "an end within 2.0 s")
        #expect(failure.got == "3000 ms")
    }

    // MARK: Devices

    @Test func `a device without a net gets no answer, and its watch is gone`() async throws {
        let servers = ModelServers()
        let result = try await play(
            """
            \(Self.cast)steps:
              - laptop: open
              - laptop: watch
              - laptop: sees
                state: created
              - laptop: offline
              - laptop: look
                expect: { no_answer: true }
              - laptop: online
              - alice: scan
                of: laptop
              - laptop: reconnect
                state: scanned
              - alice: background
              - alice: confirm
                expect: { no_answer: true }
              - alice: foreground
              - alice: confirm
              - laptop: sees
                state: confirmed
              - laptop: reload
                expect: { state: confirmed }
              - alice: double_tap
                expect: refused
            """,
            servers
        )
        #expect(result.outcome == .passed)
        #expect(servers.openWatches == 0)
    }

    @Test func `an answer where none was expected is a failure`() async throws {
        let failure = try failure(
            try await play(
                "\(Self.cast)steps:\n  - laptop: open\n    expect: { no_answer: true }\n"
            )
        )
        #expect(failure.expected == "no answer")
        #expect(failure.got == "200")
    }

    // MARK: Expectations

    @Test(
        arguments: [
            ("{ data: { state: created, seq: 1 }, data_has: [image] }", nil),
            ("{ data: { seq: 2 } }", "data.seq: 2 / 1"),
            ("{ data: { a.b: 2 } }", "data.a.b: 2 / no such member"),
            ("{ data_has: [nothing] }", "data.nothing not to be empty / no such member"),
            ("{ state: scanned }", "state scanned / created"),
            ("{ headers: { set-cookie: true, x-none: false } }", nil),
            ("{ headers: { x-none: true } }", "a field x-none / no such field"),
            ("{ headers: { x-none: a } }", "x-none: a / no such field"),
            ("{ retry_after: false }", nil),
            ("{ retry_after: true }", "Retry-After in whole seconds / no such field"),
            ("{ warnings: [] }", nil),
            ("{ warnings: [picture] }", "warnings: picture / none"),
            ("{ redirect: / }", "redirect / / none"),
        ] as [(String, String?)]
    )
    func `each expectation holds or says what was there`(
        _ expect: String,
        _ difference: String?
    ) async throws {
        let result = try await play("\(Self.cast)steps:\n  - laptop: open\n    expect: \(expect)\n")
        guard let difference else {
            #expect(result.outcome == .passed)
            return
        }
        let failure = try failure(result)
        #expect("\(failure.expected) / \(failure.got)" == difference)
    }

    @Test func `the mock's journal and costs can be held to exact numbers`() async throws {
        let steps = { (last: String) in
            """
            \(Self.cast)steps:
              - wechat: mark
              - wechat: advance
                seconds: 9
              - laptop: open
              - \(last)
            """
        }
        let endpoint = "/cgi-bin/stable_token"
        for good in [
            "{ wechat: asked, endpoint: \(endpoint), exactly: 1 }",
            "{ wechat: asked, endpoint: \(endpoint), at_most: 1 }",
            "{ wechat: order, endpoints: [\(endpoint)], only: true }",
            "{ wechat: costs, endpoint: \(endpoint), at_most: 3 }",
        ] {
            #expect(try await play(steps(good)).outcome == .passed, "\(good)")
        }
        for (bad, got) in [
            ("{ wechat: asked, endpoint: \(endpoint), exactly: 2 }", "1"),
            ("{ wechat: asked, endpoint: \(endpoint), at_most: 0 }", "1"),
            ("{ wechat: order, endpoints: [/a, \(endpoint)] }", endpoint),
            ("{ wechat: costs, endpoint: \(endpoint), at_most: 2 }", "3"),
        ] {
            #expect(try failure(await play(steps(bad))).got == got)
        }
    }

    // MARK: Before anything is played

    @Test func `a person whom the mock does not know is named with their place`() async throws {
        let scenario = try Scenario(
            yaml: "cast:\n  x: { phone: xena }\n  y: { phone: yann, new: true }\n"
                + "steps:\n  - x: login\n",
            file: "f.yaml"
        )
        let errors = await (try ModelServers().runner()).unknownPeople(in: [scenario])
        #expect(
            errors.map(\.description) == [
                "f.yaml:2:6: the mock knows no 'xena', it knows alice, bob, carol, mallory; "
                    + "'new: true' makes one"
            ]
        )
    }

    @Test func `a server that is another one is told from one that is not there`() async throws {
        let transport = ScriptedTransport([
            .init(call: "GET http://127.0.0.1:9090/_mock/health", status: 404, body: "<html>")
        ])
        let servers = ModelServers()
        let runner = ScenarioRunner(
            login: try #require(ServerAddress(ModelServers.login, name: "login-server")),
            weChat: try #require(ServerAddress(ModelServers.weChat, name: "mock-wechat")),
            transport: transport,
            dialer: servers,
            time: servers.time.phoneTime,
            dice: Dice(seed: 7)
        )
        #expect(await runner.problem() == .somebodyElse(runner.weChat, "404 to GET /_mock/health"))
    }

    @Test func `a value for a variable that no file has is refused`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("scan-login-vars-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let story = "vars: { times: 2 }\ncast: { a: browser }\nsteps:\n  - a: open\n"
        let file = folder.appendingPathComponent("one.yaml").path
        try story.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try ScenarioFiles.load([file], values: ["times": "3"]).count == 1)
        #expect(throws: ScenarioFiles.Failure.noVariable("time")) {
            try ScenarioFiles.load([file], values: ["time": "3", "times": "3"])
        }
    }

    @Test func `a file whose aliases multiply is refused before they do`() {
        let bomb = (1...9).reduce("a0: &a0 [x, x, x, x, x, x, x, x, x]\n") { text, level in
            let list = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            return text + "a\(level): &a\(level) [\(list)]\n"
        }
        #expect(throws: ScenarioErrors.self) {
            try Scenario.read(yaml: bomb, file: "bomb.yaml")
        }
        let many = Array(repeating: "x", count: YAMLReader.nodesMax).joined(separator: ", ")
        do {
            _ = try Scenario.read(yaml: "steps: [\(many)]", file: "many.yaml")
            Issue.record("it was read")
        } catch {
            #expect("\(error.first)".contains("more than 100000 values"))
        }
    }
}
