import Foundation
import Simulator
import Testing

/// A failing seed as a scenario for real sockets. That fake-phone takes them, `CI/simulate` sees.
@Suite(.timeLimit(.minutes(10))) struct StoryTests {
    /// The first seed from 1 on that violates something.
    private func failing(_ plant: Plant) throws -> SimulationResult {
        for seed in 1...UInt64(400) {
            let simulation = Simulation(seed: seed, plant: plant)
            guard !simulation.run().violations.isEmpty else { continue }
            return simulation.run(keepsLines: true)
        }
        throw NotFound()
    }

    private struct NotFound: Error {}

    @Test func `a login that is collected twice is told from its code to its second collection`()
        throws
    {
        let result = try failing(.redeemTwice)
        let story = try #require(result.story)
        let lines = story.split(separator: "\n").map(String.init)
        #expect(lines[1].hasPrefix("# I1 at "))
        #expect(lines[2] == "# simulate --seed \(result.seed) --trace --plant redeem-twice")
        #expect(lines.contains { $0.hasPrefix("adversary: { threat: T14, wants: ") })
        for verb in ["open", "scan", "confirm", "complete"] {
            #expect(lines.contains { $0.hasPrefix("  - ") && $0.hasSuffix(": \(verb)") }, "\(verb)")
        }
        #expect(lines.last == "    expect: { user: nobody }")
        #expect(lines.count { $0.contains("expect:") } == 1)
    }

    @Test func `somebody else's name is told with whose confirm it was`() throws {
        let story = try #require(try failing(.wrongIdentity).story)
        let last = try #require(story.split(separator: "\n").last)
        #expect(last.hasPrefix("    expect: { user: [") && last.hasSuffix("-phone, nobody] }"))
    }

    @Test func `what no exchange shows is no scenario`() throws {
        #expect(try failing(.forcesTokens).story == nil)
        #expect(Simulation(seed: 3).run(keepsLines: true).story == nil)
    }

    @Test func `the program writes the file, and says where there is none`() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("story-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let seed = try failing(.redeemTwice).seed
        let file = "\(folder)/story.yaml"
        let written = try await SimulateProgram.run(
            "--seed",
            "\(seed)",
            "--plant",
            "redeem-twice",
            "--story",
            file
        )
        #expect(written.status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("name: seed-\(seed)"))
        let none = try await SimulateProgram.run("--seed", "3", "--story", "\(folder)/none.yaml")
        #expect(none.status == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/none.yaml"))
    }
}
