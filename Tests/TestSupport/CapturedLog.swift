package import Logging
import Synchronization

/// Keeps everything that is logged, at every level.
package final class CapturedLog: Sendable {
    private let lines = Mutex<[String]>([])

    package init() {}

    /// A logger that writes here.
    package var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(log: self) }
    }

    /// Every line with its metadata.
    package var text: String {
        lines.withLock { $0.joined(separator: "\n") }
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = "\(event.level) \(event.message) \(all)"
            log.lines.withLock { $0.append(line) }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
    }
}
