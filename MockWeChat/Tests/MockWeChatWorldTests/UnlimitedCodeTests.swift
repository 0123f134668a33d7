import MockWeChatWorld
import Testing

@Suite struct UnlimitedCodeTests {
    @Test func `a code is a picture with the header that the service sends`() throws {
        var stage = Stage()
        let answer = stage.code(#"{"scene":"a=1"}"#, token: stage.token().token)
        let picture = try #require(answer.picture)
        #expect(answer.response.contentType == "image/jpeg")
        #expect(picture.text.hasPrefix("http://127.0.0.1:9090/_mock/c/"))
        #expect(picture.width == 430)
        #expect(!picture.transparent)
    }

    @Test func `the switch changes the header of pictures`() {
        var stage = Stage { $0.switches.imageContentType = "image/png" }
        let answer = stage.code(#"{"scene":"a"}"#, token: stage.token().token)
        #expect(answer.response.contentType == "image/png")
    }

    @Test(arguments: [(0, 280), (279, 280), (280, 280), (600, 600), (1280, 1280), (1281, 1280)])
    func `the width is held between 280 and 1280`(asked: Int, given: Int) {
        var stage = Stage()
        let answer = stage.code(#"{"scene":"a","width":\#(asked)}"#, token: stage.token().token)
        #expect(answer.picture?.width == given)
    }

    @Test(arguments: [
        #"{"r":1,"g":2,"b":3}"#, #"{"r":"1","g":"2","b":"3"}"#, #"{"b":3,"g":"2","r":1}"#,
    ])
    func `the line colour may be numbers or strings`(colour: String) {
        var stage = Stage()
        let body = #"{"scene":"a","line_color":\#(colour),"is_hyaline":true}"#
        let picture = stage.code(body, token: stage.token().token).picture
        #expect(picture?.red == 1)
        #expect(picture?.green == 2)
        #expect(picture?.blue == 3)
        #expect(picture?.transparent == true)
    }

    /// One row: what the body is, and what it answers; nil is a picture.
    @Test(
        arguments: [
            ("", 44002),
            ("scene=a", 47001),
            ("\u{FEFF}{}", 47001),
            ("[]", 47001),
            (#"{"scene":1}"#, 47001),
            (#"{"scene":"a","is_hyaline":1}"#, 47001),
            (#"{"scene":"a","check_path":"true"}"#, 47001),
            (#"{"scene":"a","checkPath":true}"#, 47001),
            (#"{"scene":"a","path":"x"}"#, 47001),
            (#"{"scene":"a","access_token":"x"}"#, 47001),
            (#"{"scene":"a","width":"430"}"#, 47001),
            (#"{"scene":"a","width":430.5}"#, 47001),
            (#"{"scene":"a","line_color":{"r":true}}"#, 47001),
            (#"{"scene":"a","line_color":{"red":1}}"#, 47001),
            (#"{"scene":"a","line_color":"black"}"#, 47001),
            ("{}", 40169),
            (#"{"scene":null}"#, 40169),
            (#"{"scene":""}"#, 40169),
            (#"{"scene":"123456789012345678901234567890123"}"#, 40169),
            (#"{"scene":"12345678901234567890123456789012"}"#, nil),
            (#"{"scene":"a%20b"}"#, 40129),
            (#"{"scene":"码"}"#, 40129),
            (#"{"scene":"!#$&'()*+,/:;=?@-._~"}"#, nil),
            (#"{"scene":"a","env_version":"beta"}"#, 40097),
            (#"{"scene":"a","line_color":{"r":256}}"#, 40097),
            (#"{"scene":"a","page":"pages/none/none"}"#, 41030),
            (#"{"scene":"a","page":"/pages/index/index"}"#, 41030),
            (#"{"scene":"a","page":"pages/index/index?x=1"}"#, 41030),
            (#"{"scene":"a","page":"pages/none/none","check_path":false}"#, nil),
            (#"{"scene":"a","page":"x?scancode_time=1","check_path":false}"#, 85096),
            (#"{"scene":"a","page":""}"#, nil),
            (#"{"scene":"a","page":null,"width":null}"#, nil),
        ] as [(String, Int?)]
    )
    func `a body is judged as WeChat judges it`(body: String, errcode: Int?) {
        var stage = Stage()
        let answer = stage.code(body, token: stage.token().token)
        #expect(answer.errcode == errcode)
        #expect((answer.picture != nil) == (errcode == nil))
    }

    @Test func `the checks before the body come in WeChat's order`() {
        var stage = Stage()
        let path = "/wxa/getwxacodeunlimit"
        #expect(stage.call("GET", path).errcode == 41001)
        #expect(stage.call("GET", "\(path)?access_token=").errcode == 41001)
        #expect(stage.call("GET", "\(path)?access_token=x").errcode == 40001)
        let token = stage.token().token
        let missing = stage.call("GET", "\(path)?access_token=\(token)")
        #expect(missing.errmsg == "require POST method")
        #expect(stage.code("", token: token).text == "empty post data ")
        stage.at(7200)
        #expect(stage.call("GET", "\(path)?access_token=\(token)").errcode == 42001)
    }

    @Test func `a token of an official account is refused after the body and before the quota`() {
        var stage = Stage { description in
            description.apps[0].kind = .official
            description.apps[0].quotas.codesPerMinute = 0
        }
        let token = stage.token().token
        #expect(stage.code(#"{"scene":1}"#, token: token).errcode == 47001)
        #expect(stage.code(#"{"scene":""}"#, token: token).errcode == 48001)
    }

    @Test func `an unreleased app answers by check_path and version`() {
        var stage = Stage { $0.apps[0].released = false }
        let token = stage.token().token
        #expect(stage.code(#"{"scene":"a"}"#, token: token).errcode == 41030)
        #expect(stage.code(#"{"scene":"a","check_path":false}"#, token: token).errcode == 40066)
        let trial = #"{"scene":"a","check_path":false,"env_version":"trial"}"#
        #expect(stage.code(trial, token: token).errcode == nil)
    }

    @Test func `codes are counted by the clock minute and refused ones are not`() {
        var stage = Stage { $0.apps[0].quotas.codesPerMinute = 2 }
        let token = stage.token().token
        stage.at(59)
        for _ in 0..<5 { #expect(stage.code("{}", token: token).errcode == 40169) }
        for _ in 0..<2 { #expect(stage.code(#"{"scene":"a"}"#, token: token).errcode == nil) }
        #expect(stage.code(#"{"scene":"a"}"#, token: token).errcode == 45009)
        // The quota comes before the arguments.
        #expect(stage.code("{}", token: token).errcode == 45009)
        stage.at(60)
        #expect(stage.code(#"{"scene":"a"}"#, token: token).errcode == nil)
    }

    @Test func `an unknown path is answered by its family`() throws {
        var stage = Stage()
        let api = stage.call("GET", "/cgi-bin/nothing")
        let sns = stage.call("GET", "/sns/nothing")
        #expect(api.errcode == 40066)
        #expect(api.response.contentType == "application/json; encoding=utf-8")
        #expect(sns.response.contentType == "text/plain")
        let rid = /rid: [0-7][0-9a-f]{7}-[0-7][0-9a-f]{7}-[0-7][0-9a-f]{7}/
        #expect(api.errmsg.replacing(rid, with: "R") == "invalid url R")
        #expect(sns.errmsg.replacing(rid, with: "R") == "invalid url, R")
        #expect(api.errmsg.contains("rid: 6955b900-"))
    }
}
