import LoginDomain
import LoginStore
import OpenIDConnect
import TestSupport
import Testing

/// Logging somebody out through a website's logout.
@Suite(.timeLimit(.minutes(10))) struct T24EndSessionTests {
    private static let bye = "https://shop.example/bye"

    private func withLogin(
        _ body: (EdgeStage, Website, Browser, String) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let tokens = try await shop.redeem(back.code)
            try await body(stage, shop, browser, try #require(tokens.text("id_token")))
        }
    }

    private func end(
        _ browser: Browser,
        _ parameters: [(String, String)]
    ) async throws -> Answer {
        let query = Website.form(parameters)
        return try await browser.get(query.isEmpty ? "/end_session" : "/end_session?\(query)")
    }

    @Test func `T24 the website's proof ends the login and goes back`() async throws {
        try await withLogin { stage, shop, browser, token async throws in
            let state = String(repeating: "s", count: 128)
            let answer = try await end(
                browser,
                [
                    ("id_token_hint", token), ("post_logout_redirect_uri", Self.bye),
                    ("state", state),
                ]
            )
            #expect(answer.status == 303)
            #expect(answer["Location"] == "\(Self.bye)?state=\(state)")
            #expect(browser.cookies["__Host-sl_session"] == nil)
            #expect(stage.sessionsCount == 0)
            let back = try shop.callback(try await shop.send(browser, ["prompt": "none"]))
            #expect(back.error == "login_required")
        }
    }

    @Test func `T24 the proof is good after its hour, and without a state`() async throws {
        try await withLogin { stage, _, browser, token async throws in
            stage.time.advance(by: .seconds(1200))
            let answer = try await end(
                browser,
                [
                    ("id_token_hint", token), ("client_id", "shop"),
                    ("post_logout_redirect_uri", Self.bye),
                ]
            )
            #expect(answer["Location"] == Self.bye)
            #expect(stage.sessionsCount == 0)
        }
    }

    @Test(
        arguments: [
            "https://shop.example/bye?foo=bar", "https://shop.example/BYE",
            "https://evil.example/", "https://shop.example/cb", "//evil.example",
        ]
    )
    func `T24 an address that is not registered is never gone to`(address: String) async throws {
        try await withLogin { stage, _, browser, token async throws in
            let answer = try await end(
                browser,
                [("id_token_hint", token), ("post_logout_redirect_uri", address)]
            )
            #expect(answer.status == 200)
            #expect(answer["Location"] == nil)
            #expect(answer.text.contains(#"id="logout""#))
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T24 an address that Unicode holds equal to a registered one is not it`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) {
                $0.goodbyes = ["https://shop.example/K"]
            }
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let token = try #require(try await shop.redeem(back.code).text("id_token"))
            let answer = try await end(
                browser,
                [
                    ("id_token_hint", token),
                    ("post_logout_redirect_uri", "https://shop.example/\u{212A}"),
                ]
            )
            #expect(answer.status == 200)
            #expect(answer["Location"] == nil)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T24 a pairwise website's proof ends the login that it names its own way`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shy = try await Website.register(on: stage) { $0.isPairwise = true }
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            let back = try await shy.logIn(browser, by: alice)
            let token = try #require(try await shy.redeem(back.code).text("id_token"))
            // Another login of the same user at the same website is another one.
            let other = Browser(stage)
            _ = try await shy.logIn(other, by: try await stage.phone("alice", run: 2))
            #expect(try await end(other, [("id_token_hint", token)])["Location"] == nil)
            #expect(stage.sessionsCount == 2)
            let answer = try await end(
                browser,
                [("id_token_hint", token), ("post_logout_redirect_uri", Self.bye)]
            )
            #expect(answer["Location"] == Self.bye)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T24 a proof from before a website was pairwise is still one`() async throws {
        try await withLogin { stage, shop, browser, token async throws in
            let id = try #require(RelyingPartyID(text: shop.id))
            var party = try #require(try await stage.rows.relyingParty(id))
            party.isPairwise = true
            #expect(try await stage.rows.removeRelyingParty(id))
            try await stage.rows.addRelyingParty(party)
            let answer = try await end(
                browser,
                [("id_token_hint", token), ("post_logout_redirect_uri", Self.bye)]
            )
            #expect(answer["Location"] == Self.bye)
            #expect(stage.sessionsCount == 0)
        }
    }

    @Test func `T24 a proof is known after its key has left the set, and not after its row has`()
        async throws
    {
        try await withLogin { stage, _, browser, token async throws in
            let old = try #require(try JWT(token).head["kid"] as? String)
            try await stage.rows.addSigningKey(
                TestKeys.row(TestKeys.otherRSA, publishedAt: stage.time.now())
            )
            stage.time.advance(by: KeyRing.lead + KeyRing.retirement)
            let set = try await stage.send(Call("GET", "/jwks.json"))
            #expect(!set.text.contains(old))
            let goodbye = [("id_token_hint", token), ("post_logout_redirect_uri", Self.bye)]
            #expect(try await end(browser, goodbye)["Location"] == Self.bye)
            // Revoked by the operator.
            #expect(try await stage.rows.removeSigningKey(old))
            stage.time.advance(by: .seconds(3))
            #expect(try await end(browser, goodbye)["Location"] == nil)
        }
    }

    @Test func `T24 a form that no address can carry is refused at once, and ends nothing`()
        async throws
    {
        try await withLogin { stage, _, _, token async throws in
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            func post(_ state: String) async throws -> Answer {
                let body = Website.form([("id_token_hint", token), ("state", state)])
                return try await stage.send(
                    Call("POST", "/end_session", form, body: Array(body.utf8))
                )
            }
            let limit = 7 * 1024
            let room = limit - "id_token_hint=\(token)&state=".utf8.count
            let fits = try await post(String(repeating: "s", count: room))
            #expect(fits.status == 303)
            #expect(fits["Location"]?.utf8.count == limit + "/end_session?".utf8.count)
            #expect(try await stage.send(Call("GET", fits["Location"] ?? "")).status == 200)
            let over = try await post(String(repeating: "s", count: room + 1))
            #expect(over.status == 413)
            #expect(over["Location"] == nil)
            #expect(over.text.contains("too_large"))
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T24 without the proof the person is asked`() async throws {
        try await withLogin { stage, _, browser, token async throws in
            let asked: [[(String, String)]] = [
                [], [("state", "s")], [("post_logout_redirect_uri", Self.bye)],
                [("client_id", "shop"), ("post_logout_redirect_uri", Self.bye)],
                [("id_token_hint", token), ("client_id", "other")],
            ]
            for parameters in asked {
                let answer = try await end(browser, parameters)
                #expect(answer.status == 200)
                #expect(answer.text.contains(#"id="logout""#))
                #expect(answer.all("Set-Cookie") == [])
                #expect(answer["X-Frame-Options"] == "DENY")
                #expect(stage.sessionsCount == 1)
            }
            // The page's button.
            #expect(try await browser.post("/session/logout").status == 200)
            let done = try await end(browser, [])
            #expect(done.text.contains(#"data-state="gone""#))
            #expect(stage.sessionsCount == 0)
        }
    }

    @Test func `T24 the proof of one login ends no other`() async throws {
        try await withLogin { stage, shop, browser, token async throws in
            let other = Browser(stage)
            _ = try await shop.logIn(other, by: try await stage.phone("bob"))
            let answer = try await end(
                other,
                [("id_token_hint", token), ("post_logout_redirect_uri", Self.bye)]
            )
            #expect(answer.status == 200)
            #expect(answer.text.contains(#"id="logout""#))
            #expect(try await other.get("/session").status == 200)
            // The same user's second browser is another login, too.
            let second = Browser(stage)
            _ = try await shop.logIn(second, by: try await stage.phone("alice", run: 2))
            #expect(try await end(second, [("id_token_hint", token)]).status == 200)
            #expect(try await second.get("/session").status == 200)
            #expect(try await browser.get("/session").status == 200)
        }
    }

    @Test func `T24 who is not logged in goes back all the same`() async throws {
        try await withLogin { stage, _, browser, token async throws in
            let nobody = Browser(stage)
            let answer = try await end(
                nobody,
                [("id_token_hint", token), ("post_logout_redirect_uri", Self.bye)]
            )
            #expect(answer["Location"] == Self.bye)
            #expect(try await end(nobody, []).text.contains(#"data-state="gone""#))
            #expect(try await browser.get("/session").status == 200)
        }
    }

    @Test func `T24 a form comes again by a GET, with what it brought`() async throws {
        try await withLogin { stage, _, browser, token async throws in
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            let body = Website.form([
                ("id_token_hint", token), ("post_logout_redirect_uri", Self.bye), ("state", "a b"),
                ("evil", "x"),
            ])
            let posted = try await stage.send(
                Call("POST", "/end_session", form, body: Array(body.utf8))
            )
            #expect(posted.status == 303)
            let target = try #require(posted["Location"])
            #expect(target.hasPrefix("/end_session?id_token_hint="))
            #expect(!target.contains("evil"))
            #expect(stage.sessionsCount == 1)
            #expect(try await browser.get(target)["Location"] == "\(Self.bye)?state=a%20b")
        }
    }

    @Test(
        arguments: [
            ("Sec-Fetch-Dest", "image"), ("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Dest", "empty"),
            ("Sec-Purpose", "prefetch"), ("Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
        ]
    )
    func `T24 what is fetched for a part of a page, or ahead, logs nobody out`(
        name: String,
        value: String
    ) async throws {
        try await withLogin { stage, _, browser, token async throws in
            let field = Call.Field(name, value)
            let proof = Website.form([
                ("id_token_hint", token), ("post_logout_redirect_uri", Self.bye),
            ])
            let answer = try await browser.get("/end_session?\(proof)", [field])
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let posted = try await stage.send(
                Call(
                    "POST",
                    "/end_session",
                    browser.fields + [form, field],
                    body: Array(proof.utf8)
                )
            )
            for refused in [answer, posted] {
                #expect(refused.status == 400)
                #expect(refused["Location"] == nil)
                #expect(refused.all("Set-Cookie") == [])
                #expect(refused["Content-Type"] == "text/html; charset=utf-8")
                #expect(refused.text.contains("not_for_window"))
            }
            #expect(stage.sessionsCount == 1)
            let window = [Call.Field("Sec-Fetch-Dest", "document")]
            #expect(try await browser.get("/end_session?\(proof)", window)["Location"] == Self.bye)
            #expect(stage.sessionsCount == 0)
        }
    }
}
