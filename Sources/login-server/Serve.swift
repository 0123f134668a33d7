import ArgumentParser
import Foundation
import HTTPTransport
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
        var settings = movedOperations(try await options.settings())
        for warning in settings.warnings { say(warning) }
        let fewer = try fitDescriptors(&settings)
        if let taken = takenPort(settings) {
            say(taken)
            throw ExitCode.failure
        }
        let (store, start) = try open(settings)
        let time = LiveTime(at: start.resumesAt)
        let logger = makeLogger(settings, time)
        for warning in start.warnings { logger.warning("\(warning)") }
        if let fewer { logger.info("\(fewer)") }
        do {
            try await withAHCTransport { transport in
                let measures = Measures()
                let wechat = WeChatClient(
                    configuration: settings.wechat,
                    transport: OneServer(
                        scheme: settings.wechat.scheme,
                        authority: settings.wechat.authority,
                        over: transport
                    ),
                    clock: time,
                    observer: measures.weChatObserver
                )
                let service = LoginService(
                    store: store,
                    wechat: wechat,
                    policy: settings.policy,
                    site: settings.site,
                    time: time,
                    dice: Dice(SystemRandomNumberGenerator()),
                    logger: logger,
                    measures: measures
                )
                let application = buildApplication(
                    service: service,
                    configuration: settings.edge,
                    logger: logger,
                    onOperations: { [settings] in announceOperations(settings, $0) },
                    onRunning: { [settings] _ in announce(settings) }
                )
                try await application.runService()
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            // Somebody took one in this very moment.
            say(takenPort(settings) ?? "A port is taken; please start again.")
            throw ExitCode.failure
        }
        try store.close()
    }

    /// Makes room for as many connections as are allowed, or exits; a developer's machine is allowed
    /// fewer instead.
    ///
    /// - Returns: that it is so, in a sentence.
    private func fitDescriptors(_ settings: inout Settings) throws -> String? {
        let descriptors = DescriptorLimit.raise()
        guard let flaw = DescriptorLimit.flaw(descriptors, settings) else { return nil }
        guard settings.mode == .development else {
            say(flaw)
            throw SettingOptions.refusedExitCode
        }
        let connections = DescriptorLimit.connections(descriptors)
        settings.edge.limits.connectionsMax = connections
        return "\(flaw) Now there may be \(connections)."
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

    /// On a developer's machine the operators' listener makes way for whoever has its port.
    private func movedOperations(_ settings: Settings) -> Settings {
        var settings = settings
        if let address = settings.edge.operations, address.mayMove,
            !FreePort.isFree(address.port, on: address.host)
        {
            settings.edge.operations?.port = 0
        }
        return settings
    }

    /// Which of the two ports somebody else has, in a sentence; nil when both are free.
    private func takenPort(_ settings: Settings) -> String? {
        if !FreePort.isFree(settings.edge.port, on: settings.edge.host) {
            return "Port \(settings.edge.port) on \(settings.edge.host) is taken. Stop the program "
                + "that has it, or choose another with --port."
        }
        if let operations = settings.edge.operations, operations.port != 0,
            !FreePort.isFree(operations.port, on: operations.host)
        {
            return
                "Port \(operations.port) on \(operations.host), for operators, is taken. Stop the "
                + "program that has it, or choose another with SCAN_LOGIN_OPERATIONS_PORT."
        }
        return nil
    }

    private func makeLogger(_ settings: Settings, _ time: LiveTime) -> Logger {
        var logger = Logger(label: "login-server") { label in
            switch settings.logFormat {
            case .text:
                StreamLogHandler.standardError(
                    label: label,
                    metadataProvider: RequestScope.metadata
                )
            case .json:
                JSONLogHandler(metadataProvider: RequestScope.metadata, now: time.now) {
                    FileHandle.standardError.write(Data($0))
                }
            }
        }
        logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
        return logger
    }

    private func announceOperations(_ settings: Settings, _ port: Int) {
        let host = settings.edge.operations?.host ?? ""
        let line = "login-server tells operators at http://\(host):\(port)/metrics\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }

    private func announce(_ settings: Settings) {
        // Not `print`: into a pipe that would wait for a full buffer.
        let line = "login-server listening on \(settings.edge.origin) (\(settings.mode.rawValue))\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}
