import ArgumentParser
import Foundation
import LoginServer

/// The program `login-server`: reads its settings, builds, runs.
@main
struct LoginServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login-server",
        abstract: "Logs browsers in by a WeChat mini-program code.",
        discussion: """
            Settings come from flags, from SCAN_LOGIN_… in the environment, and from a file, in \
            this order. 'login-server check' prints what is in force.
            """,
        subcommands: [
            Serve.self, Check.self, Doctor.self, Clients.self, Keys.self, Backup.self, Users.self,
            Timeline.self,
        ]
    )
}

/// What the subcommands take.
struct SettingOptions: ParsableArguments {
    @Option(help: "A YAML or JSON file with settings.")
    var config: String?

    @Option(help: "production (the default) or development.")
    var mode: String?

    @Option(help: "Where browsers find this server, such as https://login.example.com.")
    var origin: String?

    @Option(help: "The address to listen on.")
    var host: String?

    @Option(help: "The port to listen on; 0, in development, is any free one.")
    var port: Int?

    @Option(help: "The path of the SQLite database.")
    var database: String?

    @Option(name: .customLong("wechat"), help: "Where WeChat is: in development, the mock's URL.")
    var weChatBaseURL: String?

    /// EX_CONFIG of sysexits.h.
    static let refusedExitCode = ExitCode(78)

    /// Reads the settings; says each reason against them in a line and exits with 78.
    func settings() async throws -> Settings {
        let flags = SettingsFlags(
            config: config,
            mode: mode,
            origin: origin,
            host: host,
            port: port,
            database: database,
            weChatBaseURL: weChatBaseURL
        )
        let settings: Settings
        do {
            settings = try await Settings.read(
                flags: flags,
                environment: ProcessInfo.processInfo.environment,
                freePort: FreePort.find
            )
        } catch {
            for reason in error.reasons { say(reason) }
            throw Self.refusedExitCode
        }
        do {
            try settings.judgeKeyFile()
        } catch {
            say("\(error)")
            throw Self.refusedExitCode
        }
        return settings
    }
}

/// Prints what is in force, secrets redacted, and starts nothing.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judges the settings and prints what is in force."
    )

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try await options.settings()
        for line in settings.lines { print(line) }
        for warning in settings.warnings { say(warning) }
        if let flaw = DescriptorLimit.flaw(DescriptorLimit.raise(), settings) { say(flaw) }
    }
}

/// A line for the operator, on standard error.
func say(_ line: String) {
    FileHandle.standardError.write(Data("login-server: \(line)\n".utf8))
}
