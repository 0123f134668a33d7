import LoginDomain
import TestSupport
import Testing

/// What a flood of requests for pages and codes costs at WeChat, over real sockets.
@Suite(.timeLimit(.minutes(10))) struct T33CodeFloodTests {
    @Test func `T33 ten thousand looks at the pages ask WeChat for nothing`() async throws {
        try await EdgeStage.with { stage in
            try await withThrowingTaskGroup { group in
                for lane in 0..<4 {
                    group.addTask {
                        let wire = try await stage.wire(from: "127.0.33.\(lane + 1)")
                        // Twenty at a time, one behind the other on the wire.
                        let look = Call("GET", "/login").bytes(to: stage.host)
                        let looks = Array(repeatElement(look, count: 20).joined())
                        for _ in 0..<125 {
                            try await wire.send(looks)
                            for _ in 0..<20 {
                                let status = try await wire.answer().status
                                if status != 200 { Issue.record("\(status)") }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(stage.wechat.calls.isEmpty)
            #expect(stage.everything.isEmpty)
        }
    }

    @Test func `T33 who is refused a code is told for how long, and gets no row and no cookie`()
        async throws
    {
        try await EdgeStage.with {
            $0.policy.codesPerMinute = 20
        } _: { stage in
            var served = 0
            for number in 0..<60 {
                let browser = Browser(stage, at: "127.0.34.\(number % 6 + 1)")
                let answer = try await browser.post("/attempt")
                if answer.status == 200 {
                    served += 1
                    continue
                }
                #expect(answer.status == 429)
                let wait = try #require(answer["Retry-After"].flatMap(Int.init))
                #expect((1...60).contains(wait))
                #expect(answer.all("Set-Cookie").isEmpty)
            }
            #expect(stage.wechat.calls(to: ScriptedWeChat.codePath).count == served)
            #expect(stage.everything.count { $0.hasPrefix("attempt ") } == served)
            #expect(served <= 20)
            // The last fifth of the minute was kept for those who had none.
            #expect(try await Browser(stage, at: "127.0.34.99").post("/attempt").status == 200)
        }
    }

    @Test func `T33 a website has a share of the codes, and the others have theirs`() async throws {
        try await EdgeStage.with {
            $0.policy.codesPerClientPerMinute = 5
        } _: { stage in
            let shop = try await Website.register(on: stage)
            let club = try await Website.register(on: stage) {
                $0.id = "club"
                $0.callbacks = ["https://club.example/cb"]
            }
            var answers: [Int] = []
            for number in 1...7 {
                let browser = Browser(stage, at: "127.0.36.\(number)")
                #expect(try await shop.send(browser).status == 200)
                let answer = try await browser.post("/attempt")
                answers.append(answer.status)
                let wait = answer["Retry-After"].flatMap(Int.init)
                #expect(answer.status == 200 ? wait == nil : (1...60).contains(try #require(wait)))
            }
            #expect(answers == [200, 200, 200, 200, 200, 429, 429])
            let other = Browser(stage, at: "127.0.36.8")
            #expect(try await club.send(other).status == 200)
            #expect(try await other.post("/attempt").status == 200)
            #expect(try await Browser(stage, at: "127.0.36.9").post("/attempt").status == 200)
            stage.time.advance(by: .seconds(60))
            let late = Browser(stage, at: "127.0.36.10")
            #expect(try await shop.send(late).status == 200)
            #expect(try await late.post("/attempt").status == 200)
        }
    }

    @Test func `T33 while a quota is used up WeChat is asked once in ten seconds`() async throws {
        try await EdgeStage.with { stage in
            stage.wechat.always(ScriptedWeChat.codePath, .json(#"{"errcode":45009}"#))
            for number in 0..<30 {
                let answer = try await Browser(stage, at: "127.0.35.\(number + 1)").post("/attempt")
                #expect(answer.status == 429)
                #expect(answer["Retry-After"].flatMap(Int.init) != nil)
                stage.time.advance(by: .seconds(1))
            }
            #expect(stage.wechat.calls(to: ScriptedWeChat.codePath).count == 3)
            stage.wechat.always(ScriptedWeChat.codePath, nil)
            #expect(try await Browser(stage, at: "127.0.35.99").post("/attempt").status == 200)
        }
    }
}
