import LoginService
import TestSupport
import Testing

/// Somebody who sees the code, and has a browser of their own.
@Suite struct T05SceneSnipingTests {
    @Test func `T5 a browser that knows another's scene gets nothing by it`() async throws {
        try await EdgeStage.with { stage in
            let owner = Browser(stage)
            let sniper = Browser(stage, at: "127.0.0.2")
            let scene = try await owner.open()
            _ = try await sniper.open()
            let ownersCookie = try #require(owner.cookies["__Host-sl_attempt"])

            let watch = try await sniper.watch("/attempt/events?scene=\(scene)")
            #expect(try await watch.message() == "created 1 120")
            // The second socket of an attempt replaces the first.
            let other = try await sniper.watch("/attempt/events?attempt=\(ownersCookie)")
            #expect(try await watch.frame().code == 4001)
            #expect(try await other.message() == "created 1 120")
            let ours = try await owner.watch()
            #expect(try await ours.message() == "created 1 120")

            let phone = try await stage.phone("alice")
            try await phone.agree(to: scene)
            #expect(try await ours.message() == "scanned 2 60")
            #expect(try await ours.message() == "confirmed 3 180")

            // Not even the owner's secret counts anywhere but in its cookie.
            for id in [scene, ownersCookie] {
                for way in T02SceneFixationTests.Way.allCases {
                    let call = way.smuggle(id, into: "/attempt/complete", of: sniper)
                    let answer = try await stage.send(call, from: sniper.address)
                    #expect(answer.status == 409)
                    #expect(answer.error == "not_confirmed")
                    #expect(answer["Set-Cookie"] == nil)
                }
                for name in T02SceneFixationTests.names {
                    let poll = try await sniper.get("/attempt?\(name)=\(id)&after=0")
                    #expect(poll.text("data.state") == "created")
                }
            }

            let login = try await owner.complete()
            #expect(login.status == 200)
            #expect(login.text("data.user.userid") == phone.user)

            // All that the sniper's socket ever says is that the sniper's own code has expired.
            stage.time.advance(by: .seconds(120))
            try await stage.service.sweep()
            #expect(try await other.message() == "expired 2 0")
            #expect(try await other.frame().code == 1000)
            #expect(try await other.farewell() == [])
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test(arguments: ["", "?scene=", "?attempt="])
    func `T5 without a cookie there is nothing to watch`(query: String) async throws {
        try await EdgeStage.with { stage in
            let scene = try await Browser(stage).open()
            let target = "/attempt/events" + (query.isEmpty ? "" : query + scene)
            let refused = await #expect(throws: PushSocket.Refused.self) {
                _ = try await Browser(stage).watch(target)
            }
            #expect(refused?.answer.status == 403)
            #expect(refused?.answer.error == "no_attempt")
            let stream = try await Browser(stage).get(target)
            #expect(stream.status == 403)
            #expect(stream.error == "no_attempt")
            let poll = try await Browser(stage).get(
                "/attempt" + target.dropFirst("/attempt/events".count)
            )
            #expect(poll.status == 403)
        }
    }

    @Test func `T5 of two tabs the newer one has the attempt, and both find the session`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let oldScene = try await browser.open()
            let olderTab = browser.copy()
            let oldWatch = try await olderTab.watch()
            #expect(try await oldWatch.message() == "created 1 120")
            let newScene = try await browser.open()
            #expect(try await oldWatch.message() == "superseded 2 0")
            #expect(try await oldWatch.frame().code == 1000)

            let phone = try await stage.phone("alice")
            #expect(try await phone.scan(oldScene).status == 410)
            try await phone.agree(to: newScene)
            let late = try await olderTab.complete()
            #expect(late.status == 409)
            #expect(late["Set-Cookie"] == nil)
            #expect(try await browser.complete().status == 200)
            #expect(stage.sessionsCount == 1)

            // The tabs share their cookies: a reload of the older one is logged in.
            #expect(try await browser.get("/session").text("data.user.userid") == phone.user)
            let reload = try await browser.get("/login")
            #expect(reload.status == 303)
            #expect(reload["Location"] == "/")
        }
    }
}
