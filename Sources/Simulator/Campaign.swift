/// Many runs, one after the other, and what they came to.
package struct Campaign {
    package let plant: Plant?
    package private(set) var runs = 0
    package private(set) var logins = 0
    package private(set) var events = 0
    /// Simulated milliseconds.
    package private(set) var milliseconds: Int64 = 0
    package let coverage = Coverage()
    /// The first seed that violated something.
    package private(set) var failure: SimulationResult?
    /// Runs that were made twice.
    package private(set) var repeated = 0

    package init(plant: Plant? = nil) {
        self.plant = plant
    }

    /// Every so many seeds are run twice and must take the same steps.
    package static let repeatEvery = 50

    /// Runs one seed.
    ///
    /// - Returns: whether everything held.
    package mutating func run(seed: UInt64) -> Bool {
        let simulation = Simulation(seed: seed, plant: plant)
        var result = simulation.run()
        runs += 1
        logins += result.logins
        events += result.events
        milliseconds += result.milliseconds
        coverage.add(result.coverage)
        if result.violations.isEmpty, runs % Self.repeatEvery == 0 {
            repeated += 1
            let again = simulation.run()
            if again.hash != result.hash {
                result.violations.append(
                    Violation(
                        invariant: "D",
                        text: "the same seed took other steps",
                        at: result.milliseconds
                    )
                )
            }
        }
        if !result.violations.isEmpty { failure = failure ?? result }
        return result.violations.isEmpty
    }

    /// What a failing run is told by: what was drawn, what did not hold, how it came to that, and how to see
    /// it again.
    package static func report(of result: SimulationResult, plant: Plant?) -> [String] {
        let simulation = Simulation(seed: result.seed, plant: plant)
        let again = simulation.run(keepsLines: true)
        let lines = again.lines
        var report = ["seed \(result.seed)"]
        report += simulation.options.lines.map { "  \($0)" }
        report += result.violations.map(\.line)
        report +=
            ["how it came to that:"] + excerpt(lines, about: result.violations).map { "  \($0)" }
        let plantFlag = simulation.plantFlag
        report.append(
            "again, with the whole trace: simulate --seed \(result.seed) --trace\(plantFlag)"
        )
        let verb = again.story?.contains("\nadversary: ") == true ? "judge" : "run"
        report.append(
            again.story == nil
                ? "no scenario: real sockets cannot show this"
                : "over real sockets: simulate --seed \(result.seed)\(plantFlag) --story story.yaml, then "
                    + "fake-phone \(verb) --start .build/debug story.yaml"
        )
        return report
    }

    /// The most lines of a trace that a report has.
    private static let excerptMax = 60

    /// The lines that speak of what was violated, of those that they speak of, and of nodes.
    private static func excerpt(_ lines: [String], about violations: [Violation]) -> [String] {
        let texts = violations.prefix(1).map(\.text)
        var names = Set(texts.flatMap(Self.names))
        // A scene and its cookie stand together in no line, but their push and scan do at one instant;
        // who asked for them stands in each.
        let actors = lines.filter { line in names.contains { line.contains($0) } }
            .flatMap(Self.names)
        names.formUnion(actors)
        let told = lines.filter { line in
            names.contains { line.contains($0) } || line.contains("  node ")
                || line.contains("backup") || line.contains("faults stop")
        }
        return told.suffix(excerptMax)
    }

    /// The short forms of secrets in a text: six letters that are no word of ours.
    private static func names(in text: String) -> [String] {
        text.split(separator: " ").map(String.init)
            .filter { word in
                word.utf8.count == 6
                    && word.contains { $0.isUppercase || $0.isNumber || $0 == "_" }
                    && word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            }
    }
}
