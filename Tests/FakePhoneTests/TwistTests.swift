import FakePhone
import Foundation
import HTTPTransport
import HTTPTypes
import Testing

struct TwistTests {
    private let sl = "http://127.0.0.1:8080"
    private let wx = "http://127.0.0.1:9090"
    private let time = VirtualTime()

    private func line(_ name: String, _ transport: ScriptedTransport) -> Line {
        Line(name: name, transport: transport, time: time.phoneTime, recorder: Recorder())
    }

    private func phone(_ transport: ScriptedTransport) throws -> FakePhone {
        FakePhone(
            name: "mallory",
            person: "mallory",
            login: try #require(ServerAddress(sl, name: "login-server")),
            weChat: try #require(ServerAddress(wx, name: "mock-wechat")),
            line: line("mallory", transport)
        )
    }

    private func browser(_ transport: ScriptedTransport) throws -> FakeBrowser {
        FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: line("laptop", transport),
            dialer: ModelServers()
        )
    }

    private func body(_ transport: ScriptedTransport, _ place: Int) -> String {
        String(decoding: transport.calls[place].body, as: UTF8.self)
    }

    @Test func `a borrowed scene, nonce and bearer go out in place of one's own`() async throws {
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/mp/confirm", status: 410),
            .init(call: "POST \(sl)/mp/scan", status: 410),
            .init(call: "POST \(sl)/mp/cancel", status: 410),
        ])
        var phone = try phone(transport)
        let twist = Twist(variables: ["scene": "s-1", "nonce": "n-1", "bearer": "b-1"])
        #expect(try await phone.confirm(twist: twist).status == 410)
        #expect(try await phone.openScene(twist: twist).status == 410)
        #expect(try await phone.cancel(twist: twist).status == 410)
        #expect(body(transport, 0) == #"{"nonce":"n-1","scene":"s-1"}"#)
        #expect(body(transport, 1) == #"{"launch":1047,"scene":"s-1"}"#)
        #expect(body(transport, 2) == #"{"nonce":"n-1","scene":"s-1"}"#)
        let bearers = transport.calls.map { $0.request.headerFields[.authorization] }
        #expect(bearers == ["Bearer b-1", "Bearer b-1", "Bearer b-1"])
    }

    @Test func `a borrowed js_code is used without asking WeChat`() async throws {
        let transport = ScriptedTransport([.init(call: "POST \(sl)/mp/session", status: 401)])
        var phone = try phone(transport)
        #expect(try await phone.logIn(twist: Twist(variables: ["js_code": "c-1"])).status == 401)
        #expect(body(transport, 0) == #"{"js_code":"c-1"}"#)
    }

    @Test func `forged members are added to the JSON and replace those of their name`() async throws
    {
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/mp/confirm", status: 422),
            .init(call: "POST \(sl)/attempt/complete", status: 403),
        ])
        let phone = try phone(transport)
        let twist = Twist(
            variables: ["scene": "s-1"],
            forged: ["openid": "o-x", "scene": "other"]
        )
        #expect(try await phone.confirm(twist: twist).status == 422)
        #expect(body(transport, 0) == #"{"nonce":"","openid":"o-x","scene":"other"}"#)
        var browser = try browser(transport)
        let forged = Twist(forged: ["role": "ADMIN"])
        #expect(try await browser.complete(twist: forged).status == 403)
        #expect(body(transport, 1) == #"{"role":"ADMIN"}"#)
        #expect(transport.calls[1].request.headerFields[.contentType] == "application/json")
    }

    @Test func `a borrowed cookie and a foreign origin are for one call only`() async throws {
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/attempt/complete", status: 403),
            .init(call: "POST \(sl)/attempt/complete", status: 403),
        ])
        var browser = try browser(transport)
        let twist = Twist(variables: ["cookie": "a=1"], origin: "https://evil.example")
        #expect(try await browser.complete(twist: twist).status == 403)
        #expect(try await browser.complete().status == 403)
        let fields = transport.calls.map(\.request.headerFields)
        #expect(fields.map { $0[.cookie] } == ["a=1", nil])
        #expect(fields.map { $0[.origin] } == ["https://evil.example", sl])
    }

    @Test func `a request by hand has its variables filled in`() async throws {
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/x?id=s-1", status: 200),
            .init(call: "GET \(sl)/y", status: 200),
        ])
        let raw = RawRequest(
            method: .post,
            path: "/x?id={scene}",
            body: Array(#"{"scene":"{scene}","n":{"a":"{unknown}"}}"#.utf8)
        )
        let twist = Twist(variables: ["scene": "s-1"])
        _ = try await phone(transport).request(raw, twist: twist)
        #expect(body(transport, 0) == #"{"scene":"s-1","n":{"a":"{unknown}"}}"#)
        var fields: HTTPFields = [:]
        fields[.cookie] = "c={scene}"
        var browser = try browser(transport)
        _ = try await browser.request(
            RawRequest(method: .get, path: "/y", fields: fields),
            twist: twist
        )
        #expect(transport.calls[1].request.headerFields[.cookie] == "c=s-1")
    }

    @Test func `the scene of a browser is read from its picture on somebody's phone`() async throws
    {
        let image =
            "data:image/png;base64,"
            + Data(ModelServers.png("whatever")).base64EncodedString()
        let transport = ScriptedTransport([
            .init(
                call: "POST \(sl)/attempt",
                status: 200,
                body: #"{"data":{"image":"\#(image)","expires_in":9}}"#
            ),
            .init(
                call: "POST \(wx)/_mock/phones/mallory/scan?how=camera",
                status: 200,
                body: #"{"appid":"a","path":"p","query":{"scene":"a%2Db"},"scene":1047}"#
            ),
        ])
        var browser = try browser(transport)
        _ = try await browser.openAttempt()
        #expect(browser.variables["scene"] == nil)
        #expect(browser.variables["picture"] == image)
        let weChat = try #require(ServerAddress(wx, name: "mock-wechat"))
        #expect(try await browser.readScene(by: "mallory", at: weChat).isOK)
        #expect(browser.variables["scene"] == "a-b")
    }

    @Test func `calls are kept whole and can be sent again by somebody else`() async throws {
        let recorder = Recorder()
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/mp/confirm", status: 200),
            .init(call: "POST \(sl)/mp/confirm", status: 410),
        ])
        let login = try #require(ServerAddress(sl, name: "login-server"))
        let weChat = try #require(ServerAddress(wx, name: "mock-wechat"))
        let speak = { (name: String) in
            Line(
                name: name,
                transport: transport,
                time: time.phoneTime,
                recorder: recorder
            )
        }
        let alice = FakePhone(
            name: "alice",
            person: "alice",
            login: login,
            weChat: weChat,
            line: speak("alice")
        )
        _ = try await alice.confirm(twist: Twist(variables: ["scene": "s", "bearer": "b"]))
        let calls = recorder.calls(from: "alice", to: login)
        #expect(calls.map(\.path) == ["/mp/confirm"])
        #expect(try await speak("mallory").resend(try #require(calls.first)).status == 410)
        #expect(transport.calls[0].body == transport.calls[1].body)
        #expect(
            transport.calls[0].request.headerFields == transport.calls[1].request.headerFields
        )
    }
}
