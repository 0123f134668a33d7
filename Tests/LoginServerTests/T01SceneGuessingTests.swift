import LoginService
import TestSupport
import Testing

/// Guessing scenes: few tries, and an answer that says nothing.
@Suite struct T01SceneGuessingTests {
    /// What a phone can do with a scene.
    private static let calls = ["/mp/scan", "/mp/confirm", "/mp/cancel"]

    private func guess(_ path: String, _ scene: String, by phone: Phone) async throws -> Answer {
        let body =
            path == "/mp/scan"
            ? #"{"scene":"\#(scene)","launch":1047}"# : Phone.confirmBody(scene, "no-nonce")
        return try await phone.call(path, body)
    }

    @Test(arguments: calls)
    func `T1 ten dead scenes, and the eleventh has to wait`(path: String) async throws {
        try await EdgeStage.with { stage in
            let live = try await Browser(stage).open()
            let guesser = try await stage.phone("mallory")
            let rowsBefore = stage.everything
            let callsBefore = stage.wechat.calls

            for number in 1...10 {
                let answer = try await guess(path, EdgeStage.unknownScene(number), by: guesser)
                #expect(answer.status == 410)
            }
            let refused = try await guess(path, EdgeStage.unknownScene(11), by: guesser)
            #expect(refused.status == 429)
            #expect(refused.error == "rate_limited")
            let wait = try #require(refused["Retry-After"].flatMap(Int.init))
            #expect(wait == 600)

            // A live scene is no way round, or the eleventh guess could be a hit.
            let hit = try await guess(path, live, by: guesser)
            #expect(hit.status == 429)

            #expect(stage.everything == rowsBefore)
            #expect(stage.wechat.calls == callsBefore)

            // What Retry-After says is true: not a second before, and then again.
            stage.time.advance(by: .seconds(wait - 1))
            #expect(try await guess(path, EdgeStage.unknownScene(12), by: guesser).status == 429)
            stage.time.advance(by: .seconds(1))
            #expect(try await guess(path, EdgeStage.unknownScene(13), by: guesser).status == 410)
        }
    }

    @Test func `T1 the three calls of a phone share one budget`() async throws {
        try await EdgeStage.with { stage in
            let guesser = try await stage.phone("mallory")
            for number in 0..<10 {
                let path = Self.calls[number % 3]
                #expect(
                    try await guess(path, EdgeStage.unknownScene(number), by: guesser).status == 410
                )
            }
            for path in Self.calls {
                #expect(try await guess(path, "anything", by: guesser).status == 429)
            }
        }
    }

    @Test func `T1 another run of the mini-program does not bring a new budget`() async throws {
        try await EdgeStage.with { stage in
            let first = try await stage.phone("mallory", run: 1)
            for number in 0..<10 { _ = try await first.scan(EdgeStage.unknownScene(number)) }
            let second = try await stage.phone("mallory", run: 2, at: "127.0.0.2")
            #expect(try await second.scan(EdgeStage.unknownScene(11)).status == 429)
            let other = try await stage.phone("alice")
            #expect(try await other.scan(EdgeStage.unknownScene(11)).status == 410)
        }
    }

    @Test func `T1 an address has a hundred dead scenes for all who share it`() async throws {
        try await EdgeStage.with { stage in
            for person in 0..<10 {
                let phone = try await stage.phone("crowd\(person)", at: "127.0.0.3")
                for number in 0..<10 {
                    let scene = EdgeStage.unknownScene(100 * person + number)
                    #expect(try await phone.scan(scene).status == 410)
                }
            }
            let late = try await stage.phone("alice", at: "127.0.0.3")
            let refused = try await late.scan(EdgeStage.unknownScene(1))
            #expect(refused.status == 429)
            #expect(refused["Retry-After"] == "600")
            var elsewhere = late
            elsewhere.address = "127.0.0.4"
            #expect(try await elsewhere.scan(EdgeStage.unknownScene(1)).status == 410)
        }
    }

    // MARK: - One answer for every dead scene

    /// Why a scene is not there for a phone.
    enum Death: String, CaseIterable, CustomTestStringConvertible {
        case unknown
        case noSceneAtAll
        case expired
        case expiredAfterScan
        case cancelledByPhone
        case cancelledByBrowser
        case superseded
        case used
        case scannedByAnother
        case confirmedByAnother

        var testDescription: String { rawValue }
    }

    /// A scene that is dead for everybody but its owner, in this way.
    private func scene(_ death: Death, _ stage: EdgeStage) async throws -> String {
        let owner = try await stage.phone("owner")
        let browser = Browser(stage)
        switch death {
        case .unknown: return EdgeStage.unknownScene(1)
        case .noSceneAtAll: return "?"
        case .expired, .expiredAfterScan, .cancelledByPhone, .cancelledByBrowser, .superseded,
            .used, .scannedByAnother, .confirmedByAnother:
            break
        }
        let scene = try await browser.open()
        switch death {
        case .unknown, .noSceneAtAll:
            break
        case .expired:
            stage.time.advance(by: .seconds(120))
        case .expiredAfterScan:
            _ = try await owner.nonce(of: scene)
            stage.time.advance(by: .seconds(60))
        case .cancelledByPhone:
            let nonce = try await owner.nonce(of: scene)
            #expect(try await owner.cancel(scene, nonce).status == 200)
        case .cancelledByBrowser:
            #expect(try await browser.post("/attempt/cancel").status == 200)
        case .superseded:
            _ = try await browser.open()
        case .used:
            try await owner.agree(to: scene)
            #expect(try await browser.complete().status == 200)
        case .scannedByAnother:
            _ = try await owner.nonce(of: scene)
        case .confirmedByAnother:
            try await owner.agree(to: scene)
        }
        return scene
    }

    /// The bytes of an answer, but for the time of day in it.
    private func bytes(_ answer: Answer) -> [String] {
        ["\(answer.status)"] + answer.fields.filter { $0.name != "Date" }.map { "\($0)" }
            + [answer.text]
    }

    @Test(arguments: Death.allCases)
    func `T1 every dead scene gets the same bytes`(death: Death) async throws {
        try await EdgeStage.with { stage in
            let dead = try await scene(death, stage)
            let stranger = try await stage.phone("stranger")
            let before = stage.everything
            var answers: Set<[String]> = []
            for path in Self.calls {
                answers.insert(bytes(try await guess(path, dead, by: stranger)))
                answers.insert(
                    bytes(try await guess(path, EdgeStage.unknownScene(99), by: stranger))
                )
            }
            #expect(answers.count == 1)
            let body =
                #"{"code":410,"data":null,"error":"scene_unavailable","#
                + #""msg":"This code is no longer valid; scan a new one."}"#
            #expect(answers.first?.first == "410")
            #expect(answers.first?.last == body)
            #expect(stage.everything == before)
        }
    }
}
