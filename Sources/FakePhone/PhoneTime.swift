/// Time as the people of a scenario feel it: how late it is, and waiting.
///
/// The program gives the real clock; tests give one that they move themselves.
package struct PhoneTime: Sendable {
    /// The time since a moment that does not matter.
    package var now: @Sendable () -> Duration
    /// Waits; throws `CancellationError` when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// The time of day that a page's script sees, in milliseconds since 1970.
    ///
    /// Counted from the moment that does not matter, unless a program says better.
    package var timeOfDay: @Sendable () -> Int

    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        timeOfDay = { now().milliseconds }
        self.sleep = sleep
    }

    /// The time of a clock.
    package init<C: Clock>(_ clock: C) where C.Duration == Duration {
        let start = clock.now
        self.init(
            now: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) }
        )
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    package var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }

    /// Seconds with one digit: `1.2 s`.
    package var inSeconds: String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
