import ArgumentParser
import Foundation
import LoginDomain
import LoginServer
import LoginService
import LoginStoreSQLite
import OpenIDConnect

/// The keys that sign ID tokens.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks after the keys that sign ID tokens.",
        discussion: """
            A server makes its first key at its first start and a successor every 90 days. A key is \
            published a day before it signs, and stays published until nothing it signed is alive.
            """,
        subcommands: [List.self, Rotate.self, Revoke.self]
    )

    /// The kinds of keys there are.
    enum Algorithm: String, CaseIterable, ExpressibleByArgument {
        case rs256 = "RS256"
        case es256 = "ES256"

        var kind: SigningKey.Algorithm {
            switch self {
            case .rs256: .rs256
            case .es256: .es256
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a line for each key: name, kind, state, since when it is published."
        )

        @OptionGroup var beside: BesideOptions

        @Flag(help: "Print a JSON object for each.")
        var json = false

        func run() async throws {
            try await beside.withStore(makes: false) { store, settings in
                let rows = try await store.signingKeys()
                // The kind is told where the key file is there.
                let seal = try? settings.keyFile?.read()
                let now = ClockReading.live().now
                for line in KeysText.lines(rows, at: now, opening: { try? seal?.open($0) }) {
                    print(json ? try line.json : line.text)
                }
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes a new key, which signs when it has been published for a day.",
            discussion: "Until then the present one signs. Prints the new key as one JSON object."
        )

        @OptionGroup var beside: BesideOptions

        @Option(help: "RS256, which every website can check, or ES256.")
        var algorithm: Algorithm?

        func run() async throws {
            let made = try await beside.withStore(makes: true) { store, settings in
                let rows = try await store.signingKeys()
                let keyholder = try holder(settings, rows)
                // Unless told otherwise, of the kind of the youngest.
                let youngest = try rows.last.map { try keyholder.open($0).algorithm }
                let now = ClockReading.live().now
                if let waits = KeysText.successorWaits(rows, at: now) {
                    say(waits)
                    throw ExitCode.failure
                }
                let kind = algorithm?.kind ?? youngest ?? .rs256
                for kid in KeyRing(of: rows).forgettable(at: now) {
                    _ = try await store.removeSigningKey(kid)
                }
                let made = try await publish(kind, by: keyholder, in: store)
                if kind == .es256 {
                    say(
                        "Websites that insist on RS256, which is what many take unless told "
                            + "otherwise, will refuse what this key signs. It signs in a day; "
                            + "'login-server keys revoke' takes it back."
                    )
                }
                return made
            }
            print(made)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets a key at once: what it signed can no longer be checked.",
            discussion: """
                For a key that somebody else may have. The next one signs from now on; where there is \
                none, it is made first. Keys that signed before it go with it. Websites that keep the \
                key set fail until they ask for it again, an hour at most.
                """
        )

        @OptionGroup var beside: BesideOptions

        @Argument(help: "Its name, as 'keys list' prints it.")
        var kid: String

        func run() async throws {
            let isDone = try await beside.withStore(makes: false) { store, settings in
                let rows = try await store.signingKeys()
                guard rows.contains(where: { $0.kid == kid }) else {
                    say("There is no signing key \(kid).")
                    throw ExitCode.failure
                }
                let leaving = KeyRing(of: rows).leaving(with: kid, at: ClockReading.live().now)
                if rows.allSatisfy({ leaving.contains($0.kid) }) {
                    // First the new one: the server is never without. The one that goes need not open.
                    let keyholder = try holder(settings, [])
                    print(try await publish(.rs256, by: keyholder, in: store, insteadOf: leaving))
                }
                if leaving.count > 1 {
                    say(
                        "Forgotten with it, so that no earlier key signs again: "
                            + leaving.filter { $0 != kid }.joined(separator: ", ")
                    )
                }
                for earlier in leaving where earlier != kid {
                    _ = try await store.removeSigningKey(earlier)
                }
                return try await store.removeSigningKey(kid)
            }
            guard isDone else { throw ExitCode.failure }
        }
    }

    /// Takes the key file, or says why not and exits.
    private static func holder(
        _ settings: Settings.Beside,
        _ rows: [SealedKey]
    ) throws -> Keyholder {
        guard let file = settings.keyFile else {
            say("SCAN_LOGIN_KEY_FILE is missing: the file that signing keys are encrypted under.")
            throw SettingOptions.refusedExitCode
        }
        do {
            try file.judgePlace(besides: settings.database)
            return try Keyholder.find(
                file,
                mayMake: settings.mode == .development,
                keys: rows,
                dice: Dice(SystemRandomNumberGenerator())
            )
        } catch {
            say("\(error)")
            throw SettingOptions.refusedExitCode
        }
    }

    /// Makes a key and publishes it.
    ///
    /// - Returns: it, as a JSON object, as it stands when those that are named have gone.
    private static func publish(
        _ algorithm: SigningKey.Algorithm,
        by keyholder: Keyholder,
        in store: SQLiteLoginStore,
        insteadOf gone: [String] = []
    ) async throws -> String {
        let now = ClockReading.live().now
        let key = try keyholder.make(algorithm, at: now)
        try await store.addSigningKey(key)
        let lines = KeysText.lines(
            try await store.signingKeys().filter { !gone.contains($0.kid) },
            at: now,
            opening: { try? keyholder.open($0) }
        )
        return try lines.first { $0.kid == key.kid }?.json ?? ""
    }
}
