import Foundation
import Testing

/// Websites that an operator registers, before the first start and while the server serves.
@Suite(.timeLimit(.minutes(10)))
struct ClientCommandTests {
    private static let redirect = "https://shop.example/cb"

    private func clients(
        _ arguments: [String],
        _ database: String,
        settings: [String: String] = [:]
    ) async throws -> Programs.Ended {
        try await Programs.end(
            "login-server",
            ["clients"] + arguments + ["--database", database],
            environment: settings
        )
    }

    private func credentials(_ run: Programs.Ended) throws -> (id: String, secret: String) {
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 1, "\(run.output)")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: String]
        )
        #expect(object.keys.sorted() == ["client_id", "client_secret"])
        let secret = try #require(object["client_secret"])
        #expect(secret.utf8.count == 43)
        return (try #require(object["client_id"]), secret)
    }

    private func object(_ run: Programs.Ended) throws -> [String: Any] {
        #expect(run.status == 0, "\(run.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        return try #require(json as? [String: Any])
    }

    private func authorize(_ url: String, _ id: String) async throws -> Int {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        return try await Loopback.status(
            "\(url)/authorize?response_type=code&scope=openid&client_id=\(id)&state=s"
                + "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb"
                + "&code_challenge=\(challenge)&code_challenge_method=S256"
        )
    }

    /// The status of a token request with a code that is none: 400 for who proves who it is.
    private func token(_ url: String, _ id: String, _ secret: String) async throws -> Int {
        try await Loopback.form(
            url + "/token",
            "grant_type=authorization_code&code=\(String(repeating: "A", count: 43))"
                + "&redirect_uri=\(Self.redirect)&code_verifier="
                + String(repeating: "v", count: 43),
            as: id,
            secret: secret
        )
    }

    private func withServer<Value: Sendable>(
        _ database: String,
        _ arguments: [String] = [],
        errorsTo log: String = "/dev/null",
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
            try await Programs.with(
                "login-server",
                [
                    "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                    "--database", database,
                ] + arguments,
                errorsTo: log
            ) { try await body($0.url) }
        }
    }

    @Test func `a website that is registered before the first start is served, and its secret too`()
        async throws
    {
        try await Programs.withFolder { folder in
            let database = "\(folder)/data/login.sqlite"
            let added = try await clients(
                [
                    "add", "--name", "小店", "--redirect-uri", Self.redirect,
                    "https://shop.example/cb2", "--post-logout-redirect-uri",
                    "https://shop.example/bye",
                ],
                database
            )
            let (id, secret) = try credentials(added)
            #expect(added.errors.isEmpty, "\(added.errors)")
            let found = try FileManager.default.attributesOfItem(atPath: database)
            #expect((found[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let shown = try object(try await clients(["show", id], database))
            #expect(shown["name"] as? String == "小店")
            #expect(
                shown["redirect_uris"] as? [String] == [Self.redirect, "https://shop.example/cb2"]
            )
            #expect(
                shown["post_logout_redirect_uris"] as? [String] == ["https://shop.example/bye"]
            )
            #expect(shown["pkce"] as? String == "required")
            #expect(shown["public"] as? Bool == false)
            #expect(shown["configured"] as? Bool == false)
            let list = try await clients(["list"], database)
            #expect(list.output.hasPrefix("\(id)\tconfidential\tpkce\tregistered\t"))
            #expect(!(list.output + "\(shown)").contains(secret))
            try await withServer(database) { url in
                let status = try await authorize(url, id)
                #expect(status != 400)
                #expect(try await token(url, id, secret) == 400)
                #expect(try await token(url, id, String(secret.reversed())) == 401)
            }
        }
    }

    @Test(arguments: ["clients", "keys"])
    func `a list without a database is an error that says what to do`(command: String) async throws
    {
        try await Programs.withFolder { folder in
            let database = "\(folder)/data/login.sqlite"
            let listed = try await Programs.end(
                "login-server",
                [command, "list", "--database", database]
            )
            #expect(listed.status == 1)
            #expect(listed.output.isEmpty)
            #expect(listed.errors.contains("There is no database at \(database)."))
            #expect(listed.errors.contains("--database"))
            #expect(!FileManager.default.fileExists(atPath: database))
        }
    }

    @Test func `a running server knows of every change at once`() async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            try await withServer(database) { url in
                #expect(try await authorize(url, "shop") == 400)
                let add = ["add", "--name", "Shop", "--redirect-uri", Self.redirect]
                let (id, first) = try credentials(try await clients(add, database))
                #expect(try await authorize(url, id) != 400)
                let rotated = try credentials(try await clients(["rotate-secret", id], database))
                #expect(rotated.id == id)
                #expect(try await token(url, id, first) == 401)
                #expect(try await token(url, id, rotated.secret) == 400)
                let removed = try await clients(["remove", id], database)
                #expect(removed.status == 0 && removed.output.isEmpty, "\(removed.errors)")
                #expect(try await authorize(url, id) == 400)
                #expect(try await token(url, id, rotated.secret) == 401)
                #expect(try await clients(["list", "--json"], database).output == "")
            }
        }
    }

    @Test func `a public website gets no secret, and one without PKCE a warning`() async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            let add = ["add", "--name", "App", "--redirect-uri", Self.redirect]
            let run = try await clients(add + ["--public"], database)
            let app = try object(run)
            #expect(Array(app.keys) == ["client_id"])
            let id = try #require(app["client_id"] as? String)
            let refused = try await clients(["rotate-secret", id], database)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("is public and has no secret"), "\(refused.errors)")
            let old = try await clients(
                add + ["--pkce", "optional", "--pairwise", "--number-matching", "always"],
                database
            )
            let (oldID, _) = try credentials(old)
            #expect(old.errors.contains("\(oldID) may leave PKCE out"), "\(old.errors)")
            let shown = try object(try await clients(["show", oldID], database))
            #expect(shown["pkce"] as? String == "optional")
            #expect(shown["pairwise"] as? Bool == true)
            #expect(shown["number_matching"] as? String == "always")
            // At every start too.
            let log = "\(folder)/log"
            try await withServer(database, errorsTo: log) { _ in }
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(said.contains("\(oldID) may leave PKCE out"), "\(said)")
        }
    }

    /// What `clients add` is given beside a name, and a word of what it says.
    private static let refusals: [([String], String)] = [
        ([], "--redirect-uri is missing"),
        (["--redirect-uri", "https://shop.example/cb#x"], "it must not have a # fragment"),
        (["--redirect-uri", "https://user@shop.example/"], "it must not hold a user"),
        (["--redirect-uri", "javascript:alert(1)"], "it must begin with https://"),
        (["--redirect-uri", "http://127.0.0.1:3000/cb"], "it must begin with https://"),
        (["--redirect-uri", "https://shop.example:443/"], "its port must be"),
        (["--redirect-uri", redirect, "--post-logout-redirect-uri", "/bye"], "--post-logout"),
        (["--redirect-uri", redirect, "--public", "--pkce", "optional"], "it cannot be optional"),
        (["--redirect-uri", redirect, "https://two.example/", "--pairwise"], "be of one host"),
    ]

    @Test(arguments: refusals)
    func `T20 a website that cannot be is refused in one line, and none is registered`(
        arguments: [String],
        words: String
    ) async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            let run = try await clients(["add", "--name", "Shop"] + arguments, database)
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(try await clients(["list"], database).output == "")
        }
    }

    @Test(arguments: ["", " Shop", "a\u{202E}b", String(repeating: "x", count: 65)])
    func `T26 a name that deceives or does not fit is refused`(name: String) async throws {
        try await Programs.withFolder { folder in
            let run = try await clients(
                ["add", "--name", name, "--redirect-uri", Self.redirect],
                "\(folder)/login.sqlite"
            )
            #expect(run.status == 1)
            #expect(run.errors.contains("--name: a name has 1 to 64"), "\(run.errors)")
        }
    }

    @Test func `development takes loopback addresses with their exact port`() async throws {
        try await Programs.withFolder { folder in
            let run = try await clients(
                [
                    "add", "--name", "App", "--redirect-uri", "http://127.0.0.1:3000/cb",
                    "http://localhost:3000/cb", "http://[::1]:3000/cb",
                ],
                "\(folder)/login.sqlite",
                settings: ["SCAN_LOGIN_MODE": "development"]
            )
            _ = try credentials(run)
        }
    }

    /// What turns a good production server's settings into those of a developer's machine.
    private static let development = [
        "SCAN_LOGIN_MODE": "development", "SCAN_LOGIN_ORIGIN": "http://localhost:8080",
    ]

    @Test func `T20 a loopback address from development is told at each start of production`()
        async throws
    {
        try await Programs.withProduction { production in
            try await Programs.withFolder { folder in
                let database = "\(folder)/login.sqlite"
                let local = "http://127.0.0.1:3000/cb"
                let add = ["add", "--name", "Shop", "--redirect-uri"]
                let (id, _) = try credentials(
                    try await clients(
                        add + [Self.redirect, local],
                        database,
                        settings: Self.development
                    )
                )
                let (other, _) = try credentials(try await clients(add + [Self.redirect], database))
                // An id that stands in the file as well ends the start when it has looked at its websites.
                let file = "\(folder)/settings.yaml"
                let secret = String(repeating: "s3cret-", count: 6)
                let entry =
                    "clients:\n  - { id: \(id), name: Shop, secret: \(secret), "
                    + "redirect_uris: ['\(Self.redirect)'] }\n"
                try Data(entry.utf8).write(to: URL(filePath: file))
                let settings = [
                    "SCAN_LOGIN_LIMITS_CONNECTIONS": "100", "SCAN_LOGIN_OPERATIONS_PORT": "off",
                ]
                // Production wants a real port: one that the machine gives to nobody by itself.
                let port = "\(Int.random(in: 20_000...29_999))"
                for mode in ["production", "development"] {
                    let run = try await Programs.end(
                        "login-server",
                        ["serve", "--port", port, "--database", database, "--config", file],
                        environment: production.merging(settings) { $1 }
                            .merging(mode == "production" ? [:] : Self.development) { $1 }
                    )
                    #expect(run.status == 78, "\(run.errors)")
                    let isTold = run.errors.contains(
                        "\(id) has an address from development, \(local)"
                    )
                    #expect(isTold == (mode == "production"), "\(mode): \(run.errors)")
                    #expect(!run.errors.contains(other), "\(run.errors)")
                }
            }
        }
    }

    @Test func `a website that is not there is said to be none`() async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            for command in ["show", "remove", "rotate-secret"] {
                let run = try await clients([command, "rp_nobody"], database)
                #expect(run.status == 1)
                #expect(run.errors.contains("There is no database"), "\(run.errors)")
            }
            let list = try await clients(["list"], database)
            #expect(list.status == 1 && list.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: database))
            _ = try await clients(
                ["add", "--name", "A", "--redirect-uri", Self.redirect],
                database
            )
            for command in ["show", "remove", "rotate-secret"] {
                for id in ["rp_nobody", "no id at all"] {
                    let run = try await clients([command, id], database)
                    #expect(run.status == 1)
                    #expect(run.errors.contains("There is no website \(id)"), "\(run.errors)")
                }
            }
        }
    }

    @Test func `websites of the configuration come and go with it, and are changed there alone`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (database, file) = ("\(folder)/login.sqlite", "\(folder)/settings.yaml")
            let secret = String(repeating: "s3cret-", count: 6)
            func write(_ ids: [String]) throws {
                let entries = ids.map {
                    "  - { id: \($0), name: Shop, secret: \(secret), "
                        + "redirect_uris: ['\(Self.redirect)'] }\n"
                }
                try Data("clients:\n\(entries.joined())".utf8).write(to: URL(filePath: file))
            }
            try write(["shop", "other"])
            try await withServer(database, ["--config", file]) { url in
                #expect(try await authorize(url, "shop") != 400)
                #expect(try await token(url, "shop", secret) == 400)
                #expect(try await token(url, "shop", "S" + secret.dropFirst()) == 401)
                for command in ["remove", "rotate-secret"] {
                    let run = try await clients([command, "shop"], database)
                    #expect(run.status == 1)
                    #expect(run.errors.contains("of the configuration file"), "\(run.errors)")
                }
                let list = try await clients(["list"], database)
                #expect(list.output.contains("shop\tconfidential\tpkce\tconfigured\t"))
            }
            try write(["other"])
            try await withServer(database, ["--config", file]) { url in
                let status = try await authorize(url, "shop")
                #expect(status == 400)
                #expect(try await authorize(url, "other") != 400)
            }
            // `check` judges them, and says what they are.
            let check = try await Programs.end(
                "login-server",
                ["check", "--mode", "development", "--config", file, "--database", database]
            )
            #expect(check.status == 0, "\(check.errors)")
            #expect(check.output.contains("websites of the configuration: other"))
            #expect(!check.output.contains(secret))
            try Data("clients: [{ id: x }]".utf8).write(to: URL(filePath: file))
            let bad = try await Programs.end(
                "login-server",
                ["check", "--mode", "development", "--config", file]
            )
            #expect(bad.status == 78)
        }
    }

    @Test func `an id that is registered already is not the configuration's, and nothing starts`()
        async throws
    {
        try await Programs.withFolder { folder in
            let (database, file) = ("\(folder)/login.sqlite", "\(folder)/settings.yaml")
            let add = ["add", "--name", "Shop", "--redirect-uri", Self.redirect]
            let (id, _) = try credentials(try await clients(add, database))
            let entry =
                "{ id: \(id), name: Mine, public: true, redirect_uris: ['\(Self.redirect)'] }"
            try Data("clients: [\(entry)]".utf8).write(to: URL(filePath: file))
            let run = try await Programs.end(
                "login-server",
                [
                    "serve", "--mode", "development", "--port", "0", "--config", file,
                    "--database", database,
                ],
                environment: ["SCAN_LOGIN_LIMITS_CONNECTIONS": "100"]
            )
            #expect(run.status == 78)
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(run.errors.contains("login-server clients remove \(id)"), "\(run.errors)")
        }
    }
}
