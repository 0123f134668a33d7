internal import Synchronization

/// Many scenarios, some of them at the same time, reported as if one after another.
package struct ScenarioBatch: Sendable {
    /// How far a batch is.
    package struct Standing: Sendable, Equatable {
        package var done: Int
        package var total: Int
        /// The names of those that are played now, in the order given.
        package var running: [String]
    }

    private let runner: ScenarioRunner
    private let jobs: Int

    /// Plays with a runner, `jobs` scenarios at once and at least one.
    package init(_ runner: ScenarioRunner, jobs: Int) {
        self.runner = runner
        self.jobs = max(1, jobs)
    }

    /// Plays all of them.
    ///
    /// What cannot be played beside others, because it changes the mock that they share, is
    /// played alone at the end; with servers of its own it needs no such care.
    ///
    /// `report` hears the events of the first scenario, then those of the second, and so on;
    /// `standing` hears each time one begins or ends.
    ///
    /// - Returns: the results in the order of the scenarios.
    package func run(
        _ scenarios: [Scenario],
        report: @escaping @Sendable (RunEvent) -> Void,
        standing: @escaping @Sendable (Standing) -> Void = { _ in }
    ) async -> [ScenarioResult] {
        let desk = ReportDesk(scenarios.map(\.name), report: report, standing: standing)
        let places = Array(scenarios.indices)
        let isShared = { (place: Int) in runner.lender != nil || !scenarios[place].isAlone }
        var results = await play(places.filter(isShared), of: scenarios, at: jobs, desk)
        let alone = await play(places.filter { !isShared($0) }, of: scenarios, at: 1, desk)
        results.merge(alone) { one, _ in one }
        return places.compactMap { results[$0] }
    }

    private func play(
        _ places: [Int],
        of scenarios: [Scenario],
        at jobs: Int,
        _ desk: ReportDesk
    ) async -> [Int: ScenarioResult] {
        await withTaskGroup(of: (Int, ScenarioResult).self) { group in
            var waiting = places[...]
            var results: [Int: ScenarioResult] = [:]
            let begin = { (group: inout TaskGroup<(Int, ScenarioResult)>) in
                guard let place = waiting.popFirst() else { return }
                let scenario = scenarios[place]
                let runner = runner
                group.addTask {
                    desk.begin(place)
                    let result = await runner.run(scenario) { desk.hear($0, of: place) }
                    desk.end(place)
                    return (place, result)
                }
            }
            for _ in 0..<jobs { begin(&group) }
            while let (place, result) = await group.next() {
                results[place] = result
                begin(&group)
            }
            return results
        }
    }
}

/// Puts the events of scenarios that are played at once into their order.
private final class ReportDesk: Sendable {
    private struct Desk {
        /// The scenario whose events are handed on at once.
        var current = 0
        /// What the later ones have said so far.
        var kept: [Int: [RunEvent]] = [:]
        var ended: Set<Int> = []
        var running: Set<Int> = []
    }

    private let desk = Mutex(Desk())
    private let names: [String]
    private let report: @Sendable (RunEvent) -> Void
    private let standing: @Sendable (ScenarioBatch.Standing) -> Void

    init(
        _ names: [String],
        report: @escaping @Sendable (RunEvent) -> Void,
        standing: @escaping @Sendable (ScenarioBatch.Standing) -> Void
    ) {
        self.names = names
        self.report = report
        self.standing = standing
    }

    func begin(_ place: Int) {
        tell { $0.running.insert(place) }
    }

    // The events are handed on under the lock: their order is all this is for.
    func hear(_ event: RunEvent, of place: Int) {
        desk.withLock { desk in
            guard place == desk.current else {
                desk.kept[place, default: []].append(event)
                return
            }
            report(event)
        }
    }

    func end(_ place: Int) {
        tell { desk in
            desk.running.remove(place)
            desk.ended.insert(place)
            while desk.ended.contains(desk.current) {
                desk.current += 1
                for event in desk.kept.removeValue(forKey: desk.current) ?? [] { report(event) }
            }
        }
    }

    private func tell(_ change: (inout Desk) -> Void) {
        let now = desk.withLock { desk in
            change(&desk)
            return ScenarioBatch.Standing(
                done: desk.ended.count,
                total: names.count,
                running: desk.running.sorted().map { names[$0] }
            )
        }
        standing(now)
    }
}
