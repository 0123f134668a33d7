/// WeChat's access token, and everything that keeps it alive: a value with one function per event.
///
/// Facts it is built on (WeChat page api_getstableaccesstoken): a token lives up to 7,200 s; in
/// normal mode the same call gives the same token until 5 minutes before its end; a forced refresh
/// kills the old one, at most 20 times a day and not twice in 30 s.
///
/// Bounds it keeps whatever WeChat answers (T45): one call in flight; after a refused token at most
/// one round of repair, a normal and then a forced call, in 30 s; at most 10 forced a day, never two
/// in 30 s. A token that was got less than 30 s before its refusal is repaired by the forced call
/// alone, so that two calls in 30 s are never exceeded.
struct AccessTokenCache {
    /// Renewal starts at this share of a token's life, spread by up to `renewalJitter` more.
    static let renewalShare = 0.8
    static let renewalJitter = 0.05
    /// No second round of repair, and no second try of a failed renewal, before this long.
    static let repairPauseMilliseconds: Int64 = 30_000
    /// After a failed first fetch, callers fail at once for this long instead of joining a queue
    /// of calls that fail.
    static let failurePauseMilliseconds: Int64 = 1_000
    /// The same where WeChat refused our credentials: asking every second would not change its mind.
    static let refusalPauseMilliseconds: Int64 = 15_000
    static let forcedPerDayMax = 10
    private static let dayMilliseconds: Int64 = 86_400_000

    private(set) var token: AccessToken?
    private var activity: Activity = .idle
    private(set) var waiters: [CheckedContinuation<Void, Never>] = []
    private var lastGeneration = 0
    /// Nobody asks WeChat before this because the last call failed.
    private var failedUntil: Int64 = .min
    private(set) var repairNotBefore: Int64 = .min
    private var forcedAt: [Int64] = []

    /// Who is asking WeChat at the moment.
    enum Activity: Equatable {
        /// Nobody. Next: fetching.
        case idle
        /// One caller is. Next: idle, by `fetched` or `failed`.
        case fetching
    }

    // MARK: - A caller needs a token

    enum Need: Equatable {
        case use(AccessToken)
        /// Ask WeChat, and say how it went.
        case fetch(TokenFetch)
        /// Somebody is asking; wait for them and come again.
        case wait
        /// The last try has just failed.
        case fail
    }

    /// A caller needs a token.
    mutating func need(at now: Int64) -> Need {
        if let token, now < token.endsAt {
            // The one who notices renews; the others go on with the old one meanwhile.
            if now >= token.renewAt, activity == .idle, now >= failedUntil {
                activity = .fetching
                return .fetch(.normal)
            }
            return .use(token)
        }
        switch activity {
        case .fetching: return .wait
        case .idle where now < failedUntil: return .fail
        case .idle:
            activity = .fetching
            return .fetch(.normal)
        }
    }

    /// WeChat refused a token.
    ///
    /// A late refusal of an older generation changes nothing: the newer one is used.
    mutating func need(replacing refused: AccessToken, at now: Int64) -> Need {
        if let token, token.generation > refused.generation { return need(at: now) }
        guard activity == .idle else { return .wait }
        guard now >= repairNotBefore else { return .fail }
        repairNotBefore = now + Self.repairPauseMilliseconds
        // WeChat has just given this one: asked again, it would give it again.
        if let token, now - token.gotAt < Self.repairPauseMilliseconds {
            guard spendForced(at: now) else { return .fail }
            activity = .fetching
            return .fetch(.forced)
        }
        activity = .fetching
        return .fetch(.repair(refused))
    }

    /// Takes one of the day's forced refreshes.
    ///
    /// When there is none left, the refused token is dropped, and for a while callers fail at once.
    private mutating func spendForced(at now: Int64) -> Bool {
        forcedAt.removeAll { $0 <= now - Self.dayMilliseconds }
        guard forcedAt.count < Self.forcedPerDayMax else {
            activity = .idle
            token = nil
            failedUntil = now + Self.repairPauseMilliseconds
            return false
        }
        forcedAt.append(now)
        // From the forced call on, however long the normal one before it took.
        repairNotBefore = now + Self.repairPauseMilliseconds
        return true
    }

    // MARK: - The caller who asked comes back

    enum Fetched: Equatable {
        case use(AccessToken)
        /// WeChat gave the refused token again: it must be made to forget it.
        case force
        /// It gave the refused token again and there is no forced refresh left.
        case fail
    }

    /// WeChat gave a token.
    mutating func fetched(
        _ text: String,
        expiresInSeconds: Int,
        by fetch: TokenFetch,
        jitter: Double,
        at now: Int64
    ) -> Fetched {
        if case .repair(let refused) = fetch, refused.text == text {
            return spendForced(at: now) ? .force : .fail
        }
        // A renewal more than five minutes before the end brings the same token. It keeps its
        // generation: a late refusal of it is one of the token in use.
        if token?.text != text { lastGeneration += 1 }
        let life = Int64(expiresInSeconds) * 1000
        let share = Self.renewalShare + Self.renewalJitter * jitter
        let token = AccessToken(
            text: text,
            generation: lastGeneration,
            gotAt: now,
            renewAt: now + Int64(Double(life) * share),
            endsAt: now + life
        )
        self.token = token
        activity = .idle
        failedUntil = .min
        return .use(token)
    }

    /// WeChat gave none.
    ///
    /// The old token, where there is one, is used until its real end, and the pause ends with it.
    mutating func failed(_ error: WeChatError, at now: Int64) {
        activity = .idle
        switch error {
        case .tokenRefused: failedUntil = now + Self.refusalPauseMilliseconds
        default: failedUntil = now + Self.failurePauseMilliseconds
        }
        if let token {
            failedUntil = max(failedUntil, min(now + Self.repairPauseMilliseconds, token.endsAt))
        }
    }

    /// The caller who asked went away before the answer: the next one asks, without a pause.
    mutating func abandoned() {
        activity = .idle
    }

    // MARK: - Waiting

    /// Keeps somebody who waits for the caller who asks; false when there is nobody to wait for.
    mutating func park(_ waiter: CheckedContinuation<Void, Never>) -> Bool {
        guard activity == .fetching else { return false }
        waiters.append(waiter)
        return true
    }

    /// Those who wait, once nobody asks any more.
    mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
        guard activity == .idle else { return [] }
        defer { waiters = [] }
        return waiters
    }
}

/// How to ask for a token.
enum TokenFetch: Equatable {
    case normal
    /// Normal first, then by force if the refused one comes back.
    case repair(AccessToken)
    /// By force at once.
    case forced
}

/// A token and its place in the order of tokens.
///
/// Prints `<redacted>`.
package struct AccessToken: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    let text: String
    /// 1 for the first; a late refusal names its generation and cannot harm a newer one.
    let generation: Int
    /// Milliseconds; when WeChat gave it.
    let gotAt: Int64
    /// Milliseconds; from here on somebody should fetch a new one.
    let renewAt: Int64
    /// Milliseconds; from here on it is dead.
    let endsAt: Int64

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
