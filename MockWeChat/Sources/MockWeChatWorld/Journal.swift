import DequeModule

/// Every exchange, the oldest first; the oldest are dropped beyond the limits.
struct Journal: Sendable {
    private var entries: Deque<JournalEntry> = []
    private var size = 0
    private var lastSequence = 0
    private(set) var dropped = 0

    mutating func add(
        at now: Moment,
        request: WeChatRequest,
        response: WeChatResponse,
        fault: Fault?
    ) -> Int {
        lastSequence += 1
        let entry = JournalEntry(
            sequence: lastSequence,
            at: now,
            request: request,
            response: response,
            fault: fault?.id,
            delayMilliseconds: fault?.delayMilliseconds ?? 0
        )
        entries.append(entry)
        size += entry.size
        while entries.count > WorldLimits.journalEntriesMax || size > WorldLimits.journalBytesMax {
            guard let oldest = entries.popFirst() else { break }
            size -= oldest.size
            dropped += 1
        }
        return lastSequence
    }

    /// Notes the picture that was drawn for an exchange, if it is still here.
    mutating func note(_ picture: DrawnPicture, for sequence: Int) {
        guard let first = entries.first else { return }
        let index = sequence - first.sequence
        guard entries.indices.contains(index) else { return }
        entries[index].picture = picture
    }

    /// The latest entries of one endpoint or of all, the oldest first.
    func json(endpoint: String?, limit: Int) -> JSON {
        let matching = entries.filter { endpoint == nil || $0.request.path == endpoint }
        return [
            "entries": .array(matching.suffix(limit).map(\.json)),
            "dropped": .integer(dropped),
        ]
    }
}
