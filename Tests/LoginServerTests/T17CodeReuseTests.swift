import LoginStore
import TestSupport
import Testing

/// A code that comes twice.
@Suite(.timeLimit(.minutes(10))) struct T17CodeReuseTests {
    @Test(arguments: [0, 30, 61, 300])
    func `T17 the second use gives nothing and takes back the first's`(
        seconds: Int
    ) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let token = try await shop.redeem(back.code).text("access_token")
            #expect(try await shop.userInfo(token).status == 200)
            stage.time.advance(by: .seconds(seconds))
            let again = try await shop.redeem(back.code)
            #expect(again.status == 400)
            #expect(again.error == "invalid_grant")
            let info = try await shop.userInfo(token)
            #expect(info.status == 401)
            #expect(
                info["WWW-Authenticate"]
                    == #"Bearer realm="https://login.example", error="invalid_token""#
            )
        }
    }

    @Test func `T17 a stranger who reuses a code revokes nothing`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let other = try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
            }
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let token = try await shop.redeem(back.code).text("access_token")
            let liar = Website(stage: stage, id: "shop", secret: "x", callback: shop.callback)
            #expect(try await liar.redeem(back.code).status == 401)
            #expect(try await other.redeem(back.code).status == 400)
            #expect(try await shop.userInfo(token).status == 200)
        }
    }

    @Test(arguments: [nil, "A", String(Website.verifier.reversed())] as [String?])
    func `T17 a used code of a public client revokes nothing without its proof`(
        verifier: String?
    ) async throws {
        try await EdgeStage.with { stage in
            let app = try await Website.register(on: stage) {
                $0.id = "app"
                $0.secret = nil
            }
            let back = try await app.logIn(Browser(stage), by: try await stage.phone("alice"))
            let token = try await app.redeem(back.code).text("access_token")
            let stranger = try await app.redeem(back.code, by: nil, ["code_verifier": verifier])
            #expect(stranger.error == "invalid_grant")
            #expect(try await app.userInfo(token).status == 200)
            // With the proof it is the app's own second use.
            #expect(try await app.redeem(back.code).error == "invalid_grant")
            #expect(try await app.userInfo(token).status == 401)
        }
    }

    @Test func `T17 of fifty at once at most one gets tokens, and they do not last`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<50 { group.addTask { try await shop.redeem(back.code) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = answers.filter { $0.status == 200 }
            #expect(winners.count == 1)
            #expect(answers.count { $0.error == "invalid_grant" } == 49)
            #expect(try await shop.userInfo(winners.first?.text("access_token")).status == 401)
        }
    }

    @Test func `T17 a revocation that cannot be written is no refusal`() async throws {
        try await EdgeStage.with {
            $0.store = { BentStore($0) }
        } _: { stage in
            let store = try #require(stage.house.store as? BentStore)
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            #expect(try await shop.redeem(back.code).status == 200)
            store.isBroken = true
            let answer = try await shop.redeem(back.code)
            #expect(answer.status == 503)
            #expect(answer.error == "temporarily_unavailable")
            #expect(answer["Retry-After"] == "2")
        }
    }

    @Test func `T17 a code is good for a minute`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            stage.time.advance(by: .seconds(60))
            #expect(try await shop.redeem(back.code).error == "invalid_grant")
            let young = try shop.callback(try await shop.send(browser))
            stage.time.advance(by: .milliseconds(59_999))
            #expect(try await shop.redeem(young.code).status == 200)
        }
    }
}
