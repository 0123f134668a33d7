import Synchronization

/// Something that happens at most once, and one task that waits for it.
final class Signal: Sendable {
    private let state = Mutex(State.quiet)

    private enum State {
        /// Nobody waits and nothing has happened. Next: waiting, fired.
        case quiet
        /// One task waits. Next: fired.
        case waiting(CheckedContinuation<Void, Never>)
        /// It has happened, or the wait was given up. The end.
        case fired
    }

    /// It happens.
    ///
    /// The second time changes nothing.
    func fire(_ signal: WatchSignal) {
        fire()
    }

    private func fire() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            switch state {
            case .quiet, .fired: return nil
            case .waiting(let waiter): return waiter
            }
        }
        waiter?.resume()
    }

    /// Returns once it has happened, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    switch state {
                    case .fired:
                        return true
                    case .quiet, .waiting:
                        state = .waiting(continuation)
                        return false
                    }
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            fire()
        }
    }
}
