import LoginDomain
import LoginStore
import TestSupport
import Testing

/// Access tokens in the wrong place, and after their end.
@Suite(.timeLimit(.minutes(10))) struct T18AccessTokenTests {
    private func withToken(
        _ body: (EdgeStage, Website, Browser, Answer) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            try await body(stage, shop, browser, try await shop.redeem(back.code))
        }
    }

    @Test func `T18 a token counts in the header alone`() async throws {
        try await withToken { stage, shop, _, tokens async throws in
            let token = try #require(tokens.text("access_token"))
            let bearer = Call.Field("Authorization", "Bearer \(token)")
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let body = Array("access_token=\(token)".utf8)
            let wrong = [
                Call("GET", "/userinfo?access_token=\(token)"),
                Call("POST", "/userinfo", [form], body: body), Call("GET", "/userinfo"),
                Call("GET", "/userinfo", [Call.Field("Authorization", token)]),
                Call("GET", "/userinfo", [Call.Field("Authorization", "Basic \(token)")]),
                Call("GET", "/userinfo", [bearer, bearer]),
            ]
            for call in wrong {
                let answer = try await stage.send(call)
                #expect(answer.status == 401, "\(call)")
                #expect(answer["WWW-Authenticate"]?.hasPrefix("Bearer realm=") == true)
                #expect(answer.text("sub") == nil)
            }
            for method in ["GET", "POST"] {
                // In two ways (RFC 6750 section 3.1).
                let target = "/userinfo?access_token=\(token)"
                let twice = try await stage.send(Call(method, target, [bearer], body: []))
                #expect(twice.status == 400)
                #expect(twice.error == "invalid_request")
                #expect(
                    twice["WWW-Authenticate"]
                        == #"Bearer realm="https://login.example", error="invalid_request""#
                )
                #expect(twice.text("sub") == nil)
                let answer = try await stage.send(Call(method, "/userinfo", [bearer], body: []))
                #expect(answer.status == 200)
                #expect(answer.text("sub") != nil)
                #expect(answer["Access-Control-Allow-Origin"] == nil)
            }
        }
    }

    @Test func `T18 nothing else is a token`() async throws {
        try await withToken { stage, shop, browser, tokens async throws in
            let token = try #require(tokens.text("access_token"))
            let garbled = String(token.reversed())
            let session = try #require(browser.cookies["__Host-sl_session"])
            let phone = try await stage.phone("alice", run: 2)
            let others = [
                garbled, token + "A", String(token.dropLast()), session, phone.bearer,
                tokens.text("id_token") ?? "", "", "Bearer",
            ]
            for other in others {
                let answer = try await shop.userInfo(other)
                #expect(answer.status == 401, "\(other)")
            }
            // And a token is nothing else.
            let bearer = [Call.Field("Authorization", "Bearer \(token)")]
            #expect(try await stage.send(Call("GET", "/mp/logins", bearer)).status == 401)
            let cookie = [Call.Field("Cookie", "__Host-sl_session=\(token)")]
            #expect(try await stage.send(Call("GET", "/session", cookie)).status == 401)
        }
    }

    @Test func `T18 a token lives ten minutes`() async throws {
        try await withToken { stage, shop, _, tokens async throws in
            let token = tokens.text("access_token")
            stage.time.advance(by: .milliseconds(599_999))
            #expect(try await shop.userInfo(token).status == 200)
            stage.time.advance(by: .milliseconds(1))
            #expect(try await shop.userInfo(token).status == 401)
        }
    }

    @Test func `T18 a token dies with the login, wherever that ends`() async throws {
        try await withToken { stage, shop, browser, tokens async throws in
            #expect(try await browser.post("/session/logout").status == 200)
            #expect(try await shop.userInfo(tokens.text("access_token")).status == 401)
        }
        try await withToken { stage, shop, _, tokens async throws in
            let phone = try await stage.phone("alice", run: 2)
            let logins = try await phone.logins().member("data.logins") as? [[String: Any]]
            let id = try #require(logins?.first?["id"] as? String)
            #expect(try await phone.revoke(id).status == 200)
            #expect(try await shop.userInfo(tokens.text("access_token")).status == 401)
        }
    }

    @Test func `T18 a code of a login that has ended gives nothing`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            _ = try await browser.post("/session/logout")
            #expect(try await shop.redeem(back.code).error == "invalid_grant")
        }
    }

    @Test func `T18 a website gives its token back, and nobody else's`() async throws {
        try await withToken { stage, shop, _, tokens async throws in
            let other = try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
            }
            let token = tokens.text("access_token")
            #expect(try await other.ask("/revoke", ["token": token]).status == 200)
            #expect(try await shop.userInfo(token).status == 200)
            let liar = Website(stage: stage, id: "shop", secret: "x", callback: shop.callback)
            #expect(try await liar.ask("/revoke", ["token": token]).status == 401)
            #expect(try await shop.ask("/revoke", ["token": nil]).error == "invalid_request")
            #expect(try await shop.userInfo(token).status == 200)
            let hint: [String: String?] = ["token": token, "token_type_hint": "refresh_token"]
            for _ in 0..<2 { #expect(try await shop.ask("/revoke", hint).status == 200) }
            #expect(try await shop.userInfo(token).status == 401)
            #expect(try await shop.ask("/revoke", ["token": "unknown"]).status == 200)
        }
    }

    @Test func `T18 a token of a website that was removed opens nothing`() async throws {
        try await withToken { stage, shop, _, tokens async throws in
            let parties = try await stage.rows.relyingParties()
            for party in parties { _ = try await stage.rows.removeRelyingParty(party.id) }
            #expect(try await shop.userInfo(tokens.text("access_token")).status == 401)
        }
    }
}
