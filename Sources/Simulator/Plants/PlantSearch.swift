/// Looks for the seed that shows a bug which was put in.
package struct PlantSearch {
    package let plant: Plant

    package init(plant: Plant) {
        self.plant = plant
    }

    package struct Found: Sendable {
        package var seed: UInt64
        /// How many seeds it took.
        package var runs: Int
        /// The first invariant that fired.
        package var invariant: String
        /// Whether that is one of those that this bug breaks.
        package var isExpected: Bool
    }

    /// - Returns: nil when no seed of the first `most` shows it.
    package func find(within most: Int, from first: UInt64) -> Found? {
        for count in 0..<most {
            let seed = first &+ UInt64(count)
            let result = Simulation(seed: seed, plant: plant).run()
            guard let violation = result.violations.first else { continue }
            return Found(
                seed: seed,
                runs: count + 1,
                invariant: violation.invariant,
                isExpected: plant.invariants.contains(violation.invariant)
            )
        }
        return nil
    }
}
