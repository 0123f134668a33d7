import Testing

/// What the public port has no answer to.
@Suite(.timeLimit(.minutes(10))) struct T40PublicPortTests {
    static let paths = [
        "/metrics", "/health", "/health/live", "/health/ready", "/debug", "/debug/pprof/", "/.git",
        "/.git/HEAD", "/.env", "/admin", "/status", "/_mock/health", "/_mock/phone",
        "/cgi-bin/token",
        "/sns/jscode2session", "/publish", "/swagger", "/server-status",
    ]

    @Test(arguments: paths)
    func `T40 a path for operators or for tests is not there`(path: String) async throws {
        try await EdgeStage.with { stage in
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
                let answer = try await stage.send(
                    Call(method, path, method == "GET" ? [] : [Call.Field("Content-Length", "0")])
                )
                #expect([404, 405].contains(answer.status), "\(method) \(path): \(answer.status)")
            }
        }
    }

    @Test(arguments: ["/", "/login", "/attempt", "/session", "/mp/session", "/metrics"])
    func `T40 TRACE and what else nobody needs is refused`(path: String) async throws {
        try await EdgeStage.with { stage in
            for method in ["TRACE", "PROPFIND", "PATCH"] {
                let canary = Call.Field("X-Canary", "CANARY")
                let answer = try await stage.send(Call(method, path, [canary]))
                #expect([404, 405].contains(answer.status), "\(method) \(path): \(answer.status)")
                #expect(!answer.text.contains("CANARY"))
            }
        }
    }
}
