package import LoginDomain
import Synchronization

/// Who waits for news of which attempt: the table between a commit and the browsers that hear
/// of it.
///
/// One watcher (a WebSocket or an event stream) per attempt, the newest wins; besides, a few long
/// polls. A waiting watcher costs one entry here and no task.
package final class AttemptWatchers: Sendable {
    private let table = Mutex(WatcherTable())

    init() {}

    /// Lets a watcher hear of an attempt from now on.
    ///
    /// The one before it hears `replaced`.
    ///
    /// Register first and read the state after it: then nothing falls between the two, and what
    /// arrives twice is told apart by its seq.
    /// - Returns: a ticket, for `remove`.
    package func add(_ id: AttemptID, _ sink: @escaping WatchSink) -> WatchTicket {
        table.withLock { $0.add(id, sink) }
    }

    /// Lets a long poll hear of the next change, or of being pushed out by newer polls.
    package func addPoll(_ id: AttemptID, _ sink: @escaping WatchSink) -> WatchTicket {
        table.withLock { $0.addPoll(id, sink) }
    }

    /// Forgets a watcher or a poll; does nothing when it is gone already.
    package func remove(_ ticket: WatchTicket) {
        table.withLock { $0.remove(ticket) }
    }

    /// Tells those who wait what has been committed.
    func publish(_ id: AttemptID, _ view: AttemptView) {
        table.withLock { $0.publish(id, .state(view), ended: view.state.hasEnded) }
    }

    /// The login has been collected: the wait is over, and nobody is told more than that (T14).
    func close(_ id: AttemptID) {
        table.withLock { $0.publish(id, .over, ended: true) }
    }

    /// The process is about to end: everybody should come back and find the state in its row, also
    /// those who come from now on.
    package func closeAll() {
        table.withLock { $0.closeAll() }
    }

    /// Whether the process is about to end.
    var isClosed: Bool { table.withLock { $0.isClosed } }

    /// How many watchers there are, without polls.
    package var count: Int {
        table.withLock { $0.watchers.count }
    }

    /// How many polls there are.
    ///
    /// For tests of the table's end.
    var pollCount: Int {
        table.withLock { $0.polls.values.reduce(0) { $0 + $1.count } }
    }
}

/// What a watcher hears.
package enum WatchSignal: Sendable, Equatable {
    /// The attempt moved. A seq that is not above the last one is old news.
    case state(AttemptView)
    /// The same browser watches from elsewhere now; do not come back.
    case replaced
    /// Nothing more will come.
    case over
    /// The server stops; come back.
    case goingAway
}

/// Takes a signal.
///
/// It is called under the table's lock, so that signals keep their order: it must only hand the
/// signal on, to an event loop or a continuation, and never wait or call back.
package typealias WatchSink = @Sendable (WatchSignal) -> Void

/// Names one registration.
package struct WatchTicket: Sendable, Hashable {
    let attempt: AttemptID
    let number: UInt64
}

/// The table itself, a value.
private struct WatcherTable {
    /// More long polls than this on one attempt push the oldest out.
    static let pollsPerAttemptMax = 4

    private(set) var watchers: [AttemptID: Entry] = [:]
    private(set) var polls: [AttemptID: [Entry]] = [:]
    private var lastNumber: UInt64 = 0
    private(set) var isClosed = false

    struct Entry {
        var number: UInt64
        var sink: WatchSink
    }

    mutating func add(_ id: AttemptID, _ sink: @escaping WatchSink) -> WatchTicket {
        let entry = newEntry(sink)
        watchers.updateValue(entry, forKey: id)?.sink(.replaced)
        if isClosed { sink(.goingAway) }
        return WatchTicket(attempt: id, number: entry.number)
    }

    mutating func addPoll(_ id: AttemptID, _ sink: @escaping WatchSink) -> WatchTicket {
        let entry = newEntry(sink)
        polls[id, default: []].append(entry)
        if let waiting = polls[id], waiting.count > Self.pollsPerAttemptMax {
            polls[id]?.removeFirst().sink(.replaced)
        }
        if isClosed { sink(.goingAway) }
        return WatchTicket(attempt: id, number: entry.number)
    }

    mutating func remove(_ ticket: WatchTicket) {
        if watchers[ticket.attempt]?.number == ticket.number {
            watchers[ticket.attempt] = nil
        }
        if var waiting = polls[ticket.attempt] {
            waiting.removeAll { $0.number == ticket.number }
            polls[ticket.attempt] = waiting.isEmpty ? nil : waiting
        }
    }

    mutating func publish(_ id: AttemptID, _ signal: WatchSignal, ended: Bool) {
        watchers[id]?.sink(signal)
        if ended { watchers[id] = nil }
        for poll in polls.removeValue(forKey: id) ?? [] {
            poll.sink(signal)
        }
    }

    mutating func closeAll() {
        isClosed = true
        // In the order in which they came: a dictionary's order would differ from process to process.
        let waiting = Array(watchers.values) + polls.values.joined()
        for entry in waiting.sorted(by: { $0.number < $1.number }) { entry.sink(.goingAway) }
        watchers = [:]
        polls = [:]
    }

    private mutating func newEntry(_ sink: @escaping WatchSink) -> Entry {
        lastNumber += 1
        return Entry(number: lastNumber, sink: sink)
    }
}
