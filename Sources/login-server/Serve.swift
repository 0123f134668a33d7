import ArgumentParser
import Foundation
import HTTPTransport
import HTTPTransportAHC
import Hummingbird
import Logging
import LoginDomain
import LoginServer
import LoginService
import LoginStore
import LoginStoreSQLite
import NIOCore
import OpenIDConnect
import WeChatClient

/// Serves until SIGTERM or SIGINT.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves logins.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        // Whatever this process makes is for its owner alone (T37).
        umask(0o077)
        CoreDump.forbid()
        var settings = movedOperations(try await options.settings())
        for warning in settings.warnings { say(warning) }
        let fewer = try fitDescriptors(&settings)
        if let taken = takenPort(settings) {
            say(taken)
            throw ExitCode.failure
        }
        let began = ContinuousClock.now
        let (store, start) = try open(settings)
        let time = LiveTime(at: start.resumesAt, since: began)
        let dice = Dice(SystemRandomNumberGenerator())
        let keyholder = try await keyholder(settings, store, dice)
        try await registerClients(settings, store, at: time.now())
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
                    openID: OpenIDProvider(
                        issuer: "\(settings.edge.origin)",
                        opener: keyholder,
                        maker: keyholder
                    ),
                    time: time,
                    dice: dice,
                    logger: logger,
                    measures: measures
                )
                // The first start makes the first key; without one nobody can be told anything.
                try await service.keepKeys()
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

    /// Takes the key file, or says why not and exits.
    private func keyholder(
        _ settings: Settings,
        _ store: SQLiteLoginStore,
        _ dice: Dice
    ) async throws -> Keyholder {
        let keys = try await store.signingKeys()
        do {
            return try Keyholder.find(
                settings.keyFile,
                mayMake: settings.mode == .development,
                keys: keys,
                dice: dice
            )
        } catch {
            say("\(error)")
            throw SettingOptions.refusedExitCode
        }
    }

    /// Writes down which websites the configuration names, or says why not and exits.
    private func registerClients(
        _ settings: Settings,
        _ store: SQLiteLoginStore,
        at now: Timestamp
    ) async throws {
        let known = try await store.relyingParties().filter { !$0.isConfigured }
        for party in known {
            if let warning = party.proofKeyWarning { say(warning) }
            if settings.mode == .production, let warning = party.loopbackWarning { say(warning) }
        }
        let parties = settings.clients.map { party in
            var party = party
            party.createdAt = now
            return party
        }
        do {
            try await store.setConfigured(parties)
        } catch {
            switch error {
            case .duplicate:
                for party in parties where known.contains(where: { $0.id == party.id }) {
                    say(
                        "The website \(party.id) of the configuration file has been registered with "
                            + "'clients add' already. Give it another id, or remove that one: "
                            + "login-server clients remove \(party.id)"
                    )
                }
            case .full:
                say(
                    "There may be \(settings.policy.rows.relyingParties) websites, and the "
                        + "configuration file names more than there is room for: "
                        + "SCAN_LOGIN_LIMITS_CLIENTS."
                )
            case .unavailable:
                throw error
            }
            throw SettingOptions.refusedExitCode
        }
    }

    /// On a developer's machine the operators' listener makes way for whoever has its port.
    private func movedOperations(_ settings: Settings) -> Settings {
        var settings = settings
        if let address = settings.edge.operations, address.mayMove,
            FreePort.flaw(address.port, on: address.host) == .taken
        {
            settings.edge.operations?.port = 0
        }
        return settings
    }

    /// What is wrong with one of the two ports, in a sentence; nil when both can be had.
    private func takenPort(_ settings: Settings) -> String? {
        let main = FreePort.flaw(settings.edge.port, on: settings.edge.host)
        if let main {
            let (host, port) = (settings.edge.host, settings.edge.port)
            return sentence(main, port, host, "--port", "--host")
        }
        guard let operations = settings.edge.operations, operations.port != 0,
            let flaw = FreePort.flaw(operations.port, on: operations.host)
        else { return nil }
        return sentence(
            flaw,
            operations.port,
            "\(operations.host), for operators,",
            "SCAN_LOGIN_OPERATIONS_PORT",
            "SCAN_LOGIN_OPERATIONS_HOST"
        )
    }

    private func sentence(
        _ flaw: FreePort.Flaw,
        _ port: Int,
        _ host: String,
        _ portSetting: String,
        _ hostSetting: String
    ) -> String {
        switch flaw {
        case .taken:
            "Port \(port) on \(host) is taken. Stop the program that has it, or choose another "
                + "with \(portSetting)."
        case .forbidden:
            "Port \(port) on \(host) is for root alone. Choose one above 1023 with "
                + "\(portSetting), or give the program CAP_NET_BIND_SERVICE."
        case .notHere:
            "This machine has no address \(host). Choose one of its own with \(hostSetting), or "
                + "0.0.0.0 for all."
        case .unknown:
            "\(host) is no address and no known name. Set another with \(hostSetting)."
        }
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
