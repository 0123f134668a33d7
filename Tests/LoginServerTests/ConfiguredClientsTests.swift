import Foundation
import LoginDomain
import LoginService
import Testing

@testable import LoginServer

/// The websites that a configuration file names.
@Suite struct ConfiguredClientsTests {
    private func read(
        _ text: String,
        name: String = "settings.yaml",
        beside files: [String: String] = [:],
        modes: [String: Int] = [:],
        mode: String = "development"
    ) async throws -> (settings: Settings?, reasons: [String]) {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("clients-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let file = folder.appendingPathComponent(name)
        let whole = text.replacing("FOLDER", with: folder.path)
        try Data(whole.utf8).write(to: file)
        for name in [name] + files.keys {
            try FileManager.default.setAttributes(
                [.posixPermissions: modes[name, default: 0o600]],
                ofItemAtPath: folder.appendingPathComponent(name).path
            )
        }
        do {
            let settings = try await Settings.read(
                flags: SettingsFlags(config: file.path, mode: mode),
                environment: mode == "production"
                    ? [
                        "SCAN_LOGIN_ORIGIN": "https://login.example.com",
                        "SCAN_LOGIN_WECHAT_APP_ID": "wx00000000000000aa",
                        "SCAN_LOGIN_WECHAT_APP_SECRET": Self.secret,
                        "SCAN_LOGIN_KEY_FILE": "/etc/scan-login/key",
                    ] : [:],
                freePort: { nil }
            )
            var found = settings
            found.warnings = found.warnings.map { $0.replacing(folder.path, with: "FOLDER") }
            return (found, [])
        } catch {
            return (nil, error.reasons.map { $0.replacing(file.path, with: "FILE") })
        }
    }

    private static let secret = "fedcba9876543210FEDCBA9876543210"

    private func party(
        _ id: String,
        _ name: String,
        _ redirects: [String],
        after: [String] = [],
        secret: String? = secret,
        isProofKeyRequired: Bool = true,
        isPairwise: Bool = false,
        numberMatching: NumberMatching = .off,
        shares: Set<OpenIDScope> = [],
        allowsRefresh: Bool = false
    ) throws -> RelyingParty {
        let id = try #require(RelyingPartyID(text: id))
        let party = RelyingParty(
            id: id,
            name: name,
            redirectURIs: try redirects.map {
                try RedirectURI(registering: $0, allowsLoopback: true)
            },
            postLogoutRedirectURIs: try after.map {
                try RedirectURI(registering: $0, allowsLoopback: true)
            },
            secret: secret.map { clientSecretDigest(of: $0) },
            isProofKeyRequired: isProofKeyRequired,
            isPairwise: isPairwise,
            numberMatching: numberMatching,
            shares: shares,
            allowsRefresh: allowsRefresh,
            isConfigured: true,
            createdAt: .earliest
        )
        return try #require(party)
    }

    @Test func `websites are read with everything that they can have, beside other settings`()
        async throws
    {
        let (settings, reasons) = try await read(
            """
            port: 8099
            site_name: "8"
            clients:
              - id: shop
                name: 小店
                redirect_uris: [https://shop.example/cb, "https://shop.example/cb?x=1"]
                post_logout_redirect_uris:
                  - https://shop.example/bye
                secret_file: FOLDER/secret
                pkce: optional
                pairwise: true
                number_matching: networks
                shares: [wechat]
                refresh_tokens: true
              - id: app
                name: 2026
                redirect_uris: ["http://127.0.0.1:3000/cb"]
                public: true
            limits:
              codes_per_minute: 11
            """,
            beside: ["secret": Self.secret + "\n"]
        )
        let found = try #require(settings, "\(reasons)")
        #expect(
            found.clients == [
                try party(
                    "shop",
                    "小店",
                    ["https://shop.example/cb", "https://shop.example/cb?x=1"],
                    after: ["https://shop.example/bye"],
                    isProofKeyRequired: false,
                    isPairwise: true,
                    numberMatching: .networks,
                    shares: [.wechat],
                    allowsRefresh: true
                ),
                try party("app", "2026", ["http://127.0.0.1:3000/cb"], secret: nil),
            ]
        )
        // The other settings are what they would be without.
        #expect(found.edge.port == 8099)
        #expect(found.edge.siteName == "8")
        #expect(found.policy.codesPerMinute == 11)
        #expect(found.lines.contains("websites of the configuration: shop, app"))
        #expect(found.warnings.count == 1)
        #expect(found.warnings.first?.contains("shop may leave PKCE out") == true)
        #expect(!"\(found)\(found.lines)".contains(Self.secret))
    }

