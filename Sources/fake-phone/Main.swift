/// The program `fake-phone`: reads its arguments, builds the people and their line, runs.
///
/// Exit status: 0 all well, 1 an expectation was not met or a server refused, 2 nothing could be
/// played: wrong usage, a file that is wrong, a server that is not there or is another one. A run that
/// was stopped by a signal ends with 128 and the signal's number, its reports written.

import ArgumentParser
import Foundation

@main
enum Main {
    static func main() async {
        do {
            var command = try FakePhoneCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = FakePhoneCommand.exitCode(for: error)
            // Our own codes pass; any other failure means that nothing was played.
            guard code == .validationFailure || code.rawValue > 2 else {
                FakePhoneCommand.exit(withError: error)
            }
            let message = FakePhoneCommand.fullMessage(for: error) + "\n"
            try? FileHandle.standardError.write(contentsOf: Data(message.utf8))
            Foundation.exit(2)
        }
    }
}
