import MockWeChatWorld
import Testing

@Suite struct FaultTests {
    @Test func `a fault answers with the table's text and comes before every check`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "/sns/jscode2session", "errcode": -1])
        let answer = stage.call("GET", "/sns/jscode2session")
        #expect(answer.errcode == -1)
        #expect(answer.text == "system error, ")
        #expect(stage.token().errcode == nil)
    }

    @Test func `count and after choose the calls that a fault meets`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "*", "errcode": -1, "after": 2, "count": 2])
        let codes = (0..<6).map { _ in stage.token().errcode }
        #expect(codes == [nil, nil, -1, -1, nil, nil])
    }

    @Test func `of several faults the oldest fires`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "*", "errcode": 45011, "count": 1])
        _ = try stage.world.addFault(["endpoint": "/cgi-bin/token", "errcode": -1])
        #expect(stage.token().errcode == 45011)
        #expect(stage.token().errcode == -1)
    }

    @Test func `before leaves the world alone and after lets the call take effect`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "/sns/jscode2session", "errcode": -1, "count": 1])
        let first = try stage.login("alice")
        #expect(stage.session(code: first).errcode == -1)
        #expect(stage.session(code: first).errcode == nil)
        _ = try stage.world.addFault([
            "endpoint": "/sns/jscode2session", "errcode": -1, "count": 1, "effect": "after",
        ])
        let second = try stage.login("alice")
        #expect(stage.session(code: second).errcode == -1)
        #expect(stage.session(code: second).errcode == 40163)
    }

    @Test func `a fault may answer with any status and body`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "*", "status": 502, "body": "<html>"])
        let text = stage.token().response
        #expect(text.status == 502)
        #expect(text.body == .bytes(Array("<html>".utf8)))
        _ = stage.world.removeFaults()
        _ = try stage.world.addFault(["endpoint": "*", "body_base64": "iVBORw=="])
        #expect(stage.token().response.body == .bytes([0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func `errmsg replaces the text and makes unknown numbers possible`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "*", "errcode": 12345, "errmsg": "odd"])
        #expect(stage.token().errcode == 12345)
        #expect(stage.token().errmsg == "odd")
    }

    @Test func `a delay is handed to whoever answers`() throws {
        var stage = Stage()
        _ = try stage.world.addFault(["endpoint": "*", "delay_ms": 250])
        let request = WeChatRequest(method: "GET", target: "/cgi-bin/token")
        let reply = stage.world.answer(request, at: stage.now)
        #expect(reply.delayMilliseconds == 250)
    }

    @Test func `probability rolls the world's dice`() throws {
        func fired(seed: UInt64) throws -> [Bool] {
            var stage = Stage(seed: seed) { $0.apps[0].quotas.tokensPerDay = 1000 }
            _ = try stage.world.addFault([
                "endpoint": "*", "errcode": -1, "probability": .number(0.5),
            ])
            return (0..<200).map { _ in stage.token().errcode == -1 }
        }
        let first = try fired(seed: 3)
        #expect(try fired(seed: 3) == first)
        #expect((60...140).contains(first.filter { $0 }.count))
    }

    @Test(
        arguments: [
            ([:], "endpoint"),
            (["endpoint": "/sns/jscode2sesion", "errcode": -1], "endpoint"),
            (["endpoint": "*"], ""),
            (["endpoint": "*", "errcode": "-1"], "errcode"),
            (["endpoint": "*", "errcode": 12345], "errcode"),
            (["endpoint": "*", "errcode": -1, "status": 500], "status"),
            (["endpoint": "*", "errmsg": "x"], "errmsg"),
            (["endpoint": "*", "status": 99], "status"),
            (["endpoint": "*", "body": "a", "body_base64": "YQ=="], "body_base64"),
            (["endpoint": "*", "body_base64": "%"], "body_base64"),
            (["endpoint": "*", "delay_ms": -1], "delay_ms"),
            (["endpoint": "*", "errcode": -1, "count": 0], "count"),
            (["endpoint": "*", "errcode": -1, "probability": 2], "probability"),
            (["endpoint": "*", "errcode": -1, "effect": "later"], "effect"),
            (["endpoint": "*", "cut": "halfway"], "cut"),
            (["endpoint": "*", "cut": "reset", "errcode": -1], "cut"),
            (["endpoint": "*", "trickle_ms": 0], "trickle_ms"),
            (["endpoint": "*", "trickle_ms": 5, "cut": "reset"], "trickle_ms"),
            (["endpoint": "*", "trickle_ms": 5, "body": "a", "body_bytes": 9], "trickle_ms"),
            (["endpoint": "*", "body_bytes": 9], "body_bytes"),
            (["endpoint": "*", "body": "a", "body_bytes": 0], "body_bytes"),
            (["endpoint": "*", "body": "a", "body_bytes": 9, "cut": "mid_body"], "body_bytes"),
            (["endpoint": "*", "errcode": -1, "colour": 1], "colour"),
        ] as [(JSON, String)]
    )
    func `a wrong fault is refused by the name of its member`(json: JSON, member: String) {
        var stage = Stage()
        #expect {
            try stage.world.addFault(json)
        } throws: { error in
            guard case ControlError.bad(let error) = error else { return false }
            return error.member == member
        }
        #expect(stage.world.faultsJSON == ["faults": []])
    }

    @Test func `faults are listed with how often they fired and can be removed`() throws {
        var stage = Stage()
        #expect(try stage.world.addFault(["endpoint": "*", "errcode": -1]) == ["id": "f1"])
        #expect(try stage.world.addFault(["endpoint": "*", "delay_ms": 1]) == ["id": "f2"])
        _ = stage.token()
        let listed = stage.world.faultsJSON["faults"]?.array
        #expect(
            listed?.first == [
                "id": "f1", "endpoint": "*", "errcode": -1, "matched": 1, "fired": 1,
            ]
        )
        #expect(throws: ControlError.noSuchFault("f9")) { try stage.world.removeFault("f9") }
        #expect(try stage.world.removeFault("f1") == ["deleted": 1])
        #expect(stage.token().errcode == nil)
        #expect(stage.world.removeFaults() == ["deleted": 1])
    }
}
