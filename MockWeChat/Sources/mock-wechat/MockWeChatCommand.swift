import ArgumentParser
import Foundation
import Logging
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Reads flags and a world file, builds the mock, runs it.
@main struct MockWeChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-wechat",
        abstract: "api.weixin.qq.com offline. For testing only: it keeps no secret.",
        discussion:
            "The control plane under /_mock has no password; keep it on the loopback address."
    )

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
    }

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "mock-wechat")
        logger.logLevel = .notice
        let description = try loadWorld()
        let settings = MockWeChatSettings(
            host: host,
            port: port,
            publicURL: publicURL.map { String($0.reversed().drop { $0 == "/" }.reversed()) }
        )
        let application = buildMockWeChat(
            world: description,
            settings: settings,
            seams: .live,
            logger: logger
        ) { channel in
            let port = channel.localAddress?.port ?? settings.port
            Console.say(
                "mock-wechat listening on \(Self.url(host: settings.host, port: port)) "
                    + "(testing only, seed \(description.seed))"
            )
        }
        var group = ServiceGroupConfiguration(
            services: [application],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Callers that a fault keeps waiting are cut off, so that the exit takes no two seconds.
        group.maximumGracefulShutdownDuration = .seconds(1)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            return
        } catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) }
            Console.complain(
                "mock-wechat: cannot listen on \(host):\(port): \(reason ?? "\(error)")"
            )
            throw ExitCode.failure
        }
    }

    private func loadWorld() throws -> WorldDescription {
        var description = WorldDescription.standard
        if let world {
            guard let bytes = try? Data(contentsOf: URL(filePath: world)),
                let yaml = String(validating: bytes, as: UTF8.self)
            else {
                Console.complain("mock-wechat: \(world): expected a file of text in UTF-8")
                throw ExitCode.failure
            }
            do throws(DescriptionError) {
                description = try WorldDescription(yaml: yaml)
            } catch {
                let place = error.place.map { ":\($0.line):\($0.column)" } ?? ""
                Console.complain("mock-wechat: \(world)\(place): \(error.detail)")
                throw ExitCode.failure
            }
        }
        if let seed { description.seed = seed }
        if let clock {
            description.clock.mode = clock
            if clock == .real { description.clock.start = nil }
        }
        return description
    }

    /// A URL that works: IPv6 addresses stand in brackets.
    private static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
}

extension ClockMode: ExpressibleByArgument {}
