import LoginDomain
import LoginService
import TestSupport
import Testing

/// A login is collected once.
@Suite struct T14RedeemTwiceTests {
    @Test func `T14 of a hundred completes at once one has the login`() async throws {
        let crowd = 100
        try await EdgeStage.with {
            $0.policy.connectionsPerAddress = 1000
        } _: { stage in
            let phone = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: phone)
            var wires: [Wire] = []
            for _ in 0..<crowd { wires.append(try await stage.wire()) }
            let call = Call("POST", "/attempt/complete", browser.fields + browser.ownPage, body: [])
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for wire in wires {
                    let host = stage.host
                    group.addTask { try await wire.exchange(call, host: host) }
                }
                return try await group.reduce(into: [Answer]()) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 200 } == 1)
            let losers = answers.filter { $0.status != 200 }
            #expect(losers.count == crowd - 1)
            for loser in losers {
                #expect(loser.status == 409)
                #expect(loser.error == "already_completed")
                #expect(loser["Set-Cookie"] == nil)
                #expect(!loser.text.contains(phone.user))
            }
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T14 after the login the old cookie says nothing and opens nothing`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = Browser(stage)
            let scene = try await browser.open()
            let old = browser.copy()
            let watch = try await old.watch()
            try await phone.agree(to: scene)
            let login = try await browser.complete()
            #expect(login.status == 200)
            #expect(login.text("data.redirect") == "/")
            #expect(browser.cookies["__Host-sl_attempt"] == nil)
            let session = try #require(browser.cookies["__Host-sl_session"])

            // The recorded request again.
            let replay = try await old.complete()
            #expect(replay.status == 409)
            #expect(replay.error == "already_completed")
            #expect(replay["Set-Cookie"] == nil)
            // Every way to ask how it went.
            let poll = try await old.get("/attempt")
            #expect(poll.text("data.state") == "expired")
            let longPoll = try await old.get("/attempt?after=3&wait=25")
            #expect(longPoll.text("data.state") == "expired")
            let socket = try await old.watch()
            #expect(try await socket.message().hasPrefix("expired "))
            #expect(try await socket.frame().code == 1000)
            let stream = try await old.stream()
            #expect(try await stream.event().contains(#""type":"expired""#))
            #expect(try await stream.event() == "")
            let cancel = try await old.post("/attempt/cancel")
            #expect(cancel.status == 409)
            #expect(cancel.error == "already_completed")
            for answer in [replay, poll, longPoll, cancel] {
                #expect(!answer.text.contains(phone.user))
                #expect(!answer.text.contains(session))
                #expect(answer["Set-Cookie"] == nil)
            }
            #expect(try await phone.scan(scene).status == 410)
            #expect(stage.sessionsCount == 1)

            // The socket that was open all the time closed without a word of the login.
            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message().hasPrefix("confirmed 3 "))
            #expect(try await watch.frame().code == 1000)
        }
    }

    @Test func `T14 once the row is forgotten its cookie is nobody's`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = try await stage.confirmedBrowser(by: phone)
            let old = browser.copy()
            #expect(try await browser.complete().status == 200)
            stage.time.advance(by: .seconds(25 * 3600))
            try await stage.service.forget()
            let replay = try await old.complete()
            #expect(replay.status == 403)
            #expect(replay.error == "no_attempt")
        }
    }

    @Test func `T14 back and reload show a new code and nobody's name`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let browser = Browser(stage)
            let scene = try await browser.open()
            let back = browser.copy()
            try await phone.agree(to: scene)
            #expect(try await browser.complete().status == 200)
            // A cached tab with the old cookie and no session.
            let page = try await back.get("/login")
            #expect(page.status == 200)
            #expect(page["Cache-Control"] == "no-store")
            #expect(!page.text.contains(phone.user))
            let fresh = try await back.open()
            #expect(fresh != scene)
            #expect(try await back.state() == "created")
        }
    }
}
