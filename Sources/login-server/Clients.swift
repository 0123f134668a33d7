import ArgumentParser
import Foundation
import LoginDomain
import LoginServer
import LoginService
import LoginStoreSQLite

/// The websites that have their users logged in here.
struct Clients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Registers websites that log their users in by OpenID Connect.",
        discussion: "A running server knows of every change at once.",
        subcommands: [Add.self, List.self, Show.self, Remove.self, RotateSecret.self]
    )

    /// How a website proves its codes.
    enum ProofKey: String, CaseIterable, ExpressibleByArgument {
        case required
        case optional
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Registers a website and prints its id and its secret, as one JSON object.",
            discussion: "The secret is shown this once; what is stored opens nothing."
        )

        @OptionGroup var beside: BesideOptions

        @Option(help: "Its name, as its users see it on the login page and on their phones.")
        var name: String

        @Option(
            name: .customLong("redirect-uri"),
            parsing: .upToNextOption,
            help: "Where it takes logins: compared byte for byte. May be given several times."
        )
        var redirectURIs: [String] = []

        @Option(
            name: .customLong("post-logout-redirect-uri"),
            parsing: .upToNextOption,
            help: "Where a browser may go after a logout."
        )
        var postLogoutRedirectURIs: [String] = []

        @Flag(
            name: .customLong("public"),
            help: ArgumentHelp(
                "It can keep no secret, and gets none.",
                discussion: "Not for scripts in a page, as there is no CORS, nor for an app with a "
                    + "scheme of its own: addresses begin with https://."
            )
        )
        var isPublic = false

        @Option(name: .customLong("pkce"), help: "required, or optional for what cannot do PKCE.")
        var proofKey = ProofKey.required

        @Flag(
            name: .customLong("pairwise"),
            help: "Its names for users are its host's own, and no other website's."
        )
        var isPairwise = false

        @Option(help: "When its users type the browser's number: off, networks or always.")
        var numberMatching = NumberMatching.off

        @Option(
            name: .customLong("share"),
            parsing: .upToNextOption,
            help:
                "What it may learn when the user agrees on the phone: \(OpenIDScope.sharedNames).",
            transform: Add.share
        )
        var shares: [OpenIDScope] = []

        @Flag(help: "It may have refresh tokens, which outlive the browser's session.")
        var refreshTokens = false

        private static func share(_ name: String) throws -> OpenIDScope {
            guard let scope = OpenIDScope(sharing: name) else {
                throw ValidationError("'\(name)' is none of: \(OpenIDScope.sharedNames).")
            }
            return scope
        }

        func run() async throws {
            let made = try await beside.withStore(makes: true) { store, settings in
                var dice = SystemRandomNumberGenerator()
                let secret = isPublic ? nil : ClientSecret(using: &dice)
                var draft = ClientDraft(
                    id: RelyingPartyID(using: &dice),
                    name: name,
                    redirectURIs: redirectURIs,
                    postLogoutRedirectURIs: postLogoutRedirectURIs,
                    secret: secret?.digest
                )
                draft.isProofKeyRequired = proofKey == .required
                draft.isPairwise = isPairwise
                draft.numberMatching = numberMatching
                draft.shares = Set(shares)
                draft.allowsRefresh = refreshTokens
                let party: RelyingParty
                do throws(ClientDraft.Flaws) {
                    party = try draft.judged(
                        allowsLoopback: settings.mode == .development,
                        in: .flags,
                        at: ClockReading.live().now
                    )
                } catch {
                    for line in error.lines { say(line) }
                    throw ExitCode.failure
                }
                try await store.addRelyingParty(party)
                if let warning = party.proofKeyWarning { say(warning) }
                return try ClientsText.credentials(party.id, secret)
            }
            if let made { print(made) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a line for each website: id, kind, PKCE, whose, addresses, name."
        )

        @OptionGroup var beside: BesideOptions

        @Flag(help: "Print a JSON object for each.")
        var json = false

        func run() async throws {
            try await beside.withStore(makes: false) { store, _ in
                for party in try await store.relyingParties() {
                    print(json ? try ClientsText.json(party) : ClientsText.line(party))
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints what is known of a website, as one JSON object."
        )

        @OptionGroup var beside: BesideOptions

        @Argument(help: "Its id, as 'clients list' prints it.")
        var id: String

        func run() async throws {
            let shown = try await beside.withStore(makes: false) { store, _ in
                try ClientsText.json(try await find(id, in: store))
            }
            guard let shown else { throw ExitCode.failure }
            print(shown)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forgets a website; its codes and access tokens are dead at once."
        )

        @OptionGroup var beside: BesideOptions

        @Argument(help: "Its id, as 'clients list' prints it.")
        var id: String

        func run() async throws {
            let isDone = try await beside.withStore(makes: false) { store, _ in
                let party = try await findOwn(id, in: store)
                return try await store.removeRelyingParty(party.id)
            }
            guard isDone == true else { throw ExitCode.failure }
        }
    }

    struct RotateSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives a website another secret and prints it; the old one is dead at once."
        )

        @OptionGroup var beside: BesideOptions

        @Argument(help: "Its id, as 'clients list' prints it.")
        var id: String

        func run() async throws {
            let made = try await beside.withStore(makes: false) { store, _ in
                let party = try await findOwn(id, in: store)
                var dice = SystemRandomNumberGenerator()
                let secret = ClientSecret(using: &dice)
                guard try await store.setSecret(secret.digest, of: party.id) else {
                    say("The website \(party.id) is public and has no secret.")
                    throw ExitCode.failure
                }
                return try ClientsText.credentials(party.id, secret)
            }
            guard let made else { throw ExitCode.failure }
            print(made)
        }
    }

    /// Finds a website, or says that there is none and exits.
    private static func find(
        _ id: String,
        in store: SQLiteLoginStore
    ) async throws -> RelyingParty {
        if let id = RelyingPartyID(text: id), let party = try await store.relyingParty(id) {
            return party
        }
        say("There is no website \(id).")
        throw ExitCode.failure
    }

    /// Finds a website that is this program's to change.
    private static func findOwn(
        _ id: String,
        in store: SQLiteLoginStore
    ) async throws -> RelyingParty {
        let party = try await find(id, in: store)
        guard !party.isConfigured else {
            say("The website \(id) is of the configuration file: change it there and start again.")
            throw ExitCode.failure
        }
        return party
    }
}

extension NumberMatching: ExpressibleByArgument {}
