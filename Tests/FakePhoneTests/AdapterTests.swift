import FakePhone
import Foundation
import HTTPTransport
import HTTPTypes
import Testing

struct AdapterTests {
    private let sl = "http://127.0.0.1:8080"
    private let wx = "http://127.0.0.1:9090"
    private let time = VirtualTime()

    /// A design of another kind: ids made by the page, refusals under 200, identity in the push.
    private static let other = """
        adapter: 1
        name: other
        success: { json: code, is: 200 }
        guess: "scene-{now_ms}"
        browser:
          open:
            make: { scene: "page-7" }
            method: POST
            path: /code?for={scene}
            json: { scene: "{scene}" }
            take: { picture: data }
          complete: { pushed: userid }
          session: { pushed: userid }
        watch:
          websocket: /ws?clientid={scene}
          message: { always: confirmed, take: { userid: userid } }
        phone:
          login:
            - method: POST
              path: /auth
              json: { code: "{js_code}" }
              take:
                userid: { json: data.id, nothing: 0 }
                openid: data.openid
            - unless: userid
              method: POST
              path: /register
              json: { openid: "{openid}" }
              take: { userid: data.id }
          confirm:
            method: POST
            path: /publish
            json: { clientid: "{scene}", userid: "{userid:int}", role: user }
        """

    private func line(_ name: String, _ transport: ScriptedTransport) -> Line {
        Line(name: name, transport: transport, time: time.phoneTime, recorder: Recorder())
    }

    private func browser(_ transport: ScriptedTransport, _ adapter: Adapter) throws -> FakeBrowser {
        FakeBrowser(
            name: "laptop",
            login: try #require(ServerAddress(sl, name: "login-server")),
            line: line("laptop", transport),
            dialer: ModelServers(),
            adapter: adapter
        )
    }

    private func phone(_ transport: ScriptedTransport, _ adapter: Adapter) throws -> FakePhone {
        FakePhone(
            name: "alice",
            person: "alice",
            login: try #require(ServerAddress(sl, name: "login-server")),
            weChat: try #require(ServerAddress(wx, name: "mock-wechat")),
            line: line("alice", transport),
            adapter: adapter
        )
    }

    private func body(_ transport: ScriptedTransport, _ place: Int) -> String {
        String(decoding: transport.calls[place].body, as: UTF8.self)
    }

    private func error(_ change: (String) -> String) -> String? {
        do {
            _ = try Adapter(yaml: change(Self.other), file: "a.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `the built-in adapter is the file that is shipped`() throws {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Adapters/scan-login.yaml")
        #expect(try String(contentsOf: file, encoding: .utf8) == Adapter.scanLoginText)
        #expect(Adapter.scanLogin.name == "scan-login")
    }

    @Test func `a picture, its scene and a success are where the adapter says`() async throws {
        let adapter = try Adapter(yaml: Self.other, file: "a.yaml")
        let image = "data:image/png;base64,\(Data(ModelServers.png("s")).base64EncodedString())"
        let transport = ScriptedTransport([
            .init(
                call: "POST \(sl)/code?for=page-7",
                status: 200,
                body: #"{"code":200,"data":"\#(image)"}"#
            ),
            .init(call: "POST \(sl)/code?for=page-7", status: 200, body: #"{"code":400}"#),
        ])
        var browser = try browser(transport, adapter)
        #expect(try await browser.openAttempt().isOK)
        #expect(browser.picture?.bytes == ModelServers.png("s"))
        #expect(browser.variables["scene"] == "page-7")
        #expect(body(transport, 0) == #"{"scene":"page-7"}"#)
        let refused = try await browser.openAttempt()
        #expect(!refused.isOK)
        #expect(refused.summary == "200 refused in its body")
    }

    @Test func `a borrowed scene takes the place of one that the page would make`() async throws {
        let adapter = try Adapter(yaml: Self.other, file: "a.yaml")
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/code?for=a%26b", status: 200, body: #"{"code":400}"#)
        ])
        var browser = try browser(transport, adapter)
        _ = try await browser.openAttempt(twist: Twist(variables: ["scene": "a&b"]))
        #expect(body(transport, 0) == #"{"scene":"a&b"}"#)
        #expect(browser.variables["scene"] == "a&b")
    }

