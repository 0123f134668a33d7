import DequeModule

/// Every exchange, the oldest first; the oldest are dropped beyond the limits.
struct Journal: Sendable {
    // Growing by doubling would hold twice the room for a while; untouched room costs nothing.
    private(set) var entries = Deque<JournalEntry>(
        minimumCapacity: WorldLimits.journalEntriesMax + 1
    )
    private var size = 0
    private var lastSequence = 0
    private(set) var dropped = 0

    /// Writes an exchange down under the next number.
    mutating func add(_ entry: (_ sequence: Int) -> JournalEntry) -> Int {
        lastSequence += 1
        let entry = entry(lastSequence)
        entries.append(entry)
        size += entry.size
        while entries.count > WorldLimits.journalEntriesMax || size > WorldLimits.journalBytesMax {
            guard let oldest = entries.popFirst() else { break }
            size -= oldest.size
            dropped += 1
        }
        return lastSequence
    }
}
