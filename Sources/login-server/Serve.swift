import ArgumentParser
import Foundation
import HTTPTransportAHC
import Hummingbird
import Logging
import LoginDomain
import LoginServer
import LoginService
import LoginStoreSQLite
import NIOCore
import WeChatClient

/// Serves until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves logins.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        // Whatever this process makes is for its owner alone (T37).
        umask(0o077)
        let settings = try await options.settings()
        for warning in settings.warnings { say(warning) }
        let logger = makeLogger(settings.logLevel)
        let (store, start) = try open(settings)
        for warning in start.warnings { logger.warning("\(warning)") }
        let time = LiveTime(at: start.resumesAt)
        do {
            try await withAHCTransport { transport in
                let wechat = WeChatClient(
                    configuration: settings.wechat,
                    transport: transport,
                    clock: time
                )
                let service = LoginService(
                    store: store,
                    wechat: wechat,
                    policy: settings.policy,
                    site: settings.site,
                    time: time,
                    dice: Dice(SystemRandomNumberGenerator()),
                    logger: logger
                )
                let application = buildApplication(
                    service: service,
                    configuration: settings.edge,
                    logger: logger
                ) { _ in
                    announce(settings)
                }
                try await application.runService()
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            say(
                "Port \(settings.edge.port) on \(settings.edge.host) is taken. Stop the program "
                    + "that has it, or choose another with --port."
            )
            throw ExitCode.failure
        }
        try store.close()
    }

    /// Takes the database, or says why not and exits.
    private func open(_ settings: Settings) throws -> (SQLiteLoginStore, ServingStart) {
        do {
            return try SQLiteLoginStore.serve(
                path: settings.database,
                caps: settings.policy.rows,
                policy: settings.policy,
                clock: .live(),
                keepsSessions: settings.keepsRestoredSessions
            )
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
    }

    private func makeLogger(_ level: String) -> Logger {
        var logger = Logger(label: "login-server") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }

    private func announce(_ settings: Settings) {
        // Not `print`: into a pipe that would wait for a full buffer.
        let line = "login-server listening on \(settings.edge.origin) (\(settings.mode.rawValue))\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}
