import LoginService
import TestSupport
import Testing

/// A confirm that is recorded and sent again.
@Suite struct T09ConfirmReplayTests {
    @Test func `T9 the same confirm again gets the same answer and is no second event`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            stage.time.advance(by: .seconds(1))
            let first = try await phone.confirm(scene, nonce)
            #expect(first.status == 200)
            let rows = stage.everything

            // The answer was lost; the phone asks again, by a new connection as phones do.
            stage.time.advance(by: .seconds(1))
            let again = try await phone.confirm(scene, nonce)
            #expect(again.status == first.status)
            #expect(again.body == first.body)
            #expect(again.lines == first.lines)
            #expect(stage.everything == rows)

            #expect(try await watch.message() == "created 1 120")
            #expect(try await watch.message() == "scanned 2 60")
            #expect(try await watch.message() == "confirmed 3 179")
            #expect(try await browser.complete().status == 200)
            #expect(try await watch.frame().code == 1000)
            #expect(try await watch.farewell() == [])
        }
    }

    /// When, or with what else, the recorded confirm is sent.
    enum Replay: String, CaseIterable, CustomTestStringConvertible {
        case afterRedemption
        case afterExpiry
        case afterCancel
        case byAnotherRunOfTheSameUser
        case byAnotherUser
        case withAnotherScene
        case withAFlippedBit
        case withoutANonce

        var testDescription: String { rawValue }
    }

    @Test(arguments: Replay.allCases)
    func `T9 a confirm replayed otherwise is refused and changes nothing`(
        replay: Replay
    )
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.agree(to: scene)
            var replayer = phone
            var sentScene = scene
            var sentNonce = nonce
            switch replay {
            case .afterRedemption:
                #expect(try await browser.complete().status == 200)
            case .afterExpiry:
                stage.time.advance(by: .seconds(180))
                try await stage.service.sweep()
            case .afterCancel:
                #expect(try await phone.cancel(scene, nonce).status == 200)
            case .byAnotherRunOfTheSameUser:
                replayer = try await stage.phone("alice", run: 2)
                #expect(replayer.user == phone.user)
            case .byAnotherUser:
                replayer = try await stage.phone("mallory")
            case .withAnotherScene:
                let other = Browser(stage)
                sentScene = try await other.open()
                _ = try await phone.nonce(of: sentScene)
                stage.time.advance(by: .seconds(1))
            case .withAFlippedBit:
                let last = nonce.last == "A" ? "E" : "A"
                sentNonce = nonce.dropLast() + last
            case .withoutANonce:
                sentNonce = "-"
            }
            let rows = stage.everything
            let answer = try await replayer.confirm(sentScene, sentNonce)
            #expect(answer.status == 410)
            #expect(answer.error == "scene_unavailable")
            #expect(stage.everything == rows)
        }
    }
}
