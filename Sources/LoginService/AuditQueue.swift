import LoginDomain

/// Entries of the audit log that wait to be written down: refusals, which change no row.
///
/// They are written after their answer has gone, so that a refusal takes the same time whether there
/// is something to write down or not (T39), and a stranger who guesses does not keep the disk busy.
struct AuditQueue: Sendable {
    /// The most that wait; the newest are dropped, and counted.
    static let most = 1000

    private var waiting: [AuditEntry] = []
    private var dropped = 0

    mutating func add(_ entry: AuditEntry) {
        if waiting.count < Self.most { waiting.append(entry) } else { dropped += 1 }
    }

    /// Takes all that wait, and how many there was no room for since the last time.
    mutating func take() -> (entries: [AuditEntry], dropped: Int) {
        defer { (waiting, dropped) = ([], 0) }
        return (waiting, dropped)
    }
}
