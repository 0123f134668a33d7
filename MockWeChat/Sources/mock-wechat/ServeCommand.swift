import ArgumentParser
import Foundation
import Logging
import MockWeChat
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Reads flags and a world file, builds the mock, runs it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answers as api.weixin.qq.com until it is told to stop. This is the default."
    )

    /// A budget was gone over.
    private static let overBudget = ExitCode(3)

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes any free one.")
    var port = 9090

    @Option(
        help: ArgumentHelp("A world file in YAML instead of the built-in one.", valueName: "file")
    )
    var world: String?

    @Option(help: "The seed of all chance; it wins over the world file's.")
    var seed: UInt64?

    @Option(help: "real or frozen; it wins over the world file's.")
    var clock: ClockMode?

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "What code pictures begin with, for phones on the LAN.",
            valueName: "url"
        )
    )
    var publicURL: String?

    @Flag(help: "Speak TLS too, with a certificate for api.weixin.qq.com of an own authority.")
    var tls = false

    @Option(
        name: .customLong("ca-dir"),
        help: ArgumentHelp(
            "Keep the authority in this folder; callers trust its ca.pem. Without it a new one is "
                + "made at each start, in a folder that the first line names.",
            valueName: "folder"
        )
    )
    var authorityFolder: String?

    @Flag(
        help: "Be an HTTP proxy for api.weixin.qq.com, and refuse every other host. Implies --tls."
    )
    var proxy = false

    @Option(
        help: ArgumentHelp(
            "End with exit code 3 when more was called than this file allows.",
            valueName: "file"
        )
    )
    var budget: String?

    @Option(
        name: .customLong("mini-program"),
        help: ArgumentHelp(
            "What the virtual phone runs instead of the built-in mini-program: a folder with "
                + "lib/program.js, read anew at each load of the page.",
            valueName: "folder"
        )
    )
    var miniProgram: String?

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port: expected 0 to 65535, not \(port)")
        }
        if let seed, seed > WorldDescription.seedMax {
            throw ValidationError("--seed: expected 0 to \(WorldDescription.seedMax), not \(seed)")
        }
        if let publicURL {
            let isURL = publicURL.hasPrefix("http://") || publicURL.hasPrefix("https://")
            guard isURL, publicURL.utf8.count <= 255, !publicURL.contains(" ") else {
                throw ValidationError(
                    "--public-url: expected http://… or https://…, not \(publicURL)"
                )
            }
        }
        if authorityFolder != nil, !tls, !proxy {
            throw ValidationError("--ca-dir: expected --tls or --proxy beside it")
        }
    }

    func run() async throws {
        let description = try worldDescription()
        let budget = try budget.map { path in
            try TextFile.read(path) { yaml throws(DescriptionError) in try Budget(yaml: yaml) }
        }
        let authority = try tls || proxy ? openAuthority() : nil
        var settings = MockWeChatSettings(
            host: host,
            port: port,
            publicURL: publicURL.map { String($0.reversed().drop { $0 == "/" }.reversed()) }
        )
        settings.tls = authority?.certificate
        settings.isProxy = proxy
        if let miniProgram {
            settings.miniProgram = .folder(miniProgram)
            if let problem = settings.miniProgram.problem {
                Console.complain("mock-wechat: --mini-program: \(problem)")
                throw ExitCode.failure
            }
        }
        let server = try await run(settings, description, authorityFile: authority?.file)
        if let folder = authority?.folderToDelete {
            try? FileManager.default.removeItem(atPath: folder)
        }
        guard let overruns = budget.map(server.overruns), !overruns.isEmpty else { return }
        for overrun in overruns { Console.complain("mock-wechat: over budget: \(overrun)") }
        throw Self.overBudget
    }

    /// Runs the mock until it is told to stop.
    private func run(
        _ settings: MockWeChatSettings,
        _ description: WorldDescription,
        authorityFile: String?
    ) async throws -> MockWeChatServer {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Self.logger
        let server = try MockWeChatServer(
            world: description,
            settings: settings,
            wallClock: { .machine },
            logger: logger,
            onListening: { address in
                let url = Self.url(settings, port: address.port ?? settings.port)
                Console.say(
                    "mock-wechat listening on \(url) (testing only, seed \(description.seed))"
                        + (authorityFile.map { ", trust \($0)" } ?? "")
                )
                logger.notice("for testing only: this mock keeps no secret")
            }
        )
        var group = ServiceGroupConfiguration(
            services: [server],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Callers that a fault keeps waiting are cut off, so that the exit takes no two seconds.
        group.maximumGracefulShutdownDuration = .milliseconds(1500)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) }
            Console.complain(
                "mock-wechat: cannot listen on \(host):\(port): \(reason ?? "\(error)")"
            )
            throw ExitCode.failure
        }
        return server
    }

    private static var logger: Logger {
        var logger = Logger(label: "mock-wechat")
        logger.logLevel = .notice
        return logger
    }

    private func worldDescription() throws -> WorldDescription {
        var description = WorldDescription.standard
        if let world {
            description = try TextFile.read(world) { yaml throws(DescriptionError) in
                try WorldDescription(yaml: yaml)
            }
        }
        if let seed { description.seed = seed }
        if let clock {
            description.clock.mode = clock
            if clock == .real { description.clock.start = nil }
        }
        return description
    }

    private struct Authority {
        let certificate: MockCertificate
        let file: String
        /// A folder of this run alone.
        let folderToDelete: String?
    }

    private func openAuthority() throws -> Authority {
        let own = authorityFolder == nil
        let path =
            authorityFolder
            ?? FileManager.default.temporaryDirectory
            .appending(path: "mock-wechat-ca-\(UUID().uuidString)").path
        let folder = AuthorityFolder(path: path)
        do {
            return Authority(
                certificate: try folder.certificate(hosts: host == "0.0.0.0" ? [] : [host]),
                file: folder.certificateFile,
                folderToDelete: own ? path : nil
            )
        } catch {
            Console.complain(
                "mock-wechat: \(path): expected a folder that can be written, with ca.pem and "
                    + "ca-key.pem of an earlier run or neither (\(error))"
            )
            throw ExitCode.failure
        }
    }

    /// A URL that works: IPv6 addresses stand in brackets.
    private static func url(_ settings: MockWeChatSettings, port: Int) -> String {
        // A proxy is spoken to in clear.
        let scheme = settings.tls == nil || settings.isProxy ? "http" : "https"
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        return "\(scheme)://\(host):\(port)"
    }
}

extension ClockMode: ExpressibleByArgument {}
