import LoginDomain
import LoginService
import TestSupport

/// The test's clock for whoever asks the time; whoever sleeps, sleeps until cancelled.
///
/// With it the sweeper does its first turn and never another.
struct StalledTime: TimeSource {
    let time: ManualTime
    /// A clock that nobody moves.
    private let bed = ManualTime()

    init(_ time: ManualTime) {
        self.time = time
    }

    func now() -> Timestamp { time.now() }

    func sleep(for wait: Duration) async throws {
        try await bed.sleep(for: wait)
    }
}
