internal import Synchronization

/// Events from a connection, kept until somebody asks for them.
///
/// One reader at a time. Once closed, every further question is answered with the closing.
package final class WatchInbox: Sendable {
    private struct Box {
        var events: [WatchEvent] = []
        var ending: WatchEvent?
        var reader: CheckedContinuation<WatchEvent?, Never>?
        /// Set when the reader was cancelled before it could be stored.
        var isReaderGone = false
    }

    private let box = Mutex(Box())
    private let time: PhoneTime

    package init(time: PhoneTime) {
        self.time = time
    }

    /// Adds an event, or hands it straight to the reader.
    ///
    /// After a closing nothing is added.
    package func put(_ event: WatchEvent) {
        let reader = box.withLock { box -> CheckedContinuation<WatchEvent?, Never>? in
            guard box.ending == nil else { return nil }
            if case .closed = event { box.ending = event }
            if let reader = box.reader {
                box.reader = nil
                return reader
            }
            if box.ending == nil { box.events.append(event) }
            return nil
        }
        reader?.resume(returning: event)
    }

    /// The next event; nil when none came in time.
    package func next(within patience: Duration) async -> WatchEvent? {
        // What is here already costs no waiting.
        if let event = takeNow() { return event }
        let time = time
        return await withTaskGroup(of: WatchEvent?.self) { group in
            group.addTask { await self.next() }
            group.addTask {
                try? await time.sleep(patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            // An event that came in the same moment as the end of patience is not lost.
            let second = await group.next() ?? nil
            return first ?? second
        }
    }

    private func takeNow() -> WatchEvent? {
        box.withLock { box in box.events.isEmpty ? box.ending : box.events.removeFirst() }
    }

    /// The next event; nil when the task was cancelled first.
    private func next() async -> WatchEvent? {
        box.withLock { $0.isReaderGone = false }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let answer = box.withLock { box -> WatchEvent?? in
                    if !box.events.isEmpty { return box.events.removeFirst() }
                    if let ending = box.ending { return ending }
                    if box.isReaderGone { return .some(nil) }
                    box.reader = reader
                    return nil
                }
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            let reader = box.withLock { box in
                let reader = box.reader
                box.reader = nil
                box.isReaderGone = true
                return reader
            }
            reader?.resume(returning: nil)
        }
    }
}
