import TestSupport
import Testing

/// `GET /attempt?after=&wait=`, the last resort.
@Suite struct LongPollTests {
    /// Starts a poll and returns once it waits.
    private func poll(
        _ browser: Browser,
        _ query: String
    ) async throws -> Task<Answer, any Error> {
        let poll = Task { try await browser.get("/attempt?\(query)") }
        // The sweeper sleeps, and now the poll does too.
        await browser.stage.time.sleepers(atLeast: 2)
        return poll
    }

    @Test func `without a wait, or behind the present state, it answers at once`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            for query in [
                "", "?wait=0", "?after=1", "?after=0&wait=25", "?wait=25&after=0", "?wait=25",
            ] {
                let answer = try await browser.get("/attempt" + query)
                #expect(answer.status == 200, "\(query)")
                #expect(answer.text("data.state") == "created", "\(query)")
                #expect(answer.number("data.seq") == 1, "\(query)")
                #expect(answer.number("data.expires_in") == 120, "\(query)")
            }
        }
    }

    @Test func `it waits for the next state and tells that`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let waiting = try await poll(browser, "after=1&wait=25")
            _ = try await stage.phone("alice").scan(scene)
            let answer = try await waiting.value
            #expect(answer.text("data.state") == "scanned")
            #expect(answer.number("data.seq") == 2)
        }
    }

    @Test(arguments: [(1, 1), (25, 25), (26, 25), (99_999, 25)])
    func `without news it answers when the wait is over, and 25 seconds is the longest`(
        wait: Int,
        seconds: Int
    ) async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            let waiting = try await poll(browser, "after=1&wait=\(wait)")
            stage.time.advance(by: .seconds(seconds))
            let answer = try await waiting.value
            #expect(answer.text("data.state") == "created")
            #expect(answer.number("data.seq") == 1)
            #expect(answer.number("data.expires_in") == 120 - seconds)
        }
    }

    @Test func `it does not answer before the wait is over`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let waiting = try await poll(browser, "after=1&wait=20")
            stage.time.advance(by: .milliseconds(19_999))
            // Were it over, its answer would say created.
            _ = try await stage.phone("alice").scan(scene)
            #expect(try await waiting.value.text("data.state") == "scanned")
        }
    }

    @Test func `an attempt that has ended is told at once`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            _ = try await browser.open()
            _ = try await browser.post("/attempt/cancel")
            let answer = try await browser.get("/attempt?after=99&wait=25")
            #expect(answer.text("data.state") == "cancelled")
            #expect(answer.number("data.expires_in") == 0)
        }
    }

    @Test func `it replaces no watcher, and of five polls the oldest is sent home`() async throws {
        try await EdgeStage.with { stage in
            let browser = Browser(stage)
            let scene = try await browser.open()
            let watch = try await browser.watch()
            #expect(try await watch.message() == "created 1 120")
            var polls: [Task<Answer, any Error>] = []
            for number in 1...5 {
                polls.append(Task { try await browser.get("/attempt?after=1&wait=25") })
                // Each sleeps before the next comes; from the fifth on, one has gone home.
                await stage.time.sleepers(atLeast: 1 + min(number, 4))
            }
            let oldest = try await polls[0].value
            #expect(oldest.text("data.state") == "created")
            _ = try await stage.phone("alice").scan(scene)
            for poll in polls.dropFirst() {
                #expect(try await poll.value.text("data.state") == "scanned")
            }
            #expect(try await watch.message() == "scanned 2 60")
        }
    }
}
