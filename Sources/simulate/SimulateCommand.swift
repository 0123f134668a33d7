/// The program `simulate`: reads its arguments, runs seeds, says what came of them.
///
/// Exit status: 0 everything held, 1 something was violated (with `--plant`: the bug was not found),
/// 64 wrong usage, 74 something could not be written, 130 or 143 stopped by a signal.

import ArgumentParser
import Foundation
import Simulator

@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Whole logins on one thread, one clock and one seed, with every fault.",
        discussion: "What it proves, and how: Documentation/Simulator.md."
    )

    @Option(help: "The seed, or the first one; at random where none is given.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("How many seeds.", valueName: "count"))
    var runs: Int?

    @Option(help: ArgumentHelp("Stop after so many seconds.", valueName: "seconds"))
    var seconds: Int?

    @Option(help: ArgumentHelp("Stop after so many completed logins.", valueName: "count"))
    var logins: Int?

    @Option(
        help: ArgumentHelp("Also every seed of this file first, one a line.", valueName: "file")
    )
    var seeds: String?

    @Option(
        help: ArgumentHelp("Put a bug in, and look for a seed that finds it.", valueName: "bug")
    )
    var plant: String?

    @Flag(help: "Look for every bug that can be put in, and print the table.")
    var plants = false

    @Option(
        help: ArgumentHelp(
            "With --plants: each within the seeds that the table of this page states.",
            valueName: "file"
        )
    )
    var page: String?

    @Flag(help: "Print everything that happens in a seed.")
    var trace = false

    @Option(
        help: ArgumentHelp(
            "Run one seed and write what it violates as a scenario of fake-phone's.",
            valueName: "file"
        )
    )
    var story: String?

    @Flag(help: "Print what was reached, and what was not.")
    var coverage = false

    func validate() throws {
        if let plant, Plant(rawValue: plant) == nil {
            let known = Plant.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(plant)' is no bug of ours; there are: \(known).")
        }
        let given = [
            ("--seed", seed != nil), ("--runs", runs != nil), ("--seconds", seconds != nil),
            ("--logins", logins != nil), ("--seeds", seeds != nil), ("--plant", plant != nil),
            ("--plants", plants), ("--page", page != nil), ("--trace", trace),
            ("--story", story != nil), ("--coverage", coverage),
        ]
        // What would be passed over is refused: who asks for it waits for it.
        let modes = [
            ("--plants", plants, ["--plants", "--page", "--runs"]),
            ("--trace", trace, ["--trace", "--seed", "--plant"]),
            ("--story", story != nil, ["--story", "--seed", "--plant"]),
        ]
        for (mode, isChosen, friends) in modes where isChosen {
            for (name, isGiven) in given where isGiven && !friends.contains(name) {
                throw ValidationError("\(mode) and \(name) do not go together.")
            }
        }
        if page != nil, !plants { throw ValidationError("--page goes with --plants.") }
        if story != nil, seed == nil { throw ValidationError("--story needs the --seed to write.") }
        for (name, value) in [("--runs", runs), ("--seconds", seconds), ("--logins", logins)] {
            if let value, value < 1 { throw ValidationError("\(name) must be at least 1.") }
        }
    }

    func run() throws {
        let runner = Runner(
            seed: seed ?? UInt64.random(in: 1...999_999_999),
            plant: plant.flatMap { Plant(rawValue: $0) }
        )
        if plants {
            let bounds = try page.map(Runner.bounds) ?? [:]
            return try finish(runner.findPlants(within: runs ?? Runner.plantRuns, bounds))
        }
        if let story { return try finish(runner.write(story: story)) }
        if trace { return try finish(runner.trace()) }
        let limits = Runner.Limits(
            // Without a limit of another kind, one seed.
            runs: runs ?? (seconds == nil && logins == nil && plant == nil ? 1 : nil),
            seconds: seconds,
            logins: logins
        )
        let kept = try seeds.map(Runner.read) ?? []
        try finish(runner.run(kept, limits, showsCoverage: coverage))
    }

    private func finish(_ end: Runner.End) throws {
        if end == .unwritten {
            let line = "What there was to say could not be written.\n"
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
        }
        if end != .good { throw ExitCode(end.exitStatus) }
    }
}