    @Test func `an operation of two calls leaves out the one whose variable is known`() async throws
    {
        let adapter = try Adapter(yaml: Self.other, file: "a.yaml")
        let code = ScriptedTransport.Expected(
            call: "POST \(wx)/_mock/phones/alice/login",
            status: 200,
            body: #"{"code":"c"}"#
        )
        let transport = ScriptedTransport([
            code,
            .init(
                call: "POST \(sl)/auth",
                status: 200,
                body: #"{"code":200,"data":{"id":0,"openid":"o"}}"#
            ),
            .init(
                call: "POST \(sl)/register",
                status: 200,
                body: #"{"code":200,"data":{"id":7}}"#
            ),
            code,
            .init(
                call: "POST \(sl)/auth",
                status: 200,
                body: #"{"code":200,"data":{"id":7,"openid":"o"}}"#
            ),
            .init(call: "POST \(sl)/publish", status: 200, body: #"{"code":200}"#),
        ])
        var phone = try phone(transport, adapter)
        #expect(try await phone.logIn().isOK)
        #expect(try await phone.logIn().isOK)
        #expect(phone.session?.user["userid"] == "7")
        let twist = Twist(variables: ["scene": "s"])
        #expect(try await phone.confirm(twist: twist).isOK)
        #expect(body(transport, 5) == #"{"clientid":"s","role":"user","userid":7}"#)
        #expect(transport.isPlayedOut)
    }

    @Test func `a form is sent as forms are, with what is forged in it`() async throws {
        let text = Self.other.replacingOccurrences(
            of: "json: { clientid: \"{scene}\"",
            with: "form: { clientid: \"{scene}\""
        )
        let transport = ScriptedTransport([.init(call: "POST \(sl)/publish", status: 200)])
        let phone = try phone(transport, try Adapter(yaml: text, file: "a.yaml"))
        let twist = Twist(variables: ["scene": "a b&c", "userid": "7"], forged: ["role": "ADMIN"])
        #expect(try await !phone.confirm(twist: twist).isOK)
        #expect(body(transport, 0) == "clientid=a%20b%26c&role=ADMIN&userid=7")
        let type = transport.calls[0].request.headerFields[.contentType]
        #expect(type == "application/x-www-form-urlencoded")
    }

    @Test func `a step that the design does not have is said to be missing`() async throws {
        let adapter = try Adapter(yaml: Self.other, file: "a.yaml")
        var browser = try browser(ScriptedTransport([]), adapter)
        await #expect(throws: FakePhoneError.notInDesign("'logout' of a browser")) {
            try await browser.logout()
        }
        await #expect(throws: FakePhoneError.notInDesign("watch by poll")) {
            try await browser.watch(by: .poll)
        }
        #expect(try await browser.complete().status == 401)
    }

    @Test func `a success without what the adapter takes out of it is an error`() async throws {
        let adapter = try Adapter(yaml: Self.other, file: "a.yaml")
        let transport = ScriptedTransport([
            .init(call: "POST \(sl)/code?for=page-7", status: 200, body: #"{"code":200}"#)
        ])
        var browser = try browser(transport, adapter)
        await #expect(
            throws: FakePhoneError.badAnswer(
                from: "login-server",
                "data is missing, which is the picture"
            )
        ) { try await browser.openAttempt() }
    }

    @Test(arguments: [
        ("adapter: 1", "adapter: 2", "a.yaml:1:10: this program reads adapter version 1, not 2"),
        ("name: other", "nam: other", "a.yaml:1:1: an adapter needs 'name'"),
        (
            "path: /publish", "path: publish",
            "a.yaml:32:11: path must begin with '/', not 'publish'"
        ),
        (
            "always: confirmed", "always: conformed",
            "a.yaml:16:22: always must be one of created, scanned, confirmed, cancelled, expired, "
                + "superseded; not 'conformed'"
        ),
        (
            "take: { picture: data }", "take: { image: data }",
            "a.yaml:6:3: browser.open must take 'picture' out of an answer"
        ),
        (
            "  confirm:", "  konfirm:",
            "a.yaml:30:3: what a phone does must be one of login, scan, confirm, cancel, profile, "
                + "avatar, logins, revoke; not 'konfirm'"
        ),
        (
            "json: { code: \"{js_code}\" }", "fields: { X Code: \"{js_code}\" }",
            "a.yaml:21:17: a field's name must be the name of a header field, not 'X Code'"
        ),
        (
            "path: /publish", "path: /publish it",
            "a.yaml:32:11: path must be of ASCII without blanks or breaks, not '/publish it'"
        ),
        ("  session:", "  logout:", "a.yaml:6:3: browser needs 'session'"),
        ("is: 200", "iz: 200", "a.yaml:3:10: success needs 'is'"),
    ])
    func `an adapter that is wrong says where`(from: String, to: String, says: String) {
        #expect(error { $0.replacingOccurrences(of: from, with: to) } == says)
    }
}
