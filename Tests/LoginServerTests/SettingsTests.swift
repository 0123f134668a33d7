import Foundation
import LoginDomain
import LoginService
import NIOCore
import Testing
import WeChatClient
import WebSocketUpgrade

@testable import LoginServer

/// What an operator may say, where, and what is refused.
@Suite struct SettingsTests {
    /// The least that a good production server says.
    private static let good = [
        "SCAN_LOGIN_ORIGIN": "https://login.example.com",
        "SCAN_LOGIN_WECHAT_APP_ID": "wx00000000000000aa",
        "SCAN_LOGIN_WECHAT_APP_SECRET": secret,
        "SCAN_LOGIN_KEY_FILE": "/etc/scan-login/key",
    ]
    private static let secret = "fedcba9876543210FEDCBA9876543210"
    private static let development = ["SCAN_LOGIN_MODE": "development"]

    private func read(
        _ environment: [String: String],
        _ flags: SettingsFlags = SettingsFlags(),
        freePort: () -> Int? = { nil }
    ) async throws(SettingsRefused) -> Settings {
        try await Settings.read(flags: flags, environment: environment, freePort: freePort)
    }

    /// The reasons against these settings; empty when they are good.
    private func reasons(
        _ environment: [String: String],
        _ flags: SettingsFlags = SettingsFlags()
    ) async -> [String] {
        do {
            _ = try await read(environment, flags)
            return []
        } catch {
            return error.reasons
        }
    }

    /// Writes a settings file into a folder of its own, which goes away afterwards.
    private func withFile<Value>(
        _ name: String,
        _ text: String,
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try await body(file.path)
    }

    // MARK: - Defaults

