import Foundation
import LoginDomain
import LoginService
import Synchronization
import WeChatClient

/// The real time, for the use cases and for the WeChat client.
///
/// The wall clock is read once, at the start; from then on the monotonic clock, which also counts
/// while the machine sleeps, is added to it. So no lifetime changes when somebody sets the clock,
/// and what rows say still means something after a restart (T13, T42).
struct LiveTime: TimeSource, WeChatClock {
    private let startedAt: Timestamp
    private let start: ContinuousClock.Instant

    init() {
        let seconds = Date().timeIntervalSince1970
        startedAt = Timestamp(milliseconds: Int64(seconds * 1000))
        start = ContinuousClock.now
    }

    func now() -> Timestamp {
        startedAt + (ContinuousClock.now - start)
    }

    func sleep(for wait: Duration) async throws {
        try await ContinuousClock().sleep(for: wait)
    }

    /// The present, for log lines.
    @Sendable func date() -> Date {
        Date(timeIntervalSince1970: Double(now().milliseconds) / 1000)
    }

    func milliseconds() -> Int64 {
        now().milliseconds
    }

    func jitter() -> Double {
        Double.random(in: 0..<1)
    }
}
