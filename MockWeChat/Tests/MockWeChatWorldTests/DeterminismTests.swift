import MockWeChatWorld
import Testing

@Suite struct DeterminismTests {
    @Test func `the same seed and the same calls give the same answers`() throws {
        #expect(try transcript(seed: 7) == transcript(seed: 7))
    }

    @Test func `another seed gives other answers`() throws {
        #expect(try transcript(seed: 7) != transcript(seed: 8))
    }

    @Test func `a reset brings the world back to its start`() throws {
        var stage = Stage()
        let first = try run(&stage)
        _ = try stage.world.addPerson(["name": "dave"])
        _ = try stage.world.addFault(["endpoint": "*", "errcode": -1])
        stage.world.reset()
        #expect(try run(&stage) == first)
        #expect(stage.world.description.people.count == 4)
    }

    @Test func `an openid does not depend on what happened before`() throws {
        var stage = Stage()
        let first = stage.session(code: try stage.login("alice")).json["openid"]
        var other = Stage()
        for _ in 0..<10 { _ = other.token() }
        _ = other.session(code: try other.login("bob"))
        #expect(other.session(code: try other.login("alice")).json["openid"] == first)
    }

    private func transcript(seed: UInt64) throws -> [WeChatResponse] {
        var stage = Stage(seed: seed)
        return try run(&stage)
    }

    private func run(_ stage: inout Stage) throws -> [WeChatResponse] {
        var answers = [stage.token(), stage.stableToken()]
        answers.append(stage.code(#"{"scene":"a"}"#, token: answers[0].token))
        let code = try stage.login("alice")
        answers.append(stage.session(code: code))
        answers.append(stage.session(code: code))
        answers.append(stage.call("GET", "/nothing"))
        return answers.map(\.response)
    }
}
