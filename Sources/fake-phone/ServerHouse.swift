import ArgumentParser
import FakePhone
import Foundation
import Synchronization

/// The servers that this program started, each as a process of its own, and their folders.
///
/// All of them are ended by their pid; a guard does it for a program that is killed.
final class ServerHouse: Sendable {
    private struct Book {
        var pairs: [Int: ServerPair] = [:]
        var processes: [Int: Process] = [:]
        var folders: Set<String> = []
        var nextNumber = 0
        var isClosing = false
        /// Those that were told to end.
        var dismissed: Set<Int> = []
        var guardian: ServerGuard?
    }

    /// The limits of the pair that is shared.
    ///
    /// Every story there comes from one address, most of them from alice, and all within a minute.
    /// A story about a limit has a server of its own, with the limits of a server in production.
    static let wide = Dictionary(
        uniqueKeysWithValues: [
            "ATTEMPTS_PER_IP_PER_MINUTE", "ATTEMPTS_PER_IP_BURST", "CONNECTIONS_PER_IP",
            "WEBSOCKETS_PER_IP", "DEAD_SCENES_PER_USER", "DEAD_SCENES_PER_IP",
            "PHONE_LOGINS_PER_USER_PER_MINUTE", "PHONE_LOGINS_PER_IP_PER_MINUTE",
            "PHONE_LOGINS_PER_IP_BURST", "SCENE_REQUESTS_PER_USER_PER_MINUTE",
            "PROFILE_CHANGES_PER_USER_PER_MINUTE",
        ].map { ("LIMITS_\($0)", "10000") }
    )

    /// How long a server may take to start.
    private static let startSeconds = 120

    /// Where `login-server` and `mock-wechat` lie.
    private let programs: String
    private let seed: UInt64
    private let console: Console
    private let book = Mutex(Book())

