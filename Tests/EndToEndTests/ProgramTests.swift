import Foundation
import Testing

/// What the programs do before they serve: good words and exit codes for bad settings.
struct ProgramTests {
    @Test(arguments: [
        ("login-server", ["serve", "--mode", "development", "--port"]),
        ("mock-wechat", ["--port"]),
    ])
    func `a taken port is named in one line`(name: String, arguments: [String]) async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                let port = mock.url.split(separator: ":").last.map(String.init) ?? ""
                let run = try await Programs.end(
                    name,
                    arguments + [port],
                    // Few connections: a warning that the machine allows no more is not meant here.
                    environment: name == "login-server"
                        ? [
                            "SCAN_LOGIN_DATABASE": "\(folder)/login.sqlite",
                            "SCAN_LOGIN_LIMITS_CONNECTIONS": "100",
                        ] : [:]
                )
                #expect(run.status != 0)
                let lines = run.errors.split(separator: "\n")
                #expect(lines.count == 1 && run.errors.contains(port), "\(run.errors)")
            }
        }
    }

    /// Settings beside those of a good production server, and a word of the reason against each.
    static let refusedInProduction: [(String, [String: String], String)] = [
        ("no origin", ["SCAN_LOGIN_ORIGIN": ""], "ORIGIN"),
        ("plain http", ["SCAN_LOGIN_ORIGIN": "http://login.example.com"], "https"),
        ("a path", ["SCAN_LOGIN_ORIGIN": "https://login.example.com/x"], "scheme and a host"),
        ("a mock", ["SCAN_LOGIN_WECHAT_BASE_URL": "http://127.0.0.1:9090"], "api.weixin.qq.com"),
        (
            "the mock's secret",
            ["SCAN_LOGIN_WECHAT_APP_SECRET": "0123456789abcdef0123456789abcdef"], "mock"
        ),
        ("a short secret", ["SCAN_LOGIN_WECHAT_APP_SECRET": "short"], "32 characters"),
        ("a trial", ["SCAN_LOGIN_WECHAT_ENV_VERSION": "trial"], "release"),
        ("an unknown name", ["SCAN_LOGIN_ORIGINS": "x"], "SCAN_LOGIN_ORIGINS"),
        ("no number", ["SCAN_LOGIN_LIFETIMES_SCENE_SECONDS": "soon"], "whole number"),
        ("no key file", ["SCAN_LOGIN_KEY_FILE": ""], "SCAN_LOGIN_KEY_FILE is missing"),
        ("a key file that is none", ["SCAN_LOGIN_KEY_FILE": "/nowhere"], "openssl rand -hex 32"),
        ("a folder of keys", ["SCAN_LOGIN_KEY_FILE": "/"], "is not a file"),
        ("no port for operators", ["SCAN_LOGIN_OPERATIONS_PORT": "http"], "OPERATIONS_PORT"),
    ]

    @Test(arguments: refusedInProduction)
    func `production refuses, says why, and exits with 78`(
        what: String,
        change: [String: String],
        reason: String
    ) async throws {
        try await Programs.withProduction { settings in
            let good = try await Programs.end("login-server", ["check"], environment: settings)
            #expect(good.status == 0, "\(good.errors)")
            #expect(!good.output.contains("fedcba9876543210"))
            let changed = settings.merging(change) { $1 }
            let run = try await Programs.end("login-server", ["serve"], environment: changed)
            #expect(run.status == 78, "\(what): \(run.errors)")
            #expect(run.errors.contains(reason), "\(what): \(run.errors)")
        }
    }

    @Test func `a settings file is read, and a name it misspells is an error with its line`()
        async throws
    {
        try await Programs.withFolder { folder in
            let file = "\(folder)/settings.yaml"
            try """
            mode: development
            site_name: Example
            lifetimes:
              scene_seconds: 60
            """.write(toFile: file, atomically: true, encoding: .utf8)
            let good = try await Programs.end("login-server", ["check", "--config", file])
            #expect(good.status == 0, "\(good.errors)")
            #expect(good.output.contains("scene: 60"))
            #expect(good.output.contains("Example"))

            let flagged = try await Programs.end(
                "login-server",
                ["check", "--config", file, "--port", "8099"],
                environment: ["SCAN_LOGIN_PORT": "8098", "SCAN_LOGIN_SITE_NAME": "Other"]
            )
            #expect(flagged.output.contains(":8099"))
            #expect(flagged.output.contains("Other"))

            try "lifetimes:\n  scene_second: 60\n"
                .write(toFile: file, atomically: true, encoding: .utf8)
            let bad = try await Programs.end("login-server", ["check", "--config", file])
            #expect(bad.status == 78)
            #expect(bad.errors.contains("settings.yaml:2"), "\(bad.errors)")
        }
    }

    @Test(arguments: [
        (["--host", "10.9.8.7"], "This machine has no address 10.9.8.7"),
        (["--host", "nowhere.invalid"], "nowhere.invalid is no address and no known name"),
        (["--config", "/nowhere/settings.yaml"], "/nowhere/settings.yaml does not exist"),
    ])
    func `what cannot be had is named in one line with a cure`(
        arguments: [String],
        words: String
    ) async throws {
        try await Programs.withFolder { folder in
            let run = try await Programs.end(
                "login-server",
                ["serve", "--mode", "development", "--port", "18099"] + arguments,
                environment: ["SCAN_LOGIN_DATABASE": "\(folder)/login.sqlite"]
            )
            #expect(run.status != 0)
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test func `the two listeners cannot have one port`() async throws {
        let run = try await Programs.end(
            "login-server",
            ["check", "--mode", "development", "--port", "18098"],
            environment: ["SCAN_LOGIN_OPERATIONS_PORT": "18098"]
        )
        #expect(run.status == 78)
        #expect(run.errors.contains("another port than SCAN_LOGIN_PORT"), "\(run.errors)")
    }

    @Test func `the mock exists only in the mock`() async throws {
        // T40: no route of it, and no word of it, is in the login server.
        try await Programs.withBoth { login, _ in
            for path in ["/_mock/health", "/_mock/phone", "/metrics", "/debug", "/.git/HEAD"] {
                let status = try await Loopback.status(login.url + path)
                #expect(status == 404, "\(path)")
            }
        }
    }
}
