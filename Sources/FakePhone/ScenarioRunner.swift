package import HTTPTransport
internal import HTTPTypes

/// Plays scenarios against two servers, one after another.
package struct ScenarioRunner: Sendable {
    package let login: ServerAddress
    package let weChat: ServerAddress
    /// Scenarios that would have to wait longer than this for a code to expire are skipped.
    package var skipSlow: Duration?
    /// The app of a phone that logs in before any scan.
    package var appID = FakePhone.defaultAppID

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
    /// The mock is not reset: others may use it too.
    package func run(
        _ scenario: Scenario,
        report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async -> ScenarioResult {
        report(.began(scenario))
        let start = time.now()
        let recorder = Recorder { report(.exchange($0)) }
        var play = ScenarioPlay(scenario, runner: self, recorder: recorder) {
            report(.progress($0))
        }
        var outcome = ScenarioResult.Outcome.passed
        var begun = 0
        for step in scenario.steps {
            begun += 1
            report(.step(number: begun, sentence: step.sentence))
            do {
                try await play.perform(step)
            } catch {
                outcome = error.outcome(
                    of: step,
                    number: begun,
                    lastExchanges: recorder.exchanges.suffix(3)
                )
                break
            }
        }
        await play.cleanUp()
        let result = ScenarioResult(
            name: scenario.name,
            file: scenario.file,
            outcome: outcome,
            steps: begun,
            duration: time.now() - start,
            exchanges: recorder.exchanges
        )
        report(.ended(result))
        return result
    }

    /// Asks both servers whether they are there.
    ///
    /// - Returns: the first that does not answer, and why; nil when both do.
    package func firstUnreachable() async -> (server: ServerAddress, why: HTTPTransportError)? {
        let line = Line(
            name: "fake-phone",
            transport: transport,
            time: time,
            recorder: Recorder()
        )
        for (server, path) in [(weChat, "/_mock/health"), (login, "/session")] {
            do {
                _ = try await line.say(.get, path, to: server)
            } catch {
                guard case .noAnswer(_, let why) = error else { continue }
                return (server, why)
            }
        }
        return nil
    }
}

/// Why a step did not end well.
enum StepEnd: Error {
    case failed(expected: String, got: String)
    case skipped(String)

    fileprivate func outcome(
        of step: Scenario.Step,
        number: Int,
        lastExchanges: some Sequence<Exchange>
    ) -> ScenarioResult.Outcome {
        switch self {
        case .skipped(let why):
            .skipped(why)
        case .failed(let expected, let got):
            .failed(
                .init(
                    step: number,
                    sentence: step.sentence,
                    line: step.line,
                    expected: expected,
                    got: got,
                    lastExchanges: Array(lastExchanges)
                )
            )
        }
    }
}
