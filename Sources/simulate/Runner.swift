import ArgumentParser
import Foundation
import Simulator
import Synchronization

/// The signal by which somebody wants an end; 0 for none.
///
/// A signal's handler can reach nothing else.
private let stoppedBy = Atomic<Int32>(0)

/// Runs seeds and tells of them.
struct Runner {
    let seed: UInt64
    let plant: Plant?

    /// How many seeds a bug may take (security model, S9).
    static let plantRuns = 10_000

    /// How a run ends, as the exit status that says so.
    enum End: Equatable {
        /// Everything held; with a bug put in, it was found.
        case good
        /// Something was violated; with a bug put in, it was not found.
        case bad
        /// Somebody stopped it before its limit, and until then everything held.
        case stopped(by: Int32)
        /// What it had to say cannot be written (EX_IOERR).
        case unwritten

        var exitStatus: Int32 {
            switch self {
            case .good: 0
            case .bad: 1
            case .stopped(let signal): 128 + signal
            case .unwritten: 74
            }
        }
    }

    /// Whether all that was said has been written.
    private let written = Written()

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
        return try text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let word = line.split(whereSeparator: \.isWhitespace).first, !word.hasPrefix("#")
            else {
                return nil
            }
            guard let seed = UInt64(word) else {
                throw ValidationError("\(path): '\(word)' is no seed.")
            }
            return seed
        }
    }

    /// Runs seeds until one fails, a limit is reached, or somebody stops it; then sums up.
    func run(_ kept: [UInt64], _ limits: Limits, showsCoverage: Bool) -> End {
        let stop: @convention(c) (Int32) -> Void = { signal in
            stoppedBy.store(signal, ordering: .relaxed)
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
        while stoppedBy.load(ordering: .relaxed) == 0 {
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
        let stopper = stoppedBy.load(ordering: .relaxed)
        say([summary(campaign, ContinuousClock.now - start)])
        if stopper != 0 { complain("stopped by signal \(stopper), before its end") }
        if showsCoverage { say(campaign.coverage.lines + ["never reached:"]) }
        if showsCoverage || campaign.runs >= 1000 {
            say(campaign.coverage.missed.map { "  never reached: \($0)" })
        }
        if let failure = campaign.failure { say(Campaign.report(of: failure, plant: plant)) }
        guard (campaign.failure == nil) == (plant == nil) else {
            return end(stopper != 0 && campaign.failure == nil ? .stopped(by: stopper) : .bad)
        }
        return end(stopper != 0 && plant == nil ? .stopped(by: stopper) : .good)
    }

    /// What comes of a run, once nothing more is said.
    private func end(_ end: End) -> End { written.isWhole ? end : .unwritten }

    /// Runs one seed and prints all of it.
    func trace() -> End {
        let simulation = Simulation(seed: seed, plant: plant)
        let result = simulation.run(keepsLines: true)
        say(["seed \(seed)"] + simulation.options.lines.map { "  \($0)" } + result.lines)
        say(result.violations.map(\.line))
        say(["\(result.events) events, trace hash \(String(result.hash, radix: 16))"])
        if let plant, result.violations.isEmpty {
            complain("Nothing is violated by seed \(seed) with \(plant.rawValue).")
        }
        return end(result.violations.isEmpty == (plant == nil) ? .good : .bad)
    }

    /// Runs one seed and writes what it violates as a scenario.
    ///
    /// - Returns: `good` where there is one.
    func write(story path: String) -> End {
        let result = Simulation(seed: seed, plant: plant).run(keepsLines: true)
        say(result.violations.map(\.line))
        guard let story = result.story else {
            complain(
                result.violations.isEmpty
                    ? "Nothing is violated by seed \(seed)." : "Real sockets cannot show this."
            )
            return end(.bad)
        }
        do {
            try story.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            complain("\(path) cannot be written.")
            return .unwritten
        }
        say(["written: \(path)"])
        return end(.good)
    }

    /// Looks for every bug there is, from the first seed on.
    ///
    /// `bounds` are the seeds that each may take; those that have none may take `most`.
    func findPlants(within most: Int, _ bounds: [String: Int]) -> End {
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
        return end(missed.isEmpty ? .good : .bad)
    }

    /// The seeds that each bug may take: third column of the page's table.
    static func bounds(_ path: String) throws -> [String: Int] {
        guard let page = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ValidationError("\(path) cannot be read.")
        }
        var bounds: [String: Int] = [:]
        for line in page.split(whereSeparator: \.isNewline) where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, let most = Int(cells[2]) else { continue }
            bounds[cells[0].replacingOccurrences(of: "`", with: "")] = most
        }
        let missing = Plant.allCases.map(\.rawValue).filter { bounds[$0] == nil }
        guard missing.isEmpty else {
            throw ValidationError(
                "\(path) has no table of bugs with these: \(missing.joined(separator: ", "))."
            )
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
        do {
            try handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        } catch {
            written.fail()
        }
    }
}

/// Whether something that was said could not be written.
private final class Written: Sendable {
    private let hasFailed = Atomic(false)
    var isWhole: Bool { !hasFailed.load(ordering: .relaxed) }
    func fail() { hasFailed.store(true, ordering: .relaxed) }
}
