/// The program `simulate`: reads its arguments, runs seeds, says what came of them.
///
/// Exit status: 0 everything held, 1 something was violated (with `--plant`: the bug was not found),
/// 64 wrong usage.

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
            guard runner.findPlants(within: runs ?? Runner.plantRuns, bounds) else {
                throw ExitCode(1)
            }
            return
        }
        if let story {
            guard try runner.write(story: story) else { throw ExitCode(1) }
            return
        }
        if trace {
            guard runner.trace() else { throw ExitCode(1) }
            return
        }
        let limits = Runner.Limits(
            // Without a limit of another kind, one seed.
            runs: runs ?? (seconds == nil && logins == nil && plant == nil ? 1 : nil),
            seconds: seconds,
            logins: logins
        )
        let kept = try seeds.map(Runner.read) ?? []
        guard runner.run(kept, limits, showsCoverage: coverage) else { throw ExitCode(1) }
    }
}
