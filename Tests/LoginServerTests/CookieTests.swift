import TestSupport
import Testing

/// The two cookies, byte for byte.
@Suite struct CookieTests {
    /// A cookie's value is 43 characters of base64url.
    private func matches(_ cookie: String?, _ name: String, _ attributes: String) -> Bool {
        guard let cookie, let value = cookie.wholeMatch(of: /([^=]+)=([A-Za-z0-9_-]{43})(.*)/)
        else {
            return false
        }
        return value.1 == name && value.3 == attributes
    }

    @Test(arguments: [
        ("https://login.example", "__Host-", "; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("http://127.0.0.1:8080", "", "; Path=/; HttpOnly; SameSite=Lax"),
        ("http://localhost:8080", "", "; Path=/; HttpOnly; SameSite=Lax"),
    ])
    func `the cookies of a login and a logout are those of the table`(
        origin: String,
        prefix: String,
        attributes: String
    ) async throws {
        try await EdgeStage.with {
            $0.origin = origin
        } _: { stage in
            let browser = Browser(stage)
            let opened = try await browser.post("/attempt")
            #expect(opened.all("Set-Cookie").count == 1)
            #expect(
                matches(opened["Set-Cookie"], "\(prefix)sl_attempt", attributes + "; Max-Age=600")
            )
            let phone = try await stage.phone("alice")
            try await phone.agree(to: try stage.scene(in: opened))
            let login = try await browser.complete().all("Set-Cookie")
            #expect(login.count == 2)
            #expect(matches(login.first, "\(prefix)sl_session", attributes))
            #expect(login.last == "\(prefix)sl_attempt=\(attributes); Max-Age=0")

            let out = try await browser.post("/session/logout")
            #expect(out.all("Set-Cookie") == ["\(prefix)sl_session=\(attributes); Max-Age=0"])
            #expect(browser.cookies.isEmpty)
        }
    }

    @Test func `nothing else sets a cookie`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = Browser(stage)
            let scene = try await browser.open()
            let scan = try await phone.scan(scene)
            let nonce = try #require(scan.text("data.nonce"))
            stage.time.advance(by: .seconds(1))
            var answers = [scan, try await phone.confirm(scene, nonce)]
            for route in RouteTable.all
            where route.method == "GET" && !route.path.hasSuffix("events")
                // Without anything to do; what it clears otherwise, T24 shows.
                && route.path != "/end_session"
            {
                answers.append(try await browser.get(route.path))
            }
            answers.append(try await browser.post("/attempt/cancel"))
            for answer in answers { #expect(answer["Set-Cookie"] == nil) }
        }
    }

    @Test func `a code that could not be had leaves cookie and old code alone`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let cookies = browser.cookies
            let before = stage.everything
            stage.wechat.always("/wxa/getwxacodeunlimit", .status(500, "no"))
            let down = try await browser.post("/attempt")
            #expect(down.status == 503)
            #expect(down["Retry-After"] == "2")
            #expect(down["Set-Cookie"] == nil)
            stage.wechat.always("/wxa/getwxacodeunlimit", .json(#"{"errcode":45009}"#))
            let limited = try await browser.post("/attempt")
            #expect(limited.status == 429)
            #expect(limited["Retry-After"] == "60")
            #expect(limited["Set-Cookie"] == nil)
            #expect(browser.cookies == cookies)
            #expect(stage.everything == before)
            #expect(try await stage.phone("alice").scan(scene).status == 200)
        }
    }

    @Test func `a planted session is neither used nor kept`() async throws {
        try await EdgeStage.with { stage in
            let planted = String(repeating: "A", count: 43)
            let browser = Browser(stage, cookies: ["__Host-sl_session": planted])
            #expect(try await browser.get("/session").status == 401)
            #expect(try await browser.get("/login").status == 200)
            let phone = try await stage.phone("alice")
            try await phone.agree(to: try await browser.open())
            #expect(try await browser.complete().status == 200)
            #expect(browser.cookies["__Host-sl_session"] != planted)
            let old = Browser(stage, cookies: ["__Host-sl_session": planted])
            #expect(try await old.get("/session").status == 401)
        }
    }
}
