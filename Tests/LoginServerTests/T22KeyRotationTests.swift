import LoginDomain
import LoginStore
import OpenIDConnect
import TestSupport
import Testing

/// Keys that change while websites keep old copies of the set.
@Suite(.timeLimit(.minutes(10))) struct T22KeyRotationTests {
    /// A website that keeps the key set for an hour, as it is told that it may.
    private struct Keeper {
        let website: Website
        var keys: [UInt8] = []
        var readAt: Timestamp?

        mutating func verify(_ token: String?) async throws {
            let now = website.stage.time.now()
            if readAt.map({ now.since($0) >= .seconds(3600) }) ?? true {
                keys = try await website.stage.send(Call("GET", "/jwks.json")).body
                readAt = now
            }
            _ = try JWT(token ?? "").verified(by: keys)
        }
    }

    @Test func `T22 rotating keys breaks no login`() async throws {
        try await EdgeStage.with {
            $0.policy.grantsPerUserPerMinute = 10_000
            $0.policy.sessionIdle = .seconds(90 * 24 * 3600)
            $0.policy.session = .seconds(90 * 24 * 3600)
        } _: { stage in
            let shop = try await Website.register(on: stage)
            var keepers = (0..<5).map { _ in Keeper(website: shop) }
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            var kids: Set<String> = []
            for turn in 0..<500 {
                if turn == 100 {
                    // Rotated by the operator, in the middle of it.
                    try await stage.rows.addSigningKey(
                        TestKeys.row(TestKeys.otherRSA, publishedAt: stage.time.now())
                    )
                }
                let back = try shop.callback(try await shop.send(browser))
                let token = try await shop.redeem(back.code).text("id_token")
                try await keepers[turn % 5].verify(token)
                kids.insert(try #require(try JWT(token ?? "").head["kid"] as? String))
                stage.time.advance(by: .seconds(611))
            }
            #expect(kids.count == 2)
        }
    }

    @Test func `T22 a key that takes over while 500 people log in breaks none of it`() async throws
    {
        try await EdgeStage.with {
            $0.policy.attemptsPerAddressBurst = 10_000
            $0.policy.phoneLoginsPerAddressBurst = 10_000
            $0.policy.parkedPerAddressBurst = 10_000
            $0.policy.connectionsPerAddress = 10_000
        } _: { stage in
            let shop = try await Website.register(on: stage)
            // Each login moves the clock by 0.7 s, so that in the middle of them this key has been
            // published for a day.
            let lead = KeyRing.lead - .seconds(175)
            try await stage.rows.addSigningKey(
                TestKeys.row(TestKeys.otherRSA, publishedAt: stage.time.now() - lead)
            )
            // What every website has read before, and keeps.
            let keys = try await stage.send(Call("GET", "/jwks.json")).body
            var kids: [String: Int] = [:]
            for crowd in 0..<20 {
                let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                    for number in 0..<25 {
                        group.addTask {
                            let person = try await stage.phone("p\(crowd)x\(number)")
                            let back = try await shop.logIn(Browser(stage), by: person)
                            return try await shop.redeem(back.code).text("id_token")
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                for token in tokens {
                    let jwt = try JWT(token ?? "")
                    _ = try jwt.verified(by: keys)
                    kids[jwt.head["kid"] as? String ?? "", default: 0] += 1
                }
            }
            #expect(kids.values.reduce(0, +) == 500)
            #expect(kids.count == 2 && kids.values.allSatisfy { $0 > 100 }, "\(kids)")
        }
    }

    @Test func `T22 a key is published a day before it signs`() async throws {
        try await EdgeStage.with {
            $0.policy.session = .seconds(30 * 24 * 3600)
            $0.policy.sessionIdle = .seconds(30 * 24 * 3600)
        } _: { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let fresh = try TestKeys.row(TestKeys.otherRSA, publishedAt: stage.time.now())
            try await stage.rows.addSigningKey(fresh)
            stage.time.advance(by: .seconds(3))
            let set = try await stage.send(Call("GET", "/jwks.json"))
            #expect(set.text.contains(fresh.kid))
            func signer() async throws -> String? {
                let back = try shop.callback(try await shop.send(browser))
                let token = try await shop.redeem(back.code).text("id_token")
                return try JWT(token ?? "").head["kid"] as? String
            }
            #expect(try await signer() != fresh.kid)
            stage.time.advance(by: .seconds(24 * 3600))
            #expect(try await signer() == fresh.kid)
        }
    }

    @Test func `T22 the set has public members alone`() async throws {
        try await EdgeStage.with { stage in
            _ = try await Website.register(on: stage)
            let answer = try await stage.send(Call("GET", "/jwks.json"))
            #expect(answer["Cache-Control"] == "public, max-age=3600")
            #expect(answer["Access-Control-Allow-Origin"] == "*")
            let keys = try #require(answer.member("keys") as? [[String: String]])
            #expect(keys.count == 1)
            for key in keys {
                #expect(key.keys.sorted() == ["alg", "e", "kid", "kty", "n", "use"])
            }
        }
    }

    @Test func `T22 a key that was revoked is gone at once, and its tokens with it`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let token = try #require(try await shop.redeem(back.code).text("id_token"))
            let old = try #require(try JWT(token).head["kid"] as? String)
            try await stage.rows.addSigningKey(
                TestKeys.row(TestKeys.otherRSA, publishedAt: stage.time.now())
            )
            #expect(try await stage.rows.removeSigningKey(old))
            stage.time.advance(by: .seconds(2))
            #expect(try await !stage.send(Call("GET", "/jwks.json")).text.contains(old))
            let ended = try await browser.get("/end_session?id_token_hint=\(token)")
            #expect(ended.text.contains(#"id="logout""#))
            let again = try shop.callback(try await shop.send(browser))
            _ = try await shop.claims(try await shop.redeem(again.code).text("id_token"))
        }
    }

    @Test func `T22 without a key nobody gets a token, and no code is burnt`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let key = try TestKeys.row()
            #expect(try await stage.rows.removeSigningKey(key.kid))
            stage.time.advance(by: .seconds(2))
            #expect(try await shop.redeem(back.code).status == 503)
            try await stage.rows.addSigningKey(key)
            stage.time.advance(by: .seconds(2))
            #expect(try await shop.redeem(back.code).status == 200)
        }
    }
}