    @Test func `production is the default and asks for origin, app id, secret, key file`()
        async throws
    {
        let reasons = await reasons([:])
        #expect(reasons.count == 4)
        for name in ["ORIGIN", "WECHAT_APP_ID", "WECHAT_APP_SECRET", "KEY_FILE"] {
            #expect(
                reasons.count { $0.contains("SCAN_LOGIN_\(name) is missing") } == 1,
                "\(name): \(reasons)"
            )
        }
        let settings = try await read(Self.good)
        #expect(settings.mode == .production)
        #expect(settings.edge.host == "127.0.0.1")
        #expect(settings.edge.port == 8080)
        #expect(settings.edge.siteName == "login.example.com")
        #expect(settings.wechat.scheme == "https")
        #expect(settings.wechat.authority == "api.weixin.qq.com")
        #expect(settings.wechat.environmentVersion == "release")
        #expect(settings.database == "data/scan-login.sqlite")
        var policy = LoginPolicy()
        policy.pooledCodes = 64
        #expect(settings.policy == policy)
        #expect(settings.warnings.isEmpty)
    }

    @Test func `development needs nothing and meets the mock`() async throws {
        let settings = try await read(Self.development)
        #expect("\(settings.edge.origin)" == "http://127.0.0.1:8080")
        #expect(settings.wechat.authority == "127.0.0.1:9090")
        #expect(settings.wechat.appID == Settings.mockAppID)
        #expect(settings.wechat.appSecret.exposed == Settings.mockAppSecret)
        // Each code asked for is one call in the mock's journal.
        #expect(settings.policy == LoginPolicy())
    }

    @Test func `port 0 is any free port in development and none in production`() async throws {
        let any = Self.development.merging(["SCAN_LOGIN_PORT": "0"]) { $1 }
        let settings = try await read(any, freePort: { 4711 })
        #expect(settings.edge.port == 4711)
        #expect("\(settings.edge.origin)" == "http://127.0.0.1:4711")
        let refused = await reasons(Self.good.merging(["SCAN_LOGIN_PORT": "0"]) { $1 })
        #expect(refused == ["SCAN_LOGIN_PORT must be a port from 1 to 65535."])
    }

    // MARK: - Refusals of production

    /// A change to good settings, and the one line it is refused with begins so and has this word.
    static let refusals: [(String, String, String)] = [
        ("MODE", "prod", "production or development"),
        ("MODE", "Production", "production or development"),
        ("ORIGIN", "http://login.example.com", "must be https"),
        ("ORIGIN", "http://127.0.0.1:8080", "must be https"),
        ("ORIGIN", "login.example.com", "scheme and a host"),
        ("ORIGIN", "https://login.example.com/", "scheme and a host"),
        ("ORIGIN", "https://login.example.com/login", "scheme and a host"),
        ("ORIGIN", "https://login.example.com:443", "scheme and a host"),
        ("ORIGIN", "https://user@login.example.com", "scheme and a host"),
        ("ORIGIN", "https://LOGIN.example.com", "scheme and a host"),
        ("ORIGIN", "https://login.example.com:0", "scheme and a host"),
        ("ORIGIN", "https://login.example.com:65536", "scheme and a host"),
        ("ORIGIN", "https://login.example.com:8a", "scheme and a host"),
        ("ORIGIN", "https://login.example.com.", "scheme and a host"),
        ("ORIGIN", "https://", "scheme and a host"),
        ("ORIGIN", "ftp://login.example.com", "scheme and a host"),
        ("ORIGIN", "https://登录.example.com", "scheme and a host"),
        ("WECHAT_BASE_URL", "http://127.0.0.1:9090", "https://api.weixin.qq.com"),
        ("WECHAT_BASE_URL", "http://api.weixin.qq.com", "https://api.weixin.qq.com"),
        ("WECHAT_BASE_URL", "https://api.weixin.qq.com.evil", "https://api.weixin.qq.com"),
        ("WECHAT_BASE_URL", "https://api2.weixin.qq.com", "https://api.weixin.qq.com"),
        ("WECHAT_APP_SECRET", Settings.mockAppSecret, "mock's"),
        ("WECHAT_APP_SECRET", "short", "at least 32 characters"),
        ("WECHAT_APP_SECRET", String(repeating: "x", count: 31), "at least 32 characters"),
        ("WECHAT_APP_SECRET", "", "missing"),
        ("WECHAT_APP_ID", "", "missing"),
        ("ORIGIN", "", "missing"),
        ("WECHAT_APP_SECRET_FILE", "/nowhere/at/all", "not both"),
        ("WECHAT_ENV_VERSION", "trial", "must be release in production"),
        ("WECHAT_ENV_VERSION", "develop", "must be release in production"),
        ("WECHAT_ENV_VERSION", "released", "release, trial or develop"),
        ("DATABASE", "postgres://db/login", "PostgreSQL is not in this version"),
        ("DATABASE", "postgresql://db/login", "PostgreSQL is not in this version"),
        ("LOG_LEVEL", "loud", "one of"),
        ("PORT", "70000", "whole number from 0 to 65535"),
        ("PORT", "http", "whole number from 0 to 65535"),
        ("LIMITS_POOLED_CODES", "1001", "whole number from 0 to 1000"),
        ("LIFETIMES_SCENE_SECONDS", "0", "whole number from 1 to 600"),
        ("LIFETIMES_SCENE_SECONDS", "601", "whole number from 1 to 600"),
        ("LIFETIMES_SCENE_SECONDS", "soon", "whole number from 1 to 600"),
        ("LIFETIMES_CONFIRM_SECONDS", "-1", "whole number from 1 to 600"),
        ("LIFETIMES_ATTEMPT_SECONDS", "1.5", "whole number from 1 to 600"),
        ("LIFETIMES_PHONE_SESSION_SECONDS", "9", "whole number from 10 to 86400"),
        ("LIFETIMES_SESSION_IDLE_SECONDS", "9", "whole number from 10 to 2592000"),
        ("LIFETIMES_SESSION_SECONDS", "x", "whole number from 10 to 2592000"),
        ("LIFETIMES_CONFIRM_DELAY_MS", "10001", "whole number from 0 to 10000"),
        ("LIMITS_ATTEMPTS_PER_BROWSER_PER_MINUTE", "0", "whole number from 1"),
        ("LIMITS_ATTEMPTS_PER_IP_PER_MINUTE", "-5", "whole number from 1"),
        ("LIMITS_ATTEMPTS_PER_IP_BURST", "many", "whole number from 1"),
        ("LIMITS_CODES_PER_MINUTE", "0", "whole number from 1"),
        ("LIMITS_CONNECTIONS_PER_IP", "0", "whole number from 1"),
        ("LIMITS_WEBSOCKETS_PER_IP", "0", "whole number from 1"),
        ("LIMITS_DEAD_SCENES_PER_USER", "0", "whole number from 1"),
        ("LIMITS_DEAD_SCENES_PER_IP", "0", "whole number from 1"),
        ("LIMITS_PHONE_LOGINS_PER_USER_PER_MINUTE", "0", "whole number from 1"),
        ("LIMITS_LIVE_ATTEMPTS", "0", "whole number from 1"),
        ("LIFETIMES_AUDIT_DAYS", "0", "whole number from 1 to 3650"),
        ("RESTORED_SESSIONS", "yes", "must be drop or keep, not yes."),
        ("LAUNCH_POLICY", "maybe", "must be one of off, warn, strict, not maybe."),
        ("NUMBER_MATCHING", "yes", "must be one of off, networks, always, not yes."),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "a list of networks"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "a list of networks"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "must not be everybody"),
        ("TRUSTED_PROXIES", "proxy.example.com", "a list of networks"),
        ("LIMITS_CONNECTIONS", "0", "whole number from 1"),
        ("LIMITS_HEADER_SECONDS", "0", "whole number from 1 to 600"),
        ("LIMITS_REQUEST_SECONDS", "601", "whole number from 1 to 600"),
        ("LIMITS_IDLE_SECONDS", "0", "whole number from 1 to 600"),
        ("LIMITS_STALL_SECONDS", "never", "whole number from 1 to 600"),
        ("LIMITS_BODY_BYTES_PER_SECOND", "0", "whole number from 1"),
        ("KEY_FILE", "", "is missing: the file with the key"),
        ("OPERATIONS_PORT", "0", "must be a port from 1 to 65535, or off, not 0."),
        ("OPERATIONS_PORT", "yes", "must be a port from 1 to 65535, or off, not yes."),
        ("LOG_FORMAT", "xml", "must be one of json, text, not xml."),
        ("LIFETIMES_AUTHORIZATION_CODE_SECONDS", "9", "whole number from 10 to 600"),
        ("LIFETIMES_ACCESS_TOKEN_SECONDS", "59", "whole number from 60 to 86400"),
        ("LIFETIMES_REFRESH_TOKEN_SECONDS", "59", "whole number from 60 to 7776000"),
        ("ORIGINS", "https://login.example.com", "no setting of this program"),
        ("LIMITS_CODES", "1", "no setting of this program"),
        ("origin", "https://login.example.com", "no setting of this program"),
    ]

    @Test(arguments: refusals)
    func `production refuses it with one line that names the setting`(
        name: String,
        value: String,
        word: String
    ) async {
        let environment = Self.good.merging(["SCAN_LOGIN_\(name)": value]) { $1 }
        let reasons = await reasons(environment)
        #expect(reasons.count == 1, "\(reasons)")
        #expect(reasons.first?.contains("SCAN_LOGIN_\(name)") == true, "\(reasons)")
        #expect(reasons.first?.contains(word) == true, "\(reasons)")
        #expect(reasons.first?.contains("\n") == false, "\(reasons)")
    }

    @Test func `every reason has its own line`() async {
        let environment = [
            "SCAN_LOGIN_ORIGIN": "http://login.example.com",
            "SCAN_LOGIN_WECHAT_BASE_URL": "http://127.0.0.1:9090",
            "SCAN_LOGIN_WECHAT_APP_SECRET": Settings.mockAppSecret,
            "SCAN_LOGIN_WECHAT_ENV_VERSION": "trial", "SCAN_LOGIN_NONSENSE": "1",
            "SCAN_LOGIN_LIMITS_CODES_PER_MINUTE": "0",
        ]
        let reasons = await reasons(environment)
        let missing = ["SCAN_LOGIN_WECHAT_APP_ID", "SCAN_LOGIN_KEY_FILE"]
        for name in environment.keys.sorted() + missing {
            #expect(reasons.count { $0.contains(name) } == 1, "\(name): \(reasons)")
        }
        #expect(reasons.count == 8)
    }

    @Test func `a refusal never repeats a secret`() async {
        let mine = "my-own-secret-which-is-31-long."
        let environment = Self.good.merging(["SCAN_LOGIN_WECHAT_APP_SECRET": mine]) { $1 }
        #expect(await !reasons(environment).contains { $0.contains(mine) })
    }

    @Test func `a confirm delay as long as the confirm window is refused`() async {
        let environment = Self.good.merging([
            "SCAN_LOGIN_LIFETIMES_CONFIRM_SECONDS": "2",
            "SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS": "2000",
        ]) { $1 }
        #expect(await reasons(environment).count == 1)
    }

    // MARK: - Development

    @Test(arguments: [
        ("ORIGIN", "http://login.example.com", "127.0.0.1"),
        ("ORIGIN", "http://0.0.0.0:8080", "127.0.0.1"),
        ("WECHAT_BASE_URL", "127.0.0.1:9090", "scheme and a host"),
        ("WECHAT_BASE_URL", "http://127.0.0.1:9090/x", "scheme and a host"),
        ("WECHAT_BASE_URL", "ftp://127.0.0.1", "scheme and a host"),
        ("NONSENSE", "1", "no setting"),
    ])
    func `development has its limits too`(name: String, value: String, word: String) async {
        let environment = Self.development.merging(["SCAN_LOGIN_\(name)": value]) { $1 }
        let reasons = await reasons(environment)
        #expect(reasons.count == 1, "\(reasons)")
        #expect(reasons.first?.contains(word) == true, "\(reasons)")
    }

    // MARK: - Layers

    @Test(arguments: ["settings.yaml", "settings.yml", "settings.json"])
    func `flags win over the environment, and that over the file`(name: String) async throws {
        let text =
            name.hasSuffix("json")
            ? #"""
            {"mode": "development", "port": 8001, "host": "127.0.0.2", "site_name": "File",
             "wechat": {"app_id": "wxfile"}, "limits": {"codes_per_minute": 11}}
            """#
            : """
            mode: development
            port: 8001
            host: 127.0.0.2
            site_name: File
            wechat: { app_id: wxfile }
            limits:
              codes_per_minute: 11
            """
        try await withFile(name, text) { file in
            let fromFile = try await read([:], SettingsFlags(config: file))
            #expect(fromFile.mode == .development)
            #expect(fromFile.edge.port == 8001)
            #expect(fromFile.edge.host == "127.0.0.2")
            #expect(fromFile.edge.siteName == "File")
            #expect(fromFile.wechat.appID == "wxfile")
            #expect(fromFile.policy.codesPerMinute == 11)

            let environment = [
                "SCAN_LOGIN_PORT": "8002", "SCAN_LOGIN_SITE_NAME": "Environment",
                "SCAN_LOGIN_LIMITS_CODES_PER_MINUTE": "12",
            ]
            let layered = try await read(environment, SettingsFlags(config: file, port: 8003))
            #expect(layered.edge.port == 8003)
            #expect(layered.edge.siteName == "Environment")
            #expect(layered.policy.codesPerMinute == 12)
            #expect(layered.edge.host == "127.0.0.2")
        }
    }

    @Test func `each flag is a setting`() async throws {
        let flags = SettingsFlags(
            mode: "development",
            origin: "http://localhost:8005",
            host: "127.0.0.3",
            port: 8004,
            database: "/tmp/x.sqlite",
            weChatBaseURL: "http://localhost:9091"
        )
        let settings = try await read(Self.good, flags)
        #expect(settings.mode == .development)
        #expect("\(settings.edge.origin)" == "http://localhost:8005")
        #expect(settings.edge.host == "127.0.0.3")
        #expect(settings.edge.port == 8004)
        #expect(settings.database == "/tmp/x.sqlite")
        #expect(settings.wechat.authority == "localhost:9091")
    }

    @Test func `the names are those of the contract`() {
        #expect(
            SettingKey.weChatAppSecretFile.environmentName == "SCAN_LOGIN_WECHAT_APP_SECRET_FILE"
        )
        #expect(
            SettingKey.weChatEnvironmentVersion.environmentName == "SCAN_LOGIN_WECHAT_ENV_VERSION"
        )
        #expect(
            SettingKey.attemptsPerAddressPerMinute.environmentName
                == "SCAN_LOGIN_LIMITS_ATTEMPTS_PER_IP_PER_MINUTE"
        )
        #expect(
            SettingKey.confirmDelayMilliseconds.environmentName
                == "SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS"
        )
    }

    /// Each setting that is a number, a value for it, and where it is to be found then.
    @Test func `every number finds its place in the policy`() async throws {
        var environment = Self.good
        let seconds = ["SCENE": 61, "CONFIRM": 62, "ATTEMPT": 63, "PHONE_SESSION": 64]
        for (name, value) in seconds {
            environment["SCAN_LOGIN_LIFETIMES_\(name)_SECONDS"] = "\(value)"
        }
        environment["SCAN_LOGIN_LIFETIMES_SESSION_IDLE_SECONDS"] = "65"
        environment["SCAN_LOGIN_LIFETIMES_SESSION_SECONDS"] = "66"
        environment["SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS"] = "67"
        let limits = [
            "ATTEMPTS_PER_BROWSER_PER_MINUTE", "ATTEMPTS_PER_IP_PER_MINUTE",
            "ATTEMPTS_PER_IP_BURST",
            "CODES_PER_MINUTE", "CONNECTIONS_PER_IP", "WEBSOCKETS_PER_IP", "DEAD_SCENES_PER_USER",
            "DEAD_SCENES_PER_IP", "PHONE_LOGINS_PER_USER_PER_MINUTE", "POOLED_CODES",
            "LIVE_ATTEMPTS", "ENDED_ATTEMPTS", "PHONE_SESSIONS", "USED_CODES",
            "BROWSER_SESSIONS", "AUDIT_ENTRIES", "PARKED_REQUESTS", "GRANTS", "CLIENTS",
            "PARKED_PER_IP_PER_MINUTE", "PARKED_PER_IP_BURST", "GRANTS_PER_USER_PER_MINUTE",
        ]
        for (number, name) in limits.enumerated() {
            environment["SCAN_LOGIN_LIMITS_\(name)"] = "\(100 + number)"
        }
        environment["SCAN_LOGIN_LIFETIMES_AUDIT_DAYS"] = "68"
        environment["SCAN_LOGIN_SAME_DEVICE"] = "link"
        environment["SCAN_LOGIN_LIFETIMES_AUTHORIZATION_CODE_SECONDS"] = "69"
        environment["SCAN_LOGIN_LIFETIMES_ACCESS_TOKEN_SECONDS"] = "70"
        environment["SCAN_LOGIN_LIFETIMES_REFRESH_TOKEN_SECONDS"] = "7100"
        let policy = try await read(environment).policy
        var wanted = LoginPolicy()
        wanted.scene = .seconds(61)
        wanted.confirm = .seconds(62)
        wanted.attempt = .seconds(63)
        wanted.phoneSession = .seconds(64)
        wanted.sessionIdle = .seconds(65)
        wanted.session = .seconds(66)
        wanted.confirmDelay = .milliseconds(67)
        wanted.attemptsPerBrowserPerMinute = 100
        wanted.attemptsPerAddressPerMinute = 101
        wanted.attemptsPerAddressBurst = 102
        wanted.codesPerMinute = 103
        wanted.connectionsPerAddress = 104
        wanted.webSocketsPerAddress = 105
        wanted.deadScenesPerUser = 106
        wanted.deadScenesPerAddress = 107
        wanted.phoneLoginsPerUserPerMinute = 108
        wanted.pooledCodes = 109
        wanted.rows.liveAttempts = 110
        wanted.rows.endedAttempts = 111
        wanted.rows.phoneSessions = 112
        wanted.rows.usedCodes = 113
        wanted.rows.browserSessions = 114
        wanted.rows.auditEntries = 115
        wanted.rows.parkedRequests = 116
        wanted.rows.grants = 117
        wanted.rows.relyingParties = 118
        wanted.parkedPerAddressPerMinute = 119
        wanted.parkedPerAddressBurst = 120
        wanted.grantsPerUserPerMinute = 121
        wanted.grants.code = .seconds(69)
        wanted.grants.accessToken = .seconds(70)
        wanted.grants.refreshToken = .seconds(7100)
        wanted.audit = .seconds(68 * 86_400)
        wanted.sameDevice = .link
        #expect(policy == wanted)
    }

    @Test func `sessions of a restored database are dropped unless the operator keeps them`()
        async throws
    {
        #expect(try await !read(Self.good).keepsRestoredSessions)
        for (value, isKept) in [("drop", false), ("keep", true)] {
            let environment = Self.good.merging(["SCAN_LOGIN_RESTORED_SESSIONS": value]) { $1 }
            let settings = try await read(environment)
            #expect(settings.keepsRestoredSessions == isKept)
            #expect(settings.lines.contains { $0.hasSuffix(isKept ? ": kept" : ": dropped") })
        }
    }

    @Test func `commands that only need the database judge no other setting`() async throws {
        let path = try await Settings.databasePath(
            flags: SettingsFlags(),
            environment: ["SCAN_LOGIN_DATA_DIRECTORY": "/srv", "SCAN_LOGIN_MODE": "nonsense"]
        )
        #expect(path == "/srv/scan-login.sqlite")
        await #expect(throws: SettingsRefused.self) {
            _ = try await Settings.databasePath(
                flags: SettingsFlags(),
                environment: ["SCAN_LOGIN_DATABSE": "/srv/x.sqlite"]
            )
        }
    }

    @Test func `every number finds its place at the edge`() async throws {
        let environment = Self.good.merging([
            "SCAN_LOGIN_LIMITS_CONNECTIONS": "101", "SCAN_LOGIN_LIMITS_HEADER_SECONDS": "102",
            "SCAN_LOGIN_LIMITS_REQUEST_SECONDS": "103", "SCAN_LOGIN_LIMITS_IDLE_SECONDS": "104",
            "SCAN_LOGIN_LIMITS_STALL_SECONDS": "105",
            "SCAN_LOGIN_LIMITS_BODY_BYTES_PER_SECOND": "106",
            "SCAN_LOGIN_LIMITS_BODY_BYTES": "2007", "SCAN_LOGIN_LIMITS_HEADER_BYTES": "2008",
            "SCAN_LOGIN_LIMITS_HEADER_FIELD_BYTES": "2009",
            "SCAN_LOGIN_LIMITS_HEADER_FIELDS": "110",
            "SCAN_LOGIN_LIMITS_WEBSOCKET_FRAME_BYTES": "211",
            "SCAN_LOGIN_LIMITS_WEBSOCKET_FRAMES_PER_MINUTE": "112",
            "SCAN_LOGIN_LIMITS_WEBSOCKET_UNSENT_MESSAGES": "113",
            "SCAN_LOGIN_LIMITS_WEBSOCKET_PING_SECONDS": "114",
            "SCAN_LOGIN_LIMITS_WEBSOCKET_PONG_SECONDS": "115",
        ]) { $1 }
        let limits = try await read(environment).edge.limits
        #expect(limits.connectionsMax == 101)
        var wanted = ConnectionLimits()
        wanted.header = .seconds(102)
        wanted.request = .seconds(103)
        wanted.idle = .seconds(104)
        wanted.stall = .seconds(105)
        wanted.bodyBytesPerSecondMin = 106
        #expect(limits.connection == wanted)
        #expect(limits.webSocket.stall == .seconds(105))
        #expect(limits.bodyBytesMax == 2007)
        #expect(limits.headerBlockBytesMax == 2008)
        #expect(limits.headerFieldBytesMax == 2009)
        #expect(limits.headerFieldsMax == 110)
        #expect(limits.webSocket.frameBytesMax == 211)
        #expect(limits.webSocket.dataFramesPerMinuteMax == 112)
        #expect(limits.webSocket.unsentMessagesMax == 113)
        #expect(limits.webSocket.pingEvery == .seconds(114))
        #expect(limits.webSocket.pongWithin == .seconds(115))
    }

    @Test func `trusted proxies are networks, in a row`() async throws {
        let nobody = try await read(Self.good).edge
        #expect("\(nobody.proxies)" == "none")
        let list = "10.0.0.0/8, 192.0.2.7,2001:db8::/32"
        let edge = try await read(Self.good.merging(["SCAN_LOGIN_TRUSTED_PROXIES": list]) { $1 })
            .edge
        #expect("\(edge.proxies)" == "10.0.0.0/8, 192.0.2.7/32, 2001:db8::/32")
    }

    // MARK: - Files

    @Test(arguments: [
        ("a.yaml", "modes: development\n", "a.yaml:1", "modes is no setting"),
        ("a.yaml", "mode: development\nlimits:\n  codes: 1\n", "a.yaml:3", "limits.codes is no"),
        ("a.yaml", "mode: development\nlimits: 5\n", "a.yaml", "expected names and values"),
        ("a.yaml", "- mode\n", "a.yaml", "expected names and values"),
        ("a.yaml", "mode: [development]\n", "a.yaml:1", "mode"),
        ("a.yaml", "mode: development\nport: {a: 1}\n", "a.yaml:2", "port"),
        ("a.yaml", "mode: development\nport: 80.5\n", "a.yaml:2", "port must be a whole"),
        ("a.yaml", "mode: development\nport: true\n", "a.yaml:2", "port must be a whole"),
        ("a.yaml", "mode: development\nport: \"80.5\"\n", "PORT", "whole number from"),
        ("a.yaml", "mode: development\nport: ~\n", "a.yaml:2", "port"),
        ("a.yaml", "mode: development\nmode: production\n", "a.yaml", "cannot be read"),
        ("a.yaml", "mode: \"dev\n", "a.yaml", "cannot be read"),
        ("a.json", #"{"modes": "development"}"#, "a.json:1", "modes is no setting"),
        ("a.json", #"{"mode": "development", "port": true}"#, "a.json:1", "port must be a"),
        ("a.json", #"{"mode": "development", "port": 80.5}"#, "a.json:1", "port must be a"),
        ("a.json", #"{"mode": "development", "port": "80.5"}"#, "PORT", "whole number from"),
        ("a.json", #"{"mode": "development", "port": null}"#, "a.json:1", "port"),
        ("a.json", "[]", "a.json", "expected names and values"),
        ("a.json", "{", "a.json", "cannot be read"),
    ])
    func `a file that says something else is refused, with its place`(
        name: String,
        text: String,
        place: String,
        word: String
    ) async throws {
        let reasons = try await withFile(name, text) { file in
            await self.reasons(Self.development, SettingsFlags(config: file))
        }
        #expect(
            reasons.contains { $0.contains(place) && $0.contains(word) },
            "\(reasons)"
        )
    }

    @Test func `a file that is not there is refused, and an empty one says nothing`() async throws {
        let missing = await reasons(Self.development, SettingsFlags(config: "/nowhere/a.yaml"))
        #expect(missing.count == 1)
        #expect(missing.first?.contains("/nowhere/a.yaml does not exist") == true)
        let settings = try await withFile("a.yaml", "# nothing yet\n") { file in
            try await read(Self.development, SettingsFlags(config: file))
        }
        #expect(settings.mode == .development)
    }

    @Test func `a name in one word with dots is not passed over`() async throws {
        let text = "mode: development\nlimits.codes_per_minute: 5\n"
        try await withFile("a.yaml", text) { file in
            let settings = try await read([:], SettingsFlags(config: file))
            #expect(settings.policy.codesPerMinute == 5)
        }
    }

    @Test func `a secret may lie in a file of its own`() async throws {
        try await withFile("secret", "  \(Self.secret)\n") { file async throws in
            var environment = Self.good
            environment["SCAN_LOGIN_WECHAT_APP_SECRET"] = nil
            environment["SCAN_LOGIN_WECHAT_APP_SECRET_FILE"] = file
            #expect(try await read(environment).wechat.appSecret.exposed == Self.secret)
        }
        var environment = Self.good
        environment["SCAN_LOGIN_WECHAT_APP_SECRET"] = nil
        environment["SCAN_LOGIN_WECHAT_APP_SECRET_FILE"] = "/nowhere/secret"
        let reasons = await reasons(environment)
        #expect(reasons.count == 1)
        #expect(reasons.first?.contains("/nowhere/secret cannot be read") == true)
    }

    // MARK: - What is in force

    @Test func `what is in force is printed whole, and the secret never`() async throws {
        let settings = try await read(Self.good)
        let text = settings.lines.joined(separator: "\n")
        #expect(!text.contains(Self.secret))
        #expect(!text.lowercased().contains(Self.secret.lowercased().prefix(8)))
        #expect(text.contains("secret <redacted>"))
        for word in [
            "mode: production", "origin: https://login.example.com", "listens on: 127.0.0.1:8080",
            "database: data/scan-login.sqlite", "app wx00000000000000aa",
            "https://api.weixin.qq.com", "scene: 120.0 seconds", "confirm delay: 0.7 seconds",
        ] {
            #expect(text.contains(word), "\(word): \(text)")
        }
        // Nothing else that prints or mirrors it shows it either.
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains(Self.secret))
        #expect(!"\(settings)".contains(Self.secret))
        #expect(!String(reflecting: settings).contains(Self.secret))
    }

    @Test(arguments: SettingKey.allCases.filter { $0.path.count == 2 })
    func `a number that is changed shows in what is in force`(key: SettingKey) async throws {
        guard key.rawValue.hasPrefix("lifetimes.") || key.rawValue.hasPrefix("limits.") else {
            return
        }
        let plain = try await read(Self.good).lines
        let atLeastMinutes: [SettingKey] = [.usedCodeSeconds, .refreshTokenSeconds]
        let value =
            key.rawValue.hasSuffix("_bytes")
            ? "2077" : atLeastMinutes.contains(key) ? "377" : "77"
        let changed = try await read(Self.good.merging([key.environmentName: value]) { $1 }).lines
        // The window of the dead scenes stands in the lines of both of their limits.
        let count = key == .deadSceneWindowSeconds ? 2 : 1
        #expect(changed.count { !plain.contains($0) } == count, "\(key)")
    }
}
