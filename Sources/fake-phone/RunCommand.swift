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
            "The mini-program of a phone that logs in before it scans.",
            valueName: "appid"
        )
    )
    var appID = FakePhone.defaultAppID

    @Option(help: "The seed of everything that is thrown by dice.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"))
    var junit: String?

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
    }

    func run() async throws {
        let (login, weChat) = try servers.addresses()
        let console = Console()
        let stories: [Scenario]
        do {
            stories = try ScenarioFiles.load(scenarios)
        } catch {
            console.complain("\(error)")
            throw ExitCode(64)
        }
        let time = PhoneTime(ContinuousClock())
        let dice = Dice(seed: seed)
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
            if let (server, why) = await runner.firstUnreachable() {
                console.complain(unreachable(server, why))
                throw ExitCode(69)
            }
            console.say(["\(stories.count) scenarios, seed \(seed)", ""])
            var results: [ScenarioResult] = []
            for story in stories {
                results.append(
                    await runner.run(story) { console.say(console.transcript.lines(for: $0)) }
                )
            }
            return results
        }
        console.say(console.transcript.summary(results))
        if let junit {
            do {
                try JUnitReport(results).xml.write(
                    toFile: junit,
                    atomically: true,
                    encoding: .utf8
                )
            } catch {
                console.complain("\(junit): cannot be written")
                throw ExitCode(73)
            }
        }
        let hasFailure = results.contains {
            guard case .failed = $0.outcome else { return false }
            return true
        }
        if hasFailure { throw ExitCode(1) }
    }
}
