/// A moment, as whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Before everything that can have happened here: 1970.
    package static let earliest = Timestamp(milliseconds: 0)

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package static func + (moment: Timestamp, wait: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds + wait.wholeMilliseconds)
    }

    package static func - (moment: Timestamp, wait: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds - wait.wholeMilliseconds)
    }

    /// The time from an earlier moment to this one; negative when `earlier` is the later one.
    package func since(_ earlier: Timestamp) -> Duration {
        .milliseconds(milliseconds - earlier.milliseconds)
    }

    /// Whole seconds from `now` until this moment, rounded up, and never below zero.
    ///
    /// Rounded up, so that a peer that is told 0 knows it is over.
    package func secondsLeft(at now: Timestamp) -> Int {
        let left = milliseconds - now.milliseconds
        return left <= 0 ? 0 : Int((left + 999) / 1000)
    }
}

extension Duration {
    /// This duration in whole milliseconds; what is smaller is dropped.
    package var wholeMilliseconds: Int64 {
        Int64(attoseconds / 1_000_000_000_000_000)
    }
}
