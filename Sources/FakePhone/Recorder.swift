internal import Synchronization

/// Keeps everything that was said, and tells a listener at once.
package final class Recorder: Sendable {
    private let heard = Mutex<[Exchange]>([])
    private let listener: @Sendable (Exchange) -> Void

    package init(_ listener: @escaping @Sendable (Exchange) -> Void = { _ in }) {
        self.listener = listener
    }

    package func record(_ exchange: Exchange) {
        heard.withLock { $0.append(exchange) }
        listener(exchange)
    }

    /// Everything so far, oldest first.
    package var exchanges: [Exchange] { heard.withLock(\.self) }
}
