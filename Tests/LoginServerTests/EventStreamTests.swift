import LoginDomain
import LoginService
import TestSupport
import Testing

/// The push as server-sent events, for browsers whose WebSocket does not get through.
@Suite struct EventStreamTests {
    private func event(_ type: String, _ seq: Int, _ left: Int) -> String {
        "id: \(seq)\ndata: {\"expires_in\":\(left),\"seq\":\(seq),\"type\":\"\(type)\"}\n\n"
    }

    @Test func `the present state comes first, then each change, and the end ends the stream`()
        async throws
    {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let stream = try await browser.stream()
            #expect(stream.head.status == 200)
            #expect(try await stream.event() == event("created", 1, 120))
            let phone = try await stage.phone("alice")
            let nonce = try await phone.nonce(of: scene)
            #expect(try await stream.event() == event("scanned", 2, 60))
            stage.time.advance(by: .seconds(1))
            #expect(try await phone.confirm(scene, nonce).status == 200)
            #expect(try await stream.event() == event("confirmed", 3, 179))
            #expect(try await phone.cancel(scene, nonce).status == 200)
            #expect(try await stream.event() == event("cancelled", 4, 0))
            #expect(try await stream.event() == "")
            #expect(stage.service.watchers.count == 0)
            // The connection goes on as any other.
            let next = try await stream.wire.exchange(Call("GET", "/session"), host: stage.host)
            #expect(next.status == 401)
        }
    }

    @Test func `an attempt that has ended is told its end and nothing more`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            _ = try await browser.post("/attempt/cancel")
            let stream = try await browser.stream()
            #expect(try await stream.event() == event("cancelled", 2, 0))
            #expect(try await stream.event() == "")
            #expect(stage.service.watchers.count == 0)
        }
    }

    @Test func `a login that is collected ends the stream without a word of it`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let stream = try await browser.stream()
            try await stage.phone("alice").agree(to: scene)
            for type in ["created", "scanned", "confirmed"] {
                #expect(try await stream.event().contains(type))
            }
            #expect(try await browser.complete().status == 200)
            #expect(try await stream.event() == "")
        }
    }

    @Test func `no origin is needed, as browsers send none, but the cookie is`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let foreign = try await Browser(stage).get("/attempt/events")
            #expect(foreign.status == 403)
            #expect(foreign.error == "no_attempt")
            #expect(try await browser.stream().head.status == 200)
        }
    }

    @Test func `every 15 quiet seconds a comment keeps the line open`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let stream = try await browser.stream()
            #expect(try await stream.event() == event("created", 1, 120))
            for _ in 0..<3 {
                // The sweeper sleeps a quarter of a second, the heartbeat fifteen.
                await stage.time.sleepers(atLeast: 2)
                stage.time.advance(by: .seconds(15))
                #expect(try await stream.event() == ": still here\n\n")
            }
        }
    }

    @Test func `a reader that is gone frees its entry at the next heartbeats`() async throws {
        // An attempt that lives for ever: only the heartbeat can end this wait.
        let ever = Duration.seconds(1 << 40)
        try await EdgeStage.with {
            $0.policy.scene = ever
            $0.policy.attempt = ever
        } _: { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let stream = try await browser.stream()
            #expect(try await stream.event().contains("created"))
            #expect(stage.service.watchers.count == 1)
            await stream.wire.close()
            // The first write finds out that nobody reads, the second that nobody will.
            let isFree = await stage.eventually {
                stage.time.advance(by: .seconds(15))
                return stage.service.watchers.count == 0
            }
            #expect(isFree)
        }
    }

    @Test func `a reader that has only closed its half still gets its events`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let stream = try await browser.stream()
            #expect(try await stream.event() == event("created", 1, 120))
            try await stream.wire.closeOutput()
            _ = try await stage.phone("alice").scan(scene)
            #expect(try await stream.event() == event("scanned", 2, 60))
            _ = try await browser.post("/attempt/cancel")
            #expect(try await stream.event() == event("cancelled", 3, 0))
            #expect(try await stream.event() == "")
            #expect(try await stream.wire.end() == [])
            #expect(stage.service.watchers.count == 0)
        }
    }
}
