import TestSupport
import Testing

/// A confirm without the scan that belongs before it.
@Suite struct T11UnscannedConfirmTests {
    @Test func `T11 a code that nobody scanned cannot be confirmed`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            stage.time.advance(by: .seconds(5))
            let rows = stage.everything
            let answer = try await phone.confirm(
                scene,
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            )
            #expect(answer.status == 410)
            #expect(stage.everything == rows)
        }
    }

    @Test func `T11 a leaked nonce confirms nothing for another user, and that is logged`()
        async throws
    {
        let log = RecordingLog()
        try await EdgeStage.with {
            $0.logger = log.logger
        } _: { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let owner = try await stage.phone("alice")
            let nonce = try await owner.nonce(of: scene)
            let thief = try await stage.phone("mallory")
            stage.time.advance(by: .seconds(1))
            let rows = stage.everything
            #expect(try await thief.confirm(scene, nonce).status == 410)
            #expect(try await thief.cancel(scene, nonce).status == 410)
            #expect(stage.everything == rows)

            let alarms = log.lines.filter { $0.contains("confirm refused") }
            #expect(alarms.count == 1)
            let alarm = try #require(alarms.first)
            #expect(alarm.hasPrefix("notice ") && alarm.contains("user=\(thief.user)"))
            // What opens something is in no line of the log.
            for secret in [scene, nonce, owner.bearer, thief.bearer] {
                #expect(!log.lines.contains { $0.contains(secret) })
            }
            #expect(try await owner.confirm(scene, nonce).status == 200)
        }
    }

    @Test func `T11 a confirm that comes faster than a person is refused, and may come again`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            let rows = stage.everything
            for wait in [0, 1, 698] {
                stage.time.advance(by: .milliseconds(wait))
                let early = try await phone.confirm(scene, nonce)
                #expect(early.status == 409)
                #expect(early.error == "too_fast")
                #expect(stage.everything == rows)
            }
            stage.time.advance(by: .milliseconds(1))
            #expect(try await phone.confirm(scene, nonce).status == 200)
        }
    }

    @Test func `T11 a browser collects nothing before the phone has said yes`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let phone = try await stage.phone("alice")
            for step in 0..<2 {
                let answer = try await browser.complete()
                #expect(answer.status == 409)
                #expect(answer.error == "not_confirmed")
                #expect(answer["Set-Cookie"] == nil)
                #expect(stage.sessionsCount == 0)
                if step == 0 { _ = try await phone.nonce(of: scene) }
            }
            #expect(try await browser.state() == "scanned")
        }
    }
}
