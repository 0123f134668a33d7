import MockWeChatWorld
import Testing

@Suite struct UsageTests {
    @Test func `the cost report tells calls, peaks and what is used of a day`() throws {
        var stage = Stage()
        let token = stage.token().token
        for _ in 0..<3 { _ = stage.code(#"{"scene":"a"}"#, token: token) }
        _ = stage.code(#"{"scene":""}"#, token: token)
        stage.at(60)
        _ = stage.code(#"{"scene":"a"}"#, token: token)
        let costs = stage.world.costsJSON(at: stage.now)["apps"]?[Stage.appid]
        #expect(
            costs?["/wxa/getwxacodeunlimit"] == [
                "calls": 5, "per_minute": ["limit": 5000, "peak": 3],
                "per_day": ["limit": .null, "used": 4],
            ]
        )
        #expect(costs?["/cgi-bin/token"]?["per_day"] == ["limit": 2000, "used": 1])
        #expect(costs?["/sns/jscode2session"] == nil)
    }

    @Test func `logins are reported by the busiest user`() throws {
        var stage = Stage()
        for person in ["alice", "alice", "bob"] {
            _ = stage.session(code: try stage.login(person))
        }
        let costs = stage.world.costsJSON(at: stage.now)["apps"]?[Stage.appid]
        let logins = costs?["/sns/jscode2session"]
        #expect(logins?["per_minute"] == ["limit": 100, "peak": 2])
        #expect(logins?["calls"] == 3)
    }

    @Test func `a call of nobody's costs nobody`() {
        var stage = Stage()
        _ = stage.call("GET", "/cgi-bin/token?appid=wxnobody&secret=x")
        #expect(stage.world.costsJSON(at: stage.now) == ["apps": [Stage.appid: [:]]])
    }

    @Test func `a budget names what was spent beyond it`() throws {
        let budget = try Budget(
            yaml: """
                /cgi-bin/token: { calls: 1 }
                /wxa/getwxacodeunlimit: { calls: 5, per_minute: 2 }
                """
        )
        var stage = Stage()
        let token = stage.token().token
        for _ in 0..<2 { _ = stage.code(#"{"scene":"a"}"#, token: token) }
        #expect(stage.world.overruns(of: budget).isEmpty)
        _ = stage.code(#"{"scene":"a"}"#, token: token)
        _ = stage.token()
        #expect(
            stage.world.overruns(of: budget) == [
                "/cgi-bin/token: 2 calls, the budget has 1",
                "/wxa/getwxacodeunlimit: 3 calls in one minute, the budget has 2",
            ]
        )
    }

    @Test func `a budget is held to across resets, and counts what a fault ate`() throws {
        let budget = try Budget(yaml: "/cgi-bin/token: { calls: 2 }")
        var stage = Stage()
        _ = stage.token()
        stage.world.reset()
        _ = try stage.world.addFault(["endpoint": "*", "errcode": -1])
        _ = stage.token()
        #expect(stage.world.overruns(of: budget).isEmpty)
        _ = stage.call("GET", "/cgi-bin/token?appid=wxnobody")
        #expect(
            stage.world.overruns(of: budget) == ["/cgi-bin/token: 3 calls, the budget has 2"]
        )
    }

    @Test func `a daily limit of logins is an app's, beside the one of a user's minute`() throws {
        var stage = Stage { description in
            let own = QuotaDescription.Own(
                path: "/sns/jscode2session",
                limits: CallLimits(perDay: 2)
            )
            description.apps[0].quotas.calls = [own]
        }
        #expect(stage.session(code: "mock.login.alice").errcode == nil)
        #expect(stage.session(code: "mock.login.bob").errcode == nil)
        #expect(stage.session(code: "mock.login.carol").errcode == 45009)
    }

    @Test(
        arguments: [
            ("", 0, "expected a budget"), ("/cgi-bin/tokens: { calls: 1 }", 1, "expected one of"),
            ("\n/cgi-bin/token: { call: 1 }", 2, "unknown member"),
            ("/cgi-bin/token: {}", 1, "calls or per_minute"),
            ("/cgi-bin/token: { calls: -1 }", 1, "a whole number"),
        ]
    )
    func `a wrong budget is refused with its line`(yaml: String, line: Int, words: String) {
        #expect {
            try Budget(yaml: yaml)
        } throws: { error in
            guard let error = error as? DescriptionError else { return false }
            return (error.place?.line ?? 0) == line && error.detail.contains(words)
        }
    }

    @Test func `ten clears of a quota a month, by Beijing's calendar`() {
        var stage = Stage()
        func clear() -> Int? {
            let token = stage.stableToken().token
            let body = #"{"appid":"\#(Stage.appid)"}"#
            return stage.call("POST", "/cgi-bin/clear_quota?access_token=\(token)", body: body)
                .errcode
        }
        for _ in 0..<10 { #expect(clear() == 0) }
        #expect(clear() == 48006)
        // The start is 08:00 of January 1 in Beijing.
        stage.at(Double(31 * 86_400 - 8 * 3600 - 1))
        #expect(clear() == 48006)
        stage.at(Double(31 * 86_400 - 8 * 3600))
        #expect(clear() == 0)
    }
}
