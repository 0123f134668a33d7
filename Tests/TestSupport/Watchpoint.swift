import Synchronization

/// Lets tests wait until something is so.
///
/// Whoever changes it says `changed()`. A wait ends as well when its task is cancelled, so that a
/// test that has run out of time ends instead of hanging.
package final class Watchpoint: Sendable {
    private let state = Mutex(State())

    private struct State {
        var nextNumber = 0
        var waiters: [Waiter] = []
    }

    private struct Waiter {
        var number: Int
        var isSo: @Sendable () -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    package init() {}

    /// Lets those go whose wait is over.
    ///
    /// Not to be called under a lock that their conditions take.
    package func changed() {
        let ready = state.withLock { state in
            let ready = state.waiters.filter { $0.isSo() }
            state.waiters.removeAll { waiter in ready.contains { $0.number == waiter.number } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Returns once it is so, or when the task is cancelled.
    package func wait(until isSo: @escaping @Sendable () -> Bool) async {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock {
                    $0.waiters.append(
                        Waiter(number: number, isSo: isSo, continuation: continuation)
                    )
                }
                // Registered first: what happens from now on is seen, and what has happened here.
                changed()
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume()
    }
}
