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

    @Test func `T20 wrong methods and types are refused as the RFCs say`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            for (path, allow) in [
                ("/token", "POST"), ("/revoke", "POST"), ("/userinfo", "GET, POST"),
                ("/jwks.json", "GET"), ("/.well-known/openid-configuration", "GET"),
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