    /// Takes the programs out of a folder; nil means the one that this program lies in.
    ///
    /// - Throws: one clear line when a program is missing.
    init(folder: String?, seed: UInt64, console: Console) throws(StageError) {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folder = folder ?? own.deletingLastPathComponent().path
        for name in ["login-server", "mock-wechat"] {
            guard FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") else {
                throw StageError("\(folder): there is no program \(name) in this folder")
            }
        }
        programs = folder
        self.seed = seed
        self.console = console
        book.withLock { $0.guardian = ServerGuard() }
    }

    /// Lends pairs to scenarios.
    var lender: StageLender {
        StageLender(
            lend: { settings throws(StageError) in try await self.lend(settings) },
            end: { stage in await self.end(stage) }
        )
    }

    // MARK: Pairs

    /// Two servers and their folder.
    private struct ServerPair {
        var stage: Stage
        var mock: Int
        var login: Int
        var folder: String
    }

    /// Starts a mock and a login server with a fresh database.
    func lend(_ settings: [String: String]) async throws(StageError) -> Stage {
        let number = book.withLock { book in
            book.nextNumber += 1
            return book.nextNumber
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(GuardCommand.folderPrefix)\(getpid())-\(number)").path
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StageError("\(folder): cannot be made")
        }
        book.withLock { book in
            book.folders.insert(folder)
            book.guardian?.tell(.folder, folder)
        }
        let (mock, weChat) = try await start(
            "mock-wechat",
            ["--port", "0", "--seed", String(seed)],
            [:],
            folder
        )
        let command = Login(weChat: weChat, folder: folder, settings: settings)
        let (login, url) = try await start(command, port: 0)
        guard let weChatAddress = ServerAddress(weChat, name: "mock-wechat"),
            let loginAddress = ServerAddress(url, name: "login-server")
        else { throw StageError("a server said that it listens on no address") }
        let current = Mutex(login)
        let control = ServerControl(
            stop: { () throws(StageError) in
                await self.stop(current.withLock(\.self), SIGTERM)
            },
            kill: { () throws(StageError) in
                await self.stop(current.withLock(\.self), SIGKILL)
            },
            start: { () throws(StageError) in
                // The address stays what browsers and phones know.
                let (next, _) = try await self.start(command, port: loginAddress.port)
                current.withLock { $0 = next }
                self.book.withLock { $0.pairs[number]?.login = next }
            },
            register: { name, callback, goodbye throws(StageError) in
                try await self.register(name, callback, goodbye, at: command)
            }
        )
        let stage = Stage(login: loginAddress, weChat: weChatAddress, control: control)
        let pair = ServerPair(stage: stage, mock: mock, login: login, folder: folder)
        book.withLock { $0.pairs[number] = pair }
        return stage
    }

    /// Ends a pair and deletes its folder.
    private func end(_ stage: Stage) async {
        let found = book.withLock { book in
            let number = book.pairs.keys.first { book.pairs[$0]?.stage.login == stage.login }
            return number.flatMap { book.pairs.removeValue(forKey: $0) }
        }
        guard let found else { return }
        async let login: Void = stop(found.login, SIGTERM)
        async let mock: Void = stop(found.mock, SIGTERM)
        _ = await (login, mock)
        try? FileManager.default.removeItem(atPath: found.folder)
        book.withLock { _ = $0.folders.remove(found.folder) }
    }

    /// Ends everything that still runs, and waits for it.
    func close() async {
        let running = book.withLock { book in
            book.isClosing = true
            return Array(book.processes.keys)
        }
        for number in running { await stop(number, SIGTERM) }
        for folder in book.withLock(\.folders) {
            try? FileManager.default.removeItem(atPath: folder)
        }
        book.withLock { book in
            book.guardian?.dismiss()
            book.guardian = nil
        }
    }

    /// Starts a pair out of a folder, `.` for the one that this program lies in, lends it to `body`,
    /// and ends everything afterwards, however that ended.
    static func serving(
        from folder: String,
        seed: UInt64,
        console: Console,
        _ body: (Stage, StageLender) async throws -> Void
    ) async throws {
        do {
            let house = try ServerHouse(
                folder: folder == "." ? nil : folder,
                seed: seed,
                console: console
            )
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(try await house.lend(wide), house.lender))
            } catch {
                outcome = .failure(error)
            }
            await house.close()
            try outcome.get()
        } catch let error as StageError {
            // Who stops a run has not asked why its servers did not come up.
            if !Task.isCancelled { console.complain(error.description) }
            throw ExitCode.unusable
        }
    }

    // MARK: Processes

    /// How the login server of a pair is started, again and again.
    private struct Login {
        var weChat: String
        var folder: String
        var settings: [String: String]
    }

    private func start(_ login: Login, port: Int) async throws(StageError) -> (Int, String) {
        try await start(
            "login-server",
            [
                "serve", "--mode", "development", "--port", String(port),
                "--wechat", login.weChat, "--database", "\(login.folder)/data/login.sqlite",
            ],
            login.settings,
            login.folder
        )
    }

    /// Registers a website beside the running server, as an operator does.
    private func register(
        _ name: String,
        _ callback: String,
        _ goodbye: String,
        at login: Login
    ) async throws(StageError) -> WebsiteRegistration {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(programs)/login-server")
        process.arguments = [
            "clients", "add", "--mode", "development",
            "--database", "\(login.folder)/data/login.sqlite", "--name", name,
            "--redirect-uri", callback, "--post-logout-redirect-uri", goodbye,
        ]
        process.environment = Self.environment(login.settings)
        process.standardInput = FileHandle.nullDevice
        let words = Pipe()
        process.standardOutput = words
        process.standardError = words
        guard (try? process.run()) != nil else {
            throw StageError("login-server clients could not be started")
        }
        // A few hundred bytes: they fit into the pipe, and their end is the program's.
        let answer = words.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        struct Added: Decodable {
            var clientId: String
            var clientSecret: String
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard process.terminationStatus == 0,
            let added = try? decoder.decode(Added.self, from: answer)
        else {
            let text = String(decoding: answer, as: UTF8.self)
            throw StageError("login-server clients: \(text.prefix(200))")
        }
        return WebsiteRegistration(clientID: added.clientId, clientSecret: added.clientSecret)
    }

    /// Starts a program and waits until it says where it listens.
    private func start(
        _ name: String,
        _ arguments: [String],
        _ settings: [String: String],
        _ folder: String
    ) async throws(StageError) -> (Int, String) {
        let number = book.withLock { book in
            book.nextNumber += 1
            return book.nextNumber
        }
        let words = "\(folder)/\(name)-\(number).out"
        let complaints = "\(folder)/\(name)-\(number).err"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(programs)/\(name)")
        process.arguments = arguments
        process.environment = Self.environment(settings)
        process.standardInput = FileHandle.nullDevice
        for path in [words, complaints] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        process.standardOutput = FileHandle(forWritingAtPath: words)
        process.standardError = FileHandle(forWritingAtPath: complaints)
        process.terminationHandler = { [weak self] process in
            self?.ended(number, name, process, complaints)
        }
        let isStarted = book.withLock { book in
            guard !book.isClosing, (try? process.run()) != nil else { return false }
            book.processes[number] = process
            book.guardian?.tell(.started, String(process.processIdentifier))
            return true
        }
        guard isStarted else { throw StageError("\(name) could not be started") }
        let clock = ContinuousClock()
        // A machine that runs a whole suite beside it is slow; a server that hangs is told soon enough.
        let deadline = clock.now + .seconds(Self.startSeconds)
        while clock.now < deadline {
            if let url = Self.address(in: words) { return (number, url) }
            guard process.isRunning else {
                book.withLock { _ = $0.dismissed.insert(number) }
                throw StageError("\(name) ended before it listened: \(Self.last(of: complaints))")
            }
            guard (try? await clock.sleep(for: .milliseconds(5))) != nil else { break }
        }
        await stop(number, SIGKILL)
        guard !Task.isCancelled else { throw StageError("the run was stopped") }
        throw StageError("\(name) did not say within \(Self.startSeconds) s where it listens")
    }

    /// Ends a process and waits until it is gone; after 10 s it gets no choice.
    private func stop(_ number: Int, _ signal: Int32) async {
        let found = book.withLock { book in
            book.dismissed.insert(number)
            return book.processes[number]
        }
        guard let process = found else { return }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        if process.isRunning { kill(process.processIdentifier, signal) }
        while process.isRunning {
            if clock.now > deadline { kill(process.processIdentifier, SIGKILL) }
            // A run that is cancelled still waits for its servers.
            await Self.pause()
        }
        book.withLock { _ = $0.processes.removeValue(forKey: number) }
    }

    /// Says it when a server has ended that nobody has told to.
    private func ended(_ number: Int, _ name: String, _ process: Process, _ complaints: String) {
        let isListed = book.withLock { book in
            book.guardian?.tell(.ended, String(process.processIdentifier))
            return book.processes[number] != nil && !book.dismissed.contains(number)
        }
        guard isListed else { return }
        let how = process.terminationReason == .uncaughtSignal ? "by signal" : "with exit status"
        console.complain(
            "\(name) was ended in the middle of the run \(how) \(process.terminationStatus); "
                + "its last words: \(Self.last(of: complaints))"
        )
    }

    private static func pause() async {
        let slept: Void? = try? await ContinuousClock().sleep(for: .milliseconds(5))
        // A run that is cancelled has no other way to wait.
        if slept == nil { usleep(5000) }
    }

    /// A developer's own settings must not leak in.
    private static func environment(_ settings: [String: String]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("SCAN_LOGIN_") }
        environment["SCAN_LOGIN_OPERATIONS_PORT"] = "0"
        for (name, value) in settings { environment["SCAN_LOGIN_\(name)"] = value }
        return environment
    }

    /// The address after `listening on`, once the line is whole.
    private static func address(in path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let found = text.firstMatch(of: /listening on (https?:\/\/[^ \n]+)[ \n]/) else {
            return nil
        }
        return String(found.1)
    }

    private static func last(of path: String) -> String {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").last
            .map { String($0.prefix(300)) } ?? "it said nothing"
    }
}
