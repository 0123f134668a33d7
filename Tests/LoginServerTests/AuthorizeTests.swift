import LoginDomain
import LoginStore
import TestSupport
import Testing

/// A website sends a browser, and gets it back logged in.
@Suite(.timeLimit(.minutes(10))) struct AuthorizeTests {
    @Test func `a website logs its user in and learns who it is`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let alice = try await stage.phone("alice")
            _ = try await alice.setNickName(#""Alice""#)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: alice)
            #expect(back.parameters["state"] == "state-1")
            #expect(back.parameters["iss"] == "https://login.example")
            #expect(back.parameters.keys.sorted() == ["code", "iss", "state"])
            let tokens = try await shop.redeem(back.code)
            #expect(tokens.status == 200)
            #expect(tokens.text("token_type") == "Bearer")
            #expect(tokens.number("expires_in") == 600)
            #expect(tokens.text("scope") == "openid profile")
            #expect(tokens["Cache-Control"] == "no-store")
            let claims = try await shop.claims(tokens.text("id_token"))
            #expect(claims["iss"] as? String == "https://login.example")
            #expect(claims["aud"] as? String == "shop")
            #expect(claims["nonce"] as? String == "nonce-1")
            #expect(claims["name"] == nil && claims["role"] == nil)
            let info = try await shop.userInfo(tokens.text("access_token"))
            #expect(info.status == 200)
            #expect(info.text("sub") == claims["sub"] as? String)
            #expect(info.text("sub") != alice.user)
            #expect(info.text("name") == "Alice")
            #expect(info.text("role") == "user")
            #expect(info.names("") == ["name", "role", "sub"])
        }
    }

    @Test func `the page names the website, and so does the phone`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) { $0.name = "Tea <Shop>" }
            let browser = Browser(stage)
            let page = try await shop.send(browser, ["ui_locales": "fr en zh"])
            #expect(page.status == 200)
            #expect(page.text.contains("to continue to Tea &lt;Shop&gt;<br>"))
            #expect(page.text.contains(#"id="website-host">shop.example</bdi>"#))
            #expect(page.text.contains(#"href="/authorize/cancel""#))
            #expect(page["Content-Language"] == "en")
            let phone = try await stage.phone("alice")
            let scanned = try await phone.scan(try await browser.open())
            #expect(scanned.text("data.client.name") == "Tea <Shop>")
            #expect(scanned.text("data.client.host") == "shop.example")
        }
    }

    @Test func `a live session answers without a scan`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let club = try await Website.register(on: stage) {
                $0.id = "club"
                $0.callbacks = ["https://club.example/cb?x=1"]
            }
            let browser = Browser(stage)
            let first = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let subject = try await subject(of: first, at: shop)
            let second = try club.callback(try await club.send(browser))
            #expect(second.location.hasPrefix("https://club.example/cb?x=1&code="))
            // One person, one name, until a website wants its own.
            #expect(try await self.subject(of: second, at: club) == subject)
            let silent = try shop.callback(try await shop.send(browser, ["prompt": "none"]))
            #expect(try await self.subject(of: silent, at: shop) == subject)
        }
    }

    @Test func `a pairwise website has its own name for a user`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let shy = try await Website.register(on: stage) {
                $0.id = "shy"
                $0.callbacks = ["https://shy.example/cb"]
                $0.isPairwise = true
            }
            let browser = Browser(stage)
            let first = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let public1 = try await subject(of: first, at: shop)
            let own1 = try await subject(of: try shy.callback(try await shy.send(browser)), at: shy)
            let own2 = try await subject(of: try shy.callback(try await shy.send(browser)), at: shy)
            #expect(own1 == own2)
            #expect(own1 != public1)
        }
    }

    private func subject(of back: Website.Callback, at website: Website) async throws -> String {
        let tokens = try await website.redeem(back.code)
        let claims = try await website.claims(tokens.text("id_token"))
        return try #require(claims["sub"] as? String)
    }

    @Test(arguments: ["login", "select_account", "login consent"])
    func `a fresh login is asked for`(prompt: String) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            _ = try await shop.logIn(browser, by: alice)
            let page = try await shop.send(browser, ["prompt": prompt])
            #expect(page.status == 200)
            #expect(page["Content-Type"] == "text/html; charset=utf-8")
        }
    }

    @Test func `max_age asks those whose login is older`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            let first = try await shop.redeem(try await shop.logIn(browser, by: alice).code)
            let before = try await shop.claims(first.text("id_token"))
            stage.time.advance(by: .seconds(2))
            let young = try shop.callback(try await shop.send(browser, ["max_age": "10000"]))
            let same = try await shop.claims(try await shop.redeem(young.code).text("id_token"))
            #expect(same["auth_time"] as? Int == before["auth_time"] as? Int)
            let again = try await shop.logIn(browser, by: alice, ["max_age": "1"])
            let after = try await shop.claims(try await shop.redeem(again.code).text("id_token"))
            let (old, new) = (before["auth_time"] as? Int, after["auth_time"] as? Int)
            #expect(try #require(new) > (try #require(old)))
        }
    }

    @Test func `prompt none without a session says so and shows no page`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try shop.callback(try await shop.send(browser, ["prompt": "none"]))
            #expect(back.error == "login_required")
            #expect(back.parameters["state"] == "state-1")
            #expect(back.parameters["iss"] == "https://login.example")
            #expect(browser.cookies.isEmpty)
        }
    }

    @Test func `cancel tells the website and ends the code`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            let scene = try await browser.open()
            let tab = browser.copy()
            let back = try shop.callback(try await browser.get("/authorize/cancel"))
            #expect(back.error == "access_denied")
            #expect(back.parameters["state"] == "state-1")
            #expect(browser.cookies["__Host-sl_attempt"] == nil)
            #expect(try await stage.phone("alice").scan(scene).status == 410)
            #expect(try await tab.state() == "cancelled")
        }
    }

    @Test func `cancel before any code tells the website, too`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            #expect(
                try shop.callback(try await browser.get("/authorize/cancel")).error
                    == "access_denied"
            )
            let again = try await browser.get("/authorize/cancel")
            #expect(again.status == 400)
            #expect(again["Location"] == nil)
        }
    }

    @Test func `who has said no on the phone can go back or try again`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            let scene = try await browser.open()
            _ = try await alice.cancel(scene, try await alice.nonce(of: scene))
            #expect(try await browser.state() == "cancelled")
            // A new code of the same browser is for the same website.
            try await alice.agree(to: try await browser.open())
            #expect(try await browser.complete().text("data.redirect") == "/authorize/resume")
            #expect(try shop.callback(try await browser.get("/authorize/resume")).code != nil)
        }
    }

    @Test func `resume works once and for a minute`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: alice)
            let again = try await browser.get("/authorize/resume")
            #expect(again.status == 400)
            #expect(again["Location"] == nil)
            _ = try await shop.send(browser, ["prompt": "login"])
            try await alice.agree(to: try await browser.open())
            _ = try await browser.complete()
            stage.time.advance(by: .seconds(60))
            #expect(try await browser.get("/authorize/resume").status == 400)
        }
    }

    @Test func `T05 a second browser cannot use a first one's request`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            let other = Browser(stage)
            #expect(try await other.get("/authorize").status == 400)
            #expect(try await other.get("/authorize/cancel").status == 400)
            try await stage.phone("mallory").agree(to: try await other.open())
            #expect(try await other.complete().text("data.redirect") == "/")
            #expect(try await other.get("/authorize/resume").status == 400)
            // The first one is where it was.
            #expect(try await browser.get("/authorize").status == 200)
        }
    }

    @Test func `a form of the website's own is parked and comes again`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            // From another site the browser sends no cookie of ours along.
            let stranger = Browser(stage)
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            let posted = try await stranger.post(
                "/authorize",
                form,
                body: Array(Website.form(shop.parameters()).utf8)
            )
            #expect(posted.status == 303)
            #expect(posted["Location"] == "/authorize")
            // With the cookie that this set, and the session, it is answered.
            let joined = Browser(
                stage,
                cookies: browser.cookies.merging(stranger.cookies) { $1 }
            )
            #expect(try shop.callback(try await joined.get("/authorize")).code != nil)
            #expect(try await stranger.get("/authorize").status == 200)
        }
    }

    @Test func `the login page by itself forgets the website`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            _ = try await browser.open()
            #expect(try await browser.get("/login").status == 200)
            #expect(browser.cookies.isEmpty)
            try await stage.phone("alice").agree(to: try await browser.open())
            #expect(try await browser.complete().text("data.redirect") == "/")
            _ = shop
        }
    }

    @Test func `the newest request of a browser wins`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let club = try await Website.register(on: stage) {
                $0.id = "club"
                $0.callbacks = ["https://club.example/cb"]
            }
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            let old = try await browser.open()
            _ = try await club.send(browser)
            #expect(try await alice.scan(old).status == 410)
            try await alice.agree(to: try await browser.open())
            _ = try await browser.complete()
            #expect(try club.callback(try await browser.get("/authorize/resume")).code != nil)
        }
    }

    @Test func `a request waits ten minutes and for ten codes`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            for _ in 0..<10 {
                stage.time.advance(by: .seconds(11))
                _ = try await browser.open()
            }
            let eleventh = try await browser.post("/attempt")
            #expect(eleventh.status == 410)
            #expect(eleventh.error == "request_expired")
            _ = try await shop.send(browser)
            stage.time.advance(by: .seconds(600))
            #expect(try await browser.post("/attempt").status == 410)
            #expect(
                try shop.callback(try await browser.get("/authorize/cancel")).error
                    == "access_denied"
            )
        }
    }

    @Test func `T04 a website may want the number typed`() async throws {
        try await EdgeStage.with { stage in
            let bank = try await Website.register(on: stage) { $0.numberMatching = .always }
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await bank.send(browser)
            let scene = try await browser.open()
            let scanned = try await alice.scan(scene)
            #expect(scanned.member("data.number_required") as? Bool == true)
            let nonce = try #require(scanned.text("data.nonce"))
            stage.time.advance(by: .seconds(1))
            #expect(try await alice.confirm(scene, nonce).error == "number_required")
            let number = try #require(try await browser.get("/attempt").number("data.number"))
            #expect(try await alice.confirm(scene, nonce, number: "\(number)").status == 200)
            // A plain login beside it does not.
            let plain = Browser(stage)
            let other = try await stage.phone("bob").scan(try await plain.open())
            #expect(other.member("data.number_required") as? Bool == false)
        }
    }

    @Test func `a website that was removed meanwhile gets nothing`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await stage.phone("alice").agree(to: try await browser.open())
            _ = try await browser.complete()
            let id = try #require(RelyingPartyID(text: "shop"))
            #expect(try await stage.rows.removeRelyingParty(id))
            let answer = try await browser.get("/authorize/resume")
            #expect(answer.status == 400)
            #expect(answer["Location"] == nil)
            #expect(try await browser.get("/session").status == 200)
        }
    }

    @Test func `T34 one address parks no more than its share`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            for _ in 0..<120 { _ = try await shop.send(Browser(stage)) }
            let refused = try await shop.send(Browser(stage))
            #expect(refused.status == 429)
            #expect(refused["Retry-After"] == "1")
            #expect(try await shop.send(Browser(stage, at: "127.0.0.2")).status == 200)
        }
    }
}
