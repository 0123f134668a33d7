import Simulator
import Synchronization
import Testing

/// Time that passes only when nothing else can be done, and the order of what is due.
@Suite(.timeLimit(.minutes(10))) struct VirtualClockTests {
    private let clock = VirtualClock(dice: SplitMix64(seed: 1))
    private let executor = SeededExecutor(dice: SplitMix64(seed: 2))
    private let heard = Heard()

    private final class Heard: Sendable {
        private let words = Mutex<[String]>([])
        func hear(_ word: String) { words.withLock { $0.append(word) } }
        var all: [String] { words.withLock { $0 } }
    }

    private func runAll() {
        repeat { executor.runReady() } while clock.step()
        executor.runReady()
    }

    @Test func `sleepers wake in the order of their moments, at those moments`() {
        for wait in [30, 10, 20] as [Int64] {
            executor.start { [clock, heard] in
                try? await clock.sleep(wait)
                heard.hear("\(wait) at \(clock.now)")
            }
        }
        runAll()
        #expect(heard.all == ["10 at 10", "20 at 20", "30 at 30"])
        #expect(executor.living == 0)
        #expect(executor.strays == 0)
    }

    @Test func `a closed clock wakes everybody and lets nobody sleep`() {
        executor.start { [clock, heard] in
            do {
                try await clock.sleep(1000)
            } catch {
                heard.hear("woken at \(clock.now)")
            }
            do {
                try await clock.sleep(1000)
            } catch {
                heard.hear("not asleep at \(clock.now)")
            }
        }
        executor.runReady()
        clock.close()
        runAll()
        #expect(heard.all == ["woken at 0", "not asleep at 0"])
        #expect(executor.living == 0)
    }

    @Test func `a child that is cancelled wakes at once`() {
        executor.start { [clock, heard] in
            await withTaskGroup { group in
                group.addTask {
                    do {
                        try await clock.sleep(1000)
                    } catch {
                        heard.hear("cancelled at \(clock.now)")
                    }
                }
                try? await clock.sleep(5)
                group.cancelAll()
            }
        }
        runAll()
        #expect(heard.all == ["cancelled at 5"])
        #expect(executor.living == 0)
    }

    @Test func `what was taken back is not done`() throws {
        let made = clock.at(5) { [heard] in heard.hear("done") }
        let number = try #require(made)
        #expect(clock.cancel(number))
        #expect(!clock.cancel(number))
        #expect(!clock.step())
        #expect(heard.all == [])
    }

    @Test func `what is due at one instant goes on side by side`() {
        func order(_ seed: UInt64) -> [String] {
            let clock = VirtualClock(dice: SplitMix64(seed: 1))
            let executor = SeededExecutor(dice: SplitMix64(seed: seed))
            let heard = Heard()
            for name in ["a", "b"] {
                executor.start {
                    try? await clock.sleep(10)
                    for step in 1...3 {
                        heard.hear("\(name)\(step)")
                        await Task.yield()
                    }
                }
            }
            repeat { executor.runReady() } while clock.step()
            return heard.all
        }
        let orders = Set((1...40).map { order($0) })
        let whole = [["a1", "a2", "a3", "b1", "b2", "b3"], ["b1", "b2", "b3", "a1", "a2", "a3"]]
        #expect(orders.subtracting(whole).count > 5, "one reads, the other writes, the one writes")
    }

    @Test func `an instant that never ends is given up`() {
        executor.start {
            while true { await Task.yield() }
        }
        #expect(!executor.runReady(atMost: 1000))
        #expect(executor.living == 1)
    }

    @Test func `the seed decides the order of what is ready at once`() {
        func order(_ seed: UInt64) -> [String] {
            let executor = SeededExecutor(dice: SplitMix64(seed: seed))
            let heard = Heard()
            for number in 0..<12 { executor.start { heard.hear("\(number)") } }
            executor.runReady()
            return heard.all
        }
        #expect(order(1) == order(1))
        #expect(order(1) != order(2))
        #expect(order(1).count == 12)
    }
}
