import Glibc
import Synchronization

/// Runs async code on the one thread that calls `runReady`, in an order that the seed decides.
///
/// Everything under test is structured below tasks that were started here, so that no job runs
/// elsewhere; one that comes back from another thread is counted as a stray, because its order is the
/// machine's and not the seed's.
package final class SeededExecutor: TaskExecutor {
    private let state: Mutex<State>
    private let thread = pthread_self()

    private struct State {
        var ready: [UnownedJob] = []
        var dice: SplitMix64
        var ran = 0
        var strays = 0
        var living = 0
    }

    package init(dice: SplitMix64) {
        state = Mutex(State(dice: dice))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isStray = pthread_self() != thread
        state.withLock { state in
            state.ready.append(job)
            if isStray { state.strays += 1 }
        }
    }

    /// Starts work that runs when `runReady` comes to it.
    package func start(_ work: @escaping @Sendable () async -> Void) {
        _ = begin(work)
    }

    /// Starts work that can be cancelled.
    ///
    /// - Returns: how to.
    func begin(_ work: @escaping @Sendable () async -> Void) -> @Sendable () -> Void {
        state.withLock { $0.living += 1 }
        let task = Task(executorPreference: self) { [self] in
            await work()
            state.withLock { $0.living -= 1 }
        }
        return { task.cancel() }
    }

    /// More jobs than any instant has: whoever goes on beyond goes on for ever.
    package static let jobsPerInstantMax = 2_000_000

    /// Runs jobs until none is ready.
    ///
    /// - Returns: false when there were more than an instant can have.
    @discardableResult
    package func runReady(atMost most: Int = jobsPerInstantMax) -> Bool {
        let executor = asUnownedTaskExecutor()
        var left = most
        while let job = next() {
            job.runSynchronously(on: executor)
            left -= 1
            if left == 0 { return false }
        }
        return true
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            state.ran += 1
            let last = state.ready.removeLast()
            guard !state.ready.isEmpty else { return last }
            let chosen = state.dice.below(state.ready.count + 1)
            guard chosen < state.ready.count else { return last }
            defer { state.ready[chosen] = last }
            return state.ready[chosen]
        }
    }

    /// Jobs that were run: two runs of a seed that took the same steps have the same count.
    package var jobsRun: Int { state.withLock { $0.ran } }
    /// Jobs that came from another thread.
    package var strays: Int { state.withLock { $0.strays } }
    /// Work that was started here and has not ended.
    package var living: Int { state.withLock { $0.living } }
}
