import LoginDomain
import TestSupport
import Testing

/// Many phones and one code.
@Suite struct T10TwoPhonesTests {
    @Test func `T10 of two hundred phones that scan at once one owns the code`() async throws {
        let crowd = 200
        try await EdgeStage.with {
            $0.policy.connectionsPerAddress = 1000
            $0.policy.deadScenesPerAddress = 10_000
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            var phones: [Phone] = []
            for number in 0..<crowd { phones.append(try await stage.phone("p\(number)x")) }

            // Every connection stands before the first scan goes out.
            var scans: [(phone: Phone, wire: Wire)] = []
            for phone in phones { scans.append((phone, try await stage.wire())) }
            let body = #"{"scene":"\#(scene)","launch":1047}"#
            let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
                for (number, scan) in scans.enumerated() {
                    let call = Call("POST", "/mp/scan", scan.phone.fields, json: body)
                    let host = stage.host
                    group.addTask { (number, try await scan.wire.exchange(call, host: host)) }
                }
                return try await group.reduce(into: [Int: Answer]()) { $0[$1.0] = $1.1 }
            }
            let winners = answers.filter { $0.value.status == 200 }.keys
            #expect(winners.count == 1)
            #expect(answers.values.count { $0.status == 410 } == crowd - 1)
            let number = try #require(winners.first)
            let winner = phones[number]
            let nonce = try #require(answers[number]?.text("data.nonce"))
            let attempt = try #require(stage.everything.first { $0.hasPrefix("attempt ") })
            #expect(attempt.contains("owner: \(winner.user)"))

            stage.time.advance(by: .seconds(1))
            for (index, phone) in phones.enumerated() where index != number {
                #expect(try await phone.confirm(scene, nonce).status == 410)
                #expect(try await phone.confirm(scene, "guess-\(index)").status == 410)
            }
            #expect(try await browser.state() == "scanned")
            #expect(try await winner.confirm(scene, nonce).status == 200)
            #expect(try await browser.complete().text("data.user.userid") == winner.user)

            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message() == "confirmed 3 179")
            #expect(try await watch.frame().code == 1000)
        }
    }

    @Test func `T10 the owner may scan again, and the nonce before dies`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let first = try await stage.phone("alice", run: 1)
            let oldNonce = try await first.nonce(of: scene)
            stage.time.advance(by: .seconds(10))
            let second = try await stage.phone("alice", run: 2)
            let rescan = try await second.scan(scene)
            #expect(rescan.status == 200)
            let newNonce = try #require(rescan.text("data.nonce"))
            #expect(newNonce != oldNonce)
            // No window opens anew.
            #expect(rescan.number("data.expires_in") == 50)
            let poll = try await browser.get("/attempt")
            #expect(poll.number("data.seq") == 2)
            #expect(poll.number("data.expires_in") == 50)

            #expect(try await first.confirm(scene, oldNonce).status == 410)
            #expect(try await second.confirm(scene, oldNonce).status == 410)
            #expect(try await first.confirm(scene, newNonce).status == 410)
            #expect(try await browser.state() == "scanned")
            #expect(try await second.confirm(scene, newNonce).status == 200)
        }
    }
}
