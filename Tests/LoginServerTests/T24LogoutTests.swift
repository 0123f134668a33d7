import LoginStore
import Testing

/// Logging somebody out from another page, and showing our pages inside of one.
@Suite(.timeLimit(.minutes(10))) struct T24LogoutTests {
    private func loggedIn(
        _ body: (EdgeStage, Browser) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let browser = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            #expect(try await browser.complete().status == 200)
            try await body(stage, browser)
        }
    }

    @Test func `T24 no page may show ours inside of itself`() async throws {
        try await loggedIn { stage, browser async throws in
            for target in ["/", "/login", "/nothing", "/session", "/attempt", "/session/logout"] {
                for fields in [[], browser.fields] {
                    let answer = try await stage.send(Call("GET", target, fields))
                    if (300..<400).contains(answer.status) { continue }
                    let policy = try #require(answer["Content-Security-Policy"], "\(target)")
                    let words = policy.split(separator: ";").map { $0.drop { $0 == " " } }
                    #expect(words.contains("frame-ancestors 'none'"), "\(target)")
                    if answer["Content-Type"]?.hasPrefix("text/html") == true {
                        #expect(answer["X-Frame-Options"] == "DENY", "\(target)")
                    }
                }
            }
        }
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    func `T24 a picture that is no picture logs nobody out`(method: String) async throws {
        try await loggedIn { stage, browser async throws in
            let answer = try await stage.send(Call(method, "/session/logout", browser.fields))
            #expect(answer.status == 405)
            #expect(answer.all("Set-Cookie") == [])
            #expect(try await browser.get("/session").status == 200)
        }
    }

    private static let foreign: [[Call.Field]] = [
        [], [Call.Field("X-SL", "1")], [Call.Field("Origin", "https://login.example")],
        [Call.Field("Origin", "https://evil.example"), Call.Field("X-SL", "1")],
        [Call.Field("Origin", "https://www.login.example"), Call.Field("X-SL", "1")],
        [Call.Field("Origin", "null"), Call.Field("X-SL", "1")],
        [Call.Field("Origin", "https://login.example"), Call.Field("X-SL", "0")],
        [Call.Field("Referer", "https://login.example/"), Call.Field("X-SL", "1")],
    ]

    @Test(arguments: foreign.indices)
    func `T24 a form of another page logs nobody out`(number: Int) async throws {
        try await loggedIn { stage, browser async throws in
            let fields = browser.fields + Self.foreign[number]
            let answer = try await stage.send(Call("POST", "/session/logout", fields, body: []))
            #expect(answer.status == 403)
            #expect(answer.error == "csrf")
            #expect(answer.all("Set-Cookie") == [])
            #expect(try await browser.get("/session").status == 200)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T24 our own page logs out`() async throws {
        try await loggedIn { stage, browser async throws in
            let old = browser.copy()
            #expect(try await browser.post("/session/logout").status == 200)
            #expect(browser.cookies["__Host-sl_session"] == nil)
            // The cookie is worth nothing any more, whoever kept it.
            #expect(try await old.get("/session").status == 401)
            #expect(stage.sessionsCount == 0)
        }
    }
}
