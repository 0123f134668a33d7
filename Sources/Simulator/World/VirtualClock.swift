import Synchronization

/// The simulation's time: whole milliseconds that pass only when nothing else can be done.
///
/// What is due at the same instant happens in an order that the seed decides.
package final class VirtualClock: Sendable {
    private let state: Mutex<State>

    fileprivate struct State {
        var now: Int64 = 0
        var lastNumber = 0
        var dice: SplitMix64
        var heap: [Entry] = []
        /// What is to be done, by the places that entries name; a place is used again once it is free.
        var places: [Place] = []
        var freePlaces: [Int] = []
        var isClosed = false
    }

    /// What is to be done at a moment, until it is done or taken back.
    fileprivate struct Place {
        /// Whose place it is now; 0 when it is free.
        var number = 0
        var deed = Deed.nothing
    }

    fileprivate enum Deed {
        case nothing
        case call(@Sendable () -> Void)
        case wake(UnsafeContinuation<Bool, Never>)
    }

    fileprivate struct Entry: Comparable {
        var at: Int64
        var tie: UInt32
        var timer: Timer

        static func < (left: Entry, right: Entry) -> Bool {
            if left.at != right.at { return left.at < right.at }
            if left.tie != right.tie { return left.tie < right.tie }
            return left.timer.number < right.timer.number
        }
    }

    /// Names what is to be done, for `cancel`.
    package struct Timer: Sendable, Equatable {
        fileprivate var number: Int
        fileprivate var place: Int
    }

    package init(dice: SplitMix64) {
        state = Mutex(State(dice: dice))
    }

    /// Milliseconds since the beginning.
    package var now: Int64 { state.withLock { $0.now } }

    /// Does something at a moment, or at once when that has passed; under no lock.
    ///
    /// - Returns: its name, for `cancel`; nil when the clock is closed and it will never happen.
    @discardableResult
    package func at(_ moment: Int64, _ body: @escaping @Sendable () -> Void) -> Timer? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            return state.plan(.call(body), at: moment)
        }
    }

    /// What was to be done is not done any more.
    ///
    /// - Returns: whether it had not been done.
    @discardableResult
    package func cancel(_ timer: Timer) -> Bool {
        state.withLock { $0.take(timer) != nil }
    }

    /// Returns after `wait` milliseconds; throws when the task is cancelled or the clock is closed.
    package func sleep(_ wait: Int64) async throws {
        let isDue = await nap(wait)
        if !isDue || isClosed { throw CancellationError() }
    }

    /// - Returns: whether it was as long as it should be.
    private func nap(_ wait: Int64) async -> Bool {
        let nap = Nap(clock: self)
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { nap.begin($0, for: wait) }
        } onCancel: {
            nap.end()
        }
    }

    /// Returns after `wait` milliseconds, whether or not the task is cancelled; at once when the clock is
    /// closed.
    func pause(_ wait: Int64) async {
        _ = await withUnsafeContinuation { sleeper in
            if wake(sleeper, after: wait) == nil { sleeper.resume(returning: false) }
        }
    }

    /// Goes on with a continuation after `wait` milliseconds, with true.
    ///
    /// - Returns: how to take that back; nil when the clock is closed and it will never happen.
    fileprivate func wake(
        _ sleeper: UnsafeContinuation<Bool, Never>,
        after wait: Int64
    ) -> Timer? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            return state.plan(.wake(sleeper), at: state.now + max(0, wait))
        }
    }

    /// Wakes a sleeper before its time, with false, if it is still asleep.
    fileprivate func wakeEarly(_ timer: Timer) {
        let deed = state.withLock { $0.take(timer) }
        if case .wake(let sleeper) = deed { sleeper.resume(returning: false) }
    }

    /// Passes time until the next thing that is due, and does it and all else that is due at that
    /// instant: what goes on from there goes on side by side.
    ///
    /// - Returns: false when nothing is due any more.
    package func step() -> Bool {
        // What is planned by what is done now waits for the next step.
        let newest = state.withLock { $0.lastNumber }
        guard let (first, now) = next(where: { _ in true }) else { return false }
        first.perform()
        while let (deed, _) = next(where: { $0.at == now && $0.timer.number <= newest }) {
            deed.perform()
        }
        return true
    }

    /// Takes out what is due next, where it is so; time passes to its moment.
    private func next(where isIt: (Entry) -> Bool) -> (Deed, Int64)? {
        state.withLock { state in
            while let first = state.heap.first, state.isFree(first) || isIt(first) {
                guard let entry = state.pop(), let deed = state.take(entry.timer) else { continue }
                state.now = entry.at
                return (deed, entry.at)
            }
            return nil
        }
    }

    /// From now on nobody sleeps, and who sleeps is woken; what was to be done is done at once.
    package func close() {
        let deeds = state.withLock { state in
            state.isClosed = true
            let timers = state.heap.sorted().map(\.timer)
            state.heap = []
            return timers.compactMap { state.take($0) }
        }
        for deed in deeds { deed.perform() }
    }

    package var isClosed: Bool { state.withLock { $0.isClosed } }
}

extension VirtualClock.Deed {
    fileprivate func perform() {
        switch self {
        case .nothing: break
        case .call(let body): body()
        case .wake(let sleeper): sleeper.resume(returning: true)
        }
    }
}

extension VirtualClock.State {
    /// Lets something be done at a moment, or at once when that has passed.
    fileprivate mutating func plan(
        _ deed: VirtualClock.Deed,
        at moment: Int64
    ) -> VirtualClock.Timer {
        lastNumber += 1
        let place = freePlaces.popLast() ?? places.count
        if place == places.count { places.append(VirtualClock.Place()) }
        places[place] = VirtualClock.Place(number: lastNumber, deed: deed)
        let timer = VirtualClock.Timer(number: lastNumber, place: place)
        let tie = UInt32(truncatingIfNeeded: dice.next())
        push(VirtualClock.Entry(at: max(moment, now), tie: tie, timer: timer))
        return timer
    }

    /// Whether what an entry names was done, or taken back.
    fileprivate func isFree(_ entry: VirtualClock.Entry) -> Bool {
        places[entry.timer.place].number != entry.timer.number
    }

    /// Takes out what was to be done; nil when that was done or taken before.
    fileprivate mutating func take(_ timer: VirtualClock.Timer) -> VirtualClock.Deed? {
        guard places[timer.place].number == timer.number else { return nil }
        var place = VirtualClock.Place()
        swap(&place, &places[timer.place])
        freePlaces.append(timer.place)
        return place.deed
    }

    /// A binary heap, the earliest first.
    fileprivate mutating func push(_ entry: VirtualClock.Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    fileprivate mutating func pop() -> VirtualClock.Entry? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return first
    }
}

/// One sleep, which ends once: by time, by a cancelled task, or by the end of time.
///
/// Whoever takes its timer out of the clock resumes it, and nobody else can.
private final class Nap: Sendable {
    private let clock: VirtualClock
    private let timer = Mutex<VirtualClock.Timer?>(nil)

    init(clock: VirtualClock) {
        self.clock = clock
    }

    func begin(_ sleeper: UnsafeContinuation<Bool, Never>, for wait: Int64) {
        let timer = Task.isCancelled ? nil : clock.wake(sleeper, after: wait)
        guard let timer else { return sleeper.resume(returning: false) }
        self.timer.withLock { $0 = timer }
    }

    /// The task is cancelled.
    func end() {
        if let timer = timer.withLock({ $0 }) { clock.wakeEarly(timer) }
    }
}
