import Foundation
import Simulator
import Testing

/// Whole runs: what a seed decides, and that what must hold holds.
@Suite(.timeLimit(.minutes(10))) struct SimulationTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a seed takes the same steps twice`(seed: UInt64) {
        let first = Simulation(seed: seed).run(keepsLines: true)
        let second = Simulation(seed: seed).run(keepsLines: true)
        #expect(first.lines == second.lines)
        #expect(first.hash == second.hash)
        #expect(first.events > 100)
    }

    @Test func `other seeds take other steps`() {
        let hashes = (1...6 as ClosedRange<UInt64>).map { Simulation(seed: $0).run().hash }
        #expect(Set(hashes).count == hashes.count)
    }

    @Test(arguments: [3, 10] as [UInt64])
    func `two processes take the same steps with one seed`(seed: UInt64) async throws {
        let one = try await SimulateProgram.run("--seed", "\(seed)", "--trace")
        let other = try await SimulateProgram.run("--seed", "\(seed)", "--trace")
        #expect(one.output == other.output)
        let here = Simulation(seed: seed).run()
        #expect(one.output.contains("trace hash \(String(here.hash, radix: 16))"))
    }

    @Test func `a hundred seeds of faults and adversaries violate nothing`() {
        var campaign = Campaign()
        for seed in 1...100 as ClosedRange<UInt64> {
            guard campaign.run(seed: seed) else { break }
        }
        let report = campaign.failure.map { Campaign.report(of: $0, plant: nil) } ?? []
        #expect(report == [])
        #expect(campaign.repeated == 2)
        // The run is worth something only where logins succeed and things go wrong.
        #expect(campaign.logins > 300)
        let counts = campaign.coverage.counts
        for goal in [
            "fault: answer lost", "fault: node crashed", "fault: store failed after",
            "fault: wechat answer lost", "confirmed × complete", "redeemed × complete",
            "refused: sceneUnavailable", "adversary: replayer",
        ] {
            #expect(counts[goal] ?? 0 > 0, "\(goal)")
        }
    }

    @Test func `the kept seeds violate nothing`() throws {
        let text = try String(
            contentsOf: ProjectFiles.url("Fixtures/Seeds/seeds.txt"),
            encoding: .utf8
        )
        let seeds = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first.flatMap { UInt64($0) } }
        #expect(!seeds.isEmpty)
        for seed in seeds {
            let result = Simulation(seed: seed).run()
            #expect(result.violations == [], "seed \(seed)")
        }
    }
}
