import MockWeChatWorld
import Synchronization

/// Keeps the one world under the one lock; this is its only door.
final class WorldKeeper: Sendable {
    private let world: Mutex<World>
    private let wallClock: @Sendable () -> Moment

    init(_ description: WorldDescription, wallClock: @escaping @Sendable () -> Moment) {
        world = Mutex(World(description))
        self.wallClock = wallClock
    }

    /// Lets `body` look at the world and change it.
    ///
    /// - Parameter body: Gets the world and the machine's time.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    func visit<Value: Sendable, Failure: Error>(
        _ body: (inout World, Moment) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try world.withLock { world throws(Failure) in
            // Read under the lock, so that the order of calls is the order of their times.
            try body(&world, wallClock())
        }
    }
}
