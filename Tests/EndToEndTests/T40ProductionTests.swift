import Foundation
import Testing

/// What production refuses, and what is not in the program at all.
@Suite(.timeLimit(.minutes(10))) struct T40ProductionTests {
    private func refusal(_ changes: [String: String]) async throws -> [String] {
        try await Programs.withProduction { good in
            // Serving comes last: whoever is not refused would serve for ever.
            for command in ["check", "doctor"] {
                let run = try await Programs.end(
                    "login-server",
                    [command],
                    environment: good.merging(changes) { $1 }
                )
                try #require(run.status == 78, "\(command): \(run.output)\(run.errors)")
            }
            let run = try await Programs.end(
                "login-server",
                ["serve"],
                environment: good.merging(changes) { $1 }
            )
            #expect(run.status == 78, "\(run.output)\(run.errors)")
            #expect(run.output.isEmpty)
            return run.errors.split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:9090", "https://127.0.0.1:9090", "https://[::1]:9090",
        "https://localhost", "https://10.0.0.1", "https://172.16.0.1", "https://192.168.1.1",
        "https://169.254.169.254", "http://api.weixin.qq.com", "https://api.weixin.qq.com:8443",
        "https://api.weixin.qq.com.evil", "https://mock-wechat",
    ])
    func `T40 production takes no other WeChat than the one there is`(base: String) async throws {
        let lines = try await refusal(["SCAN_LOGIN_WECHAT_BASE_URL": base])
        #expect(lines.count == 1)
        #expect(lines.first?.contains("SCAN_LOGIN_WECHAT_BASE_URL") == true, "\(lines)")
        #expect(lines.first?.contains("https://api.weixin.qq.com in production") == true)
    }

    @Test func `T40 each thing that only a mock needs has a line of its own`() async throws {
        let lines = try await refusal([
            "SCAN_LOGIN_ORIGIN": "http://127.0.0.1:8080",
            "SCAN_LOGIN_WECHAT_BASE_URL": "http://127.0.0.1:9090",
            "SCAN_LOGIN_WECHAT_ENV_VERSION": "trial",
            "SCAN_LOGIN_WECHAT_APP_SECRET": "0123456789abcdef0123456789abcdef",
        ])
        #expect(lines.count == 4, "\(lines)")
        for name in ["ORIGIN", "WECHAT_BASE_URL", "WECHAT_ENV_VERSION", "WECHAT_APP_SECRET"] {
            #expect(lines.count { $0.contains("SCAN_LOGIN_\(name) ") } == 1, "\(name): \(lines)")
        }
        // A secret that is refused is not repeated either.
        #expect(!lines.contains { $0.contains("0123456789abcdef") })
    }

    /// Words that only a mock, or a door for tests, would bring along.
    static let words = [
        "MockWeChat", "FakeWeChat", "FakePhone", "autoConfirm", "^/_mock", "^/debug",
    ]

    @Test(arguments: words)
    func `T40 the program has neither symbol nor string of a mock`(word: String) async throws {
        // The sections that are loaded: the others hold the paths of sources.
        for tool in ["nm", "strings -d"] {
            let count = try await Programs.count(word, in: tool, of: "login-server")
            #expect(count == 0, "\(tool)")
        }
    }

    @Test func `T40 a symbol and a string that are there are found`() async throws {
        #expect(try await Programs.count("LoginService", in: "nm", of: "login-server") > 0)
        #expect(try await Programs.count("^/attempt", in: "strings -d", of: "login-server") > 0)
    }
}
