import ArgumentParser
import Foundation
import LoginDomain
import LoginServer
import LoginStore
import LoginStoreSQLite

/// What commands take that look after websites and keys, before the first start and while the server
/// serves.
struct BesideOptions: ParsableArguments {
    @OptionGroup var options: DatabaseOptions

    @Option(help: "production (the default) or development.")
    var mode: String?

    /// Reads what such a command has to know; nothing else of the settings is judged.
    func settings() async throws -> Settings.Beside {
        do {
            return try await Settings.beside(
                flags: SettingsFlags(
                    config: options.config,
                    mode: mode,
                    database: options.database
                ),
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            for reason in error.reasons { say(reason) }
            throw SettingOptions.refusedExitCode
        }
    }

    /// Lends the database; `makes` it where there is none, and otherwise says that there is none and
    /// exits: a slip of the pen in its path must not look like an empty list.
    func withStore<Value>(
        makes: Bool,
        _ body: (SQLiteLoginStore, Settings.Beside) async throws -> Value
    ) async throws -> Value {
        let settings = try await settings()
        guard makes || FileManager.default.fileExists(atPath: settings.database) else {
            say(
                "There is no database at \(settings.database). The first start makes it, or 'clients "
                    + "add'; if it is elsewhere, give its place by --database or SCAN_LOGIN_DATABASE."
            )
            throw ExitCode.failure
        }
        do {
            return try await DatabaseOptions.withStore(at: settings.database) { store in
                try await body(store, settings)
            }
        } catch let error as LoginStoreError {
            switch error {
            case .full(let kind): say("There are as many \(kind.rawValue) as there may be.")
            case .duplicate: say("That name is taken. Try again.")
            case .unavailable(let reason): say("The database cannot be used: \(reason).")
            }
            throw ExitCode.failure
        }
    }
}
