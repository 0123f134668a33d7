import Foundation
import Subprocess
import SystemPackage

/// One of our programs, running as a process of its own.
struct RunningProgram {
    /// What it says it listens on.
    let url: String
    let pid: Int32
    private let sendSignal: (Signal) throws -> Void

    /// Where the login server tells operators how it is.
    let operations: String

    fileprivate init(
        url: String,
        operations: String,
        pid: Int32,
        sendSignal: @escaping (Signal) throws -> Void
    ) {
        self.url = url
        self.operations = operations
        self.pid = pid
        self.sendSignal = sendSignal
    }

    /// `kill -9`: the process gets no chance to say or write anything.
    func kill() throws { try sendSignal(.kill) }

    /// Asks it to stop.
    func stop() throws { try sendSignal(.terminate) }

    /// Ctrl-C.
    func interrupt() throws { try sendSignal(.interrupt) }
}

/// A program that ended before it said where it listens, or that ended badly.
struct ProgramFailed: Error, CustomStringConvertible {
    var description: String
}

/// The real programs, as `swift build` made them beside this test.
enum Programs {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private static func path(_ name: String) -> FilePath {
        // The test binary lies in the same folder; where a helper runs it, the usual place is asked.
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for folder in [beside.path, "\(root)/.build/debug", "\(root)/.build/release"] {
            let file = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: file) { return FilePath(file) }
        }
        return FilePath(name)
    }

    /// How to start a program: directly, or with other limits, through a shell that sets them and
    /// becomes the program.
    ///
    /// `limits` is what its `ulimit` is told.
    private static func command(
        _ name: String,
        _ arguments: [String],
        _ limits: String?
    ) -> (Executable, Arguments) {
        let program = path(name)
        guard let limits else { return (.path(program), Arguments(arguments)) }
        let script = "ulimit \(limits) && exec \"$0\" \"$@\""
        return (.path("/bin/sh"), Arguments(["-c", script, program.string] + arguments))
    }

    /// The file of one of our programs.
    static func executable(_ name: String) -> String { path(name).string }

    /// How many lines that match a basic regular expression a tool prints of a program, such as `nm`.
    static func count(_ pattern: String, in tool: String, of name: String) async throws -> Int {
        // Half a million lines: grep is the one to count them.
        let result = try await run(
            .path("/bin/sh"),
            arguments: ["-c", "\(tool) \"$0\" | grep -c -e \"$1\"", path(name).string, pattern],
            output: .string(limit: 1 << 10),
            error: .string(limit: 1 << 16)
        )
        let text = result.standardOutput.split(separator: "\n").first ?? ""
        guard let count = Int(text), result.standardError.isEmpty else {
            throw ProgramFailed(description: "\(tool) failed: \(result.standardError)")
        }
        return count
    }

    private static func environment(_ settings: [String: String]) -> Environment {
        var changes: [Environment.Key: String?] = [:]
        // A developer's own settings must not leak in.
        for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("SCAN_LOGIN_") {
            changes[Environment.Key(stringLiteral: name)] = .some(nil)
        }
        for (name, value) in settings { changes[Environment.Key(stringLiteral: name)] = value }
        return .inherit.updating(changes)
    }

    /// Runs a server while `body` does; ends it afterwards, also when `body` throws.
    static func with<Value: Sendable>(
        _ name: String,
        _ arguments: [String],
        environment settings: [String: String] = [:],
        errorsTo log: String = "/dev/null",
        limits: String? = nil,
        _ body: (RunningProgram) async throws -> Value
    ) async throws -> Value {
        var settings = settings
        // Many servers run at once: none may insist on the usual port for operators.
        settings["SCAN_LOGIN_OPERATIONS_PORT", default: "0"] += ""
        let errors = try FileDescriptor.open(
            FilePath(log),
            .writeOnly,
            options: [.create, .append],
            permissions: .ownerReadWrite
        )
        let (executable, arguments) = command(name, arguments, limits)
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(9))]
        let result = try await run(
            executable,
            arguments: arguments,
            environment: environment(settings),
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .fileDescriptor(errors, closeAfterSpawningProcess: true)
        ) { execution in
            var url: String?
            var operations: String?
            for try await line in execution.standardOutput.strings() {
                if let found = line.firstMatch(of: /operators at (http:\/\/[^ \/]+)/) {
                    operations = String(found.1)
                }
                if let found = line.firstMatch(of: /listening on (https?:\/\/[^ ]+)/) {
                    url = String(found.1)
                }
                // The login server has two listeners, which open in any order.
                if url != nil, operations != nil || name != "login-server" { break }
            }
            guard let url else {
                throw ProgramFailed(description: "\(name) ended before it listened")
            }
            let program = RunningProgram(
                url: url,
                operations: operations ?? "",
                pid: execution.processIdentifier.value,
                sendSignal: { try execution.send(signal: $0) }
            )
            let value: Result<Value, any Error>
            do {
                value = .success(try await body(program))
            } catch {
                value = .failure(error)
            }
            // Gone already when the test killed it.
            try? program.stop()
            return value
        }
        let value = try result.closureResult.get()
        // Told to stop, a program ends with 0; only `kill -9` leaves it no choice.
        switch result.terminationStatus {
        case .exited(0), .signaled(9): return value
        case .exited(let status), .signaled(let status):
            throw ProgramFailed(description: "\(name) ended with \(status)")
        }
    }

    /// What a program left behind that ran to its end.
    struct Ended {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a program to its end.
    static func end(
        _ name: String,
        _ arguments: [String],
        environment settings: [String: String] = [:],
        limits: String? = nil
    ) async throws -> Ended {
        let (executable, arguments) = command(name, arguments, limits)
        let result = try await run(
            executable,
            arguments: arguments,
            environment: environment(settings),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        var status: Int32 = -1
        if case .exited(let code) = result.terminationStatus { status = code }
        return Ended(
            status: status,
            output: result.standardOutput,
            errors: result.standardError
        )
    }

    /// Runs a program to its end, and lends it to `body` once it has said `word`.
    static func ended(
        _ name: String,
        _ arguments: [String],
        environment settings: [String: String] = [:],
        after word: String,
        _ body: (RunningProgram) async throws -> Void
    ) async throws -> Ended {
        try await withFolder { folder in
            let errors = "\(folder)/errors"
            let (executable, arguments) = command(name, arguments, nil)
            let result = try await run(
                executable,
                arguments: arguments,
                environment: environment(settings),
                input: .none,
                output: .sequence,
                error: .fileDescriptor(
                    try FileDescriptor.open(
                        FilePath(errors),
                        .writeOnly,
                        options: [.create, .append],
                        permissions: .ownerReadWrite
                    ),
                    closeAfterSpawningProcess: true
                )
            ) { execution in
                var output = ""
                var isLent = false
                for try await line in execution.standardOutput.strings() {
                    output += "\(line)\n"
                    guard !isLent, line.contains(word) else { continue }
                    isLent = true
                    try await body(
                        RunningProgram(
                            url: "",
                            operations: "",
                            pid: execution.processIdentifier.value,
                            sendSignal: { try execution.send(signal: $0) }
                        )
                    )
                }
                return output
            }
            var status: Int32 = -1
            if case .exited(let code) = result.terminationStatus { status = code }
            return Ended(
                status: status,
                output: result.closureResult,
                errors: try String(contentsOfFile: errors, encoding: .utf8)
            )
        }
    }

    /// Lends a new folder, and deletes it, and what a server has put beside it.
    static func withFolder<Value: Sendable>(
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        let place = FileManager.default.temporaryDirectory
            // Short: Chromium's sockets lie below it, and the path of one has 107 bytes at most.
            .appendingPathComponent("scan-login-test-\(UUID().uuidString.prefix(18))").path
        try FileManager.default.createDirectory(
            atPath: "\(place)/folder",
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: place) }
        return try await body("\(place)/folder")
    }

    /// Lends the least that a good production server says, with its key file.
    static func withProduction<Value: Sendable>(
        _ body: ([String: String]) async throws -> Value
    ) async throws -> Value {
        try await withFolder { folder in
            let file = "\(folder)/key"
            let isMade = FileManager.default.createFile(
                atPath: file,
                contents: Data("\(String(repeating: "5a", count: 32))\n".utf8),
                attributes: [.posixPermissions: 0o600]
            )
            guard isMade else { throw ProgramFailed(description: "no \(file)") }
            return try await body([
                "SCAN_LOGIN_ORIGIN": "https://login.example.com",
                "SCAN_LOGIN_WECHAT_APP_ID": "wx00000000000000aa",
                "SCAN_LOGIN_WECHAT_APP_SECRET": "fedcba9876543210fedcba9876543210",
                "SCAN_LOGIN_KEY_FILE": file,
            ])
        }
    }

    /// The mock and the login server, both on free ports, with a fresh database.
    static func withBoth<Value: Sendable>(
        settings: [String: String] = [:],
        mockFlags: [String] = [],
        loginFlags: [String] = [],
        errorsTo log: String = "/dev/null",
        _ body: (_ login: RunningProgram, _ mock: RunningProgram) async throws -> Value
    ) async throws -> Value {
        try await withFolder { folder in
            try await with("mock-wechat", ["--port", "0"] + mockFlags) { mock in
                try await with(
                    "login-server",
                    [
                        "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                        "--database", "\(folder)/login.sqlite",
                    ] + loginFlags,
                    environment: settings,
                    errorsTo: log
                ) { login in
                    try await body(login, mock)
                }
            }
        }
    }
}
