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
        /// Looked up by number and never walked.
        var bodies: [Int: @Sendable () -> Void] = [:]
        var isClosed = false
    }

    fileprivate struct Entry: Comparable {
        var at: Int64
        var tie: UInt32
        var number: Int

        static func < (left: Entry, right: Entry) -> Bool {
            (left.at, left.tie, left.number) < (right.at, right.tie, right.number)
        }
    }

    package init(dice: SplitMix64) {
        state = Mutex(State(dice: dice))
    }

    /// Milliseconds since the beginning.
    package var now: Int64 { state.withLock { $0.now } }

    /// Does something at a moment, or at once when that has passed; under no lock.
    ///
    /// - Returns: a number, for `cancel`; nil when the clock is closed and it will never happen.
    @discardableResult
    package func at(_ moment: Int64, _ body: @escaping @Sendable () -> Void) -> Int? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            state.lastNumber += 1
            let tie = UInt32(truncatingIfNeeded: state.dice.next())
            let entry = Entry(
                at: max(moment, state.now),
                tie: tie,
                number: state.lastNumber
            )
            state.push(entry)
            state.bodies[entry.number] = body
            return entry.number
        }
    }

    /// What was to be done is not done any more.
    ///
    /// - Returns: whether it had not been done.
    @discardableResult
    package func cancel(_ number: Int) -> Bool {
        state.withLock { $0.bodies.removeValue(forKey: number) != nil }
    }

    /// Returns after `wait` milliseconds; throws when the task is cancelled or the clock is closed.
    package func sleep(_ wait: Int64) async throws {
        let nap = Nap(clock: self)
        try await nap.sleep(until: now + max(0, wait))
    }

    /// Passes time until the next thing that is due, and does it.
    ///
    /// - Returns: false when nothing is due any more.
    package func step() -> Bool {
        let body: (@Sendable () -> Void)? = state.withLock { state in
            while let entry = state.pop() {
                guard let body = state.bodies.removeValue(forKey: entry.number) else { continue }
                state.now = entry.at
                return body
            }
            return nil
        }
        guard let body else { return false }
        body()
        return true
    }

    /// From now on nobody sleeps, and who sleeps is woken; what was to be done is done at once.
    package func close() {
        let bodies = state.withLock { state in
            state.isClosed = true
            let numbers = state.heap.sorted().map(\.number)
            state.heap = []
            return numbers.compactMap { state.bodies.removeValue(forKey: $0) }
        }
        for body in bodies { body() }
    }

    package var isClosed: Bool { state.withLock { $0.isClosed } }
}

extension VirtualClock.State {
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
            for child in [2 * parent + 1, 2 * parent + 2]
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
private final class Nap: Sendable {
    private let clock: VirtualClock
    private let state = Mutex(State.awake)

    private enum State {
        /// Not asleep yet. Next: asleep, over.
        case awake
        /// Waits for its moment. Next: over.
        case asleep(CheckedContinuation<Bool, Never>, timer: Int)
        /// Has ended. The end.
        case over
    }

    init(clock: VirtualClock) {
        self.clock = clock
    }

    func sleep(until moment: Int64) async throws {
        let isDue = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = Task.isCancelled ? nil : clock.at(moment) { self.end(isDue: true) }
                guard let timer else { return continuation.resume(returning: false) }
                state.withLock { $0 = .asleep(continuation, timer: timer) }
            }
        } onCancel: {
            end(isDue: false)
        }
        if !isDue || clock.isClosed { throw CancellationError() }
    }

    private func end(isDue: Bool) {
        let sleeper: (CheckedContinuation<Bool, Never>, Int)? = state.withLock { state in
            guard case .asleep(let continuation, let timer) = state else { return nil }
            state = .over
            return (continuation, timer)
        }
        guard let (continuation, timer) = sleeper else { return }
        if !isDue { clock.cancel(timer) }
        continuation.resume(returning: isDue)
    }
}
