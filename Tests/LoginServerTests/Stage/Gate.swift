import Synchronization

/// Holds those who pass until a test lets them go.
final class Gate: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// How many may still pass; nil is everybody.
        var passes: Int?
        var held: [CheckedContinuation<Void, Never>] = []
        var observers: [CheckedContinuation<Void, Never>] = []
    }

    /// Lets so many pass and holds the next.
    func close(after passes: Int) {
        state.withLock { $0.passes = passes }
    }

    /// Returns once somebody is held.
    func holdsSomebody() async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if !state.held.isEmpty { return true }
                state.observers.append(continuation)
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    func open() {
        let held = state.withLock { state in
            state.passes = nil
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                guard let passes = state.passes else { return [continuation] }
                guard passes == 0 else {
                    state.passes = passes - 1
                    return [continuation]
                }
                state.held.append(continuation)
                defer { state.observers = [] }
                return state.observers
            }
            for continuation in ready { continuation.resume() }
        }
    }
}
