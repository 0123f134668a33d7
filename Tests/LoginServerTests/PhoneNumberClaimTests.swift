import LoginDomain
import LoginStore
import TestSupport
import Testing

/// Scope `phone`: a person's number goes to a website by the operator's leave, and by what its owner
/// gave and agreed to.
@Suite(.timeLimit(.minutes(10))) struct PhoneNumberClaimTests {
    private static let scope: [String: String?] = ["scope": "openid phone"]
    private static let silent: [String: String?] = ["scope": "openid phone", "prompt": "none"]
    private static let number = ScriptedWeChat.phoneNumber

    private func withShop(
        shares: Set<OpenIDScope> = [.phone],
        _ body: (EdgeStage, Website, Browser, Phone) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage) { $0.shares = shares }
            try await body(stage, shop, Browser(stage), try await stage.phone("alice"))
        }
    }

    /// What a code is good for: the scopes of its token, and the claims at `/userinfo`.
    private func learned(_ shop: Website, _ code: String?) async throws -> (String?, Answer) {
        let tokens = try await shop.redeem(code)
        let inside = try await shop.claims(tokens.text("id_token"))
        #expect(!inside.keys.contains { $0.hasPrefix("phone") }, "never in the ID token")
        return (tokens.text("scope"), try await shop.userInfo(tokens.text("access_token")))
    }

    @Test func `a website that may learns a number that was given, at userinfo alone`() async throws
    {
        try await withShop { _, shop, browser, phone async throws in
            _ = try await phone.givePhoneNumber("n-1")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let (scope, claims) = try await learned(shop, back.code)
            #expect(scope == "openid phone")
            #expect(claims.names("") == ["phone_number", "phone_number_verified", "sub"])
            #expect(claims.text("phone_number") == Self.number)
            #expect(claims.member("phone_number_verified") as? Bool == true)
        }
    }

    @Test func `the phone is told what the website will learn`() async throws {
        try await withShop(shares: [.phone, .wechat]) { _, shop, browser, phone async throws in
            _ = try await shop.send(browser, ["scope": "phone openid wechat"])
            let asked = try await phone.scan(try await browser.open())
            #expect(asked.member("data.client.shares") as? [String] == ["wechat", "phone"])
        }
    }

    @Test func `a website that may not is told nothing, and the scope is ignored`() async throws {
        try await withShop(shares: [.wechat]) { _, shop, browser, phone async throws in
            _ = try await phone.givePhoneNumber("n-1")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let (scope, claims) = try await learned(shop, back.code)
            #expect(scope == "openid")
            #expect(claims.names("") == ["sub"])
        }
    }

    @Test func `a number may be given on the confirm screen, after the scan`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            _ = try await shop.send(browser, Self.scope)
            let scene = try await browser.open()
            let nonce = try await phone.nonce(of: scene)
            #expect(try await phone.givePhoneNumber("n-1").status == 200)
            stage.time.advance(by: stage.house.policy.confirmDelay)
            #expect(try await phone.confirm(scene, nonce).status == 200)
            _ = try await browser.complete()
            let back = try shop.callback(try await browser.get("/authorize/resume"))
            #expect(try await learned(shop, back.code).1.text("phone_number") == Self.number)
        }
    }

    @Test func `a confirm without a number is a login, and the claims are left out`() async throws {
        try await withShop { _, shop, browser, phone async throws in
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let (scope, claims) = try await learned(shop, back.code)
            #expect(scope == "openid")
            #expect(claims.status == 200)
            #expect(claims.names("") == ["sub"])
            // Nor is such a person asked again and again.
            let again = try await shop.send(browser, Self.silent)
            #expect(try shop.callback(again).code != nil)
        }
    }

    @Test func `a number that is given later goes to no website that was confirmed without it`()
        async throws
    {
        try await withShop { stage, shop, browser, phone async throws in
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let token = try await shop.redeem(back.code).text("access_token")
            _ = try await phone.givePhoneNumber("n-1")
            #expect(try await shop.userInfo(token).names("") == ["sub"])
            // It has to ask.
            let silent = try await shop.send(browser, Self.silent)
            #expect(try shop.callback(silent).error == "consent_required")
            let asked = try await shop.logIn(browser, by: phone, Self.scope)
            #expect(try await learned(shop, asked.code).1.text("phone_number") == Self.number)
            let again = try await shop.send(browser, Self.silent)
            #expect(try shop.callback(again).code != nil)
        }
    }

    @Test func `a confirm without a number agrees to the rest and to no more`() async throws {
        let both: [String: String?] = ["scope": "openid wechat phone"]
        let silent: [String: String?] = ["scope": "openid wechat phone", "prompt": "none"]
        try await withShop(shares: [.phone, .wechat]) { _, shop, browser, phone async throws in
            let back = try await shop.logIn(browser, by: phone, both)
            let (scope, claims) = try await learned(shop, back.code)
            #expect(scope == "openid wechat")
            #expect(claims.names("") == ["sub", "wechat_openid"])
            _ = try await phone.givePhoneNumber("n-1")
            #expect(
                try shop.callback(try await shop.send(browser, silent)).error == "consent_required"
            )
            // For less than that the login is still good.
            let less = try await shop.send(
                browser,
                ["scope": "openid wechat", "prompt": "none"]
            )
            #expect(try await learned(shop, try shop.callback(less).code).0 == "openid wechat")
        }
    }

    @Test func `a number that its owner takes back is told no longer`() async throws {
        try await withShop { _, shop, browser, phone async throws in
            _ = try await phone.givePhoneNumber("n-1")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let token = try await shop.redeem(back.code).text("access_token")
            #expect(try await shop.userInfo(token).text("phone_number") == Self.number)
            _ = try await phone.removePhoneNumber()
            let answer = try await shop.userInfo(token)
            #expect(answer.status == 200)
            #expect(answer.names("") == ["sub"])
        }
    }

    @Test func `a number that the operator takes back is told no longer`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            var party = try #require(try await stage.rows.relyingParties().first)
            _ = try await stage.rows.removeRelyingParty(party.id)
            try await stage.rows.setConfigured([party])
            _ = try await phone.givePhoneNumber("n-1")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let token = try await shop.redeem(back.code).text("access_token")
            #expect(try await shop.userInfo(token).text("phone_number") == Self.number)
            party.shares = []
            try await stage.rows.setConfigured([party])
            #expect(try await shop.userInfo(token).names("") == ["sub"])
        }
    }

    @Test func `what one website may know is no other website's`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            _ = try await phone.givePhoneNumber("n-1")
            let other = try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
                $0.shares = [.phone]
            }
            _ = try await shop.logIn(browser, by: phone, Self.scope)
            let silent = try await other.send(browser, Self.silent)
            #expect(try other.callback(silent).error == "consent_required")
        }
    }
}
