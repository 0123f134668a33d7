import ArgumentParser
import Foundation
import HTTPTransportAHC
import Hummingbird
import Logging
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
        var settings = try await options.settings()
        for warning in settings.warnings { say(warning) }
        try fitDescriptors(&settings)
        let logger = makeLogger(settings.logLevel)
        let store: SQLiteLoginStore
        do {
            store = try SQLiteLoginStore(path: settings.database)
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
        let time = LiveTime()
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
                ) { [settings] _ in
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

    private func fitDescriptors(_ settings: inout Settings) throws {
        let descriptors = DescriptorLimit.raise()
        guard let flaw = DescriptorLimit.flaw(descriptors, settings) else { return }
        guard settings.mode == .development else {
            say(flaw)
            throw SettingOptions.refusedExitCode
        }
        let connections = DescriptorLimit.connections(descriptors)
        settings.edge.limits.connectionsMax = connections
        say("\(flaw) Now there may be \(connections).")
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
