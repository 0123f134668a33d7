import Synchronization

/// Collects bytes from inside a closure that may not change what is around it.
final class Recorder: Sendable {
    private let list = Mutex<[[UInt8]]>([])

    var all: [[UInt8]] { list.withLock { $0 } }

    func add(_ bytes: [UInt8]) {
        list.withLock { $0.append(bytes) }
    }
}
