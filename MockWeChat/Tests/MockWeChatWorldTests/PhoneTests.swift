import MockWeChatWorld
import Testing

@Suite struct PhoneTests {
    @Test func `a phone that sees a code gets launch options`() throws {
        var stage = Stage()
        let body = #"{"scene":"a=1&b","page":"pages/confirm/confirm"}"#
        let text = try #require(stage.code(body, token: stage.token().token).picture?.text)
        #expect(
            try stage.world.scan(person: "alice", way: .camera, texts: [text]) == [
                "appid": .string(Stage.appid),
                "path": "pages/confirm/confirm",
                "query": ["scene": "a%3D1%26b"],
                "scene": 1047,
                "env_version": "release",
            ]
        )
    }

    @Test(arguments: [(ScanWay.camera, 1047), (.longpress, 1048), (.album, 1049)])
    func `the launch number tells how the code was seen`(way: ScanWay, number: Int) throws {
        var stage = Stage()
        let text = try #require(
            stage.code(#"{"scene":"a"}"#, token: stage.token().token).picture?.text
        )
        let options = try stage.world.scan(person: "bob", way: way, texts: [text])
        #expect(options["scene"]?.integer == number)
    }

    @Test func `the largest code of the mock answers and the rest are listed`() throws {
        var stage = Stage()
        let token = stage.token().token
        let first = try #require(stage.code(#"{"scene":"a"}"#, token: token).picture?.text)
        let second = try #require(stage.code(#"{"scene":"b"}"#, token: token).picture?.text)
        let texts = ["https://example.com/", second, first]
        let options = try stage.world.scan(person: "bob", way: .camera, texts: texts)
        #expect(options["query"] == ["scene": "b"])
        #expect(options["others"] == ["https://example.com/", .string(first)])
    }

    @Test func `only members see trial and develop versions`() throws {
        var stage = Stage()
        let body = #"{"scene":"a","env_version":"trial"}"#
        let text = try #require(stage.code(body, token: stage.token().token).picture?.text)
        let options = try stage.world.scan(person: "alice", way: .camera, texts: [text])
        #expect(options["env_version"] == "trial")
        #expect(throws: ControlError.notAMember(person: "bob", appid: Stage.appid)) {
            try stage.world.scan(person: "bob", way: .camera, texts: [text])
        }
    }

    @Test func `a scan that opens nothing says why`() throws {
        let stage = Stage()
        #expect(throws: ControlError.noSuchPerson("zoe")) {
            try stage.world.checkScan(person: "zoe", how: nil)
        }
        #expect(throws: ControlError.badWay("glance")) {
            try stage.world.checkScan(person: "alice", how: "glance")
        }
        #expect(throws: ControlError.noCodeFound("no code at all")) {
            try stage.world.scan(person: "alice", way: .camera, texts: [])
        }
        #expect(throws: ControlError.codeUnknown("abc")) {
            try stage.world.scan(person: "alice", way: .camera, texts: ["http://x/_mock/c/abc"])
        }
    }

    @Test func `wx_login needs a person and a mini-program`() throws {
        var stage = Stage { description in
            var other = description.apps[0]
            other.appid = "wxofficial"
            other.kind = .official
            description.apps.append(other)
        }
        #expect(throws: ControlError.noSuchPerson("zoe")) { try stage.login("zoe") }
        #expect(throws: ControlError.noSuchApp("wxnobody")) {
            try stage.login("alice", appid: "wxnobody")
        }
        #expect(throws: ControlError.notAMiniProgram(appid: "wxofficial")) {
            try stage.login("alice", appid: "wxofficial")
        }
        let json = try stage.world.login(
            person: "alice",
            ["appid": .string(Stage.appid)],
            at: stage.now
        )
        #expect(json.members?.map(\.name) == ["code", "errMsg"])
        #expect(json["errMsg"] == "login:ok")
    }
}
