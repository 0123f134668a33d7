import ArgumentParser
import Foundation
import Simulator
import Synchronization

/// Whether somebody wants an end: a signal's handler can reach nothing else.
private let isStopped = Atomic(false)

/// Runs seeds and tells of them.
struct Runner {
    let seed: UInt64
    let plant: Plant?

    /// How many seeds a bug may take (security model, S9).
    static let plantRuns = 10_000

    struct Limits {
        var runs: Int?
        var seconds: Int?
        var logins: Int?
    }

    /// The seeds of a file: the first word of each line; the rest says why it is there.
    static func read(_ path: String) throws -> [UInt64] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ValidationError("\(path) cannot be read.")
        }
        return try text.split(separator: "\n").compactMap { line in
            guard let word = line.split(separator: " ").first, !word.hasPrefix("#") else {
                return nil
            }
            guard let seed = UInt64(word) else {
                throw ValidationError("\(path): '\(word)' is no seed.")
            }
            return seed
        }
    }

    /// Runs seeds until one fails, a limit is reached, or somebody stops it; then sums up.
    ///
    /// - Returns: whether everything held; with a bug put in, whether it was found.
    func run(_ kept: [UInt64], _ limits: Limits, showsCoverage: Bool) -> Bool {
        let stop: @convention(c) (Int32) -> Void = { _ in
            isStopped.store(true, ordering: .relaxed)
        }
        signal(SIGINT, stop)
        signal(SIGTERM, stop)
        var campaign = Campaign(plant: plant)
        let start = ContinuousClock.now
        var told = start
        var next = seed
        var waiting = kept[...]
        if limits.runs == 1, kept.isEmpty {
            say(["seed \(seed)"] + Simulation(seed: seed).options.lines.map { "  \($0)" })
        }
        while !isStopped.load(ordering: .relaxed) {
            let now = ContinuousClock.now
            if waiting.isEmpty {
                if let runs = limits.runs, campaign.runs >= runs + kept.count { break }
                if let logins = limits.logins, campaign.logins >= logins { break }
                if let seconds = limits.seconds, now - start >= .seconds(seconds) { break }
                if plant != nil, limits.runs == nil, campaign.runs >= Self.plantRuns { break }
            }
            let isKept = !waiting.isEmpty
            guard campaign.run(seed: waiting.popFirst() ?? next) else { break }
            if !isKept { next &+= 1 }
            if now - told >= .seconds(2) {
                told = now
                complain(summary(campaign, now - start))
            }
        }
        say([summary(campaign, ContinuousClock.now - start)])
        if showsCoverage { say(campaign.coverage.lines + ["never reached:"]) }
        if showsCoverage || campaign.runs >= 1000 {
            say(campaign.coverage.missed.map { "  never reached: \($0)" })
        }
        if let failure = campaign.failure { say(Campaign.report(of: failure, plant: plant)) }
        return (campaign.failure == nil) == (plant == nil)
    }

    /// Runs one seed and prints all of it.
    func trace() -> Bool {
        let simulation = Simulation(seed: seed, plant: plant)
        let result = simulation.run(keepsLines: true)
        say(["seed \(seed)"] + simulation.options.lines.map { "  \($0)" } + result.lines)
        say(result.violations.map(\.line))
        say(["\(result.events) events, trace hash \(String(result.hash, radix: 16))"])
        return result.violations.isEmpty == (plant == nil)
    }

    /// Runs one seed and writes what it violates as a scenario.
    ///
    /// - Returns: whether there is one.
    func write(story path: String) throws -> Bool {
        let result = Simulation(seed: seed, plant: plant).run(keepsLines: true)
        say(result.violations.map(\.line))
        guard let story = result.story else {
            complain(
                result.violations.isEmpty
                    ? "Nothing is violated by seed \(seed)." : "Real sockets cannot show this."
            )
            return false
        }
        do {
            try story.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw ValidationError("\(path) cannot be written.")
        }
        say(["written: \(path)"])
        return true
    }

    /// Looks for every bug there is, from the first seed on.
    ///
    /// `bounds` are the seeds that each may take; those that have none may take `most`.
    func findPlants(within most: Int, _ bounds: [String: Int]) -> Bool {
        var missed: [String] = []
        say(["| bug | what it is | seeds | invariant |", "| --- | --- | ---: | --- |"])
        for plant in Plant.allCases {
            let most = bounds[plant.rawValue] ?? most
            let found = PlantSearch(plant: plant).find(within: most, from: 1)
            let end = found.map { "\($0.runs) | \($0.invariant)" } ?? "not found in \(most) | "
            say(["| `\(plant.rawValue)` | \(plant.words) | \(end) |"])
            if found?.isExpected != true { missed.append(plant.rawValue) }
        }
        say(["\(Plant.allCases.count - missed.count) of \(Plant.allCases.count) bugs found"])
        say(missed.map { "not found, or by another invariant: \($0)" })
        return missed.isEmpty
    }

    /// The seeds that each bug may take: third column of the page's table.
    static func bounds(_ path: String) throws -> [String: Int] {
        guard let page = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read.")
        }
        var bounds: [String: Int] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, let most = Int(cells[2]) else { continue }
            bounds[cells[0].replacingOccurrences(of: "`", with: "")] = most
        }
        return bounds
    }

    private func summary(_ campaign: Campaign, _ time: Duration) -> String {
        let seconds =
            Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let perSecond = { (count: Int) in Int(Double(count) / max(seconds, 0.001)) }
        let simulated = Double(campaign.milliseconds) / 1000
        return "\(campaign.runs) seeds, \(campaign.logins) logins, \(campaign.events) events in "
            + String(format: "%.1f s", seconds)
            + ": \(perSecond(campaign.logins)) logins/s, \(perSecond(campaign.runs)) seeds/s, "
            + String(format: "%.0f simulated s/s, ", simulated / max(seconds, 0.001))
            + "\(campaign.repeated) run twice, "
            + (campaign.failure == nil ? "no violation" : "violated")
    }

    private func say(_ lines: [String]) {
        write(lines, to: .standardOutput)
    }

    private func complain(_ line: String) {
        write([line], to: .standardError)
    }

    private func write(_ lines: [String], to handle: FileHandle) {
        guard !lines.isEmpty else { return }
        try? handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
