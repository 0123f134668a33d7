/// One seed, one clock, one thread: login servers, WeChat, browsers, phones, adversaries and faults, and
/// what must hold whatever they do.
///
/// Owns: the executor, the clock, the wires and the store that the code under test runs on; the actors;
/// the model that judges (`Model`); the bugs that prove that it judges (`Plant`).
/// Does not own: any rule of a login. The code under test is the real `LoginService`, `WeChatClient` and
/// `MockWeChatWorld`; only their four seams are simulated.
/// Called by: `simulate`.
///
/// Everything that happens is decided by the seed: the same seed gives the same trace, byte for byte, in
/// every process. A new kind of actor is a struct in `Actors/` that uses `SimulatedNetwork`, started in
/// `perform`; its requests are cases of `WireRequest`, and what they mean is said in `Model/`.

import LoginDomain
import Synchronization

/// One run.
package struct Simulation: Sendable {
    package let seed: UInt64
    package let plant: Plant?
    package let options: SwarmOptions
    private let dice: SplitMix64

    package init(seed: UInt64, plant: Plant? = nil) {
        self.seed = seed
        self.plant = plant
        var dice = SplitMix64(seed: seed)
        options = SwarmOptions(using: &dice)
        self.dice = dice
    }

    /// Runs to the end, on this thread.
    package func run(keepsLines: Bool = false) -> SimulationResult {
        let stage = Stage(
            seed: seed,
            options: options,
            plant: plant,
            keepsLines: keepsLines,
            dice: dice
        )
        let director = Director(stage: stage)
        stage.executor.start {
            await director.direct()
            stage.clock.close()
        }
        var ends = true
        repeat {
            ends = stage.executor.runReady()
            if stage.model.hasFailed, !stage.clock.isClosed { stage.clock.close() }
        } while ends && stage.clock.step()
        if !ends || !stage.executor.runReady() {
            // What never ends cannot be waited for: it is left as it is.
            stage.model.violate("L5", "an instant never ends")
        } else if !stage.model.hasFailed {
            if stage.executor.living > 0 {
                stage.model.violate("L5", "\(stage.executor.living) tasks never ended")
            }
            if stage.executor.strays > 0 {
                stage.model.violate("D", "\(stage.executor.strays) jobs ran on other threads")
            }
            stage.model.finish()
        }
        // Dice that fell once more or less anywhere end in another place.
        stage.note("jobs \(stage.executor.jobsRun)", stage.executor.jobsRun)
        stage.note("the end", stage.roll { Int(truncatingIfNeeded: $0.next()) })
        return SimulationResult(
            seed: seed,
            hash: stage.trace.hash,
            events: stage.trace.count,
            milliseconds: stage.clock.now,
            logins: stage.model.logins,
            violations: stage.model.violations,
            lines: stage.trace.lines,
            story: story(stage),
            coverage: stage.coverage
        )
    }
}

extension Simulation {
    /// What a command line of `simulate` says of the bug; empty without one.
    var plantFlag: String { plant.map { " --plant \($0.rawValue)" } ?? "" }

    /// The violation as a scenario, where its last exchange shows it.
    private func story(_ stage: Stage) -> String? {
        let spoken = stage.story.all
        guard let violation = stage.model.violations.first, spoken.last?.at == violation.at else {
            return nil
        }
        return Story(spoken, violation, of: self).text
    }
}

/// What came of a run.
package struct SimulationResult: Sendable {
    package var seed: UInt64
    /// Of the trace.
    package var hash: UInt64
    /// Lines of the trace.
    package var events: Int
    /// Simulated time.
    package var milliseconds: Int64
    /// Logins that were completed.
    package var logins: Int
    package var violations: [Violation]
    /// The trace, where it was kept.
    package var lines: [String]
    /// The violation as a scenario of fake-phone's, where lines were kept and real sockets can show it.
    package var story: String?
    package var coverage: Coverage
}
