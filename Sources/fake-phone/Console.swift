import ArgumentParser
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

    /// How far a long run is, on standard error: results stay apart from it.
    func tell(_ standing: ScenarioBatch.Standing) {
        var line = "\(standing.done) of \(standing.total) played"
        if !standing.running.isEmpty {
            line += ", now " + standing.running.joined(separator: ", ")
        }
        write(["fake-phone: \(line)"], to: .standardError)
    }

    /// Reads scenarios, or complains about all that is wrong; `values` are `name=value` for vars.
    func load(_ paths: [String], _ values: [String]) throws -> [Scenario] {
        var given: [String: String] = [:]
        for pair in values {
            guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
                throw ValidationError("--set must be NAME=VALUE, not '\(pair)'.")
            }
            given[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        do {
            return try ScenarioFiles.load(paths, values: given)
        } catch {
            for line in "\(error)".split(separator: "\n") { complain(String(line)) }
            throw ExitCode.unusable
        }
    }

    /// Writes a report file, or complains.
    func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            complain("\(path): cannot be written")
            throw ExitCode.unusable
        }
    }

    private func write(_ lines: [String], to handle: FileHandle) {
        guard !lines.isEmpty else { return }
        // A reader that has gone away ends nothing here: the run goes on for its exit status.
        try? handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

/// One line about what is wrong with the servers.
func words(_ problem: ServerProblem) -> String {
    switch problem {
    case .unreachable(let server, let why): unreachable(server, why)
    case .somebodyElse(let server, let what):
        "\(server.origin) is no \(server.name): it answered \(what)"
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
