import MockWeChatWorld
import Testing

@Suite struct Code2SessionTests {
    @Test func `a js_code has WeChat's shape`() throws {
        var stage = Stage()
        for person in ["alice", "bob", "carol"] {
            let code = Array(try stage.login(person))
            #expect(code.count == 32)
            #expect(code.first == "0")
            #expect(code[3..<7] == code[27..<31])
            #expect(code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
    }

    @Test func `a success has key, openid, unionid in this order and is text/plain`() throws {
        var stage = Stage()
        let answer = stage.session(code: try stage.login("alice"))
        #expect(answer.json.members?.map(\.name) == ["session_key", "openid", "unionid"])
        #expect(answer.response.contentType == "text/plain")
        let key = try #require(answer.json["session_key"]?.string)
        #expect(key.count == 24)
        #expect(key.hasSuffix("=="))
        for name in ["openid", "unionid"] {
            let id = try #require(answer.json[name]?.string)
            #expect(id.wholeMatch(of: /o[A-Za-z0-9_-]{27}/) != nil)
        }
    }

    @Test func `a slash in a session_key is sent escaped`() throws {
        var stage = Stage()
        var seen = false
        for index in 0..<40 {
            stage.at(Double(index) * 400)
            let response = stage.session(code: try stage.login("alice")).response
            guard case .bytes(let bytes) = response.body else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            seen = seen || text.contains(#"\/"#)
            #expect(!text.replacing(#"\/"#, with: "").contains("/"))
        }
        #expect(seen)
    }

    @Test func `an app without an Open Platform account gets no unionid`() throws {
        var stage = Stage { $0.apps[0].openPlatform = false }
        let answer = stage.session(code: try stage.login("alice"))
        #expect(answer.json.members?.map(\.name) == ["session_key", "openid"])
    }

    @Test func `a person may name an openid of one's own`() throws {
        var stage = Stage { $0.people[0].openid = "oNAMED" }
        #expect(stage.session(code: try stage.login("alice")).json["openid"] == "oNAMED")
    }

    @Test func `a person keeps the openid and has another in another app`() throws {
        var stage = Stage { description in
            var other = description.apps[0]
            other.appid = "wxother"
            description.apps.append(other)
        }
        let first = stage.session(code: try stage.login("alice")).json
        let second = stage.session(code: try stage.login("alice")).json
        let foreign = stage.session(
            code: try stage.login("alice", appid: "wxother"),
            appid: "wxother"
        ).json
        #expect(first["openid"] == second["openid"])
        #expect(first["openid"] != foreign["openid"])
        #expect(first["unionid"] == foreign["unionid"])
    }

    @Test func `a second use of a js_code answers 40163`() throws {
        var stage = Stage()
        let code = try stage.login("alice")
        #expect(stage.session(code: code).errcode == nil)
        let second = stage.session(code: code)
        #expect(second.errcode == 40163)
        #expect(second.text == "code been used, ")
        #expect(second.response.contentType == "text/plain")
    }

    @Test(arguments: [(299.999, nil), (300.0, 40029)] as [(Double, Int?)])
    func `a js_code lives five minutes`(seconds: Double, errcode: Int?) throws {
        var stage = Stage()
        let code = try stage.login("alice")
        stage.at(seconds)
        #expect(stage.session(code: code).errcode == errcode)
    }

    @Test func `a js_code of another app is unknown`() throws {
        var stage = Stage { description in
            var other = description.apps[0]
            other.appid = "wxother"
            description.apps.append(other)
        }
        let code = try stage.login("alice", appid: "wxother")
        #expect(stage.session(code: code).errcode == 40029)
        #expect(stage.session(code: code, appid: "wxother").errcode == nil)
    }

    @Test func `a failed exchange does not spend the code`() throws {
        var stage = Stage()
        let code = try stage.login("alice")
        let wrong = "appid=\(Stage.appid)&secret=x&js_code=\(code)&grant_type=authorization_code"
        #expect(stage.call("GET", "/sns/jscode2session?\(wrong)").errcode == 40125)
        #expect(stage.session(code: code).errcode == nil)
    }

    @Test(arguments: [
        ("", 41002, "appid missing, "),
        ("appid=", 41002, "appid missing, "),
        ("appid=wxnobody", 41004, "appsecret missing, "),
        ("appid=wxnobody&secret=x", 41008, "missing code, "),
        ("appid=wxnobody&secret=x&js_code=x", 40013, "invalid appid, "),
        ("appid=wx0123456789abcdef&secret=x&js_code=x", 40125, "invalid appsecret, "),
        (
            "appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=x", 40002,
            "invalid grant_type, "
        ),
        (
            "appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=x"
                + "&grant_type=authorization_code&access_token=ignored", 40029, "invalid code, "
        ),
    ])
    func `the exchange checks in WeChat's order`(query: String, errcode: Int, text: String) {
        var stage = Stage()
        let answer = stage.call("GET", "/sns/jscode2session?\(query)")
        #expect(answer.errcode == errcode)
        #expect(answer.text == text)
    }

    @Test func `a user may exchange so many codes a minute and another user more`() throws {
        var stage = Stage { $0.apps[0].quotas.code2sessionPerUserPerMinute = 2 }
        for _ in 0..<2 { #expect(stage.session(code: try stage.login("alice")).errcode == nil) }
        let code = try stage.login("alice")
        #expect(stage.session(code: code).errcode == 45011)
        #expect(stage.session(code: try stage.login("bob")).errcode == nil)
        stage.at(60)
        #expect(stage.session(code: code).errcode == nil)
    }

    @Test func `logins in quick succession share a session_key and later ones do not`() throws {
        var stage = Stage()
        let first = stage.session(code: try stage.login("alice")).json["session_key"]
        let second = stage.session(code: try stage.login("alice")).json["session_key"]
        stage.at(300)
        let third = stage.session(code: try stage.login("alice")).json["session_key"]
        #expect(first == second)
        #expect(first != third)
    }
}
