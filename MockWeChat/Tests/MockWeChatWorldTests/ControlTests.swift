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

@Suite struct PeopleAndAppsTests {
    @Test func `a new person gets a phone number of one's own`() throws {
        var stage = Stage()
        let dave = try stage.world.addPerson(["name": "dave"])
        let erin = try stage.world.addPerson(["name": "erin", "nickname": "E"])
        #expect(dave == ["name": "dave", "nickname": "dave", "phone_number": "13900000004"])
        #expect(erin["phone_number"] == "13900000005")
        #expect(stage.session(code: try stage.login("dave")).errcode == nil)
        #expect(throws: ControlError.alreadyThere("a person dave")) {
            try stage.world.addPerson(["name": "dave"])
        }
    }

    @Test func `a new app works at once and has WeChat's quotas`() throws {
        var stage = Stage()
        let app = try stage.world.addApp(["appid": "wxnew", "secret": "s"])
        #expect(app["quotas"]?["codes_per_minute"] == 5000)
        let query = "grant_type=client_credential&appid=wxnew&secret=s"
        #expect(stage.call("GET", "/cgi-bin/token?\(query)").errcode == nil)
    }

    @Test func `unknown members are refused by name`() {
        var stage = Stage()
        #expect {
            try stage.world.addApp(["appid": "a", "secret": "s", "quotas": ["codes": 1]])
        } throws: { error in
            guard case ControlError.bad(let error) = error else { return false }
            return error.member == "quotas.codes"
        }
    }

    @Test func `the world can be looked at and loaded again`() throws {
        let stage = Stage()
        let text = String(decoding: stage.world.description.json.bytes(), as: UTF8.self)
        #expect(try WorldDescription(yaml: text) == stage.world.description)
    }
}

@Suite struct ClockTests {
    private let real = Moment(seconds: 1_800_000_000)

    @Test func `a real clock goes on and can be moved forward`() throws {
        var world = World(.standard)
        #expect(world.now(real: real) == real)
        _ = try world.changeClock(["advance_seconds": 7200], real: real)
        #expect(world.now(real: real) == real.adding(seconds: 7200))
        #expect(world.now(real: real.adding(seconds: 1)) == real.adding(seconds: 7201))
    }

    @Test func `it never goes back with the machine's clock`() {
        var world = World(.standard)
        #expect(world.now(real: real) == real)
        #expect(world.now(real: real.adding(seconds: -60)) == real)
    }

    @Test func `a frozen clock stands still and can be let go from where it stands`() throws {
        var stage = Stage()
        #expect(stage.world.now(real: real) == Stage.start)
        #expect(stage.world.now(real: real.adding(seconds: 5)) == Stage.start)
        _ = try stage.world.changeClock(["set": "2026-02-01T00:00:00Z"], real: real)
        let february = Moment(seconds: 1_769_904_000)
        #expect(stage.world.now(real: real) == february)
        let answer = try stage.world.changeClock(["mode": "real"], real: real)
        #expect(answer == ["mode": "real", "now": "2026-02-01T00:00:00.000Z"])
        #expect(stage.world.now(real: real.adding(seconds: 3)) == february.adding(seconds: 3))
    }

    @Test(
        arguments: [
            ["advance_seconds": -1],
            ["advance_seconds": 315_360_001],
            ["advance_seconds": "1"],
            ["set": "1999-12-31T23:59:59Z"],
            ["set": "2025-12-31T23:59:59Z"],
            ["set": "2100-01-01T00:00:00Z"],
            ["set": "2026-02-30T00:00:00Z"],
            ["set": "tomorrow"],
            ["mode": "slow"],
            ["advance_seconds": 1, "set": "2027-01-01T00:00:00Z"],
            ["advance_seconds": 1, "mode": "slow"],
            [:],
            [],
        ] as [JSON]
    )
    func `a wrong body changes nothing`(json: JSON) {
        var stage = Stage()
        #expect(throws: ControlError.self) { try stage.world.changeClock(json, real: real) }
        #expect(stage.world.now(real: real) == Stage.start)
    }
}

@Suite struct JournalTests {
    @Test func `an exchange is written down whole`() throws {
        var stage = Stage()
        _ = stage.call("GET", "/cgi-bin/token?appid=wxnobody&secret=s%20t")
        let entry = try #require(try stage.world.journalJSON([])["entries"]?.array?.first)
        #expect(
            entry.members?.map(\.name) == [
                "seq", "at", "endpoint", "method", "query", "request_headers", "request_body",
                "status", "response_headers", "response_body", "errcode", "fault", "duration_ms",
            ]
        )
        #expect(entry["seq"] == 1)
        #expect(entry["at"] == "2026-01-01T00:00:00.000Z")
        #expect(entry["endpoint"] == "/cgi-bin/token")
        #expect(entry["query"] == ["appid": "wxnobody", "secret": "s t"])
        #expect(entry["errcode"] == 40013)
        #expect(entry["fault"] == JSON.null)
    }

    @Test func `a picture is written down by size, digest and width`() throws {
        var stage = Stage()
        let token = stage.token().token
        let request = WeChatRequest(
            method: "POST",
            target: "/wxa/getwxacodeunlimit?access_token=\(token)",
            body: Array(#"{"scene":"a"}"#.utf8)
        )
        let reply = stage.world.answer(request, at: stage.now)
        stage.world.note(DrawnPicture(Array("abc".utf8)), for: reply.sequence)
        let entry = try stage.world.journalJSON([])["entries"]?.array?.last
        #expect(
            entry?["response_body"] == [
                "bytes": 3,
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "width": 430,
            ]
        )
    }

    @Test func `the latest entries of one endpoint can be asked for`() throws {
        var stage = Stage()
        for _ in 0..<3 {
            _ = stage.token()
            _ = stage.stableToken()
        }
        let query = QueryItem.items(of: "endpoint=/cgi-bin/token&limit=2")
        let entries = try stage.world.journalJSON(query)["entries"]?.array
        #expect(entries?.compactMap { $0["seq"]?.integer } == [3, 5])
        #expect(throws: ControlError.self) {
            try stage.world.journalJSON(QueryItem.items(of: "limit=many"))
        }
        #expect(throws: ControlError.self) {
            try stage.world.journalJSON(QueryItem.items(of: "since=1"))
        }
    }

    @Test func `beyond ten thousand entries the oldest are dropped and counted`() throws {
        var stage = Stage()
        for _ in 0..<10_003 { _ = stage.call("GET", "/x") }
        let journal = try stage.world.journalJSON([])
        #expect(journal["dropped"] == 3)
        #expect(journal["entries"]?.array?.count == 10_000)
        #expect(journal["entries"]?.array?.first?["seq"] == 4)
    }

    @Test func `beyond 64 MiB the oldest are dropped and counted`() throws {
        var stage = Stage()
        let body = String(repeating: "x", count: 1 << 20)
        for _ in 0..<70 { _ = stage.call("POST", "/x", body: body) }
        let journal = try stage.world.journalJSON([])
        #expect(journal["dropped"] == 7)
        #expect(journal["entries"]?.array?.count == 63)
    }
}
