import LoginDomain

/// What strangers may use up: guesses, codes, logins.
///
/// One value, behind one lock.
struct Budgets: Sendable {
    /// Scenes that were not there (T1).
    private var deadScenesOfUsers: SlidingWindow<UserID>
    private var deadScenesOfAddresses: SlidingWindow<String>
    /// New codes (T33).
    private var attemptsOfBrowsers: SlidingWindow<AttemptID>
    private var attemptsOfAddresses: TokenBuckets<String>
    private var codes: SlidingWindow<Everybody>
    /// Logins of phones (T8).
    private var loginsOfUsers: SlidingWindow<UserID>

    private enum Everybody { case everybody }

    init(_ policy: LoginPolicy) {
        let minute = Duration.seconds(60)
        deadScenesOfUsers = SlidingWindow(
            most: policy.deadScenesPerUser,
            in: policy.deadSceneWindow
        )
        deadScenesOfAddresses = SlidingWindow(
            most: policy.deadScenesPerAddress,
            in: policy.deadSceneWindow
        )
        attemptsOfBrowsers = SlidingWindow(most: policy.attemptsPerBrowserPerMinute, in: minute)
        attemptsOfAddresses = TokenBuckets(
            perMinute: policy.attemptsPerAddressPerMinute,
            burst: policy.attemptsPerAddressBurst
        )
        codes = SlidingWindow(most: policy.codesPerMinute, in: minute)
        loginsOfUsers = SlidingWindow(most: policy.phoneLoginsPerUserPerMinute, in: minute)
    }

    // MARK: - Guesses

    /// Seconds that a phone has to wait before it may show another scene; nil when it may now.
    func secondsToWait(_ user: UserID, _ address: String, at now: Timestamp) -> Int? {
        [
            deadScenesOfUsers.secondsToWait(user, at: now),
            deadScenesOfAddresses.secondsToWait(address, at: now),
        ]
        .compactMap { $0 }.max()
    }

    /// A scene was not there.
    mutating func miss(_ user: UserID, _ address: String, at now: Timestamp) {
        deadScenesOfUsers.note(user, at: now)
        deadScenesOfAddresses.note(address, at: now)
    }

    // MARK: - Codes

    /// Somebody wants a new code: browser, address and everybody together, in this order.
    ///
    /// `chain` is the browser's chain of attempts; nil for one that has none yet.
    ///
    /// - Returns: seconds to wait; nil when WeChat may be asked, and then it has been counted.
    mutating func askForCode(
        chain: AttemptID?,
        address: String,
        at now: Timestamp
    ) -> Int? {
        if let chain, let wait = attemptsOfBrowsers.secondsToWait(chain, at: now) { return wait }
        if let wait = attemptsOfAddresses.take(address, at: now) { return wait }
        if let wait = codes.secondsToWait(.everybody, at: now) { return wait }
        codes.note(.everybody, at: now)
        return nil
    }

    /// A browser got its code.
    mutating func gotCode(chain: AttemptID, at now: Timestamp) {
        attemptsOfBrowsers.note(chain, at: now)
    }

    // MARK: - Phones

    /// A user's phone logs in.
    ///
    /// - Returns: seconds to wait; nil when it may, and then it has been counted.
    mutating func loginPhone(_ user: UserID, at now: Timestamp) -> Int? {
        if let wait = loginsOfUsers.secondsToWait(user, at: now) { return wait }
        loginsOfUsers.note(user, at: now)
        return nil
    }
}
