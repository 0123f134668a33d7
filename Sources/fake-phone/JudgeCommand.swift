import ArgumentParser
import FakePhone
import Foundation
import HTTPTransportAHC

/// Judges a scan login: `fake-phone judge --adapter FILE`.
struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Play the adversaries against a scan login, ours or somebody else's.",
        discussion: """
            An adapter file says how the login is spoken to: Fixtures/Adapters/README.md.
            Exit status: 0 nobody got through, 1 somebody did, 2 nothing could be judged.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Scenario files of adversaries, or folders of them; those of the project if none.",
            valueName: "scenario"
        )
    )
    var scenarios: [String] = []

    @Option(help: ArgumentHelp("How the login is spoken to; ours if none.", valueName: "file"))
    var adapter: String?

    @OptionGroup var servers: ServerOptions

    @Option(
        help: ArgumentHelp(
            "Start our own servers, out of this folder, in place of --login and --wechat; "
                + "'.' alone means the folder of fake-phone.",
            valueName: "folder"
        )
    )
    var start: String?

    @Option(help: "The seed of everything that is thrown by dice.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "How many adversaries are played at once: 4 against our server, 1 else, "
                + "for many a design cannot keep two apart.",
            valueName: "number"
        )
    )
    var jobs: Int?

    @Option(help: ArgumentHelp("Write the verdicts as a Markdown page.", valueName: "file"))
    var report: String?

    @Option(help: ArgumentHelp("Write the results as JUnit XML.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write the verdicts as JSON.", valueName: "file"))
    var json: String?

    @Flag(help: "Print everything that is said.")
    var transcript = false

    func validate() throws {
        guard (1...1000).contains(jobs ?? 1) else {
            throw ValidationError("--jobs must be from 1 to 1000.")
        }
        if start != nil, adapter != nil {
            throw ValidationError("--start starts our own servers, which need no --adapter.")
        }
    }

    func run() async throws {
        let console = Console()
        let design = try design(console)
        let stories = try console.load(try paths(console), [])
        for story in stories where story.adversary == nil {
            console.complain("\(story.file): this is no adversary's story: it has no 'adversary'")
            throw ExitCode.unusable
        }
        try await Interruption.heeded(console) { try await judge(stories, design, console) }
    }

    private func judge(
        _ stories: [Scenario],
        _ design: Adapter,
        _ console: Console
    ) async throws {
        guard let start else {
            let (login, weChat) = try servers.addresses()
            return try await judge(stories, design, login, weChat, nil, console)
        }
        try await ServerHouse.serving(from: start, seed: seed, console: console) { stage, lender in
            try await judge(stories, design, stage.login, stage.weChat, lender, console)
        }
    }

    private func design(_ console: Console) throws -> Adapter {
        guard let adapter else { return .scanLogin }
        do {
            return try Adapter.load(adapter)
        } catch {
            console.complain(error.description)
            throw ExitCode.unusable
        }
    }

    private func judge(
        _ stories: [Scenario],
        _ design: Adapter,
        _ login: ServerAddress,
        _ weChat: ServerAddress,
        _ lender: StageLender?,
        _ console: Console
    ) async throws {
        var time = PhoneTime(ContinuousClock())
        time.timeOfDay = { Int(Date().timeIntervalSince1970 * 1000) }
        let dice = Dice(seed: seed)
        let outcome = try await withAHCTransport { transport in
            var runner = ScenarioRunner(
                login: login,
                weChat: weChat,
                transport: transport,
                dialer: NIOWatchDialer(time: time, dice: dice),
                time: time,
                dice: dice
            )
            runner.adapter = design
            runner.lender = lender
            runner.limitTime = time
            if let problem = await runner.problem(isLoginOurs: adapter == nil) {
                console.complain(words(problem))
                throw ExitCode.unusable
            }
            let jobs = self.jobs ?? (adapter == nil ? 4 : 1)
            return try await Conformance(runner).judge(stories, jobs: jobs) { event in
                if transcript { console.say(console.transcript.lines(for: event)) }
            }
        }
        let page = ConformanceReport(outcome, adapter: design)
        guard outcome.isHonestWell else {
            for line in page.lines { console.complain(line) }
            throw ExitCode.unusable
        }
        console.say(page.lines)
        if let report { try console.write(Array(page.markdown.utf8), to: report) }
        if let junit {
            try console.write(
                Array(JUnitReport(outcome.findings.map(\.result)).xml.utf8),
                to: junit
            )
        }
        if let json { try console.write(page.json, to: json) }
        // Whoever did not get that far has proven nothing.
        if outcome.gotThrough + outcome.notThatFar > 0 { throw ExitCode(1) }
    }

    /// The scenarios that were named, or the project's: here, or where this program was built.
    private func paths(_ console: Console) throws -> [String] {
        if !scenarios.isEmpty { return scenarios }
        let folder = "Fixtures/Scenarios/adversaries"
        var places = [folder]
        var place = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        for _ in 0..<4 {
            place = place.deletingLastPathComponent()
            places.append(place.appending(path: folder).path)
        }
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            console.complain("\(folder) is not here; name the folder of the adversaries")
            throw ExitCode.unusable
        }
        return [found]
    }
}
