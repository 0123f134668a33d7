import LoginDomain

/// Counts scenes that were not there, per user and per address, so that guessing ends after a few
/// tries (T1). A value: time comes in with each event.
struct DeadSceneBudget {
    private let perUser: Int
    private let perAddress: Int
    private let window: Duration
    /// The most keys kept of each kind. Over it, the one that has been quiet longest is dropped:
    /// by then its misses are nearly forgotten anyway.
    static let keysMax = 100_000

    private var users: [UserID: [Timestamp]] = [:]
    private var addresses: [String: [Timestamp]] = [:]

    init(_ policy: LoginPolicy) {
        perUser = policy.deadScenesPerUser
        perAddress = policy.deadScenesPerAddress
        window = policy.deadSceneWindow
    }

    /// Seconds that a phone has to wait; nil when it may go on.
    mutating func secondsToWait(_ user: UserID, _ address: String, at now: Timestamp) -> Int? {
        let waits = [
            wait(&users, user, perUser, now),
            wait(&addresses, address, perAddress, now),
        ]
        return waits.compactMap { $0 }.max()
    }

    /// A scene was not there.
    mutating func miss(_ user: UserID, _ address: String, at now: Timestamp) {
        note(&users, user, now)
        note(&addresses, address, now)
    }

    private func wait<Key>(
        _ misses: inout [Key: [Timestamp]],
        _ key: Key,
        _ most: Int,
        _ now: Timestamp
    ) -> Int? {
        guard var recent = misses[key] else { return nil }
        recent.removeAll { $0 <= now - window }
        misses[key] = recent.isEmpty ? nil : recent
        // Room appears when the miss that fills the budget leaves the window.
        guard recent.count >= most else { return nil }
        let blocking = recent[recent.count - most]
        return max(1, (blocking + window).secondsLeft(at: now))
    }

    private func note<Key>(_ misses: inout [Key: [Timestamp]], _ key: Key, _ now: Timestamp) {
        if misses[key] == nil, misses.count >= Self.keysMax,
            let quietest = misses.min(by: { ($0.value.last ?? now) < ($1.value.last ?? now) })
        {
            misses[quietest.key] = nil
        }
        misses[key, default: []].append(now)
    }
}
