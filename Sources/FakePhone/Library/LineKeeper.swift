internal import Synchronization

/// Keeps the lines of a transcript while a scenario is played.
final class LineKeeper: Sendable {
    private let lines = Mutex<[String]>([])

    func keep(_ event: RunEvent) {
        let more = Transcript(hasColours: false).lines(for: event)
        lines.withLock { $0 += more }
    }

    var all: [String] { lines.withLock(\.self) }
}
