import MockWeChatWorld
import Testing

@Suite struct StableTokenTests {
    @Test func `the same token comes back with the seconds that remain`() {
        var stage = Stage()
        let first = stage.stableToken()
        #expect(first.expiresIn == 7200)
        stage.at(6855)
        let second = stage.stableToken()
        #expect(second.token == first.token)
        #expect(second.expiresIn == 345)
    }

    @Test func `it renews when less than five minutes remain and both work`() {
        var stage = Stage()
        let first = stage.stableToken().token
        stage.at(6900)
        #expect(stage.stableToken().token == first)
        #expect(stage.stableToken().expiresIn == 300)
        stage.at(6900.001)
        let renewed = stage.stableToken()
        #expect(renewed.token != first)
        #expect(renewed.expiresIn == 7200)
        stage.at(7199.999)
        #expect(stage.refusal(of: first) == nil)
        #expect(stage.refusal(of: renewed.token) == nil)
        stage.at(7200)
        #expect(stage.refusal(of: first) == 42001)
    }

    @Test func `a forced refresh kills the old token at once`() {
        var stage = Stage()
        let first = stage.stableToken().token
        let forced = stage.stableToken(force: true).token
        #expect(forced != first)
        #expect(stage.refusal(of: first) == 40001)
        #expect(stage.refusal(of: forced) == nil)
    }

    @Test func `the switch gives a forced refresh an overlap`() {
        var stage = Stage { $0.switches.forcedRefreshOverlapSeconds = 60 }
        let first = stage.stableToken().token
        _ = stage.stableToken(force: true)
        stage.at(59.999)
        #expect(stage.refusal(of: first) == nil)
        stage.at(60)
        #expect(stage.refusal(of: first) == 40001)
    }

    @Test func `forced refreshes closer than thirty seconds do nothing`() {
        var stage = Stage()
        let first = stage.stableToken(force: true).token
        stage.at(29.999)
        #expect(stage.stableToken(force: true).token == first)
        stage.at(30)
        #expect(stage.stableToken(force: true).token != first)
    }

    @Test func `the twenty-first forced refresh of a day does nothing`() {
        var stage = Stage()
        var seen: Set<String> = []
        for index in 0..<20 {
            stage.at(Double(index) * 30)
            seen.insert(stage.stableToken(force: true).token)
        }
        #expect(seen.count == 20)
        stage.at(600)
        #expect(seen.contains(stage.stableToken(force: true).token))
        stage.at(16 * 3600)
        #expect(!seen.contains(stage.stableToken(force: true).token))
    }

    @Test func `plain and stable tokens leave each other alone`() {
        var stage = Stage()
        let plain = stage.token().token
        let stable = stage.stableToken().token
        _ = stage.stableToken(force: true)
        _ = stage.token()
        #expect(stage.refusal(of: plain) == nil)
        #expect(stage.refusal(of: stable) == 40001)
        stage.at(300)
        #expect(stage.refusal(of: plain) == 40001)
    }

    @Test(arguments: [
        ("", 44002),
        ("appid=wx0123456789abcdef", 47001),
        ("[]", 47001),
        (#"{"appid":"wx0123456789abcdef","force_refresh":1}"#, 47001),
        (#"{"appid":"wx0123456789abcdef","extra":1}"#, 47001),
        (#"{"appid":null,"secret":"x"}"#, 41002),
        (#"{"appid":"","secret":""}"#, 41002),
        (#"{"appid":"wx0123456789abcdef"}"#, 41004),
        (#"{"appid":"wxnobody","secret":"x"}"#, 40013),
        (#"{"appid":"wx0123456789abcdef","secret":"x"}"#, 40125),
        (
            #"{"appid":"wx0123456789abcdef","secret":"0123456789abcdef0123456789abcdef"}"#, 40002
        ),
    ])
    func `the stable token call checks in WeChat's order`(body: String, errcode: Int) {
        var stage = Stage()
        #expect(stage.call("POST", "/cgi-bin/stable_token", body: body).errcode == errcode)
    }
}
