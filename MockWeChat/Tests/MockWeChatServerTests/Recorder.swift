import Synchronization

/// Collects what came over the wire from inside a closure that may not change what is around it.
final class Recorder: Sendable {
    private let list = Mutex<(bodies: [[UInt8]], heads: [String])>(([], []))

    var all: [[UInt8]] { list.withLock { $0.bodies } }
    var heads: [String] { list.withLock { $0.heads } }

    func add(_ bytes: [UInt8]) {
        list.withLock { $0.bodies.append(bytes) }
    }

    func addHead(_ head: String) {
        list.withLock { $0.heads.append(head) }
    }
}
