internal import HTTPTransport

/// One scenario being played: the people of its cast, and what later steps need of earlier ones.
///
/// A value: steps that happen at the same time each get a copy, and the people they moved are
/// taken back from it.
struct ScenarioPlay: Sendable {
    let scenario: Scenario
    let runner: ScenarioRunner
    let stage: Stage
    let dice: Dice
    let progress: @Sendable (String) -> Void
    let mock: MockControl
    private var browsers: [String: FakeBrowser] = [:]
    private var phones: [String: FakePhone] = [:]
    private var networks: [String: DeviceNetwork] = [:]
    private var lines: [String: Line] = [:]
    let recorder: Recorder
    private var keptBodies: [String: [UInt8]] = [:]
    /// The faults that this scenario set, to be taken away by it; nil for one without an id.
    var faults: [String?] = []
    /// The end of the mock's journal at the last mark; nil before the first.
    var journalMark: Int?
    /// The websites of the cast, once they are registered.
    var websites: [String: FakeWebsite] = [:]
    /// What websites call the owner of a phone, by the phone's name.
    var subjects: [String: String] = [:]
    /// The recent logins that a phone last saw.
    var logins: [String: [JSONValue]] = [:]
    /// The number of the last push that a browser got, over all its watches.
    var lastSeq: [String: Int] = [:]

    init(
        _ scenario: Scenario,
        runner: ScenarioRunner,
        stage: Stage,
        dice: Dice,
        recorder: Recorder,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.scenario = scenario
        self.runner = runner
        self.stage = stage
        self.dice = dice
        self.progress = progress
        self.recorder = recorder
        mock = MockControl(
            weChat: stage.weChat,
            line: Line(
                name: "scenario",
                transport: runner.transport,
                time: runner.time,
                recorder: recorder
            )
        )
        let secrets = runner.adapter.secretNames
        for member in scenario.cast {
            let network = DeviceNetwork(
                transport: runner.transport,
                dialer: runner.dialer,
                time: runner.time
            )
            var line = Line(
                name: member.name,
                transport: network,
                time: runner.time,
                recorder: recorder
            )
            line.secrets = secrets
            networks[member.name] = network
            lines[member.name] = line
            switch member.role {
            case .browser, .tab:
                browsers[member.name] = FakeBrowser(
                    name: member.name,
                    login: stage.login,
                    line: line,
                    dialer: network,
                    adapter: runner.adapter
                )
            case .phone(let person):
                phones[member.name] = FakePhone(
                    name: member.name,
                    person: person,
                    appID: runner.appID,
                    login: stage.login,
                    weChat: stage.weChat,
                    line: line,
                    adapter: runner.adapter
                )
            case .website: break
            }
        }
    }

    /// Does one step and judges what came of it.
    mutating func perform(_ step: Scenario.Step) async throws(StepEnd) {
        do {
            if step.steps.isEmpty {
                let reply = try await timed(step)
                try judge(reply, step)
            } else {
                try await together(step)
            }
        } catch let end as StepEnd {
            throw end
        } catch FakePhoneError.notInDesign(let what) {
            throw .skipped("the design has no \(what)")
        } catch {
            throw .failed(expected: "the step to be possible", got: "\(error)")
        }
    }

    /// Does what a step says; the answer that `expect` is about, if there is one.
    private mutating func timed(_ step: Scenario.Step) async throws -> Reply? {
        let start = runner.time.now()
        let reply: Reply?
        do {
            reply = try await step.verb.perform(&self, step)
        } catch let error as FakePhoneError {
            switch error {
            case .noAnswer where step.expectation?.isNoAnswer == true:
                return nil
            case .nothingScanned, .noPicture, .notWatching, .badAnswer, .badPicture:
                guard step.mayFail else { throw error }
                // What came before has failed, so there is nothing to do it with.
                progress("left out: \(error)")
                return nil
            default:
                throw error
            }
        }
        let took = runner.time.now() - start
        if let within = step.within, took > within {
            throw StepEnd.failed(
                expected: "an end within \(within.inSeconds)",
                got: "\(took.milliseconds) ms"
            )
        }
        return reply
    }

    private mutating func judge(_ reply: Reply?, _ step: Scenario.Step) throws {
        guard let reply else { return }
        if let name = step.keepBody { keptBodies[name] = reply.body }
        try judgeBusy([reply], step)
        if step.mayFail { return }
        do {
            try (step.expectation ?? Expectation()).judge(reply, facts)
        } catch StepEnd.failed(let expected, let got, _) {
            throw StepEnd.failed(expected: expected, got: got, gotThrough: step.isAttack)
        }
    }

    /// A server that has no time, or is broken, says nothing about an attack.
    private func judgeBusy(_ replies: [Reply], _ step: Scenario.Step) throws {
        guard scenario.adversary != nil, step.isAttack || step.mayFail,
            step.expectation?.status == nil, step.expectation?.error == nil,
            let busy = replies.first(where: \.isBusy)
        else { return }
        throw StepEnd.failed(
            expected: "an answer that is about the attack",
            got: "\(busy.summary), which says that the server is busy or broken"
        )
    }

    private var facts: Expectation.Facts {
        Expectation.Facts(
            userID: { name in try phone(name).session?.user["userid"]?.string },
            keptBody: { name in keptBodies[name] ?? [] }
        )
    }

