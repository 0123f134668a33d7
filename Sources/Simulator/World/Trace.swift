import Synchronization

/// What happened, in order: always as a hash, and as lines when somebody wants to read it.
package final class Trace: Sendable {
    private let state: Mutex<State>
    private let keepsLines: Bool

    fileprivate struct State {
        /// FNV-1a over words, 64 bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var lines: [String] = []
        var count = 0
    }

    package init(keepsLines: Bool) {
        self.keepsLines = keepsLines
        state = Mutex(State())
    }

    /// Notes something that happened at a moment; `mark` tells it apart from others in the hash, the
    /// text only where lines are kept.
    package func note(_ at: Int64, mark: Int, _ text: @autoclosure () -> String) {
        let line = keepsLines ? "\(Self.stamp(at))  \(text())" : nil
        state.withLock { state in
            state.count += 1
            state.mix(UInt64(bitPattern: at))
            state.mix(UInt64(bitPattern: Int64(mark)))
            if let line { state.lines.append(line) }
        }
    }

    package var hash: UInt64 { state.withLock { $0.hash } }
    package var count: Int { state.withLock { $0.count } }
    package var lines: [String] { state.withLock { $0.lines } }

    /// Seconds and milliseconds.
    package static func stamp(_ at: Int64) -> String {
        let (seconds, rest) = at.quotientAndRemainder(dividingBy: 1000)
        let fraction = "00\(rest)".suffix(3)
        return "\(seconds).\(fraction)"
    }
}

extension Trace.State {
    fileprivate mutating func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x100_0000_01B3
        // High bits reach low ones, so that every bit of a word counts.
        hash ^= hash >> 29
    }
}
