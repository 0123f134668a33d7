import Synchronization

/// The waits that a mock asked for, in order; nobody really waits.
final class Waits: Sendable {
    private let list = Mutex<[Duration]>([])

    var all: [Duration] { list.withLock { $0 } }

    func add(_ duration: Duration) {
        list.withLock { $0.append(duration) }
    }
}
