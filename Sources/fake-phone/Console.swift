import FakePhone
import Foundation
import HTTPTransport

/// Where the program's words go: results to standard output, complaints to standard error.
struct Console: Sendable {
    /// Coloured only for a terminal, and not there either when `NO_COLOR` is set.
    let transcript = Transcript(
        hasColours: isatty(STDOUT_FILENO) == 1
            && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    )

    /// Writes lines at once, so that a pipe shows progress as it happens.
    func say(_ lines: [String]) {
        write(lines, to: .standardOutput)
    }

    func complain(_ text: String) {
        write(["fake-phone: \(text)"], to: .standardError)
    }

    private func write(_ lines: [String], to handle: FileHandle) {
        guard !lines.isEmpty else { return }
        // A reader that has gone away ends nothing here: the run goes on for its exit status.
        try? handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// One line about a server that does not answer: which one, and what to start.
func unreachable(_ server: ServerAddress, _ why: HTTPTransportError) -> String {
    let command =
        server.name == "login-server"
        ? "SCAN_LOGIN_PORT=\(server.port) login-server serve"
        : "mock-wechat --port \(server.port)"
    return "\(server.name) at \(server.origin) does not answer (\(why.inWords)); "
        + "start it: \(command)"
}
