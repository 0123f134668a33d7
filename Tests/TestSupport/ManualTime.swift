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

    private struct State {
        var now: Timestamp
        var nextNumber = 0
        var sleepers: [Sleeper] = []
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
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
                let woken: [CheckedContinuation<Void, Never>]? = state.withLock { state in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers.append(
                        Sleeper(
                            number: number,
                            until: state.now + wait,
                            continuation: continuation
                        )
                    )
                    return Self.takeObservers(&state)
                }
                guard let woken else {
                    return continuation.resume(throwing: CancellationError())
                }
                for observer in woken { observer.resume() }
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
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    private static func takeObservers(
        _ state: inout State
    ) -> [CheckedContinuation<Void, Never>] {
        let asleep = state.sleepers.count
        let ready = state.observers.filter { $0.count <= asleep }
        state.observers.removeAll { $0.count <= asleep }
        return ready.map(\.continuation)
    }
}
