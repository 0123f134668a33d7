import LoginDomain

/// A bucket of tokens per key: so many at once, and so many a minute in the long run.
///
/// A value.
///
/// Keys are forgotten like those of `SlidingWindow`; a bucket that has been forgotten is a full one.
struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private let perMinute: Int
    private let burst: Int
    private let generationMax: Int
    private var young: [Key: Bucket] = [:]
    private var old: [Key: Bucket] = [:]

    private struct Bucket {
        var tokens: Double
        var at: Timestamp
    }

    init(perMinute: Int, burst: Int, keysMax: Int = 100_000) {
        self.perMinute = perMinute
        self.burst = burst
        self.generationMax = max(1, keysMax / 2)
    }

    /// Takes a token.
    ///
    /// - Returns: nil when there was one, else whole seconds until there is.
    mutating func take(_ key: Key, at now: Timestamp) -> Int? {
        var bucket = bucket(key, at: now)
        var wait: Int?
        if bucket.tokens >= 1 {
            bucket.tokens -= 1
        } else {
            wait = max(1, Int(((1 - bucket.tokens) / perMillisecond / 1000).rounded(.up)))
        }
        if young[key] == nil, young.count >= generationMax {
            old = young
            young = [:]
        }
        young[key] = bucket
        return wait
    }

    /// How many tokens the key has taken that have not grown back.
    func taken(_ key: Key, at now: Timestamp) -> Double {
        Double(burst) - bucket(key, at: now).tokens
    }

    private var perMillisecond: Double { Double(perMinute) / 60_000 }

    private func bucket(_ key: Key, at now: Timestamp) -> Bucket {
        var bucket = young[key] ?? old[key] ?? Bucket(tokens: Double(burst), at: now)
        let passed = Double(max(0, now.milliseconds - bucket.at.milliseconds))
        bucket.tokens = min(Double(burst), bucket.tokens + passed * perMillisecond)
        bucket.at = now
        return bucket
    }

    /// How many keys there are.
    ///
    /// For tests of the plateau.
    var count: Int { young.count + old.count }
}
