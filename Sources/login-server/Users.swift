import ArgumentParser
import LoginDomain
import LoginServer
import LoginStoreSQLite

/// Who has ever logged in.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists users, and says what websites may show beside their names.",
        subcommands: [List.self, SetRole.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a line for each user: id, role, first seen, name."
        )

        /// How many are read at once.
        private static let page = 500

        @OptionGroup var options: DatabaseOptions

        @Flag(help: "Print a JSON object for each.")
        var json = false

        func run() async throws {
            try await options.withStore { store in
                var last: UserID?
                while true {
                    let users = try await store.users(after: last, limit: Self.page)
                    for user in users {
                        print(json ? try UsersText.json(user) : UsersText.line(user))
                    }
                    last = users.last?.user.id
                    if users.count < Self.page { return }
                }
            }
        }
    }

    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-role",
            abstract: "Changes a user's role; a running server shows it at once."
        )

        @OptionGroup var options: DatabaseOptions

        @Argument(help: "The user's id, as 'users list' prints it.")
        var user: String

        @Argument(help: "A word of a-z, 0-9, - and _, at most 32 characters; 'user' is the usual.")
        var role: String

        func validate() throws {
            guard UserRole.isAllowed(role) else {
                throw ValidationError("A role is a word of a-z, 0-9, - and _.")
            }
        }

        func run() async throws {
            let isDone = try await options.withStore { store in
                guard let id = UserID(text: user) else { return false }
                return try await store.setRole(role, of: id)
            }
            guard isDone else {
                say("There is no user \(user).")
                throw ExitCode.failure
            }
        }
    }
}
