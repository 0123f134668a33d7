/// Judges a scan login: which of the adversaries get through.
///
/// First an honest login is played. Where that fails the adapter is wrong, or the server, and
/// nothing can be said about adversaries.
package struct Conformance: Sendable {
    /// What came of one adversary.
    package enum Verdict: Sendable, Equatable {
        /// Every attack was refused.
        case held
        /// An attack was granted.
        case gotThrough(ScenarioResult.Failure)
        /// Something before the attack did not go as it does for honest people.
        case notThatFar(ScenarioResult.Failure)
        /// The design, or this run, has no such step.
        case doesNotApply(String)
        /// The run was stopped before.
        case notPlayed
    }

    /// One adversary and what came of it.
    package struct Finding: Sendable, Equatable {
        package var scenario: Scenario
        package var result: ScenarioResult
        package var verdict: Verdict

        package init(_ scenario: Scenario, _ result: ScenarioResult) {
            self.scenario = scenario
            self.result = result
            verdict =
                switch result.outcome {
                case .passed: .held
                case .skipped(ScenarioRunner.stopped): .notPlayed
                case .skipped(let why): .doesNotApply(why)
                case .failed(let failure):
                    failure.gotThrough ? .gotThrough(failure) : .notThatFar(failure)
                }
        }

        package var threat: String { scenario.adversary?.threat ?? "" }
        /// What would be gained, in a sentence without its period.
        package var wants: String { scenario.adversary?.wants ?? "" }
    }

    /// What came of all of them.
    package struct Outcome: Sendable {
        /// The honest login.
        package var honest: ScenarioResult
        /// In the order of the scenarios; empty when the honest login failed.
        package var findings: [Finding]

        package init(honest: ScenarioResult, findings: [Finding]) {
            self.honest = honest
            self.findings = findings
        }

        package var isHonestWell: Bool { honest.outcome == .passed }
        package var held: Int { findings.count { $0.verdict == .held } }
        package var gotThrough: Int { findings.count(where: \.isThrough) }
        package var notThatFar: Int { findings.count(where: \.isShort) }
        package var notPlayed: Int { findings.count { $0.verdict == .notPlayed } }
        package var doesNotApply: Int {
            findings.count - held - gotThrough - notThatFar - notPlayed
        }
    }

    private let runner: ScenarioRunner

    /// Judges with a runner, whose adapter says how the server is spoken to.
    package init(_ runner: ScenarioRunner) {
        self.runner = runner
    }

    /// Plays the honest login, then every adversary.
    package func judge(
        _ adversaries: [Scenario],
        jobs: Int = 1,
        report: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws(ScenarioError) -> Outcome {
        let honest = await runner.run(try Self.honestLogin(), report: report)
        guard honest.outcome == .passed else { return Outcome(honest: honest, findings: []) }
        let results = await ScenarioBatch(runner, jobs: jobs).run(adversaries, report: report)
        return Outcome(
            honest: honest,
            findings: zip(adversaries, results).map { Finding($0, $1) }
        )
    }

    /// What every scan login must be able to do.
    static func honestLogin() throws(ScenarioError) -> Scenario {
        try Scenario(
            yaml: """
                name: honest-login
                about: scan, confirm, logged in
                cast: { laptop: browser, alice: { phone: alice } }
                steps:
                  - laptop: open
                  - laptop: watch
                  - alice: scan
                    of: laptop
                  - alice: confirm
                  - laptop: complete
                    expect: { user: alice }
                  - laptop: session
                    expect: { user: alice }
                """,
            file: "honest-login"
        )
    }
}

extension Conformance.Finding {
    fileprivate var isThrough: Bool {
        guard case .gotThrough = verdict else { return false }
        return true
    }

    fileprivate var isShort: Bool {
        guard case .notThatFar = verdict else { return false }
        return true
    }
}
