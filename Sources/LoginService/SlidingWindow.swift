import LoginDomain

/// Counts events per key over a moving window: so many in so long, and then a wait.
///
/// A value: time comes in with each event.
///
/// Keys live in two generations. When the younger is full it becomes the older one, and what was
/// older is forgotten: memory has a plateau, and making room costs nothing per key (T34).
struct SlidingWindow<Key: Hashable & Sendable>: Sendable {
    private let most: Int
    private let window: Duration
    private let generationMax: Int
    private var young: [Key: [Timestamp]] = [:]
    private var old: [Key: [Timestamp]] = [:]

    /// The most keys that are kept.
    static var keysMax: Int { 100_000 }

    init(most: Int, in window: Duration, keysMax: Int = Self.keysMax) {
        self.most = most
        self.window = window
        self.generationMax = max(1, keysMax / 2)
    }

    /// Whole seconds until the key may go on; nil when it may now.
    ///
    /// `reserve` of the window's events are for somebody else.
    func secondsToWait(_ key: Key, at now: Timestamp, keeping reserve: Int = 0) -> Int? {
        let most = max(1, most - reserve)
        let recent = recent(key, at: now)
        guard recent.count >= most else { return nil }
        // Room appears when the event that fills the budget leaves the window.
        return max(1, (recent[recent.count - most] + window).secondsLeft(at: now))
    }

    /// Counts an event.
    mutating func note(_ key: Key, at now: Timestamp) {
        var events = recent(key, at: now)
        events.append(now)
        // More than this never matters: the key waits for the last `most` alone.
        if events.count > most { events.removeFirst(events.count - most) }
        if young[key] == nil, young.count >= generationMax {
            old = young
            young = [:]
        }
        young[key] = events
    }

    /// Takes back an event that was counted at `moment` and came to nothing.
    mutating func takeBack(_ key: Key, at moment: Timestamp) {
        if let index = young[key]?.lastIndex(of: moment) {
            young[key]?.remove(at: index)
        } else if let index = old[key]?.lastIndex(of: moment) {
            old[key]?.remove(at: index)
        }
    }

    private func recent(_ key: Key, at now: Timestamp) -> [Timestamp] {
        let begin = now - window
        return (young[key] ?? old[key] ?? []).filter { $0 > begin }
    }

    /// How many keys there are.
    ///
    /// For tests of the plateau.
    var count: Int { young.count + old.count }
}
