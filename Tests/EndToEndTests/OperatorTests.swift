import FakePhone
import Foundation
import HTTPTransportAHC
import Testing

/// What operators do with the database of a real server: one serves, the commands go on beside it.
@Suite(.timeLimit(.minutes(10)))
struct OperatorTests {
    @Test func `T38: a second server on a database ends at once, with one line, and harms nothing`()
        async throws
    {
        try await withServer { login, database in
            let second = try await Programs.end(
                "login-server",
                ["serve", "--mode", "development", "--port", "0", "--database", database]
            )
            #expect(second.status == 1)
            let lines = second.errors.split(separator: "\n")
            #expect(lines.count == 1, "\(second.errors)")
            #expect(second.errors.contains("serves the database"), "\(second.errors)")
            #expect(try await Loopback.status(login.url + "/login") == 200)
        }
    }

    @Test
    func `T37: a backup is made before the first start, for its owner alone, and not over another`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (database, copy) = ("\(folder)/data/login.sqlite", "\(folder)/copy.sqlite")
            let first = try await backup(database, copy)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("There was no database"))
            for file in [database, copy] { #expect(try Self.mode(of: file) == 0o600, "\(file)") }
            #expect(try Self.names(in: folder) == ["copy.sqlite", "data"])

            let bytes = try Data(contentsOf: URL(filePath: copy))
            let second = try await backup(database, copy)
            #expect(second.status == 1)
            #expect(second.errors.contains("is there already"), "\(second.errors)")
            #expect(try Data(contentsOf: URL(filePath: copy)) == bytes)
            let third = try await backup(database, copy, "--replace")
            #expect(third.status == 0, "\(third.errors)")
            let itself = try await backup(database, database, "--replace")
            #expect(itself.status == 1)
            #expect(itself.errors.contains("belongs to the database"), "\(itself.errors)")
        }
    }

    @Test func `a backup of a served database is served as a new epoch, with its people`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (copy, log) = ("\(folder)/copy.sqlite", "\(folder)/log")
            let users = try await withServer { login, database in
                try await logIn(login)
                let made = try await backup(database, copy)
                #expect(made.status == 0, "\(made.errors)")
                #expect(made.output.hasPrefix("\(copy): "))
                try await Programs.with(
                    "login-server",
                    [
                        "serve", "--mode", "development", "--port", "0", "--wechat", login.weChat,
                        "--database", copy,
                    ],
                    // Its signing keys open with the key file that they were sealed under.
                    environment: ["SCAN_LOGIN_KEY_FILE": Self.keyFile(of: database)],
                    errorsTo: log
                ) { second in
                    // The new epoch is one in which people log in, and the same ones.
                    try await logIn(Served(url: second.url, weChat: login.weChat))
                }
                return try await Programs.end(
                    "login-server",
                    ["users", "list", "--database", database]
                ).output
            }
            #expect(users.hasPrefix("u_"))
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(said.contains("it is a backup. Epoch 1 begins"), "\(said)")
            let restored = try await Programs.end(
                "login-server",
                ["users", "list", "--database", copy]
            )
            #expect(restored.output == users)
        }
    }

    @Test func `a role that is set beside the server is what its browsers see, at once`()
        async throws
    {
        try await withServer { login, database in
            let id = try await withAHCTransport { transport in
                var stage = try RestartTests.Stage(
                    login.url,
                    login.weChat,
                    transport,
                    PhoneTime(ContinuousClock())
                )
                try await stage.play(until: .afterConfirmed)
                #expect(try await stage.browser.complete().status == 200)
                let before = try await stage.browser.session()
                #expect(before.data?["user"]?["role"]?.string == "user")
                let list = try await Programs.end(
                    "login-server",
                    ["users", "list", "--json", "--database", database]
                )
                let user = try #require(
                    try JSONSerialization.jsonObject(with: Data(list.output.utf8))
                        as? [String: String]
                )
                let id = try #require(user["userid"])
                #expect(user["role"] == "user")
                let set = try await Programs.end(
                    "login-server",
                    ["users", "set-role", id, "admin", "--database", database]
                )
                #expect(set.status == 0, "\(set.errors)")
                let again = try await Programs.end(
                    "login-server",
                    ["users", "list", "--database", database]
                )
                #expect(again.output.hasPrefix("\(id)\tadmin\t"), "\(again.output)")
                let after = try await stage.browser.session()
                #expect(after.data?["user"]?["role"]?.string == "admin")
                return id
            }
            for (id, role) in [("u_nobody", "admin"), (id, "not a word")] {
                let refused = try await Programs.end(
                    "login-server",
                    ["users", "set-role", id, role, "--database", database]
                )
                #expect(refused.status != 0)
            }
        }
    }

    @Test func `a support code that nobody had is said to be none`() async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            #expect(try await backup(database, "\(folder)/copy.sqlite").status == 0)
            for (code, word) in [("7K3QX-0V9MZ", "nothing of"), ("support", "ten letters")] {
                let run = try await Programs.end(
                    "login-server",
                    ["timeline", code, "--database", database]
                )
                #expect(run.status == 1)
                #expect(run.errors.contains(word), "\(run.errors)")
            }
        }
    }

    @Test(arguments: [
        ["timeline", "7K3QX-0V9MZ"], ["users", "list"], ["users", "set-role", "u_nobody", "admin"],
    ])
    func `a command that asks a database that is not there says so and makes none`(
        command: [String]
    ) async throws {
        try await Programs.withFolder { folder in
            for database in ["\(folder)/login.sqlite", "\(folder)/data/login.sqlite"] {
                let run = try await Programs.end(
                    "login-server",
                    command + ["--database", database]
                )
                #expect(run.status == 1)
                #expect(run.output == "")
                let lines = run.errors.split(separator: "\n")
                #expect(lines.count == 1, "\(run.errors)")
                #expect(
                    run.errors.contains("There is no database at \(database)."),
                    "\(run.errors)"
                )
            }
            #expect(try Self.names(in: folder) == [])
        }
    }

    @Test func `T38: a server whose lock is taken away is not ready, and says so`() async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                let (database, log) = ("\(folder)/login.sqlite", "\(folder)/log")
                try await Programs.with(
                    "login-server",
                    [
                        "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                        "--database", database,
                    ],
                    errorsTo: log
                ) { login in
                    let ready = login.operations + "/health/ready"
                    #expect(try await Loopback.status(ready) == 200)
                    let taken = try await backup(database, database + "-epoch", "--replace")
                    #expect(taken.status == 1)
                    #expect(try await Loopback.status(ready) == 200)
                    try FileManager.default.removeItem(atPath: database + "-epoch")
                    #expect(try await Loopback.status(ready) == 503)
                }
                let text = try String(contentsOfFile: log, encoding: .utf8)
                #expect(
                    text.contains("the -epoch file with the lock of this server is gone"),
                    "\(text)"
                )
            }
        }
    }

    /// One login, by the scripted phone and browser.
    private func logIn(_ login: Served) async throws {
        let run = try await Programs.end(
            "fake-phone",
            [
                "run", "\(Programs.root)/Fixtures/Scenarios/happy-path.yaml",
                "--login", login.url, "--wechat", login.weChat,
            ]
        )
        #expect(run.status == 0, "\(run.output) \(run.errors)")
    }

    private func backup(
        _ database: String,
        _ file: String,
        _ flags: String...
    ) async throws -> Programs.Ended {
        try await Programs.end("login-server", ["backup", file, "--database", database] + flags)
    }

    /// A server that runs, and the mock it asks.
    private struct Served: Sendable {
        var url: String
        var weChat: String
    }

    private func withServer<Value: Sendable>(
        _ body: (Served, String) async throws -> Value
    ) async throws -> Value {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                let database = "\(folder)/login.sqlite"
                return try await Programs.with(
                    "login-server",
                    [
                        "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                        "--database", database,
                    ]
                ) { login in
                    try await body(Served(url: login.url, weChat: mock.url), database)
                }
            }
        }
    }

    /// Where a developer's server makes its key file.
    private static func keyFile(of database: String) -> String {
        URL(filePath: database).deletingLastPathComponent().path + ".key"
    }

    private static func mode(of file: String) throws -> Int? {
        let found = try FileManager.default.attributesOfItem(atPath: file)
        return (found[.posixPermissions] as? NSNumber)?.intValue
    }

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}
