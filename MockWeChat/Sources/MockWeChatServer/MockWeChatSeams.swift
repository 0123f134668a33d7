package import MockWeChatWorld

/// What the program or a test plugs into the mock.
package struct MockWeChatSeams: Sendable {
    /// The machine's clock; the world's own clock is built upon it.
    package var wallClock: @Sendable () -> Moment
    /// Waits in real time, for faults with `delay_ms`.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        wallClock: @escaping @Sendable () -> Moment,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.wallClock = wallClock
        self.sleep = sleep
    }
}
