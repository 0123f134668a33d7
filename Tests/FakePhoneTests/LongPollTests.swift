import FakePhone
import Foundation
import HTTPTypes
import Testing

/// Watching by poll in a design that is not ours.
struct LongPollTests {
    private let sl = "http://127.0.0.1:8080"
    private let time = VirtualTime()

    private static let adapter = Adapter.scanLoginText
        .replacing("  websocket: /attempt/events\n  sse: /attempt/events\n", with: "")

    /// A design without numbers, whose refusals come under 200 and whose pages ask with their scene.
    private static let other =
        adapter
        .replacing(
            "poll: { path: /attempt, again: \"/attempt?after={seq}&wait={wait}\", inside: data }",
            with: "poll: { path: \"/state?for={scene}\", again: \"/state?for={scene}&n={seq}\" }"
        )
        .replacing(
            "message: { state: type|state, seq: seq, lifetime: expires_in }",
            with:
                "message: { state: status, states: { wait: created, ok: confirmed }, take: { u: u? } }"
        )
        .replacing("browser:\n", with: "success: { json: code, is: 200 }\n\nbrowser:\n")

    private func browser(_ transport: ScriptedTransport) throws -> FakeBrowser {
        FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: Line(
                name: "laptop",
                transport: transport,
                time: time.phoneTime,
                recorder: Recorder()
            ),
            dialer: ModelServers(),
            adapter: try Adapter(yaml: Self.other, file: "a.yaml")
        )
    }

    private func said(_ path: String, _ body: String) -> ScriptedTransport.Expected {
        .init(call: "GET \(sl)\(path)", status: 200, body: body)
    }

    @Test func `states without numbers are told once each, with rests between the questions`()
        async throws
    {
        let wait = #"{"code":200,"status":"wait"}"#
        let transport = ScriptedTransport([
            said("/state?for=a%26b", wait), said("/state?for=a%26b&n=1", wait),
            said("/state?for=a%26b&n=1", wait),
            said("/state?for=a%26b&n=1", #"{"code":200,"status":"ok"}"#),
            said("/state?for=a%26b&n=2", #"{"code":200,"status":"ok","u":"7"}"#),
        ])
        var browser = try browser(transport)
        let twist = Twist(variables: ["scene": "a&b"])
        #expect(try await browser.watch(by: .poll, twist: twist) == nil)
        for _ in 1...3 { _ = try await browser.nextEvent(within: .seconds(5)) }
        #expect(browser.pushes.map(\.state) == [.created, .confirmed, .confirmed])
        #expect(browser.pushes.map(\.seq) == [1, 2, 3])
        #expect(browser.variables["u"] == "7")
        #expect(time.now == LongPollWatch.rest * 2)
        #expect(transport.isPlayedOut)
    }

    @Test func `a refusal under 200 is one to a poll too`() async throws {
        let transport = ScriptedTransport([said("/state?for=s", #"{"code":400}"#)])
        var browser = try browser(transport)
        let reply = try await browser.watch(by: .poll, twist: Twist(variables: ["scene": "s"]))
        #expect(reply?.summary == "200 refused in its body")
    }

    @Test func `a page under 200 is no event stream`() async throws {
        let stream = Adapter.scanLogin
        var browser = FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: Line(
                name: "laptop",
                transport: ScriptedTransport([]),
                time: time.phoneTime,
                recorder: Recorder()
            ),
            dialer: PageDialer(),
            adapter: stream
        )
        let reply = try #require(try await browser.watch(by: .sse))
        #expect(!reply.isGranted)
    }

    private struct PageDialer: WatchDialer {
        func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
            throw .refused(status: 200, body: [])
        }

        func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
            throw .refused(status: 200, body: [])
        }
    }

    @Test func `a page that is told something else later knows the later`() async throws {
        let text = Self.other
            .replacing(
                "poll: { path: \"/state?for={scene}\", again: \"/state?for={scene}&n={seq}\" }",
                with: "websocket: /ws"
            )
            .replacing(
                "session:\n    method: GET\n    path: /session\n    take: { userid: data.user.userid? }",
                with: "session: { pushed: u }"
            )
        let inbox = WatchInbox(time: time.phoneTime)
        var browser = FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: Line(
                name: "laptop",
                transport: ScriptedTransport([]),
                time: time.phoneTime,
                recorder: Recorder()
            ),
            dialer: InboxDialer(inbox: inbox),
            adapter: try Adapter(yaml: text, file: "a.yaml")
        )
        #expect(try await browser.watch(by: .websocket) == nil)
        for user in ["1", "2"] {
            inbox.put(
                .push(Push(state: .confirmed, seq: 0, expiresInSeconds: 0, values: ["u": user]))
            )
            #expect(try await browser.session().values["u"] == user)
        }
    }

    private struct InboxDialer: WatchDialer {
        let inbox: WatchInbox

        func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
            InboxWatch(inbox: inbox)
        }

        func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
            InboxWatch(inbox: inbox)
        }
    }

    private struct InboxWatch: Watch {
        let inbox: WatchInbox

        func next(within patience: Duration) async -> WatchEvent? {
            await inbox.next(within: patience)
        }

        func close() async {}
    }

    @Test func `a browser watches as the pages of the design do, and the transcript says so`()
        async throws
    {
        let adapter = try Adapter(
            yaml: Self.adapter.replacing("phone:\n", with: "reading_ms: 900\nphone:\n"),
            file: "a.yaml"
        )
        let story = try Scenario(
            yaml: """
                cast: { laptop: browser, alice: { phone: alice } }
                steps:
                  - laptop: open
                  - laptop: watch
                  - laptop: sees
                    state: created
                  - alice: scan
                    of: laptop
                  - together:
                      - { alice: confirm }
                      - { laptop: look }
                  - laptop: reconnect
                """,
            file: "story.yaml"
        )
        let runner = try ModelServers().runner(adapter)
        let result = await runner.run(story)
        #expect(result.outcome == .passed)
        let sentences = story.played(in: adapter).steps.map(\.sentence)
        #expect(sentences[1] == "laptop watches by poll")
        #expect(
            sentences[4] == "at the same time: alice confirms 900 ms after the scan; "
                + "laptop looks at its attempt"
        )
        #expect(sentences[5] == "laptop watches again by poll")
    }

    @Test func `a design whose pages are told nothing can be played`() async throws {
        let start = try #require(Adapter.scanLoginText.range(of: "watch:\n"))
        let end = try #require(Adapter.scanLoginText.range(of: "phone:\n"))
        var text = Adapter.scanLoginText
        text.removeSubrange(start.lowerBound..<end.lowerBound)
        let runner = try ModelServers().runner(try Adapter(yaml: text, file: "a.yaml"))
        let outcome = try await Conformance(runner).judge([])
        #expect(outcome.honest.outcome == .passed)
    }
}
