internal import Synchronization

/// How many steps of a play have begun, for whoever has to say where it stands.
final class StepCounter: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }

    /// Begins one more; its number, from 1.
    func next() -> Int { number.add(1, ordering: .relaxed).newValue }
}
