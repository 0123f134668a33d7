import MockWeChatWorld
import Testing

@Suite struct TokenTests {
    @Test func `a token has WeChat's shape and its body has no errcode`() throws {
        var stage = Stage()
        let answer = stage.token()
        #expect(answer.json.members?.map(\.name) == ["access_token", "expires_in"])
        #expect(answer.expiresIn == 7200)
        #expect(answer.token.count == 156)
        #expect(answer.token.wholeMatch(of: /[0-9]+_[A-Za-z0-9_-]{153}/) != nil)
        #expect(answer.response.contentType == "application/json; encoding=utf-8")
    }

    @Test(
        arguments: [
            (7199.999, nil), (7200.0, 42001), (9999.0, 42001),
        ] as [(Double, Int?)]
    )
    func `a token dies after exactly two hours`(seconds: Double, errcode: Int?) {
        var stage = Stage()
        let token = stage.token().token
        stage.at(seconds)
        #expect(stage.refusal(of: token) == errcode)
    }

    @Test(
        arguments: [
            (100.0, nil), (399.999, nil), (400.0, 40001), (7200.0, 40001),
        ] as [(Double, Int?)]
    )
    func `an older token works five minutes beside the new one`(seconds: Double, errcode: Int?) {
        var stage = Stage()
        let old = stage.token().token
        stage.at(100)
        let new = stage.token().token
        #expect(old != new)
        stage.at(seconds)
        #expect(stage.refusal(of: old) == errcode)
        #expect(stage.refusal(of: new) == nil)
    }

    @Test func `an older token that ends inside the overlap is expired and not invalid`() {
        var stage = Stage()
        let old = stage.token().token
        stage.at(7100)
        _ = stage.token()
        stage.at(7200)
        #expect(stage.refusal(of: old) == 42001)
    }

    @Test(arguments: [
        ("?", 41002, "appid missing "),
        ("?secret=x", 41002, "appid missing "),
        ("?appid=wx0123456789abcdef", 41004, "appsecret missing "),
        ("?appid=wxnobody&secret=x", 40013, "invalid appid "),
        ("?appid=wx0123456789abcdef&secret=x", 40125, "invalid appsecret "),
        (
            "?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef", 40002,
            "invalid grant_type "
        ),
    ])
    func `the token call checks in WeChat's order`(query: String, errcode: Int, text: String) {
        var stage = Stage()
        let answer = stage.call("GET", "/cgi-bin/token\(query)")
        #expect(answer.errcode == errcode)
        #expect(answer.text == text)
        #expect(answer.response.status == 200)
    }

    @Test func `the token call is a GET`() {
        var stage = Stage()
        #expect(stage.call("POST", "/cgi-bin/token").errcode == 43001)
        #expect(stage.call("GET", "/cgi-bin/stable_token").errmsg == "require POST method")
    }

    @Test func `a frozen secret gives no token`() {
        var stage = Stage { $0.apps[0].secretFrozen = true }
        #expect(stage.token().errcode == 40243)
        #expect(stage.stableToken().errcode == 40243)
    }

    @Test func `a caller outside the allow list is told both notations of the address`() {
        var stage = Stage { $0.apps[0].ipAllowList = ["203.0.113.1"] }
        let refused = stage.token(from: "203.0.113.9")
        #expect(refused.errcode == 40164)
        #expect(refused.text == "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist ")
        #expect(stage.token(from: "203.0.113.1").errcode == nil)
    }

    @Test func `tokens are counted by the day in Beijing and refused calls are not`() {
        var stage = Stage { $0.apps[0].quotas.tokensPerDay = 2 }
        for _ in 0..<5 { #expect(stage.token(secret: "wrong").errcode == 40125) }
        #expect(stage.token().errcode == nil)
        #expect(stage.token().errcode == nil)
        #expect(stage.token().errcode == 45009)
        // The stage opens at 08:00 in Beijing, sixteen hours before midnight.
        stage.at(16 * 3600 - 0.001)
        #expect(stage.token().errcode == 45009)
        stage.at(16 * 3600)
        #expect(stage.token().errcode == nil)
    }
}
