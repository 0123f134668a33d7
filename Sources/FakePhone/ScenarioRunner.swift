package import HTTPTransport
internal import HTTPTypes

/// Plays scenarios against two servers.
package struct ScenarioRunner: Sendable {
    /// Why a scenario is skipped that would do something to the login server's process.
    static let needsStart = "needs a login server of its own: fake-phone run --start FOLDER"
    /// Why a scenario has no outcome that was in play, or still to be played, when the run was cancelled.
    package static let stopped = "the run was stopped"

    package let login: ServerAddress
    package let weChat: ServerAddress
    /// Scenarios that would have to wait longer than this for a code to expire are skipped.
    package var skipSlow: Duration?
    /// The app of a phone that logs in before any scan.
    package var appID = FakePhone.defaultAppID
    /// How the login server is spoken to.
    package var adapter = Adapter.scanLogin
    /// Starts servers for scenarios that need their own; nil when nobody can.
    package var lender: StageLender?
    /// The time that limits are measured in; nil for no limits.
    package var limitTime: PhoneTime?

    let transport: any HTTPTransport
    let dialer: any WatchDialer
    let time: PhoneTime
    let dice: Dice

    package init(
        login: ServerAddress,
        weChat: ServerAddress,
        transport: any HTTPTransport,
        dialer: any WatchDialer,
        time: PhoneTime,
        dice: Dice
    ) {
        self.login = login
        self.weChat = weChat
        self.transport = transport
        self.dialer = dialer
        self.time = time
        self.dice = dice
    }

    /// Plays one scenario to its end.
    ///
    /// Watches are closed and the scenario's own faults are cleared afterwards, however it ended.
    /// The mock is not reset: others may use it too. A scenario that needs its own servers gets
    /// them from the lender.
    package func run(
        _ scenario: Scenario,
        report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async -> ScenarioResult {
        guard !Task.isCancelled else { return ended(scenario, .skipped(Self.stopped)) }
        report(.began(scenario))
        let start = time.now()
        var result: ScenarioResult
        if let lender, scenario.isAlone {
            do {
                let stage = try await lender.lend(scenario.serverSettings ?? [:])
                result = await play(scenario, on: stage, report: report)
                await lender.end(stage)
            } catch {
                result = ended(scenario, .failed(noStage(scenario, error)))
            }
        } else if scenario.needsOwnServer, !canPlayAsItIs(scenario) {
            result = ended(scenario, .skipped(Self.needsStart))
        } else {
            result = await play(scenario, on: Stage(login: login, weChat: weChat), report: report)
        }
        result.duration = time.now() - start
        // Whatever fails in a run that is being stopped fails because of that.
        if case .failed = result.outcome, Task.isCancelled {
            result.outcome = .skipped(Self.stopped)
        }
        report(.ended(result))
        return result
    }

    /// Settings mean something to our own server alone; another design is judged as it stands.
    private func canPlayAsItIs(_ scenario: Scenario) -> Bool {
        adapter != .scanLogin && !scenario.hasWebsites
            && !scenario.everyStep.contains { $0.verb.actor == .server }
    }

    private func noStage(_ scenario: Scenario, _ error: StageError) -> ScenarioResult.Failure {
        .init(
            step: 0,
            sentence: "the servers are started",
            line: scenario.steps.first?.line ?? 1,
            expected: "two servers that listen",
            got: error.description,
            lastExchanges: []
        )
    }

    private func ended(
        _ scenario: Scenario,
        _ outcome: ScenarioResult.Outcome
    ) -> ScenarioResult {
        ScenarioResult(
            name: scenario.name,
            file: scenario.file,
            outcome: outcome,
            steps: 0,
            duration: .zero,
            exchanges: []
        )
    }

    // MARK: Once and many times

    private func play(
        _ scenario: Scenario,
        on stage: Stage,
        report: @escaping @Sendable (RunEvent) -> Void
    ) async -> ScenarioResult {
        guard let repetition = scenario.repetition else {
            return await playOnce(scenario, on: stage, copy: nil, report: report)
        }
        // Of many copies only the first failure is told, or how many have passed.
        let inner: @Sendable (Int) async -> ScenarioResult = { number in
            await playOnce(scenario, on: stage, copy: number, report: { _ in })
        }
        return await withTaskGroup(of: ScenarioResult.self) { group in
            var next = 1
            while next <= min(repetition.parallel, repetition.times) {
                let number = next
                group.addTask { await inner(number) }
                next += 1
            }
            var merged = ended(scenario, .passed)
            var done = 0
            while let result = await group.next() {
                done += 1
                merged.steps += result.steps
                merged.exchanges += result.exchanges
                if case .passed = merged.outcome { merged.outcome = result.outcome }
                if done % max(1, repetition.times / 10) == 0 || done == repetition.times {
                    report(.progress("\(done) of \(repetition.times) played"))
                }
                if next <= repetition.times, case .passed = merged.outcome {
                    let number = next
                    group.addTask { await inner(number) }
                    next += 1
                }
            }
            return merged
        }
    }

    /// Plays a scenario, or its copy of a number from 1, whose people are its own.
    private func playOnce(
        _ scenario: Scenario,
        on stage: Stage,
        copy: Int?,
        report: @escaping @Sendable (RunEvent) -> Void
    ) async -> ScenarioResult {
        let recorder = Recorder { report(.exchange($0)) }
        let begun = StepCounter()
        let scenario = (copy.map { scenario.copy($0) } ?? scenario).played(in: adapter)
        let body: @Sendable () async -> ScenarioResult.Outcome = {
            await perform(scenario, on: stage, copy ?? 0, recorder, begun, report: report)
        }
        let outcome = await limited(scenario, recorder, begun, body)
        return ScenarioResult(
            name: scenario.name,
            file: scenario.file,
            outcome: outcome,
            steps: begun.count,
            duration: .zero,
            exchanges: recorder.exchanges
        )
    }

    /// Does the steps, one after another.
    private func perform(
        _ scenario: Scenario,
        on stage: Stage,
        _ copy: Int,
        _ recorder: Recorder,
        _ begun: StepCounter,
        report: @escaping @Sendable (RunEvent) -> Void
    ) async -> ScenarioResult.Outcome {
        var play = ScenarioPlay(
            scenario,
            runner: self,
            stage: stage,
            // The dice of a scenario do not depend on what is played beside it.
            dice: dice.child("\(scenario.name) \(copy)"),
            recorder: recorder
        ) {
            report(.progress($0))
        }
        var outcome = ScenarioResult.Outcome.passed
        do {
            try await play.registerWebsites()
            try await meet(scenario.cast.filter(\.isNew), play.mock)
            for step in scenario.steps {
                report(.step(number: begun.next(), sentence: step.sentence))
                try await play.perform(step)
            }
        } catch {
            let step = scenario.steps[max(0, begun.count - 1)]
            outcome = error.outcome(
                of: step,
                number: begun.count,
                lastExchanges: recorder.exchanges.suffix(3)
            )
        }
        // Also a play that was cancelled, or has run out of time, takes back what it did to the mock.
        let ended = play
        await Task {
            var ended = ended
            await ended.cleanUp()
        }.value
        return outcome
    }

    /// Makes people at the mock who are new to it.
    private func meet(
        _ members: [Scenario.CastMember],
        _ mock: MockControl
    ) async throws(StepEnd) {
        guard !members.isEmpty else { return }
        do {
            let known = Set(try await mock.people())
            for member in members {
                guard case .phone(let person) = member.role, !known.contains(person) else {
                    continue
                }
                let reply = try await mock.addPerson(person)
                guard reply.isOK || reply.status == 409 else {
                    throw StepEnd.failed(expected: "a new person \(person)", got: reply.summary)
                }
            }
        } catch let end as StepEnd {
            throw end
        } catch {
            throw .failed(expected: "new people at the mock", got: "\(error)")
        }
    }

    /// Ends a scenario that takes too long.
    private func limited(
        _ scenario: Scenario,
        _ recorder: Recorder,
        _ begun: StepCounter,
        _ body: @escaping @Sendable () async -> ScenarioResult.Outcome
    ) async -> ScenarioResult.Outcome {
        guard let limitTime else { return await body() }
        return await withTaskGroup(of: ScenarioResult.Outcome?.self) { group in
            group.addTask { await body() }
            group.addTask {
                guard (try? await limitTime.sleep(scenario.limit)) != nil else { return nil }
                let step = scenario.steps[max(0, begun.count - 1)]
                let end = StepEnd.failed(
                    expected: "the scenario to end within \(scenario.limit.inSeconds) (limit_s)",
                    got: "still at step \(begun.count)"
                )
                return end.outcome(
                    of: step,
                    number: begun.count,
                    lastExchanges: recorder.exchanges.suffix(3)
                )
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            let second = await group.next() ?? nil
            return first ?? second ?? .passed
        }
    }
}

extension Scenario {
    /// The same story with people of its own: `alice-7` for `alice`.
    fileprivate func copy(_ number: Int) -> Scenario {
        var copy = self
        copy.cast = cast.map { member in
            guard case .phone(let person) = member.role else { return member }
            var member = member
            member.role = .phone(person: "\(person)-\(number)")
            member.isNew = true
            return member
        }
        return copy
    }
}

/// Why a step did not end well.
enum StepEnd: Error {
    /// `gotThrough`: an adversary got what should have been refused.
    case failed(expected: String, got: String, gotThrough: Bool = false)
    case skipped(String)

    func outcome(
        of step: Scenario.Step,
        number: Int,
        lastExchanges: some Sequence<Exchange>
    ) -> ScenarioResult.Outcome {
        switch self {
        case .skipped(let why):
            .skipped(why)
        case .failed(let expected, let got, let gotThrough):
            .failed(
                .init(
                    step: number,
                    sentence: step.sentence,
                    line: step.line,
                    expected: expected,
                    got: got,
                    lastExchanges: Array(lastExchanges),
                    gotThrough: gotThrough
                )
            )
        }
    }
}
