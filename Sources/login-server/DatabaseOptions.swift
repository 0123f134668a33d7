import ArgumentParser
import Foundation
import LoginServer
import LoginStoreSQLite

/// What commands take that work on the database beside the server, before its first start and while
/// it serves.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "A YAML or JSON file with settings.")
    var config: String?

    @Option(help: "The path of the SQLite database.")
    var database: String?

    /// Where the database is; nothing else of the settings is judged.
    func path() async throws -> String {
        do {
            return try await Settings.databasePath(
                flags: SettingsFlags(config: config, database: database),
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            for reason in error.reasons { say(reason) }
            throw SettingOptions.refusedExitCode
        }
    }

    /// Lends the database, which must be there: a slip of the pen must not make a new one.
    func withStore<Value>(_ body: (SQLiteLoginStore) async throws -> Value) async throws -> Value {
        let path = try await path()
        guard FileManager.default.fileExists(atPath: path) else {
            say("There is no database at \(path).")
            throw ExitCode.failure
        }
        return try await Self.withStore(at: path, body)
    }

    /// Lends the database, and makes it where there is none.
    static func withStore<Value>(
        at path: String,
        _ body: (SQLiteLoginStore) async throws -> Value
    ) async throws -> Value {
        // Whatever this process makes is for its owner alone (T37).
        umask(0o077)
        let store: SQLiteLoginStore
        do {
            store = try SQLiteLoginStore(path: path)
        } catch {
            say("\(error)")
            throw ExitCode.failure
        }
        let value = try await body(store)
        try store.close()
        return value
    }
}
