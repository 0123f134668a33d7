internal import Synchronization

/// Keeps everything that was said, and tells a listener at once.
package final class Recorder: Sendable {
    private let heard = Mutex<[Exchange]>([])
    private let sent = Mutex<[SentCall]>([])
    private let listener: @Sendable (Exchange) -> Void

    package init(_ listener: @escaping @Sendable (Exchange) -> Void = { _ in }) {
        self.listener = listener
    }

    package func record(_ exchange: Exchange) {
        heard.withLock { $0.append(exchange) }
        listener(exchange)
    }

    /// Keeps a call as it goes out, with its secrets, for somebody who will send it again.
    package func keep(_ call: SentCall) {
        sent.withLock { $0.append(call) }
    }

    /// The calls that `name` sent to `server` so far, oldest first.
    package func calls(from name: String, to server: ServerAddress) -> [SentCall] {
        sent.withLock { $0.filter { $0.from == name && $0.to == server } }
    }

    /// Everything so far, oldest first.
    package var exchanges: [Exchange] { heard.withLock(\.self) }
}
