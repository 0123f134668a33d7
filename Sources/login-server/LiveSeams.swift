import Foundation
import LoginDomain
import LoginService
import LoginStoreSQLite
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

    /// Starts at a moment: where rows are that are a little younger than the wall clock, it goes on
    /// from them (T42).
    ///
    /// `instant` is when it was that moment: what was done since then has taken its time, and a server
    /// that opened a large database for seconds would be late by them for as long as it runs.
    init(
        at moment: Timestamp = ClockReading.live().now,
        since instant: ContinuousClock.Instant = ContinuousClock.now
    ) {
        startedAt = moment
        start = instant
    }

    func now() -> Timestamp {
        startedAt + (ContinuousClock.now - start)
    }

    func sleep(for wait: Duration) async throws {
        try await ContinuousClock().sleep(for: wait)
    }

    func milliseconds() -> Int64 {
        now().milliseconds
    }

    func jitter() -> Double {
        Double.random(in: 0..<1)
    }
}

extension ClockReading {
    /// The machine's clocks.
    static func live() -> ClockReading {
        let wall = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        // Counts while the machine sleeps too, as ContinuousClock does.
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return ClockReading(
            now: wall,
            boot: boot?.trimmingCharacters(in: .whitespacesAndNewlines),
            sinceBoot: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        )
    }
}
