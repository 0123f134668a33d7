/// Calls counted in clock minutes and in Beijing days.
///
/// A refused call does not count.
struct Quotas: Sendable {
    private struct Counter: Sendable {
        var window: Int64
        var count: Int
    }

    private var counters: [QuotaKey: Counter] = [:]

    /// Whether one more call fits into the window that `now` lies in.
    func hasRoom(_ key: QuotaKey, limit: Int, at now: Moment) -> Bool {
        guard let counter = counters[key], counter.window == Self.window(key, now) else {
            return limit > 0
        }
        return counter.count < limit
    }

    /// Counts a call.
    mutating func count(_ key: QuotaKey, at now: Moment) {
        let window = Self.window(key, now)
        if let counter = counters[key], counter.window == window {
            counters[key] = Counter(window: window, count: counter.count + 1)
        } else {
            counters[key] = Counter(window: window, count: 1)
        }
    }

    private static func window(_ key: QuotaKey, _ now: Moment) -> Int64 {
        switch key {
        case .tokensPerDay, .stableTokensPerDay, .forcedRefreshesPerDay: now.dayInBeijing
        case .stableTokensPerMinute, .code2sessionPerMinute, .codesPerMinute: now.minute
        }
    }
}
