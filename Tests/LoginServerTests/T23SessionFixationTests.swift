import TestSupport
import Testing

/// A session's name that somebody knew before, and a browser that changes its user.
@Suite(.timeLimit(.minutes(10))) struct T23SessionFixationTests {
    private static let session = "__Host-sl_session"
    private static let attempt = "__Host-sl_attempt"
    private static let planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    @Test func `T23 cookies planted before the login are not those after it`() async throws {
        try await EdgeStage.with { stage in
            let victim = Browser(
                stage,
                cookies: [Self.session: Self.planted, Self.attempt: Self.planted]
            )
            let phone = try await stage.phone("alice")
            let scene = try await victim.open()
            #expect(victim.cookies[Self.attempt] != Self.planted)
            try await phone.agree(to: scene)
            #expect(try await victim.complete().status == 200)
            #expect(victim.cookies[Self.session] != nil)
            #expect(victim.cookies[Self.session] != Self.planted)
            #expect(victim.cookies[Self.attempt] == nil)
            // What was planted opens nothing.
            let attacker = Browser(
                stage,
                cookies: [Self.session: Self.planted, Self.attempt: Self.planted]
            )
            #expect(try await attacker.get("/session").status == 401)
            #expect(try await attacker.complete().status == 403)
        }
    }

    @Test func `T23 a scan by another user makes a new session and ends the first user's`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            #expect(try await browser.complete().status == 200)
            let alice = browser.copy()
            let name = browser.cookies[Self.session]

            let bob = try await stage.phone("bob")
            try await bob.agree(to: try await browser.open())
            #expect(try await browser.complete().text("data.user.userid") == bob.user)
            #expect(browser.cookies[Self.session] != name)
            #expect(try await browser.get("/session").text("data.user.userid") == bob.user)
            #expect(try await alice.get("/session").status == 401)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T23 a change of user that is cancelled leaves the first as they were`()
        async throws
    {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: phone)
            #expect(try await browser.complete().status == 200)
            let name = browser.cookies[Self.session]

            let bob = try await stage.phone("bob")
            let scene = try await browser.open()
            let nonce = try await bob.nonce(of: scene)
            #expect(try await bob.cancel(scene, nonce).status == 200)
            #expect(try await browser.complete().status == 409)
            #expect(browser.cookies[Self.session] == name)
            #expect(try await browser.get("/session").text("data.user.userid") == phone.user)
        }
    }

    /// A sibling host cannot set a cookie whose name begins with `__Host-` (RFC 6265bis 4.1.3.2).
    @Test func `T23 a cookie without its prefix is nobody's`() async throws {
        try await EdgeStage.with { stage in
            let browser = try await stage.confirmedBrowser(by: try await stage.phone("alice"))
            #expect(try await browser.complete().status == 200)
            let name = try #require(browser.cookies[Self.session])
            let tossed = Browser(stage, cookies: ["sl_session": name])
            #expect(try await tossed.get("/session").status == 401)
        }
    }
}
