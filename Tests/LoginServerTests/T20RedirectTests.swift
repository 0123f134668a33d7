import LoginDomain
import LoginStore
import TestSupport
import Testing

/// Places where a browser must not be sent.
@Suite(.timeLimit(.minutes(10))) struct T20RedirectTests {
    private static let tricks = [
        "https://shop.example/cb/", "https://shop.example/CB", "https://shop.example/cb?x=1",
        "https://shop.example/cb#f", "https://shop.example//cb", "https://shop.example/a/../cb",
        "https://shop.example/%2e%2e/cb", "https://shop.example:443/cb",
        "https://shop.example./cb", "https://SHOP.example/cb", "http://shop.example/cb",
        "https://shop.example@evil.example/cb", "https://shop.example\\@evil.example/cb",
        "https://evil.example/https://shop.example/cb", "//shop.example/cb", "/cb",
        "https://shop.example/cb\t", "https://shop.example/cb\n", "https://shop.example/\u{0}cb",
        " https://shop.example/cb", "https://shop.example\u{2024}/cb", "javascript:alert(1)",
        "data:text/html,x", "https://shop.example/cb" + String(repeating: "a", count: 3000), "",
        "null", "https://*.example/cb",
    ]

    @Test(arguments: tricks)
    func `T20 an address that is not registered to the byte is never gone to`(
        trick: String
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            for prompt in ["login", "none", nil] as [String?] {
                let answer = try await shop.send(
                    browser,
                    ["redirect_uri": trick, "prompt": prompt]
                )
                #expect((400..<500).contains(answer.status))
                #expect(answer["Location"] == nil)
                #expect(answer["Content-Type"] == "text/html; charset=utf-8")
                #expect(!answer.text.contains("evil"))
            }
        }
    }

    @Test func `T20 no address, two addresses, and none of a client nobody knows`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let target = shop.target()
            let evil = "&redirect_uri=https%3A%2F%2Fevil.example%2Fcb"
            let targets = [
                shop.target(["redirect_uri": nil]), target + evil,
                target + "&redirect_uri=https%3A%2F%2Fshop.example%2Fcb",
                shop.target(["client_id": "nobody"]), shop.target(["client_id": nil]),
                target + "&client_id=shop", target + "&client_id=evil",
                shop.target(["client_id": String(repeating: "a", count: 3000)]),
                shop.target() + "&x=%", shop.target() + "&x=%zz", shop.target() + "&x=%00",
                shop.target(["state": "a\r\nSet-Cookie: x=y"]),
            ]
            for target in targets {
                let answer = try await browser.get(target)
                #expect(answer.status == 400, "\(target.prefix(200))")
                #expect(answer["Location"] == nil)
                #expect(answer.all("Set-Cookie") == [])
            }
            #expect(stage.everything.allSatisfy { !$0.hasPrefix("parked ") })
        }
    }

    /// What an operator takes back while a browser is under way.
    enum Removal: CaseIterable {
        case client
        case address

        func happen(to website: Website) async throws {
            let rows = website.stage.rows
            let id = try #require(RelyingPartyID(text: website.id))
            var party = try #require(try await rows.relyingParty(id))
            #expect(try await rows.removeRelyingParty(id))
            guard self == .address else { return }
            party.redirectURIs = [try RedirectURI(registering: "https://shop.example/new")]
            try await rows.addRelyingParty(party)
        }
    }

    private func expectPage(_ answer: Answer) {
        #expect(answer.status == 400)
        #expect(answer["Location"] == nil)
        #expect(answer["Content-Type"] == "text/html; charset=utf-8")
    }

    @Test(arguments: Removal.allCases)
    func `T20 an address that was removed hears of no cancel`(removal: Removal) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let (early, late) = (Browser(stage), Browser(stage))
            _ = try await shop.send(early)
            _ = try await shop.send(late)
            let scene = try await late.open()
            try await removal.happen(to: shop)
            for browser in [early, late] {
                expectPage(try await browser.get("/authorize/cancel"))
            }
            // It is over all the same.
            #expect(try await stage.phone("alice").scan(scene).status == 410)
            #expect(stage.everything.allSatisfy { !$0.hasPrefix("parked ") })
        }
    }

    @Test(arguments: Removal.allCases, [nil, "none"] as [String?])
    func `T20 an address that was removed gets no answer to what waits`(
        removal: Removal,
        prompt: String?
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            let nobody = Browser(stage)
            for guest in [nobody, browser] {
                let posted = try await guest.post(
                    "/authorize",
                    form,
                    body: Array(Website.form(shop.parameters(["prompt": prompt])).utf8)
                )
                #expect(posted["Location"] == "/authorize")
            }
            try await removal.happen(to: shop)
            for guest in [nobody, browser] { expectPage(try await guest.get("/authorize")) }
        }
    }

    @Test(arguments: Removal.allCases)
    func `T20 an address that was removed gets no code for a login`(
        removal: Removal
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await stage.phone("alice").agree(to: try await browser.open())
            _ = try await browser.complete()
            try await removal.happen(to: shop)
            expectPage(try await browser.get("/authorize/resume"))
            #expect(try await browser.get("/session").status == 200)
        }
    }

    private static let unsound: [([String: String?], String)] = [
        (["scope": nil], "invalid_request"), (["scope": "profile"], "invalid_scope"),
        (["response_type": nil], "invalid_request"),
        (["response_type": "token"], "unsupported_response_type"),
        (["response_type": "code id_token"], "unsupported_response_type"),
        (["response_mode": "fragment"], "invalid_request"),
        (["response_mode": "form_post"], "invalid_request"),
        (["prompt": "none login"], "invalid_request"), (["prompt": "create"], "invalid_request"),
        (["max_age": "-1"], "invalid_request"), (["max_age": "abc"], "invalid_request"),
        (["max_age": "1e99"], "invalid_request"),
        (["max_age": "9223372036854775808"], "invalid_request"),
        (["request": "e30.e30."], "request_not_supported"),
        (["request_uri": "https://evil.example/r"], "request_uri_not_supported"),
        (["registration": "{}"], "registration_not_supported"),
        (["nonce": String(repeating: "n", count: 2049)], "invalid_request"),
        (["id_token_hint": "e30.e30.e30"], "invalid_request"),
    ]

    @Test(arguments: unsound.indices)
    func `T20 what is wrong otherwise is told to the website`(number: Int) async throws {
        let (changes, error) = Self.unsound[number]
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try shop.callback(try await shop.send(browser, changes))
            #expect(back.error == error)
            #expect(back.parameters["state"] == "state-1")
            #expect(back.parameters["iss"] == "https://login.example")
            let description = back.parameters["error_description"] ?? ""
            #expect(
                description.utf8.allSatisfy {
                    (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C
                }
            )
            #expect(browser.cookies.isEmpty)
        }
    }

    @Test func `T20 a parameter that comes twice is told, and nothing of it`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let answer = try await Browser(stage).get(shop.target() + "&scope=openid+evil")
            let back = try shop.callback(answer)
            #expect(back.error == "invalid_request")
            #expect(!back.location.contains("evil"))
        }
    }

    @Test func `T20 unknown parameters are ignored`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let more: [String: String?] = [
                "extra": "foobar", "display": "popup", "login_hint": "alice@example.com",
                "acr_values": "1 2", "claims_locales": "se", "ui_locales": "se",
                "claims": #"{"userinfo":{"name":{"essential":true}}}"#,
            ]
            let back = try await shop.logIn(
                Browser(stage),
                by: try await stage.phone("alice"),
                more
            )
            #expect(back.code != nil)
        }
    }

    @Test func `T20 a request that is too long is refused whole`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let long = String(repeating: "s", count: 30 * 1024)
            let answer = try await shop.send(Browser(stage), ["state": long])
            #expect([414, 431].contains(answer.status))
            #expect(answer["Location"] == nil)
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            let body = Array(Website.form(shop.parameters(["state": long])).utf8)
            let posted = try await stage.send(Call("POST", "/authorize", form, body: body))
            #expect(posted.status == 413)
            let token = try await shop.redeem(long)
            #expect(token.status == 413)
            #expect(token.error == "invalid_request")
        }
    }

    @Test func `T20 a form that fails is a page, as an address is`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let english = Call.Field("Accept-Language", "en")
            let long = String(repeating: "s", count: 30 * 1024)
            func post(
                _ path: String,
                _ body: String,
                _ fields: [Call.Field]
            ) async throws -> Answer {
                try await stage.send(Call("POST", path, fields + [english], body: Array(body.utf8)))
            }
            func request(_ changes: [String: String?]) -> String {
                Website.form(shop.parameters(changes))
            }
            let failures: [(String, String, [Call.Field], Int, String)] = [
                ("/authorize", request(["client_id": "nobody"]), [form], 400, "unknown_client"),
                (
                    "/authorize", request(["redirect_uri": "https://evil.example/"]), [form], 400,
                    "unknown_redirect_uri"
                ),
                ("/authorize", "%zz", [form], 400, "malformed"),
                ("/authorize", request(["state": long]), [form], 413, "too_large"),
                (
                    "/authorize", "{}", [Call.Field("Content-Type", "application/json")], 415,
                    "unsupported_media"
                ),
                ("/end_session", "state=a&state=b", [form], 400, "malformed"),
                ("/end_session", "state=\(long)", [form], 413, "too_large"),
                ("/end_session", "{}", [], 415, "unsupported_media"),
            ]
            for (path, body, fields, status, reason) in failures {
                let answer = try await post(path, body, fields)
                #expect(answer.status == status, "\(path) \(reason)")
                #expect(answer["Content-Type"] == "text/html; charset=utf-8")
                #expect(answer["Content-Language"] == "en")
                #expect(answer["X-Frame-Options"] == "DENY")
                #expect(answer.text.contains(reason))
                #expect(!answer.text.contains("evil"))
                #expect(answer["Location"] == nil)
                #expect(answer.all("Set-Cookie") == [])
            }
            for path in ["/authorize", "/end_session"] {
                let answer = try await stage.send(Call("GET", "\(path)?state=\(long)"))
                #expect(answer.status == 414)
                #expect(answer["Content-Type"] == "text/html; charset=utf-8")
                #expect(answer["X-Frame-Options"] == "DENY")
                #expect(answer.all("Content-Length") == ["\(answer.body.count)"])
                #expect(answer.text.contains("target_too_long"))
            }
            for target in ["/authorizer?", "/end_sessions?", "/session?", "/x/authorize?"] {
                let answer = try await stage.send(Call("GET", target + long))
                #expect(answer.status == 414)
                #expect(answer.error == "target_too_long")
            }
        }
    }

    @Test func `T20 wrong methods and types are refused as the RFCs say`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            for (path, allow) in [
                ("/token", "POST"), ("/revoke", "POST"), ("/userinfo", "GET, POST"),
                ("/jwks.json", "GET, HEAD"), ("/.well-known/openid-configuration", "GET, HEAD"),
            ] {
                let answer = try await stage.send(Call("PUT", path, body: []))
                #expect(answer.status == 405, "\(path)")
                #expect(answer["Allow"] == allow)
                #expect(answer.error == "invalid_request")
            }
            let get = try await stage.send(Call("GET", "/token"))
            #expect(get.status == 405)
            for path in ["/token", "/revoke", "/authorize", "/end_session"] {
                let json = try await stage.send(Call("POST", path, json: "{}"))
                #expect(json.status == 415, "\(path)")
                #expect(json["Location"] == nil)
            }
            let other = try await shop.redeem("x", by: nil, ["grant_type": "password"])
            #expect(other.error == "unsupported_grant_type")
            #expect(try await shop.redeem(nil).error == "invalid_request")
            #expect(try await shop.redeem("short").error == "invalid_grant")
        }
    }
}
