import TestSupport
import Testing

/// Another person logs in where somebody is logged in.
@Suite(.timeLimit(.minutes(10))) struct T23AccountSwitchTests {
    @Test func `T23 another user is another login from end to end`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let first = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let before = try await shop.redeem(first.code)
            let cookie = browser.cookies["__Host-sl_session"]
            let second = try await shop.logIn(
                browser,
                by: try await stage.phone("bob"),
                ["prompt": "login"]
            )
            let after = try await shop.redeem(second.code)
            let (old, new) = (
                try await shop.claims(before.text("id_token")),
                try await shop.claims(after.text("id_token"))
            )
            #expect(old["sub"] as? String != new["sub"] as? String)
            #expect(old["sid"] as? String != new["sid"] as? String)
            #expect(browser.cookies["__Host-sl_session"] != cookie)
            // The first one's token died with the first one's session.
            #expect(try await shop.userInfo(before.text("access_token")).status == 401)
            #expect(try await shop.userInfo(after.text("access_token")).status == 200)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T23 who gives up a new login keeps the old one`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let first = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let tokens = try await shop.redeem(first.code)
            let cookie = browser.cookies["__Host-sl_session"]
            #expect(try await shop.send(browser, ["prompt": "login"]).status == 200)
            _ = try await browser.open()
            #expect(
                try shop.callback(try await browser.get("/authorize/cancel")).error
                    == "access_denied"
            )
            #expect(browser.cookies["__Host-sl_session"] == cookie)
            #expect(try await shop.userInfo(tokens.text("access_token")).status == 200)
        }
    }

    @Test func `T23 a website that means one person does not get another`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            let first = try await shop.logIn(browser, by: alice)
            let hint = try await shop.redeem(first.code).text("id_token")
            let hinted: [String: String?] = ["id_token_hint": hint]
            let silent = hinted.merging(["prompt": "none"]) { $1 }
            // The same one: without a page.
            #expect(try shop.callback(try await shop.send(browser, silent)).code != nil)
            // Bob is logged in, and the website means Alice.
            let other = Browser(stage)
            _ = try await shop.logIn(other, by: try await stage.phone("bob"))
            let refused = try shop.callback(try await shop.send(other, silent))
            #expect(refused.error == "login_required")
            // Bob scans once more: he does not become Alice.
            let again = try await stage.phone("bob", run: 2)
            let stubborn = try await shop.logIn(other, by: again, hinted)
            #expect(stubborn.error == "login_required")
            // Alice scans in Bob's browser: it is hers from now on.
            let right = try await shop.logIn(other, by: alice, hinted)
            #expect(right.code != nil)
        }
    }
}
