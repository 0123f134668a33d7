import MockWeChatWorld
import Testing

@Suite struct MagicValueTests {
    @Test(arguments: [-1, 40029, 40163, 40226, 45011])
    func `a js_code may ask for its refusal`(errcode: Int) {
        var stage = Stage()
        #expect(stage.session(code: "mock.errcode.\(errcode)").errcode == errcode)
        #expect(stage.session(code: "mock.errcode.\(errcode)").text.hasSuffix(", "))
    }

    @Test func `an appid, a scene, an openid and a token may ask for theirs`() {
        var stage = Stage()
        let query = "grant_type=client_credential&appid=mock.errcode.40164&secret=x"
        #expect(stage.call("GET", "/cgi-bin/token?\(query)").errcode == 40164)
        let token = stage.token().token
        #expect(stage.code(#"{"scene":"mock.errcode.45009"}"#, token: token).errcode == 45009)
        let body = #"{"touser":"mock.errcode.43101","template_id":"t","data":{}}"#
        let path = "/cgi-bin/message/subscribe/send"
        #expect(stage.call("POST", "\(path)?access_token=\(token)", body: body).errcode == 43101)
        #expect(stage.refusal(of: "mock.errcode.42001") == 42001)
    }

    @Test func `a js_code may name its person, as often as it is sent`() throws {
        var stage = Stage()
        let real = stage.session(code: try stage.login("bob")).json["openid"]
        for _ in 0..<3 {
            #expect(stage.session(code: "mock.login.bob").json["openid"] == real)
        }
        #expect(stage.session(code: "mock.login.zoe").errcode == 40029)
    }

    @Test(arguments: ["mock.errcode.12345", "mock.errcode.0", "mock.errcode.", "mock.errcode.4x"])
    func `a number without a text is no magic`(code: String) {
        var stage = Stage()
        #expect(stage.session(code: code).errcode == 40029)
        #expect(
            stage.code("{\"scene\":\"\(code)\"}", token: stage.token().token).picture != nil
        )
    }
}
