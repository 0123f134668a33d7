import MockWeChatWorld
import Testing

@Suite struct JournalExpectationTests {
    private func judge(_ stage: Stage, _ expectation: String) throws -> JSON {
        try stage.world.journalJSON([QueryItem(name: "expect", value: expectation)])
    }

    private func stage() -> Stage {
        var stage = Stage()
        let token = stage.token().token
        _ = stage.code(#"{"scene":"hello","width":300}"#, token: token)
        return stage
    }

    @Test func `an expected call is found by the members that were named`() throws {
        let answer = try judge(
            stage(),
            #"{"endpoint":"/wxa/getwxacodeunlimit","method":"POST","body":{"scene":"hello"}}"#
        )
        #expect(answer == ["met": true, "matched": [2]])
    }

    @Test func `an absent call is explained by the one that comes closest`() throws {
        let answer = try judge(
            stage(),
            #"{"endpoint":"/wxa/getwxacodeunlimit","body":{"scene":"hullo","width":300}}"#
        )
        #expect(answer["met"] == false)
        #expect(answer["why"] == "expected at least one of such calls, the journal has 0")
        #expect(answer["closest"]?["seq"] == 2)
        #expect(
            answer["closest"]?["differences"] == [
                ["where": "body.scene", "expected": "hullo", "seen": "hello"]
            ]
        )
    }

    @Test func `a count is kept to, and nothing may be expected`() throws {
        let token = #"{"endpoint":"/cgi-bin/token","count":2}"#
        #expect(try judge(stage(), token)["why"] == "expected 2 of such calls, the journal has 1")
        let none = #"{"endpoint":"/sns/jscode2session","count":0}"#
        #expect(try judge(stage(), none)["met"] == true)
        let later = #"{"endpoint":"/cgi-bin/token","since":1}"#
        #expect(try judge(stage(), later)["met"] == false)
    }

    @Test(
        arguments: [
            ("{", "expect"), ("{}", "expect.endpoint"),
            (#"{"endpoint":"/x","body":1}"#, "expect.body"),
            (#"{"endpoint":"/x","scene":"a"}"#, "expect.scene"),
            (#"{"endpoint":"/x","count":-1}"#, "expect.count"),
        ]
    )
    func `a wrong expectation is refused by its member`(text: String, member: String) {
        #expect {
            try judge(stage(), text)
        } throws: { error in
            guard case ControlError.bad(let error) = error else { return false }
            return error.member == member
        }
    }

    @Test func `the journal is filtered by app, number, fault and place`() throws {
        var stage = stage()
        _ = try stage.world.addFault(["endpoint": "/cgi-bin/token", "errcode": -1, "count": 1])
        _ = stage.token()
        _ = stage.call("GET", "/cgi-bin/token?appid=wxnobody&secret=x")
        func numbers(_ query: String) throws -> [Int] {
            let json = try stage.world.journalJSON(QueryItem.items(of: query))
            return json["entries"]?.array?.compactMap { $0["seq"]?.integer } ?? []
        }
        #expect(try numbers("appid=\(Stage.appid)") == [1, 2])
        #expect(try numbers("errcode=-1") == [3])
        #expect(try numbers("errcode=0") == [1, 2])
        #expect(try numbers("fault=f1") == [3])
        #expect(try numbers("method=post") == [2])
        #expect(try numbers("since=2") == [3, 4])
    }
}
