import FakePhone
import Foundation
import HTTPTransport
import HTTPTypes
import Testing

struct FakeBrowserTests {
    private let sl = "http://127.0.0.1:8080"
    private let time = VirtualTime()

    private func browser(
        _ transport: ScriptedTransport,
        recorder: Recorder = Recorder()
    ) throws -> FakeBrowser {
        FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: Line(
                name: "laptop",
                transport: transport,
                time: time.phoneTime,
                recorder: recorder
            ),
            dialer: ModelServers()
        )
    }

    private func opened(_ cookie: String, image: String? = nil) -> ScriptedTransport.Expected {
        let png = "data:image/png;base64,\(Data(ModelServers.png("s")).base64EncodedString())"
        return .init(
            call: "POST \(sl)/attempt",
            status: 200,
            fields: [.setCookie: cookie],
            body: """
                {"code":200,"data":{"image":"\(image ?? png)","state":"created","seq":1,
                "expires_in":120},"msg":"ok"}
                """
        )
    }

    private func state(_ name: String, _ seq: Int) -> String {
        #"{"code":200,"data":{"state":"\#(name)","seq":\#(seq),"expires_in":9},"msg":"ok"}"#
    }

    @Test func `a POST carries Origin, the guard field and the cookies of before`() async throws {
        let transport = ScriptedTransport([
            opened("sl_attempt=one; Path=/; HttpOnly"),
            .init(call: "POST \(sl)/attempt/complete", status: 409),
            .init(call: "GET \(sl)/session", status: 401),
        ])
        var browser = try browser(transport)
        #expect(try await browser.openAttempt().isOK)
        #expect(browser.picture?.bytes == ModelServers.png("s"))
        #expect(browser.expiresInSeconds == 120)
        #expect(try await browser.complete().status == 409)
        #expect(try await browser.session().status == 401)
        let guardName = try #require(HTTPField.Name("X-SL"))
        let fields = transport.calls.map(\.request.headerFields)
        #expect(fields.map { $0[.origin] } == [sl, sl, nil])
        #expect(fields.map { $0[guardName] } == ["1", "1", nil])
        #expect(fields.map { $0[.cookie] } == [nil, "sl_attempt=one", "sl_attempt=one"])
    }

    @Test func `a Secure cookie goes to loopback too, as browsers do`() async throws {
        let transport = ScriptedTransport([
            opened("__Host-sl=one; Path=/; Secure"), .init(call: "GET \(sl)/session", status: 401),
        ])
        var browser = try browser(transport)
        _ = try await browser.openAttempt()
        _ = try await browser.session()
        #expect(transport.calls[1].request.headerFields[.cookie] == "__Host-sl=one")
    }

    @Test func `two cookies go out as one field`() async throws {
        let transport = ScriptedTransport([
            opened("a=1; Path=/"),
            .init(
                call: "POST \(sl)/attempt/complete",
                status: 200,
                fields: [.setCookie: "b=2"]
            ),
            .init(call: "GET \(sl)/session", status: 200),
        ])
        var browser = try browser(transport)
        _ = try await browser.openAttempt()
        _ = try await browser.complete()
        _ = try await browser.session()
        let cookies = transport.calls[2].request.headerFields.filter { $0.name == .cookie }
        #expect(cookies.map(\.value) == ["a=1; b=2"])
    }

    @Test func `a failed opening leaves the old picture on the screen`() async throws {
        var browser = try browser(
            ScriptedTransport([
                opened("a=1"), .init(call: "POST \(sl)/attempt", status: 503),
            ])
        )
        _ = try await browser.openAttempt()
        #expect(try await browser.openAttempt().status == 503)
        #expect(browser.pictures.count == 1)
    }

    @Test func `an opening without a PNG is an error`() async throws {
        var browser = try browser(ScriptedTransport([opened("a=1", image: "data:,x")]))
        await #expect(
            throws: FakePhoneError.badPicture("it is no PNG data URL but begins data:,x")
        ) { try await browser.openAttempt() }
    }

    @Test func `a long poll tells the current state first, then each later one`() async throws {
        var browser = try browser(
            ScriptedTransport([
                .init(call: "GET \(sl)/attempt", status: 200, body: state("created", 1)),
                .init(
                    call: "GET \(sl)/attempt?after=1&wait=10",
                    status: 200,
                    body: state("scanned", 2)
                ),
                .init(
                    call: "GET \(sl)/attempt?after=2&wait=25",
                    status: 200,
                    body: state("cancelled", 3)
                ),
            ])
        )
        #expect(try await browser.watch(by: .poll)?.status == nil)
        #expect(browser.pushes.isEmpty)
        for seconds in [10, 10, 60] {
            _ = try await browser.nextEvent(within: .seconds(seconds))
        }
        #expect(browser.pushes.map(\.state) == [.created, .scanned, .cancelled])
        #expect(try await browser.nextEvent(within: .seconds(1)) == .closed(code: nil))
    }

    @Test func `a watch by poll asks at once, and a refusal is its answer`() async throws {
        let transport = ScriptedTransport([
            opened("a=1"),
            .init(call: "GET \(sl)/attempt", status: 403, body: #"{"error":"csrf"}"#),
            .init(call: "GET \(sl)/attempt", status: 200, body: state("created", 1)),
        ])
        var browser = try browser(transport)
        _ = try await browser.openAttempt()
        let twist = Twist(origin: "https://evil.example")
        #expect(try await browser.watch(by: .poll, twist: twist)?.summary == "403 csrf")
        await #expect(throws: FakePhoneError.notWatching(browser: "laptop")) {
            try await browser.nextEvent(within: .seconds(1))
        }
        #expect(
            try await browser.watch(by: .poll, twist: Twist(variables: ["cookie": "b=2"])) == nil
        )
        let fields = transport.calls.map(\.request.headerFields)
        #expect(fields.map { $0[.origin] } == [sl, "https://evil.example", sl])
        #expect(fields.map { $0[.cookie] } == [nil, "a=1", "b=2"])
    }

    @Test func `a poll that is refused later is nonsense and not a state`() async throws {
        var browser = try browser(
            ScriptedTransport([
                .init(call: "GET \(sl)/attempt", status: 200, body: state("created", 1)),
                .init(
                    call: "GET \(sl)/attempt?after=1&wait=1",
                    status: 403,
                    body: #"{"error":"no_attempt"}"#
                ),
            ])
        )
        #expect(try await browser.watch(by: .poll) == nil)
        _ = try await browser.nextEvent(within: .seconds(1))
        #expect(try await browser.nextEvent(within: .seconds(1)) == .nonsense("403 no_attempt"))
    }

    @Test func `a poll without news rests before it asks again, and ends with patience`()
        async throws
    {
        let script =
            [("", "created", 1)] + [1, 0, 0, 0, 0].map { ("?after=1&wait=\($0)", "created", 1) }
        var browser = try browser(
            ScriptedTransport(
                script.map { query, name, seq in
                    .init(call: "GET \(sl)/attempt\(query)", status: 200, body: state(name, seq))
                }
            )
        )
        #expect(try await browser.watch(by: .poll) == nil)
        _ = try await browser.nextEvent(within: .seconds(1))
        #expect(try await browser.nextEvent(within: .seconds(1)) == nil)
        #expect(time.now == .seconds(1))
    }

    @Test func `cookies that a poll sets are kept, unless it was asked with another's`()
        async throws
    {
        let transport = ScriptedTransport([
            .init(
                call: "GET \(sl)/attempt",
                status: 200,
                fields: [.setCookie: "a=theirs"],
                body: state("created", 1)
            ),
            .init(
                call: "GET \(sl)/attempt",
                status: 200,
                fields: [.setCookie: "a=own"],
                body: state("created", 1)
            ),
        ])
        var browser = try browser(transport)
        _ = try await browser.watch(by: .poll, twist: Twist(variables: ["cookie": "b=2"]))
        #expect(browser.variables["cookie"] == nil)
        _ = try await browser.watch(by: .poll)
        #expect(browser.variables["cookie"] == "a=own")
    }

    @Test func `a browser that watches nothing has nothing to wait for`() async throws {
        var browser = try browser(ScriptedTransport([]))
        await #expect(throws: FakePhoneError.notWatching(browser: "laptop")) {
            try await browser.nextEvent(within: .seconds(1))
        }
    }

    @Test func `every exchange is written down`() async throws {
        let recorder = Recorder()
        var browser = try browser(
            ScriptedTransport([.init(call: "GET \(sl)/session", status: 401, body: "{}")]),
            recorder: recorder
        )
        _ = try await browser.session()
        #expect(
            recorder.exchanges == [
                Exchange(
                    from: "laptop",
                    to: "login-server",
                    what: "GET /session",
                    outcome: "401",
                    milliseconds: 0,
                    details: ["< {}"]
                )
            ]
        )
    }
}
