import TestSupport
import Testing

/// A login that another site starts, or finishes, in somebody's browser.
@Suite struct T03LoginCSRFTests {
    /// What a foreign page can make a browser send, and what it cannot leave out.
    static let foreign: [(String, [Call.Field])] = [
        ("a form of another site", [Call.Field("Origin", "https://evil.example")]),
        (
            "another site that forges the header",
            [Call.Field("Origin", "https://evil.example"), Call.Field("X-SL", "1")]
        ),
        (
            "a sandboxed frame",
            [Call.Field("Origin", "null"), Call.Field("X-SL", "1")]
        ),
        (
            "no origin at all, from another site",
            [Call.Field("Sec-Fetch-Site", "cross-site"), Call.Field("X-SL", "1")]
        ),
        ("no origin at all", [Call.Field("X-SL", "1")]),
        ("our origin without the header", [Call.Field("Origin", "https://login.example")]),
        (
            "our origin with another value",
            [Call.Field("Origin", "https://login.example"), Call.Field("X-SL", "true")]
        ),
        (
            "the header twice",
            [
                Call.Field("Origin", "https://login.example"), Call.Field("X-SL", "1"),
                Call.Field("X-SL", "1"),
            ]
        ),
        (
            "our origin over http",
            [Call.Field("Origin", "http://login.example"), Call.Field("X-SL", "1")]
        ),
        (
            "our host at another port",
            [Call.Field("Origin", "https://login.example:8443"), Call.Field("X-SL", "1")]
        ),
        (
            "a neighbour's subdomain",
            [Call.Field("Origin", "https://www.login.example"), Call.Field("X-SL", "1")]
        ),
        (
            "two origins, one of them ours",
            [
                Call.Field("Origin", "https://evil.example"),
                Call.Field("Origin", "https://login.example"), Call.Field("X-SL", "1"),
            ]
        ),
        (
            "ours first",
            [
                Call.Field("Origin", "https://login.example"),
                Call.Field("Origin", "https://evil.example"), Call.Field("X-SL", "1"),
            ]
        ),
        (
            "both in one field",
            [
                Call.Field("Origin", "https://login.example https://evil.example"),
                Call.Field("X-SL", "1"),
            ]
        ),
        (
            "in capitals",
            [Call.Field("Origin", "https://LOGIN.example"), Call.Field("X-SL", "1")]
        ),
        (
            "a slash too many",
            [Call.Field("Origin", "https://login.example/"), Call.Field("X-SL", "1")]
        ),
    ]

    @Test(arguments: RouteTable.browserPosts, foreign.indices)
    func `T3 a POST that our own page did not make changes nothing`(
        path: String,
        number: Int
    ) async throws {
        let (name, fields) = Self.foreign[number]
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("attacker")
            let browser = try await stage.confirmedBrowser(by: phone)
            let before = stage.everything
            let calls = stage.wechat.calls.count
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let answer = try await stage.send(
                Call("POST", path, browser.fields + fields + [form], body: Array("a=b".utf8))
            )
            #expect(answer.status == 403, "\(name)")
            #expect(answer.error == "csrf", "\(name)")
            #expect(answer["Set-Cookie"] == nil)
            #expect(!answer.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
            #expect(stage.everything == before)
            #expect(stage.wechat.calls.count == calls)
            #expect(try await browser.state() == "confirmed")
        }
    }

    @Test(arguments: RouteTable.browserPosts)
    func `T3 a preflight gets no permission`(path: String) async throws {
        try await EdgeStage.with { stage in
            let answer = try await stage.send(
                Call(
                    "OPTIONS",
                    path,
                    [
                        Call.Field("Origin", "https://evil.example"),
                        Call.Field("Access-Control-Request-Method", "POST"),
                        Call.Field("Access-Control-Request-Headers", "x-sl"),
                    ]
                )
            )
            #expect(answer.status == 405)
            #expect(!answer.fields.contains { $0.name.lowercased().hasPrefix("access-control") })
        }
    }

    @Test(
        arguments: [
            "s", "a b+c&d=e%20\"<>'", String(repeating: "x", count: 512), "==", "%", "~-._", "#?/",
        ]
    )
    func `T3 a website hears its own state again, and who answers`(state: String) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let phone = try await stage.phone("alice")
            let back = try await shop.logIn(browser, by: phone, ["state": state])
            #expect(back.parameters["state"] == state)
            #expect(back.parameters["iss"] == "https://login.example")
            let silent = try shop.callback(
                try await shop.send(Browser(stage), ["state": state, "prompt": "none"])
            )
            #expect(silent.error == "login_required")
            #expect(silent.parameters["state"] == state)
            #expect(silent.parameters["iss"] == "https://login.example")
        }
    }

    @Test func `T3 a code fetched by one browser's request is worthless with another's proof`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let attacker = try await stage.phone("attacker")
            let back = try await shop.logIn(Browser(stage), by: attacker)
            // The website redeems what was played into a victim's browser with the verifier of the
            // victim's own request.
            let answer = try await shop.redeem(
                back.code,
                ["code_verifier": String(repeating: "v", count: 43)]
            )
            #expect(answer.status == 400)
            #expect(answer.text("error") == "invalid_grant")
            #expect(try await shop.redeem(back.code).status == 400)
        }
    }

    @Test func `T3 the same POST from our own page does the work`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: phone)
            let login = try await browser.complete()
            #expect(login.status == 200)
            #expect(login.text("data.user.userid") == phone.user)
            #expect(try await browser.get("/session").text("data.user.userid") == phone.user)
        }
    }
}
