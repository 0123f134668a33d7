/// Keeps one kind of call from a WeChat that does not answer it, or whose quota is used up: a value
/// with one function per event (T44, T33).
///
/// Five failures in ten seconds without an answer between them, or one used-up quota, and nothing
/// goes out for ten seconds; then one call goes out to see, and no second one in ten seconds.
struct Breaker {
    static let failuresMax = 5
    static let windowMilliseconds: Int64 = 10_000
    static let restMilliseconds: Int64 = 10_000
    /// What callers are told to wait while the one that looks is out.
    static let probeWaitMilliseconds: Int64 = 1_000

    private(set) var state = State.closed(failures: [])

    enum State: Equatable {
        /// Calls go out. Holds when the latest failed. Next: resting.
        case closed(failures: [Int64])
        /// Nothing goes out until then. Next: probing.
        case resting(until: Int64, isQuota: Bool)
        /// One call is out to see. Next: closed, resting.
        case probing(isQuota: Bool)
    }

    /// What a call came to, as far as the breaker is concerned.
    enum Outcome: Equatable {
        /// WeChat answered, if only with a refusal of what was asked.
        case answered
        /// It did not, or lied. `retryAt` is when another try can help, where that is known.
        case failed(retryAt: Int64?)
        /// It answered that a quota of the app is used up.
        case quotaReached
        /// The call went out and its caller went away.
        case unknown
        /// Nothing went out.
        case unsent
    }

    /// Why nothing goes out at the moment.
    struct Rest: Equatable {
        var milliseconds: Int64
        var isQuota: Bool
    }

    /// How long there is nothing to be had; nil when a call may go out.
    func rest(at now: Int64) -> Rest? {
        switch state {
        case .closed:
            nil
        case .resting(let until, let isQuota):
            now < until ? Rest(milliseconds: until - now, isQuota: isQuota) : nil
        case .probing(let isQuota):
            Rest(milliseconds: Self.probeWaitMilliseconds, isQuota: isQuota)
        }
    }

    /// A call goes out; only to be called where there is no rest.
    ///
    /// - Returns: whether it is the one that looks whether WeChat is back.
    mutating func passed() -> Bool {
        switch state {
        case .closed, .probing:
            return false
        case .resting(_, let isQuota):
            state = .probing(isQuota: isQuota)
            return true
        }
    }

    /// A call that had passed is over.
    mutating func finished(
        _ outcome: Outcome,
        isProbe: Bool,
        startedAt: Int64,
        at now: Int64
    ) {
        switch state {
        case .closed(let failures):
            finished(outcome, after: failures, at: now)
        case .probing(let isQuota):
            // One from before the rest says nothing about the present.
            guard isProbe else { return }
            finishedProbe(outcome, startedAt: startedAt, isQuota: isQuota, at: now)
        case .resting(let until, _):
            if outcome == .quotaReached { state = .resting(until: until, isQuota: true) }
        }
    }

    private mutating func finished(_ outcome: Outcome, after failures: [Int64], at now: Int64) {
        switch outcome {
        case .answered:
            state = .closed(failures: [])
        case .failed(let retryAt):
            let recent = failures.filter { $0 > now - Self.windowMilliseconds } + [now]
            state =
                recent.count < Self.failuresMax
                ? .closed(failures: recent)
                : .resting(
                    until: Self.earlier(now + Self.restMilliseconds, retryAt, after: now),
                    isQuota: false
                )
        case .quotaReached:
            state = .resting(until: now + Self.restMilliseconds, isQuota: true)
        case .unknown, .unsent:
            break
        }
    }

    private mutating func finishedProbe(
        _ outcome: Outcome,
        startedAt: Int64,
        isQuota: Bool,
        at now: Int64
    ) {
        // Counted from the start of this one: the next is not later for a WeChat that hangs.
        let next = max(startedAt + Self.restMilliseconds, now)
        switch outcome {
        case .answered:
            state = .closed(failures: [])
        case .failed(let retryAt):
            state = .resting(until: Self.earlier(next, retryAt, after: now), isQuota: false)
        case .quotaReached:
            state = .resting(until: next, isQuota: true)
        case .unknown:
            state = .resting(until: next, isQuota: isQuota)
        case .unsent:
            state = .resting(until: now, isQuota: isQuota)
        }
    }

    private static func earlier(_ moment: Int64, _ hint: Int64?, after now: Int64) -> Int64 {
        guard let hint, hint > now else { return moment }
        return min(moment, hint)
    }
}
