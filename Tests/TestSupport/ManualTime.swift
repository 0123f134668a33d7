package import LoginDomain
import LoginService
import Synchronization
import WeChatClient

/// A clock that stands still until a test moves it.
///
/// Sleepers wake, in order, when time passes them. A test that wants to move the clock past a sleep
/// first waits until the code has gone to sleep: `sleepers(atLeast:)`.
package final class ManualTime: TimeSource, WeChatClock {
    private let state: Mutex<State>
    private let asleep = Watchpoint()

    private struct State {
        var now: Timestamp
        var nextNumber = 0
        var sleepers: [Sleeper] = []
    }

    private struct Sleeper {
        var number: Int
        var until: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    /// 2026-01-01T00:00:00Z.
    package static let start = Timestamp(milliseconds: 1_767_225_600_000)

    package init(_ start: Timestamp = ManualTime.start) {
        state = Mutex(State(now: start))
    }

    package func now() -> Timestamp {
        state.withLock { $0.now }
    }

    package func milliseconds() -> Int64 {
        now().milliseconds
    }

    package func jitter() -> Double { 0 }

    package func sleep(for wait: Duration) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isAsleep = state.withLock { state in
                    guard !Task.isCancelled else { return false }
                    state.sleepers.append(
                        Sleeper(
                            number: number,
                            until: state.now + wait,
                            continuation: continuation
                        )
                    )
                    return true
                }
                guard isAsleep else {
                    return continuation.resume(throwing: CancellationError())
                }
                asleep.changed()
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.number == number }
                    .map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock and wakes those whose time has come.
    package func advance(by wait: Duration) {
        let due = state.withLock { state in
            state.now = state.now + wait
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due.sorted { $0.until < $1.until }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns once so many are asleep.
    package func sleepers(atLeast count: Int) async {
        await asleep.wait { [self] in state.withLock { $0.sleepers.count } >= count }
    }
}
