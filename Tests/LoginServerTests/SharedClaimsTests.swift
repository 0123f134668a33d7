import LoginDomain
import LoginStore
import TestSupport
import Testing

/// What a website learns of a person beyond name and picture: by the operator's leave and the phone
/// owner's.
@Suite(.timeLimit(.minutes(10))) struct SharedClaimsTests {
    private static let scope: [String: String?] = ["scope": "openid wechat"]
    private static let openID = "oalice0000000000000000000000"

    private func withShop(
        shares: Set<OpenIDScope> = [.wechat],
        _ body: (EdgeStage, Website, Browser, Phone) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage) { $0.shares = shares }
            try await body(stage, shop, Browser(stage), try await stage.phone("alice"))
        }
    }

    /// The names at `/userinfo` for a code.
    private func claims(_ shop: Website, _ code: String?) async throws -> Answer {
        let tokens = try await shop.redeem(code)
        let inside = try await shop.claims(tokens.text("id_token"))
        #expect(!inside.keys.contains { $0.hasPrefix("wechat") }, "never in the ID token")
        return try await shop.userInfo(tokens.text("access_token"))
    }

    @Test func `a website that may learns who WeChat says it is, at userinfo alone`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let answer = try await claims(shop, back.code)
            #expect(answer.text("wechat_openid") == Self.openID)
            #expect(answer.member("wechat_unionid") == nil)
            #expect(answer.names("") == ["sub", "wechat_openid"])
            // Once there is a unionid, it is told, too.
            stage.wechat.bind("alice", to: "union-of-alice")
            _ = try await stage.phone("alice", run: 2)
            let again = try shop.callback(try await shop.send(browser, Self.scope))
            let later = try await claims(shop, again.code)
            #expect(later.text("wechat_unionid") == "union-of-alice")
        }
    }

    @Test func `a website that may not is told nothing, and the scope is ignored`() async throws {
        try await withShop(shares: []) { stage, shop, browser, phone async throws in
            #expect(try await shop.send(browser, Self.scope).status == 200)
            let scene = try await browser.open()
            #expect(try await phone.scan(scene).member("data.client.shares") as? [String] == [])
            try await phone.agree(to: scene)
            _ = try await browser.complete()
            let back = try shop.callback(try await browser.get("/authorize/resume"))
            let tokens = try await shop.redeem(back.code)
            #expect(tokens.text("scope") == "openid")
            let answer = try await shop.userInfo(tokens.text("access_token"))
            #expect(answer.names("") == ["sub"])
        }
    }

    @Test func `the phone is told what the website will learn, and of others nothing`() async throws
    {
        try await withShop { stage, shop, browser, phone async throws in
            _ = try await shop.send(browser, ["scope": "openid profile wechat"])
            let asked = try await phone.scan(try await browser.open())
            #expect(asked.member("data.client.shares") as? [String] == ["wechat"])
            #expect(asked.text("data.client.name") == "Shop")
            _ = try await shop.send(browser)
            let other = try await phone.scan(try await browser.open())
            #expect(other.member("data.client.shares") as? [String] == [])
            let plain = try await phone.scan(try await Browser(stage).open())
            #expect(plain.member("data.client.shares") as? [String] == [])
        }
    }

    @Test func `a session is no consent to more than its owner confirmed`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            _ = try await shop.logIn(browser, by: phone)
            let silent = try await shop.send(
                browser,
                ["scope": "openid wechat", "prompt": "none"]
            )
            #expect(try shop.callback(silent).error == "consent_required")
            // With a page, it is the login page; the confirm of the new scan agrees.
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            #expect(try await claims(shop, back.code).text("wechat_openid") == Self.openID)
            // From then on the session will do.
            let again = try await shop.send(
                browser,
                ["scope": "openid wechat", "prompt": "none"]
            )
            #expect(try shop.callback(again).code != nil)
            let less = try await shop.send(browser, ["prompt": "none"])
            #expect(try shop.callback(less).code != nil)
        }
    }

    @Test func `what one website may know is no other website's`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            let other = try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
                $0.shares = [.wechat]
            }
            _ = try await shop.logIn(browser, by: phone, Self.scope)
            let silent = try await other.send(
                browser,
                ["scope": "openid wechat", "prompt": "none"]
            )
            #expect(try other.callback(silent).error == "consent_required")
            #expect(try await other.send(browser, Self.scope).status == 200)
        }
    }

    @Test func `nobody logged in is login_required, whatever is asked for`() async throws {
        try await withShop { stage, shop, browser, _ async throws in
            let silent = try await shop.send(
                browser,
                ["scope": "openid wechat", "prompt": "none"]
            )
            #expect(try shop.callback(silent).error == "login_required")
        }
    }

    @Test func `what the operator takes back is told no longer`() async throws {
        try await withShop { stage, shop, browser, phone async throws in
            // One of the configuration, which may change while its grants stay.
            var party = try #require(try await stage.rows.relyingParties().first)
            _ = try await stage.rows.removeRelyingParty(party.id)
            try await stage.rows.setConfigured([party])
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let token = try await shop.redeem(back.code).text("access_token")
            #expect(try await shop.userInfo(token).text("wechat_openid") == Self.openID)
            party.shares = []
            try await stage.rows.setConfigured([party])
            let answer = try await shop.userInfo(token)
            #expect(answer.status == 200)
            #expect(answer.names("") == ["sub"])
        }
    }

    @Test func `a website may be registered for what needs leave, and for nothing else`() throws {
        #expect(OpenIDScope.shared == [.wechat])
        for scope in OpenIDScope.allCases where !scope.isShared {
            let party = RelyingParty(
                id: try #require(RelyingPartyID(text: "shop")),
                name: "Shop",
                redirectURIs: [try RedirectURI(registering: "https://shop.example/cb")],
                secret: SecretDigest(bytes: Array(repeating: 1, count: 32)),
                shares: [scope],
                createdAt: Timestamp(milliseconds: 0)
            )
            #expect(party == nil, "\(scope)")
        }
    }
}
