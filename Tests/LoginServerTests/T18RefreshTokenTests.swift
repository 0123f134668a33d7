import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// Refresh tokens: where they are on, exchanged once, and dead with what they rest on.
@Suite(.timeLimit(.minutes(10))) struct T18RefreshTokenTests {
    private static let scope: [String: String?] = ["scope": "openid profile offline_access"]

    struct Scene: Sendable {
        var stage: EdgeStage
        var shop: Website
        var browser: Browser
        var phone: Phone
        /// What the website got for its code.
        var tokens: Answer

        var token: String? { tokens.text("refresh_token") }

        func other() async throws -> Website {
            try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
                $0.allowsRefresh = true
            }
        }

        /// Whether neither the newest pair nor the one before opens anything.
        func isDead(_ newest: Answer) async throws -> Bool {
            let info = try await shop.userInfo(newest.text("access_token"))
            let again = try await shop.refresh(newest.text("refresh_token"))
            return info.status == 401 && again.status == 400 && again.error == "invalid_grant"
        }
    }

    private func withTokens(
        isPublic: Bool = false,
        _ body: (Scene) async throws -> Void
    ) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage) {
                $0.allowsRefresh = true
                if isPublic { $0.secret = nil }
            }
            let browser = Browser(stage)
            let phone = try await stage.phone("alice")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            try await body(
                Scene(
                    stage: stage,
                    shop: shop,
                    browser: browser,
                    phone: phone,
                    tokens: try await shop.redeem(back.code)
                )
            )
        }
    }

    // MARK: - Who has them

    @Test func `T18 a website that may not have refresh tokens gets none, whatever it asks for`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let back = try await shop.logIn(
                Browser(stage),
                by: try await stage.phone("alice"),
                ["scope": "openid offline_access", "prompt": "consent"]
            )
            let tokens = try await shop.redeem(back.code)
            #expect(tokens.status == 200)
            #expect(tokens.member("refresh_token") == nil)
            #expect(tokens.text("scope") == "openid")
            let tried = try await shop.refresh("a")
            #expect(tried.status == 400)
            #expect(tried.error == "unauthorized_client")
        }
    }

    @Test func `T18 the phone is told that a website may go on asking`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) { $0.allowsRefresh = true }
            let browser = Browser(stage)
            let alice = try await stage.phone("alice")
            _ = try await shop.send(browser, ["scope": "openid offline_access"])
            let asked = try await alice.scan(try await browser.open())
            #expect(asked.member("data.client.shares") as? [String] == ["offline_access"])
            // One that may not is told of nothing.
            let other = try await Website.register(on: stage) { $0.id = "other" }
            let second = Browser(stage)
            _ = try await other.send(second, ["scope": "openid offline_access"])
            let plain = try await alice.scan(try await second.open())
            #expect(plain.member("data.client.shares") as? [String] == [])
        }
    }

    @Test func `T18 a session does not consent: prompt=consent asks for a scan`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) { $0.allowsRefresh = true }
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let scope = ["scope": "openid offline_access"]
            let asked = try await shop.send(browser, scope.merging(["prompt": "consent"]) { $1 })
            #expect(asked["Location"] == nil)
            let silent = try shop.callback(try await shop.send(browser, scope))
            #expect(silent.error == nil)
        }
    }

    @Test func `T18 a website that may have them gets none unasked`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) { $0.allowsRefresh = true }
            let back = try await shop.logIn(Browser(stage), by: try await stage.phone("alice"))
            #expect(try await shop.redeem(back.code).member("refresh_token") == nil)
        }
    }

    @Test(arguments: [false, true])
    func `T18 a refresh token is exchanged for a new pair, and the pair before is dead`(
        isPublic: Bool
    ) async throws {
        try await withTokens(isPublic: isPublic) { scene async throws in
            let first = try #require(scene.token)
            #expect(first.utf8.count == 67)
            #expect(scene.tokens.text("scope") == "openid profile offline_access")
            let second = try await scene.shop.refresh(first)
            #expect(second.status == 200)
            #expect(second["Cache-Control"] == "no-store")
            #expect(second.number("expires_in") == 600)
            #expect(second.text("refresh_token") != first)
            let old = scene.tokens.text("access_token")
            #expect(try await scene.shop.userInfo(old).status == 401)
            #expect(try await scene.shop.userInfo(second.text("access_token")).status == 200)
            let third = try await scene.shop.refresh(second.text("refresh_token"))
            #expect(third.status == 200)
        }
    }

    // MARK: - Reuse

    @Test func `T18 a refresh token that comes again ends its whole family`() async throws {
        try await withTokens { scene async throws in
            let second = try await scene.shop.refresh(scene.token)
            scene.stage.time.advance(by: .seconds(30))
            let again = try await scene.shop.refresh(scene.token)
            #expect(again.status == 400)
            #expect(again.error == "invalid_grant")
            #expect(try await scene.isDead(second))
            await scene.stage.service.writeAudit()
            #expect(scene.stage.rows.audit.contains { $0.what == .refreshRefused })
        }
    }

    @Test func `T18 one of long ago does, too, also at once`() async throws {
        try await withTokens { scene async throws in
            let second = try await scene.shop.refresh(scene.token)
            let third = try await scene.shop.refresh(second.text("refresh_token"))
            #expect(try await scene.shop.refresh(scene.token).error == "invalid_grant")
            #expect(try await scene.isDead(third))
        }
    }

    @Test func `T18 a lost answer is asked for once more, within half a minute`() async throws {
        try await withTokens { scene async throws in
            let lost = try await scene.shop.refresh(scene.token)
            scene.stage.time.advance(by: .milliseconds(29_999))
            let heard = try await scene.shop.refresh(scene.token)
            #expect(heard.status == 200)
            #expect(try await scene.shop.userInfo(lost.text("access_token")).status == 401)
            #expect(try await scene.shop.userInfo(heard.text("access_token")).status == 200)
            // Somebody had heard it after all.
            let thief = try await scene.shop.refresh(lost.text("refresh_token"))
            #expect(thief.error == "invalid_grant")
            #expect(try await scene.isDead(heard))
        }
    }

    @Test func `T18 of two refreshes at once one family survives or none`() async throws {
        for round in 0..<3 {
            try await withTokens { scene async throws in
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for _ in 0..<2 + round {
                        group.addTask { try await scene.shop.refresh(scene.token) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                var alive = 0
                for answer in answers where answer.status == 200 {
                    let info = try await scene.shop.userInfo(answer.text("access_token"))
                    if info.status == 200 { alive += 1 }
                }
                #expect(alive <= 1)
            }
        }
    }

    @Test func `T18 another website's refresh token is none, and nothing is revoked`() async throws
    {
        try await withTokens { scene async throws in
            let other = try await scene.other()
            let stolen = try await other.refresh(scene.token)
            #expect(stolen.status == 400)
            #expect(stolen.error == "invalid_grant")
            let liar = Website(
                stage: scene.stage,
                id: "shop",
                secret: "wrong",
                callback: scene.shop.callback
            )
            #expect(try await liar.refresh(scene.token).status == 401)
            #expect(try await other.ask("/revoke", ["token": scene.token]).status == 200)
            let second = try await scene.shop.refresh(scene.token)
            #expect(second.status == 200)
            // Not even by one that was exchanged already.
            scene.stage.time.advance(by: .seconds(31))
            #expect(try await other.refresh(scene.token).error == "invalid_grant")
            #expect(try await scene.shop.refresh(second.text("refresh_token")).status == 200)
        }
    }

    @Test func `T18 what is no refresh token is refused, and no refresh token is anything else`()
        async throws
    {
        try await withTokens { scene async throws in
            let token = try #require(scene.token)
            let access = scene.tokens.text("access_token")
            for other in [access, "x", String(token.dropLast()), token + "A", "\u{fc}"] {
                #expect(
                    try await scene.shop.refresh(other).error == "invalid_grant",
                    "\(other ?? "")"
                )
            }
            #expect(try await scene.shop.refresh(nil).error == "invalid_request")
            #expect(try await scene.shop.userInfo(token).status == 401)
            #expect(try await scene.shop.redeem(token).error == "invalid_grant")
            #expect(try await scene.shop.refresh(token).status == 200)
        }
    }

    // MARK: - Scopes

    @Test func `T18 the scope may be narrowed and not widened`() async throws {
        try await withTokens { scene async throws in
            _ = try await scene.phone.setNickName(#""Alice""#)
            for wide in ["openid profile wechat", "openid email", "profile"] {
                let refused = try await scene.shop.refresh(scene.token, ["scope": wide])
                #expect(refused.error == "invalid_scope", "\(wide)")
            }
            let less = try await scene.shop.refresh(scene.token, ["scope": "openid"])
            #expect(less.text("scope") == "openid")
            let bare = try await scene.shop.userInfo(less.text("access_token"))
            #expect(bare.names("") == ["sub"])
            let all = try await scene.shop.refresh(less.text("refresh_token"))
            #expect(all.text("scope") == "openid profile offline_access")
            let full = try await scene.shop.userInfo(all.text("access_token"))
            #expect(full.text("name") == "Alice")
        }
    }

    // MARK: - The end

    @Test func `T18 it goes on when the browser's session has idled away, for thirty days`()
        async throws
    {
        try await withTokens { scene async throws in
            scene.stage.time.advance(by: .seconds(13 * 3600))
            #expect(try await scene.browser.get("/session").status == 401)
            try await scene.stage.service.sweep()
            let second = try await scene.shop.refresh(scene.token)
            #expect(second.status == 200)
            #expect(try await scene.shop.userInfo(second.text("access_token")).status == 200)
            scene.stage.time.advance(by: .seconds(30 * 86_400 - 13 * 3600 - 100))
            let last = try await scene.shop.refresh(second.text("refresh_token"))
            #expect(last.number("expires_in") == 100)
            scene.stage.time.advance(by: .seconds(100))
            #expect(try await scene.isDead(last))
        }
    }

    /// Ways to end a login.
    enum End: CaseIterable, Sendable {
        case logout
        case endSession
        case endSessionLater
        case endSessionElsewhere
        case phone
        case phoneLater
        case revocation
        case revocationOfTheAccessToken
        case revocationOfAnOldToken
        case removal
        case nextLogin
        case codeReuse
    }

    @Test(arguments: End.allCases)
    func `T18 no access outlives the end of a login, whoever ends it`(end: End) async throws {
        try await EdgeStage.with { stage async throws in
            let shop = try await Website.register(on: stage) { $0.allowsRefresh = true }
            let browser = Browser(stage)
            let phone = try await stage.phone("alice")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            let tokens = try await shop.redeem(back.code)
            let scene = Scene(
                stage: stage,
                shop: shop,
                browser: browser,
                phone: phone,
                tokens: tokens
            )
            let newest = try await shop.refresh(scene.token)
            #expect(newest.status == 200)
            switch end {
            case .logout:
                #expect(try await browser.post("/session/logout").status == 200)
            case .endSession:
                let hint = newest.text("id_token") ?? ""
                #expect(try await browser.get("/end_session?id_token_hint=\(hint)").status == 200)
            case .endSessionLater, .endSessionElsewhere:
                stage.time.advance(by: .seconds(13 * 3600))
                if end == .endSessionElsewhere { try await stage.service.sweep() }
                // The browser still has its cookie, or has lost it.
                let one = end == .endSessionLater ? browser : Browser(stage)
                let hint = newest.text("id_token") ?? ""
                let answer = try await one.get("/end_session?id_token_hint=\(hint)")
                #expect(answer.text.contains(#"data-state="gone""#))
            case .phone, .phoneLater:
                if end == .phoneLater {
                    stage.time.advance(by: .seconds(13 * 3600))
                    try await stage.service.sweep()
                }
                let phone = try await stage.phone("alice", run: 2)
                let logins = try await phone.logins().member("data.logins") as? [[String: Any]]
                let login = try #require(logins?.first)
                #expect(login["current"] as? Bool == true)
                #expect(try await phone.revoke(login["id"] as? String ?? "").status == 200)
                let later = try await phone.logins().member("data.logins") as? [[String: Any]]
                #expect(later?.first?["current"] as? Bool == false)
            case .revocation:
                let form = ["token": newest.text("refresh_token")]
                #expect(try await shop.ask("/revoke", form).status == 200)
            case .revocationOfTheAccessToken:
                let form = ["token": newest.text("access_token")]
                #expect(try await shop.ask("/revoke", form).status == 200)
            case .revocationOfAnOldToken:
                #expect(try await shop.ask("/revoke", ["token": scene.token]).status == 200)
            case .removal:
                for party in try await stage.rows.relyingParties() {
                    _ = try await stage.rows.removeRelyingParty(party.id)
                }
                let info = try await shop.userInfo(newest.text("access_token"))
                #expect(info.status == 401)
                #expect(try await shop.refresh(newest.text("refresh_token")).status == 401)
                return
            case .nextLogin:
                let other = try await stage.phone("bob")
                _ = try await shop.logIn(browser, by: other, ["prompt": "login"])
            case .codeReuse:
                #expect(try await shop.redeem(back.code).error == "invalid_grant")
            }
            #expect(try await scene.isDead(newest))
        }
    }

    @Test func `T18 a pairwise website ends an idled login by the name that it has for it`()
        async throws
    {
        try await EdgeStage.with { stage in
            let shy = try await Website.register(on: stage) {
                $0.allowsRefresh = true
                $0.isPairwise = true
            }
            let browser = Browser(stage)
            let back = try await shy.logIn(browser, by: try await stage.phone("alice"), Self.scope)
            let tokens = try await shy.redeem(back.code)
            let other = try await shy.logIn(
                Browser(stage),
                by: try await stage.phone("alice", run: 2),
                Self.scope
            )
            let others = try await shy.redeem(other.code)
            stage.time.advance(by: .seconds(13 * 3600))
            let hint = tokens.text("id_token") ?? ""
            #expect(try await browser.get("/end_session?id_token_hint=\(hint)").status == 200)
            let ended = try await shy.refresh(tokens.text("refresh_token"))
            #expect(ended.error == "invalid_grant")
            #expect(try await shy.refresh(others.text("refresh_token")).status == 200)
        }
    }

    @Test func `T24 who has another's proof ends no refresh token, nor does who has forged one`()
        async throws
    {
        try await withTokens { scene async throws in
            let hint = scene.tokens.text("id_token") ?? ""
            // Its login is live, in another browser.
            let nobody = Browser(scene.stage)
            #expect(try await nobody.get("/end_session?id_token_hint=\(hint)").status == 200)
            let second = try await scene.shop.refresh(scene.token)
            #expect(second.status == 200)
            scene.stage.time.advance(by: .seconds(13 * 3600))
            let forged = String(hint.dropLast(8)) + "AAAAAAAA"
            #expect(try await nobody.get("/end_session?id_token_hint=\(forged)").status == 200)
            let third = try await scene.shop.refresh(second.text("refresh_token"))
            #expect(third.status == 200)
        }
    }

    @Test func `T18 a code of a login that has ended gives no refresh token`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage) { $0.allowsRefresh = true }
            let browser = Browser(stage)
            let phone = try await stage.phone("alice")
            let back = try await shop.logIn(browser, by: phone, Self.scope)
            _ = try await browser.post("/session/logout")
            #expect(try await shop.redeem(back.code).error == "invalid_grant")
        }
    }

    @Test func `T18 an operator who takes refresh tokens back ends them`() async throws {
        try await withTokens { scene async throws in
            var party = try #require(try await scene.stage.rows.relyingParties().first)
            _ = try await scene.stage.rows.removeRelyingParty(party.id)
            try await scene.stage.rows.setConfigured([party])
            let back = try await scene.shop.logIn(
                Browser(scene.stage),
                by: scene.phone,
                Self.scope
            )
            let token = try await scene.shop.redeem(back.code).text("refresh_token")
            #expect(token != nil)
            party.allowsRefresh = false
            try await scene.stage.rows.setConfigured([party])
            #expect(try await scene.shop.refresh(token).error == "unauthorized_client")
        }
    }

    @Test func `T36 the rows hold no refresh token`() async throws {
        try await withTokens { scene async throws in
            let token = try #require(scene.token)
            let second = try #require(try await scene.shop.refresh(token).text("refresh_token"))
            let rows = scene.stage.everything.joined(separator: "\n")
            for secret in [token, second] {
                #expect(!rows.contains(secret.prefix(24)))
                #expect(!rows.contains(secret.dropFirst(24)))
            }
        }
    }
}
