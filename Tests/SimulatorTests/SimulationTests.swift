import Foundation
import Simulator
import Testing

/// What a seed decides, and that what must hold holds.
///
/// A run takes the thread that it is called on: most are left to the program, and all but a few to
/// `CI/simulate`.
@Suite(.timeLimit(.minutes(10))) struct SimulationTests {
    @Test func `a seed takes the same steps twice, and another one other steps`() {
        let first = Simulation(seed: 3).run(keepsLines: true)
        let second = Simulation(seed: 3).run(keepsLines: true)
        #expect(first.lines == second.lines)
        #expect(first.hash == second.hash)
        #expect(first.events > 100)
        #expect(Simulation(seed: 4).run().hash != first.hash)
    }

    @Test(arguments: [2, 5, 7, 10] as [UInt64])
    func `two processes take the same steps with one seed`(seed: UInt64) async throws {
        let one = try await SimulateProgram.run("--seed", "\(seed)", "--trace")
        let other = try await SimulateProgram.run("--seed", "\(seed)", "--trace")
        #expect(one.status == 0)
        #expect(one.output.contains("trace hash "))
        #expect(one.output == other.output)
    }

    @Test func `seeds of faults and adversaries violate nothing, and reach what they should`()
        async throws
    {
        let ended = try await SimulateProgram.run("--seed", "1", "--runs", "30", "--coverage")
        #expect(ended.status == 0, "\(ended.output)")
        // The run is worth something only where logins succeed and things go wrong.
        for goal in [
            "fault: answer lost: ", "fault: node crashed: ", "fault: store failed after: ",
            "fault: wechat answer lost: ", "confirmed × complete: ", "redeemed × complete: ",
            "refused: sceneUnavailable: ", "adversary: replayer: ", "tokens: ok: ",
            "user info: ok: ", "adversary: impostor: ", "adversary: bad website: ",
        ] {
            #expect(ended.output.contains("\n\(goal)"), "\(goal)")
        }
    }
}