    /// Ends what is still open.
    ///
    /// Nothing here can make a scenario fail.
    mutating func cleanUp() async {
        for member in scenario.cast where member.isBrowser {
            await browsers[member.name]?.stopWatching()
        }
        for fault in faults {
            guard let id = fault else {
                _ = try? await mock.clearFaults()
                continue
            }
            _ = try? await mock.clearFault(id: id)
        }
        faults = []
    }

    // MARK: At the same time

    /// One of several steps that happen at once, and what came of it.
    private struct Branch: Sendable {
        var play: ScenarioPlay
        var outcome: Result<Reply?, any Error>

        var isGranted: Bool {
            guard case .success(let reply) = outcome else { return false }
            return reply?.isGranted == true
        }
    }

    private mutating func together(_ step: Scenario.Step) async throws {
        let start = self
        let branches = await withTaskGroup(of: (Int, Branch).self) { group in
            for (place, part) in step.steps.enumerated() {
                group.addTask {
                    var play = start
                    let outcome: Result<Reply?, any Error>
                    do {
                        outcome = .success(try await play.timed(part))
                    } catch {
                        outcome = .failure(error)
                    }
                    return (place, Branch(play: play, outcome: outcome))
                }
            }
            var branches: [(Int, Branch)] = []
            for await branch in group { branches.append(branch) }
            return branches.sorted { $0.0 < $1.0 }.map(\.1)
        }
        // Of two steps of one person the one that was granted has the cookies that count.
        let isGranted = branches.map(\.isGranted)
        let order =
            branches.indices.filter { !isGranted[$0] } + branches.indices.filter { isGranted[$0] }
        for place in order { take(step.steps[place].who, from: branches[place].play) }
        try judge(branches, of: step)
    }

    private mutating func judge(_ branches: [Branch], of step: Scenario.Step) throws {
        var replies: [Reply] = []
        for (part, branch) in zip(step.steps, branches) {
            let reply = try branch.outcome.get()
            if let reply { replies.append(reply) }
            let isCounted = step.wins != nil || step.expectOne != nil
            if part.expectation != nil || !isCounted { try judge(reply, part) }
        }
        let summary = replies.map(\.summary).joined(separator: ", ")
        try judgeBusy(replies, step)
        if let wins = step.wins {
            let got = replies.count(where: \.isGranted)
            guard got == wins else {
                throw StepEnd.failed(
                    expected: "\(wins) of \(step.steps.count) to succeed",
                    got: "\(got): \(summary)",
                    gotThrough: step.isAttack && got > wins
                )
            }
        }
        if let one = step.expectOne {
            let got = replies.count { one.fits($0, facts) }
            guard got == 1 else {
                throw StepEnd.failed(
                    expected: "exactly one answer as in expect_one",
                    got: "\(got): \(summary)",
                    gotThrough: step.isAttack && got > 1
                )
            }
        }
    }

    private mutating func take(_ name: String, from play: ScenarioPlay) {
        browsers[name] = play.browsers[name] ?? browsers[name]
        phones[name] = play.phones[name] ?? phones[name]
        logins[name] = play.logins[name]
        websites[name] = play.websites[name] ?? websites[name]
        subjects.merge(play.subjects) { $1 }
        lastSeq[name] = play.lastSeq[name]
        for fault in play.faults.dropFirst(faults.count) { faults.append(fault) }
        if case .tab(let owner) = scenario.cast.first(where: { $0.name == name })?.role {
            browsers[owner] = play.browsers[owner] ?? browsers[owner]
        }
    }

    // MARK: The cast

    // A parsed scenario names nobody outside its cast; these errors are for one made by hand.

    func browser(_ name: String) throws -> FakeBrowser {
        guard let browser = browsers[name] else {
            throw StepEnd.failed(expected: "a browser '\(name)'", got: "nobody")
        }
        return browser
    }

    func phone(_ name: String) throws -> FakePhone {
        guard let phone = phones[name] else {
            throw StepEnd.failed(expected: "a phone '\(name)'", got: "nobody")
        }
        return phone
    }

    func network(_ name: String) throws -> DeviceNetwork {
        guard let network = networks[name] else {
            throw StepEnd.failed(expected: "'\(name)' in the cast", got: "nobody")
        }
        return network
    }

    func line(_ name: String) throws -> Line {
        guard let line = lines[name] else {
            throw StepEnd.failed(expected: "'\(name)' in the cast", got: "nobody")
        }
        return line
    }

    /// Lends a browser; a tab has the cookies of its browser, before and after.
    mutating func with<Value>(
        browser name: String,
        _ body: (inout FakeBrowser) async throws -> Value
    ) async throws -> Value {
        var subject = try browser(name)
        let owner: String?
        if case .tab(let of) = scenario.cast.first(where: { $0.name == name })?.role {
            subject.jar = try browser(of).jar
            owner = of
        } else {
            owner = nil
        }
        defer {
            browsers[name] = subject
            if let owner { browsers[owner]?.jar = subject.jar }
        }
        return try await body(&subject)
    }

    mutating func with<Value>(
        phone name: String,
        _ body: (inout FakePhone) async throws -> Value
    ) async throws -> Value {
        var subject = try phone(name)
        defer { phones[name] = subject }
        return try await body(&subject)
    }
}
