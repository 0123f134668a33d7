import FakePhone
import HTTPTransport
import HTTPTypes
import Testing

struct FakePhoneTests {
    private let wx = "http://127.0.0.1:9090"
    private let sl = "http://127.0.0.1:8080"
    private let time = VirtualTime()

    private func phone(_ transport: ScriptedTransport) throws -> FakePhone {
        FakePhone(
            name: "alice",
            person: "alice",
            login: try #require(ServerAddress(sl, name: "login-server")),
            weChat: try #require(ServerAddress(wx, name: "mock-wechat")),
            line: Line(
                name: "alice",
                transport: transport,
                time: time.phoneTime,
                recorder: Recorder()
            )
        )
    }

    private func launch(scene: String = "ab%2Dc", number: Int = 1047) -> String {
        """
        {"appid":"wxother","path":"pages/confirm/confirm","query":{"scene":"\(scene)"},
        "scene":\(number),"env_version":"release"}
        """
    }

    private func picture() throws -> Picture {
        try #require(Picture(png: ModelServers.png("whatever")))
    }

    private func scanScript(scene: String = "ab%2Dc") -> [ScriptedTransport.Expected] {
        [
            .init(
                call: "POST \(wx)/_mock/phones/alice/scan?how=camera",
                status: 200,
                body: launch(scene: scene)
            ),
            .init(
                call: "POST \(wx)/_mock/phones/alice/login",
                status: 200,
                body: #"{"code":"the-code","errMsg":"login:ok"}"#
            ),
            .init(
                call: "POST \(sl)/mp/session",
                status: 200,
                body: #"{"code":200,"data":{"token":"the-token","user":{"userid":"u"}},"msg":"ok"}"#
            ),
            .init(
                call: "POST \(sl)/mp/scan",
                status: 200,
                body: #"{"code":200,"data":{"nonce":"the-nonce","expires_in":60},"msg":"ok"}"#
            ),
        ]
    }

    private func body(_ call: HTTPCall) -> String {
        String(decoding: call.body, as: UTF8.self)
    }

    @Test func `a phone reads the scene only from the picture`() async throws {
        let transport = ScriptedTransport(scanScript())
        var phone = try phone(transport)
        let picture = try picture()
        #expect(try await phone.scan(picture).isOK)
        let calls = transport.calls
        #expect(calls[0].body == picture.bytes)
        #expect(body(calls[1]) == #"{"appid":"wxother"}"#)
        #expect(body(calls[2]) == #"{"js_code":"the-code"}"#)
        #expect(body(calls[3]) == #"{"launch":1047,"scene":"ab-c"}"#)
        #expect(calls[3].request.headerFields[.authorization] == "Bearer the-token")
        #expect(transport.isPlayedOut)
    }

    @Test func `the scene is percent-decoded exactly once`() async throws {
        var phone = try phone(ScriptedTransport(scanScript(scene: "a%252Fb")))
        _ = try await phone.scan(try picture())
        #expect(phone.launch?.scene == "a%2Fb")
    }

    @Test func `a confirm comes as late as a person reads and carries the nonce`() async throws {
        let transport = ScriptedTransport(
            scanScript() + [.init(call: "POST \(sl)/mp/confirm", status: 200)]
        )
        var phone = try phone(transport)
        _ = try await phone.scan(try picture())
        #expect(try await phone.confirm().isOK)
        #expect(time.now == .milliseconds(800))
        #expect(body(transport.calls[4]) == #"{"nonce":"the-nonce","scene":"ab-c"}"#)
    }

    @Test func `a second scan needs no second login`() async throws {
        let script = scanScript()
        let transport = ScriptedTransport(
            script + [script[0], .init(call: "POST \(sl)/mp/scan", status: 410)]
        )
        var phone = try phone(transport)
        _ = try await phone.scan(try picture())
        #expect(try await phone.scan(try picture()).status == 410)
    }

    @Test func `a picture without a code ends the scan with WeChat's refusal`() async throws {
        let transport = ScriptedTransport([
            .init(
                call: "POST \(wx)/_mock/phones/alice/scan?how=album",
                status: 422,
                body: #"{"error":"no_code_found"}"#
            )
        ])
        var phone = try phone(transport)
        let reply = try await phone.scan(try picture(), how: .album)
        #expect(reply.summary == "422 no_code_found")
        #expect(transport.isPlayedOut)
    }

    @Test func `a phone that has scanned nothing cannot confirm`() async throws {
        let phone = try phone(ScriptedTransport([]))
        await #expect(throws: FakePhoneError.nothingScanned(phone: "alice")) {
            try await phone.confirm()
        }
    }

    @Test func `launch options without a scene are an answer out of the contract`() async throws {
        var phone = try phone(
            ScriptedTransport([
                .init(
                    call: "POST \(wx)/_mock/phones/alice/scan?how=camera",
                    status: 200,
                    body: #"{"appid":"a","path":"p","query":{},"scene":1011}"#
                )
            ])
        )
        await #expect(
            throws: FakePhoneError.badAnswer(
                from: "mock-wechat",
                "the launch options hold no scene"
            )
        ) { try await phone.scan(try picture()) }
    }

    @Test func `a number is got from WeChat's button and goes to the server as a code`()
        async throws
    {
        let transport = ScriptedTransport([
            .init(
                call: "POST \(wx)/_mock/phones/alice/phone-number",
                status: 200,
                body: #"{"code":"the-number-code","errMsg":"getPhoneNumber:ok"}"#
            ),
            .init(
                call: "POST \(sl)/mp/phone",
                status: 200,
                body: #"{"code":200,"data":{"phone_number":"+*********0001"},"msg":"ok"}"#
            ),
            .init(
                call: "DELETE \(sl)/mp/phone",
                status: 200,
                body: #"{"code":200,"data":null,"msg":"ok"}"#
            ),
        ])
        let phone = try phone(transport)
        var twist = Twist.honest
        twist.variables["bearer"] = "the-token"
        #expect(try await phone.sharePhoneNumber(twist: twist).isOK)
        #expect(try await phone.removePhoneNumber(twist: twist).isOK)
        #expect(transport.isPlayedOut)
        let bodies = transport.calls.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.dropFirst().map { $0 } == [#"{"code":"the-number-code"}"#, ""])
        let bearers = transport.calls.map { $0.request.headerFields[.authorization] }
        #expect(bearers == [nil, "Bearer the-token", "Bearer the-token"])
    }

    @Test func `without a number of WeChat's nothing goes to the server`() async throws {
        let transport = ScriptedTransport([
            .init(
                call: "POST \(wx)/_mock/phones/alice/phone-number",
                status: 404,
                body: #"{"error":"no_such_person","detail":"x"}"#
            )
        ])
        #expect(try await !phone(transport).sharePhoneNumber().isOK)
        #expect(transport.isPlayedOut)
    }
}
