import MockWeChatWorld
import Testing

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
