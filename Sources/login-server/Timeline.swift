import ArgumentParser
import LoginDomain
import LoginServer
import LoginStoreSQLite

/// What happened to one login.
struct Timeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what happened to the login of a support code, from its beginning.",
        discussion: "The code is on the page that could not log somebody in, and in the log."
    )

    @OptionGroup var options: DatabaseOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    @Argument(help: "The support code, such as 7K3QX-0V9MZ.")
    var code: String

    func run() async throws {
        guard let code = SupportCode(typed: code) else {
            say("A support code has ten letters and digits, such as 7K3QX-0V9MZ.")
            throw ExitCode.failure
        }
        let entries = try await options.withStore { try await $0.timeline(code) }
        guard !entries.isEmpty else {
            say("The audit log has nothing of \(code).")
            throw ExitCode.failure
        }
        if json {
            print(try TimelineText.json(code, entries))
        } else {
            for line in TimelineText.lines(entries) { print(line) }
        }
    }
}
