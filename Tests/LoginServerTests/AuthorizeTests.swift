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
            #expect(tokens["Pragma"] == "no-cache")
            let refused = try await shop.redeem("short")
            #expect(refused.error == "invalid_grant")
            #expect(refused["Pragma"] == "no-cache")
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

    @Test func `a picture's address links no user of pairwise websites`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let shy = try await Website.register(on: stage) {
                $0.id = "shy"
                $0.callbacks = ["https://shy.example/cb"]
                $0.isPairwise = true
            }
            let alice = try await stage.phone("alice")
            _ = try await alice.setNickName(#""Alice""#)
            #expect(try await alice.upload(Phone.png).status == 200)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: alice)
            var told: [Answer] = []
            for site in [shop, shy] {
                let back = try site.callback(try await site.send(browser))
                let tokens = try await site.redeem(back.code)
                told.append(try await site.userInfo(tokens.text("access_token")))
            }
            let picture = try #require(told[0].text("picture"))
            #expect(picture.hasPrefix("https://login.example/avatars/"))
            #expect(told[0].names("") == ["name", "picture", "role", "sub"])
            #expect(told[1].names("") == ["name", "role", "sub"])
            #expect(!told[1].text.contains("/avatars/"))
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

    /// In the very millisecond of its login a session is no older than `0`, and yet from before the request.
    @Test func `max_age=0 takes no session, whatever the clock says`() async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            _ = try await shop.logIn(browser, by: alice)
            let silent = ["prompt": "none", "max_age": "0"]
            let back = try shop.callback(try await shop.send(browser, silent))
            #expect(back.error == "login_required")
            let young = try shop.callback(
                try await shop.send(browser, ["prompt": "none", "max_age": "1"])
            )
            #expect(young.code != nil)
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
            let scene = try await other.open()
            // With a cookie of its own, too, which names no request.
            #expect(try await other.get("/authorize").status == 400)
            try await stage.phone("mallory").agree(to: scene)
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
            #expect(try await stranger.get("/authorize").status == 200)
            // With the cookie that this set, and the session, it is answered.
            let joined = Browser(
                stage,
                cookies: browser.cookies.merging(stranger.cookies) { $1 }
            )
            #expect(try shop.callback(try await joined.get("/authorize")).code != nil)
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

    /// What a browser that is logged in gets: a code, a page, or an error.
    private func outcome(
        _ website: Website,
        _ browser: Browser,
        _ changes: [String: String?] = [:]
    ) async throws -> String {
        let answer = try await website.send(browser, changes)
        if answer.status == 200 { return "page" }
        let back = try website.callback(answer)
        return back.code == nil ? back.error ?? "" : "code"
    }

    @Test func `T04 a login that was checked by less is not enough for a stricter website`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let bank = try await Website.register(on: stage) {
                $0.id = "bank"
                $0.callbacks = ["https://bank.example/cb"]
                $0.numberMatching = .always
            }
            let office = try await Website.register(on: stage) {
                $0.id = "office"
                $0.callbacks = ["https://office.example/cb"]
                $0.numberMatching = .networks
            }
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: alice)
            let silent: [String: String?] = ["prompt": "none"]
            for website in [office, bank] {
                #expect(try await outcome(website, browser, silent) == "login_required")
                #expect(try await outcome(website, browser) == "page")
            }
            #expect(try await outcome(shop, browser, silent) == "code")
            // From the same network nobody types a number for the office, and its rule was met.
            #expect(try await office.logIn(browser, by: alice).code != nil)
            #expect(try await outcome(office, browser, silent) == "code")
            #expect(try await outcome(shop, browser, silent) == "code")
            #expect(try await outcome(bank, browser, silent) == "login_required")
            // A typed number is enough for everybody.
            #expect(try await outcome(bank, browser) == "page")
            let scene = try await browser.open()
            let nonce = try await alice.nonce(of: scene)
            stage.time.advance(by: .seconds(1))
            let number = try #require(try await browser.get("/attempt").number("data.number"))
            #expect(try await alice.confirm(scene, nonce, number: "\(number)").status == 200)
            _ = try await browser.complete()
            #expect(try bank.callback(try await browser.get("/authorize/resume")).code != nil)
            for website in [bank, office, shop] {
                #expect(try await outcome(website, browser, silent) == "code")
            }
        }
    }

    @Test func `T04 the server's own rule counts for a website's, as far as it was met`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.numberMatching = .networks
        } _: { stage in
            let office = try await Website.register(on: stage) { $0.numberMatching = .networks }
            let bank = try await Website.register(on: stage) {
                $0.id = "bank"
                $0.callbacks = ["https://bank.example/cb"]
                $0.numberMatching = .always
            }
            let browser = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            _ = try await browser.complete()
            #expect(try await outcome(office, browser) == "code")
            #expect(try await outcome(bank, browser) == "page")
        }
    }

    @Test func `no two websites can tell by a session's name that it is one`() async throws {
        try await EdgeStage.with { stage in
            var sites: [Website] = []
            for (id, isPairwise) in [("shop", false), ("shy", true), ("coy", true)] {
                sites.append(
                    try await Website.register(on: stage) {
                        $0.id = id
                        $0.callbacks = ["https://\(id).example/cb"]
                        $0.isPairwise = isPairwise
                    }
                )
            }
            let browser = Browser(stage)
            _ = try await sites[0].logIn(browser, by: try await stage.phone("alice"))
            var names: [String] = []
            for site in sites + sites {
                let back = try site.callback(try await site.send(browser))
                let tokens = try await site.redeem(back.code)
                let claims = try await site.claims(tokens.text("id_token"))
                names.append(try #require(claims["sid"] as? String))
            }
            #expect(Set(names).count == 3)
            #expect(names[..<3] == names[3...])
            #expect(names[1...2].allSatisfy { !$0.contains(names[0]) })
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

    private static let silent: [String: String?] = ["prompt": "none"]

    /// A website is told to have its user try again later, by its own address.
    private func expectBusy(_ answer: Answer, at website: Website) throws {
        let back = try website.callback(answer)
        #expect(back.error == "temporarily_unavailable")
        #expect(back.parameters["state"] == "state-1")
        #expect(back.parameters["iss"] == "https://login.example")
        #expect(back.parameters.keys.sorted() == ["error", "error_description", "iss", "state"])
    }

    @Test func `T34 a website that asks without end shuts its user out of no other`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.grantsPerUserPerMinute = 3
        } _: { stage in
            let shop = try await Website.register(on: stage)
            let club = try await Website.register(on: stage) {
                $0.id = "club"
                $0.callbacks = ["https://club.example/cb"]
            }
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            _ = try await shop.logIn(browser, by: alice)
            for _ in 0..<3 {
                #expect(try shop.callback(try await shop.send(browser, Self.silent)).code != nil)
            }
            let codes = stage.everything.count { $0.hasPrefix("grant ") }
            for changes in [Self.silent, [:]] {
                try expectBusy(try await shop.send(browser, changes), at: shop)
            }
            // A form of its own waits until it is known whose it is, and then no longer.
            let form = [Call.Field("Content-Type", "application/x-www-form-urlencoded")]
            let body = Array(Website.form(shop.parameters()).utf8)
            #expect(try await browser.post("/authorize", form, body: body).status == 303)
            try expectBusy(try await browser.get("/authorize"), at: shop)
            #expect(browser.cookies.keys.sorted() == ["__Host-sl_session"])
            #expect(stage.everything.allSatisfy { !$0.hasPrefix("parked ") })
            #expect(stage.everything.count { $0.hasPrefix("grant ") } == codes)
            // Other websites, other users and who scans anew have theirs.
            #expect(try club.callback(try await club.send(browser, Self.silent)).code != nil)
            let bob = Browser(stage)
            _ = try await shop.logIn(bob, by: try await stage.phone("bob"))
            #expect(try shop.callback(try await shop.send(bob, Self.silent)).code != nil)
            #expect(try await shop.logIn(browser, by: alice, ["prompt": "login"]).code != nil)
            try expectBusy(try await shop.send(browser, Self.silent), at: shop)
            stage.time.advance(by: .seconds(60))
            #expect(try shop.callback(try await shop.send(browser, Self.silent)).code != nil)
        }
    }

    @Test(arguments: [LoginStoreError.unavailable("broken"), .full(.grants)])
    func `a website hears that its code cannot be written down, and may try again`(
        failure: LoginStoreError
    ) async throws {
        try await EdgeStage.with {
            $0.store = { BentStore($0) }
        } _: { stage in
            let store = try #require(stage.house.store as? BentStore)
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await stage.phone("alice").agree(to: try await browser.open())
            _ = try await browser.complete()
            store.grantFailure = failure
            let before = stage.everything
            for target in ["/authorize/resume", shop.target(Self.silent), shop.target()] {
                try expectBusy(try await browser.get(target), at: shop)
            }
            #expect(stage.everything == before)
            store.grantFailure = nil
            #expect(try shop.callback(try await browser.get("/authorize/resume")).code != nil)
            // Who knows nothing of the website sends nobody there.
            store.isBroken = true
            let down = try await shop.send(browser)
            #expect(down.status == 503)
            #expect(down["Location"] == nil)
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
