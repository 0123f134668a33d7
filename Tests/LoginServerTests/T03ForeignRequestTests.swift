import TestSupport
import Testing

/// What another site can begin in somebody's browser by sending it to `/authorize`.
@Suite(.timeLimit(.minutes(10))) struct T03ForeignRequestTests {
    private static let form = [
        Call.Field("Content-Type", "application/x-www-form-urlencoded"),
        Call.Field("Origin", "https://evil.example"), Call.Field("Sec-Fetch-Dest", "document"),
    ]

    /// A form of another site is sent: the browser keeps our cookies back, and takes new ones.
    private func sendForm(
        of website: Website,
        by browser: Browser,
        _ changes: [String: String?] = [:]
    ) async throws -> Browser {
        let stranger = Browser(browser.stage)
        let answer = try await browser.stage.send(
            Call(
                "POST",
                "/authorize",
                Self.form,
                body: Array(Website.form(website.parameters(changes)).utf8)
            )
        )
        #expect(answer.status == 303)
        #expect(answer["Location"] == "/authorize")
        let cookie = try #require(answer["Set-Cookie"]).prefix { $0 != ";" }
        let value = String(cookie.drop { $0 != "=" }.dropFirst())
        return Browser(
            stranger.stage,
            cookies: browser.cookies.merging(["__Host-sl_attempt": value]) { $1 }
        )
    }

    /// What a login page says it was drawn for.
    private func mark(_ page: Answer) throws -> Call.Field {
        let found = try #require(page.text.firstMatch(of: /data-request="([^"]+)"/))
        return Call.Field("X-SL-Request", String(found.1))
    }

    private func club(_ stage: EdgeStage) async throws -> Website {
        try await Website.register(on: stage) {
            $0.id = "club"
            $0.callbacks = ["https://club.example/cb"]
        }
    }

    @Test func `T3 a form that wants no page leaves nothing behind`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = try await sendForm(
                of: shop,
                by: Browser(stage),
                ["prompt": "none"]
            )
            let back = try shop.callback(try await browser.get("/authorize"))
            #expect(back.error == "login_required")
            #expect(browser.cookies.isEmpty)
            #expect(stage.everything.allSatisfy { !$0.hasPrefix("parked ") })
        }
    }

    @Test func `T3 not even when a code was shown for it meanwhile`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = try await sendForm(
                of: shop,
                by: Browser(stage),
                ["prompt": "none"]
            )
            let scene = try await browser.open()
            let back = try shop.callback(try await browser.get("/authorize"))
            #expect(back.error == "login_required")
            #expect(browser.cookies.isEmpty)
            #expect(try await stage.phone("alice").scan(scene).status == 410)
        }
    }

    @Test(arguments: [[:], ["prompt": "none"]] as [[String: String]])
    func `T3 a login page goes on with nothing that it was not drawn for`(
        changes: [String: String]
    ) async throws {
        try await EdgeStage.with { stage in
            let (shop, club) = (try await Website.register(on: stage), try await club(stage))
            let browser = Browser(stage)
            let page = try mark(try await shop.send(browser))
            #expect(try await browser.post("/attempt", [page]).status == 200)
            // The same page, for its next code.
            stage.time.advance(by: .seconds(20))
            #expect(try await browser.post("/attempt", [page]).status == 200)
            let other = try await sendForm(of: club, by: browser, changes)
            for isSilent in [false, true] {
                if isSilent { _ = try await other.get("/authorize") }
                let before = stage.everything
                let refused = try await other.post("/attempt", [page])
                #expect(refused.status == 409)
                #expect(refused.error == "other_request")
                #expect(refused["Set-Cookie"] == nil)
                #expect(stage.everything == before)
            }
        }
    }

    @Test func `T3 the page of a plain login does not go on with a website's`() async throws {
        try await EdgeStage.with { stage in
            let club = try await club(stage)
            let browser = Browser(stage)
            let page = try mark(try await browser.get("/login"))
            #expect(try await browser.post("/attempt", [page]).status == 200)
            let other = try await sendForm(of: club, by: browser)
            #expect(try await other.post("/attempt", [page]).error == "other_request")
            // The page that names the website does.
            let right = try mark(try await other.get("/authorize"))
            #expect(right != page)
            #expect(try await other.post("/attempt", [right]).status == 200)
            #expect(try await other.post("/attempt", [page]).status == 409)
        }
    }

    @Test func `T3 two requests of one website have pages of their own`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let first = try mark(try await shop.send(browser))
            stage.time.advance(by: .milliseconds(1))
            let second = try mark(try await shop.send(browser))
            #expect(first != second)
            #expect(try await browser.post("/attempt", [first]).status == 409)
            #expect(try await browser.post("/attempt", [second]).status == 200)
            // In another language it is the same.
            #expect(try mark(try await browser.get("/authorize?lang=zh")) == second)
            for wrong in ["", "plain", "\(second.value)x", "\(second.value),\(second.value)"] {
                let fields = [Call.Field("X-SL-Request", wrong)]
                #expect(try await browser.post("/attempt", fields).status == 409)
            }
            #expect(try await browser.post("/attempt", [second, second]).status == 409)
        }
    }

    @Test func `T3 a plain page goes on after a login whose end nobody heard of`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await stage.phone("alice").agree(to: try await browser.open())
            // The answer got lost, and its cookies.
            let deaf = browser.copy()
            #expect(try await browser.complete().status == 200)
            let page = try mark(try await deaf.get("/login"))
            #expect(deaf.cookies.isEmpty)
            #expect(try await deaf.post("/attempt", [page]).status == 200)
        }
    }

    @Test func `T3 a request that waits is answered once`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let visitor = try await sendForm(of: shop, by: browser)
            let twin = visitor.copy()
            #expect(try shop.callback(try await visitor.get("/authorize")).code != nil)
            #expect(visitor.cookies.keys.sorted() == ["__Host-sl_session"])
            for browser in [visitor, twin] {
                let again = try await browser.get("/authorize")
                #expect(again.status == 400)
                #expect(again["Location"] == nil)
            }
            #expect(stage.everything.count { $0.hasPrefix("grant ") } == 2)
        }
    }

    @Test func `T3 what a code was shown for is answered by that login alone`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let alice = try await stage.phone("alice")
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await alice.agree(to: try await browser.open())
            let stale = browser.copy()
            _ = try await browser.complete()
            let joined = Browser(stage, cookies: stale.cookies.merging(browser.cookies) { $1 })
            #expect(try await joined.get("/authorize").status == 200)
            #expect(stage.everything.allSatisfy { !$0.hasPrefix("grant ") })
            #expect(try shop.callback(try await browser.get("/authorize/resume")).code != nil)
            #expect(try await joined.get("/authorize").status == 200)
            #expect(stage.everything.count { $0.hasPrefix("grant ") } == 1)
        }
    }

    @Test(arguments: ["image", "empty", "iframe", "frame", "object", "script", "Document", ""])
    func `T3 what is fetched for a part of a page begins, answers and ends nothing`(
        use: String
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.send(browser)
            try await stage.phone("alice").agree(to: try await browser.open())
            let waiting = browser.copy()
            _ = try await browser.complete()
            let field = Call.Field("Sec-Fetch-Dest", use)
            let before = stage.everything
            for browser in [Browser(stage), waiting, browser] {
                for target in [
                    shop.target(), shop.target(["prompt": "none"]), "/authorize",
                    "/authorize/resume", "/authorize/cancel",
                ] {
                    let answer = try await browser.get(target, [field])
                    #expect(answer.status == 400, "\(target)")
                    #expect(answer["Location"] == nil)
                    #expect(answer.all("Set-Cookie") == [])
                    #expect(answer["Content-Type"] == "text/html; charset=utf-8")
                    #expect(answer.text.contains("not_for_window"))
                }
                let posted = try await browser.post(
                    "/authorize",
                    [field, Self.form[0]],
                    body: Array(Website.form(shop.parameters()).utf8)
                )
                #expect(posted.status == 400)
                #expect(posted.all("Set-Cookie") == [])
            }
            #expect(stage.everything == before)
            let window = [Call.Field("Sec-Fetch-Dest", "document")]
            let back = try await browser.get("/authorize/resume", window)
            #expect(try shop.callback(back).code != nil)
        }
    }

    /// A login at a website: one browser that has a code on its page, and one that has scanned it.
    private func underWay(
        _ stage: EdgeStage,
        at shop: Website
    ) async throws -> (waiting: Browser, done: Browser) {
        let waiting = Browser(stage)
        _ = try await shop.send(waiting)
        _ = try await waiting.open()
        let done = Browser(stage)
        _ = try await shop.send(done)
        try await stage.phone("alice").agree(to: try await done.open())
        #expect(try await done.complete().text("data.redirect") == "/authorize/resume")
        return (waiting, done)
    }

    @Test(arguments: ["cross-site", "same-site", "Same-Origin", "", "elsewhere"])
    func `T3 a window that another site's page sends neither ends nor collects a login`(
        site: String
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let (waiting, done) = try await underWay(stage, at: shop)
            let fields = [
                Call.Field("Sec-Fetch-Site", site), Call.Field("Sec-Fetch-Dest", "document"),
                Call.Field("Sec-Fetch-Mode", "navigate"), Call.Field("Sec-Fetch-User", "?1"),
            ]
            let before = stage.everything
            for browser in [waiting, done, Browser(stage)] {
                for target in ["/authorize/cancel", "/authorize/resume"] {
                    let answer = try await browser.get(target, fields)
                    #expect(answer.status == 403, "\(target)")
                    #expect(answer["Location"] == nil)
                    #expect(answer.all("Set-Cookie") == [])
                    #expect(answer["Content-Type"] == "text/html; charset=utf-8")
                    #expect(answer.text.contains("csrf"))
                }
            }
            #expect(stage.everything == before)
            // Whom a website sends comes from another site, of course.
            #expect(try await shop.send(Browser(stage)).status == 200)
            #expect(try await Browser(stage).get(shop.target(), fields).status == 200)
        }
    }

    @Test(arguments: ["same-origin", "none", nil] as [String?])
    func `T3 our own page and a typed address do`(site: String?) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let (waiting, done) = try await underWay(stage, at: shop)
            let fields = site.map { [Call.Field("Sec-Fetch-Site", $0)] } ?? []
            let left = try await waiting.get("/authorize/cancel", fields)
            #expect(try shop.callback(left).error == "access_denied")
            let back = try await done.get("/authorize/resume", fields)
            #expect(try shop.callback(back).code != nil)
        }
    }

    @Test(
        arguments: ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "Prefetch"]
    )
    func `T3 what a browser fetches ahead begins, answers and ends nothing`(
        purpose: String
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let (waiting, done) = try await underWay(stage, at: shop)
            let fields = [
                Call.Field("Sec-Purpose", purpose), Call.Field("Sec-Fetch-Dest", "document"),
                Call.Field("Sec-Fetch-Site", "same-origin"),
            ]
            let before = stage.everything
            for browser in [waiting, done, Browser(stage)] {
                for target in [
                    shop.target(), shop.target(["prompt": "none"]), "/authorize",
                    "/authorize/cancel", "/authorize/resume", "/end_session",
                ] {
                    let answer = try await browser.get(target, fields)
                    #expect(answer.status == 400, "\(target)")
                    #expect(answer["Location"] == nil)
                    #expect(answer.all("Set-Cookie") == [])
                    #expect(answer.text.contains("not_for_window"))
                }
            }
            #expect(stage.everything == before)
            // Then the person goes there.
            let back = try await done.get("/authorize/resume", Array(fields.dropFirst()))
            #expect(try shop.callback(back).code != nil)
        }
    }
}