    @Test func `a JSON file names websites too, and may name nothing else`() async throws {
        let (settings, reasons) = try await read(
            #"""
            {"clients": [{"id": "shop", "name": "Shop", "secret": "\#(Self.secret)",
              "redirect_uris": ["https://shop.example/cb"]}]}
            """#,
            name: "settings.json"
        )
        let found = try #require(settings, "\(reasons)")
        #expect(found.clients == [try party("shop", "Shop", ["https://shop.example/cb"])])
        #expect(found.warnings == [])
    }

    @Test func `a file may say that there is no website`() async throws {
        let (settings, reasons) = try await read("clients: []\nport: 8099\n")
        let found = try #require(settings, "\(reasons)")
        #expect(found.clients == [])
        #expect(found.edge.port == 8099)
        #expect(found.lines.contains("websites of the configuration: none"))
    }

    @Test(arguments: ["clients:\nport: 8099\n", "port: 8099\n"])
    func `a file that says nothing of websites does not say that there is none`(
        text: String
    ) async throws {
        let (settings, reasons) = try await read(text)
        let found = try #require(settings, "\(reasons)")
        #expect(found.clients == nil)
        #expect(found.edge.port == 8099)
        let words = "websites of the configuration: not said, those that it named before stay"
        #expect(found.lines.contains(words))
    }

    @Test func `a start tells which websites stay, which go and which lose what they had`()
        async throws
    {
        let uri = ["https://shop.example/cb"]
        let known = [
            try party("first", "A", uri), try party("second", "B", uri, isPairwise: true),
        ]
        var operators = try party("third", "C", uri)
        operators.isConfigured = false
        func news(_ named: [RelyingParty]?) -> [String] {
            ConfiguredClients.news(known: known + [operators], named: named)
        }
        #expect(news(known).isEmpty)
        let stays = news(nil)
        #expect(stays.count == 1)
        #expect(stays.first?.hasPrefix("2 websites of an earlier configuration stay: ") == true)
        #expect(stays.first?.contains(": first, second. ") == true)
        #expect(stays.first?.contains("write clients: []") == true)
        #expect(ConfiguredClients.news(known: [operators], named: nil).isEmpty)
        let gone = news([])
        #expect(gone.count == 2)
        for (line, id) in zip(gone, ["first", "second"]) {
            #expect(line.hasPrefix("The website \(id) is not in the configuration file any more"))
        }
        let moved = try party("second", "B", ["https://new.example/cb"], isPairwise: true)
        let changed = news([try party("first", "A", ["https://new.example/cb"]), moved])
        #expect(changed.count == 1)
        #expect(changed.first?.hasPrefix("The website second knows users by other names") == true)
        let many = try (0..<30).map { try party("shop\($0)", "S", uri) }
        let line = try #require(ConfiguredClients.news(known: many, named: nil).first)
        #expect(line.contains("shop19 and 10 more. "), "\(line)")
    }

    @Test(arguments: [0o600, 0o700, 0o640, 0o604, 0o620, 0o602])
    func `T36 a file with a website's secret that others may touch is told`(
        mode: Int
    ) async throws {
        let entry = "name: N, redirect_uris: ['https://shop.example/cb']"
        let apart =
            "clients:\n  - { id: shop, \(entry), secret_file: FOLDER/secret }\n"
            + "  - { id: other, \(entry), secret_file: FOLDER/secret }\n"
        let isTold = mode & 0o077 != 0
        let (first, _) = try await read(
            apart,
            beside: ["secret": Self.secret],
            modes: ["secret": mode]
        )
        let cure = "FOLDER/secret is open to others. Close it to them: chmod 600 FOLDER/secret"
        #expect(first?.warnings == (isTold ? ["The secret_file \(cure)"] : []))
        // The file that only says where it is may be read by everybody.
        let (second, _) = try await read(
            apart,
            beside: ["secret": Self.secret],
            modes: ["settings.yaml": mode]
        )
        #expect(second?.warnings == [])
        let (third, _) = try await read(
            "clients:\n  - { id: shop, \(entry), secret: \(Self.secret) }\n",
            modes: ["settings.yaml": mode]
        )
        let line =
            "The configuration file with a website's secret, FOLDER/settings.yaml is open to "
            + "others. Close it to them: chmod 600 FOLDER/settings.yaml"
        #expect(third?.warnings == (isTold ? [line] : []))
    }

    @Test(arguments: [0o600, 0o640, 0o604])
    func `T36 a file with the app secret that others may touch is told`(mode: Int) async throws {
        let isTold = mode & 0o077 != 0
        let secret = String(repeating: "5", count: 32)
        func warnings(_ wechat: String, of file: String) async throws -> [String]? {
            try await read(
                "wechat:\n  base_url: https://api.weixin.qq.com\n  app_id: wx1111111111111111\n  \(wechat)\n",
                beside: ["secret": secret],
                modes: [file: mode]
            ).0?.warnings
        }
        let apart = "The file with the app secret, FOLDER/secret"
        let inside = "The configuration file with the app secret, FOLDER/settings.yaml"
        for (wechat, file, words) in [
            ("app_secret_file: FOLDER/secret", "secret", apart),
            ("app_secret: \"\(secret)\"", "settings.yaml", inside),
        ] {
            let path = words.split(separator: " ").last ?? ""
            let line = "\(words) is open to others. Close it to them: chmod 600 \(path)"
            #expect(try await warnings(wechat, of: file) == (isTold ? [line] : []))
        }
        // The file that only says where it is may be read by everybody.
        let pointer = "app_secret_file: FOLDER/secret"
        #expect(try await warnings(pointer, of: "settings.yaml") == [])
    }

    /// A website, and the line it is refused with.
    private static let refusals: [(String, String)] = [
        ("shop", "FILE:2: a website is a list of names and values."),
        ("{ name: Shop }", "?: id must be 3 to 64"),
        ("{ id: a b c, GOOD }", "a b c: id must be 3 to 64"),
        ("{ id: -shop, GOOD }", "-shop: id must not begin with -."),
        ("{ id: shop, secret: S, redirect_uris: [R] }", "shop: name: a name has 1 to 64"),
        ("{ id: shop, name: N, secret: S }", "redirect_uris is missing"),
        ("{ id: shop, name: N, secret: S, redirect_uris: [] }", "redirect_uris is missing"),
        ("{ id: shop, name: N, secret: S, redirect_uris: R }", "must be a list of addresses"),
        ("{ id: shop, name: N, secret: S, redirect_uris: [1] }", "must be a list of addresses"),
        (
            "{ id: shop, name: N, secret: S, redirect_uris: ['https://shop.example/*'] }",
            "https://shop.example/*: it must not have a wildcard"
        ),
        (
            "{ id: shop, name: N, secret: S, redirect_uris: ['http://shop.example/'] }",
            "it must begin with https://"
        ),
        (
            "{ id: shop, GOOD, post_logout_redirect_uris: ['x'] }",
            "post_logout_redirect_uris: x: it"
        ),
        ("{ id: shop, name: N, redirect_uris: [R] }", "one of secret, secret_file and public"),
        ("{ id: shop, GOOD, public: true }", "one of secret, secret_file and public"),
        ("{ id: shop, GOOD, secret_file: /x }", "one of secret, secret_file and public"),
        (
            "{ id: shop, name: N, redirect_uris: [R], public: false }",
            "one of secret, secret_file and public"
        ),
        (
            "{ id: shop, name: N, redirect_uris: [R], public: maybe }",
            "public must be true or false"
        ),
        ("{ id: shop, name: N, redirect_uris: [R], secret_file: /nowhere }", "cannot be read"),
        ("{ id: shop, name: N, redirect_uris: [R], secret: short }", "at least 32 characters"),
        ("{ id: shop, name: N, redirect_uris: [R], secret: [S] }", "secret must be a text"),
        ("{ id: shop, GOOD, pkce: sometimes }", "pkce must be required or optional"),
        ("{ id: shop, GOOD, pkce: false }", "pkce must be a text in quotes"),
        (
            "{ id: shop, name: N, redirect_uris: [R], public: true, pkce: optional }",
            "a public website has nothing but PKCE"
        ),
        ("{ id: shop, GOOD, number_matching: yes please }", "must be one of off, networks, always"),
        ("{ id: shop, GOOD, shares: [email] }", "shares must be a list of wechat, phone"),
        ("{ id: shop, GOOD, shares: [wechat, profile] }", "shares must be a list of wechat, phone"),
        ("{ id: shop, GOOD, shares: wechat }", "shares must be a list of wechat, phone"),
        ("{ id: shop, GOOD, refresh_tokens: perhaps }", "refresh_tokens must be true or false"),
        ("{ id: shop, GOOD, redirect_uri: R }", "redirect_uri is nothing that a website has"),
        (
            "{ id: shop, name: N, secret: S, pairwise: true, "
                + "redirect_uris: [R, 'https://two.example/'] }",
            "must all be of one host"
        ),
    ]

    @Test(arguments: refusals)
    func `a website that cannot be is refused in one line that names it`(
        entry: String,
        words: String
    ) async throws {
        let entry =
            entry.replacing("GOOD", with: "name: N, secret: S, redirect_uris: [R]")
            .replacing("secret: S", with: "secret: \(Self.secret)")
            .replacing("[R", with: "['https://shop.example/cb'")
            .replacing(": R ", with: ": 'https://shop.example/cb' ")
        let (settings, reasons) = try await read("clients:\n  - \(entry)\n")
        #expect(settings == nil)
        #expect(reasons.count == 1, "\(reasons)")
        #expect(reasons.first?.contains(words) == true, "\(reasons)")
        #expect(reasons.first?.hasPrefix("FILE:2: ") == true, "\(reasons)")
        #expect(reasons.first?.contains(Self.secret) == false)
    }

    @Test(arguments: ["+", "%", "&", "=", "/", ":", "!", "*", "'", "@"])
    func `a secret that a form would change is refused`(character: String) async throws {
        let file = ["secret": String(Self.secret.dropLast(3)) + character + "ab\n"]
        let entry = "{ id: shop, name: N, redirect_uris: ['https://shop.example/cb'], "
        let text = "clients:\n  - \(entry)secret_file: FOLDER/secret }\n"
        let (settings, reasons) = try await read(text, beside: file)
        #expect(settings == nil)
        #expect(reasons.count == 1, "\(reasons)")
        #expect(reasons.first?.contains("the secret must be of A-Z, a-z") == true, "\(reasons)")
    }

    @Test func `a secret of unreserved characters will do`() async throws {
        let secret = "AZaz09-._~AZaz09-._~AZaz09-._~AZaz09-._~"
        let entry = "{ id: shop, name: N, redirect_uris: ['https://shop.example/cb'], "
        let (settings, reasons) = try await read(
            "clients:\n  - \(entry)secret_file: FOLDER/secret }\n",
            beside: ["secret": secret]
        )
        #expect(reasons == [])
        #expect(settings?.clients?.first?.secret == clientSecretDigest(of: secret))
    }

    @Test func `an id is given once, and what is no list is refused`() async throws {
        let good = "{ id: shop, name: N, public: true, redirect_uris: ['https://shop.example/'] }"
        let twice = try await read("clients:\n  - \(good)\n  - \(good)\n").reasons
        #expect(twice == ["FILE:3: clients: shop: the id is there twice."])
        for text in ["clients: shop\n", "clients:\n  shop: 1\n", "clients: 3\n"] {
            let reasons = try await read(text).reasons
            #expect(reasons.count == 1, "\(reasons)")
            #expect(reasons.first?.contains("clients must be a list of websites") == true)
        }
    }

    @Test func `T20 production takes no address of this very machine`() async throws {
        let text = """
            clients:
              - { id: app, name: App, public: true, redirect_uris: ["http://127.0.0.1:3000/cb"] }
            """
        #expect(try await read(text).reasons == [])
        let reasons = try await read(text, mode: "production").reasons
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains("it must begin with https://") == true, "\(reasons)")
    }
}
