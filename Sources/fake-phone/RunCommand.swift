import ArgumentParser
import FakePhone
import Foundation
import HTTPTransportAHC

/// Plays scenarios: `fake-phone run SCENARIO|DIR…`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Play scenarios against a login server and the mock.",
        discussion: "The language of scenarios: Fixtures/Scenarios/README.md."
    )

    @Argument(help: ArgumentHelp("Scenario files, or folders of them.", valueName: "scenario"))
    var scenarios: [String]

    @OptionGroup var servers: ServerOptions

    @Option(
        help: ArgumentHelp(
            "Start the servers, out of this folder, in place of --login and --wechat; "
                + "'.' alone means the folder of fake-phone.",
            valueName: "folder"
        )
    )
    var start: String?

    @Option(
        help: ArgumentHelp(
            "The mini-program of a phone that logs in before it scans.",
            valueName: "appid"
        )
    )
    var appID = FakePhone.defaultAppID

    @Option(help: "The seed of everything that is thrown by dice.")
    var seed: UInt64 = 1

    @Option(help: "How many scenarios are played at once.")
    var jobs = 1

    @Option(help: ArgumentHelp("A value for one of the files' vars.", valueName: "name=value"))
    var set: [String] = []

    @Option(help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "file"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Skip scenarios that would wait longer than this for a code to expire.",
            valueName: "seconds"
        )
    )
    var skipSlow: Int?

    func validate() throws {
        if let skipSlow, skipSlow < 0 {
            throw ValidationError("--skip-slow must not be negative.")
        }
        guard (1...1000).contains(jobs) else {
            throw ValidationError("--jobs must be from 1 to 1000.")
        }
    }

    func run() async throws {
        let console = Console()
        let stories = try console.load(scenarios, set)
        try await Interruption.heeded(console) { try await play(stories, console) }
    }

    private func play(_ stories: [Scenario], _ console: Console) async throws {
        guard let start else {
            let (login, weChat) = try servers.addresses()
            return try await play(stories, login, weChat, nil, console)
        }
        try await ServerHouse.serving(from: start, seed: seed, console: console) { stage, lender in
            try await play(stories, stage.login, stage.weChat, lender, console)
        }
    }

    private func play(
        _ stories: [Scenario],
        _ login: ServerAddress,
        _ weChat: ServerAddress,
        _ lender: StageLender?,
        _ console: Console
    ) async throws {
        let time = PhoneTime(ContinuousClock())
        let dice = Dice(seed: seed)
        let start = time.now()
        let results = try await withAHCTransport { transport in
            var runner = ScenarioRunner(
                login: login,
                weChat: weChat,
                transport: transport,
                dialer: NIOWatchDialer(time: time, dice: dice),
                time: time,
                dice: dice
            )
            runner.appID = appID
            runner.skipSlow = skipSlow.map { .seconds($0) }
            runner.lender = lender
            runner.limitTime = time
            if let problem = await runner.problem() {
                console.complain(words(problem))
                throw ExitCode.unusable
            }
            let unknown = await runner.unknownPeople(in: stories)
            for error in unknown { console.complain(error.description) }
            guard unknown.isEmpty else { throw ExitCode.unusable }
            console.say(["\(stories.count) scenarios, seed \(seed)", ""])
            return await ScenarioBatch(runner, jobs: jobs).run(
                stories,
                report: { console.say(console.transcript.lines(for: $0)) },
                standing: { standing in
                    // A short run needs no word about how far it is.
                    if time.now() - start > .seconds(2) { console.tell(standing) }
                }
            )
        }
        console.say(console.transcript.summary(results))
        if let junit { try console.write(Array(JUnitReport(results).xml.utf8), to: junit) }
        if let json { try console.write(JSONReport(results, seed: seed).bytes, to: json) }
        let hasFailure = results.contains {
            guard case .failed = $0.outcome else { return false }
            return true
        }
        if hasFailure { throw ExitCode(1) }
    }
}
