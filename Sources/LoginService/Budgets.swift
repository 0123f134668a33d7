import LoginDomain

/// What strangers may use up: guesses, codes, logins.
///
/// One value, behind one lock.
struct Budgets: Sendable {
    /// Scenes that were not there (T1).
    private var deadScenesOfUsers: SlidingWindow<UserID>
    private var deadScenesOfAddresses: SlidingWindow<String>
    /// Whatever phones do with scenes (T34).
    private var sceneRequestsOfUsers: SlidingWindow<UserID>
    /// New codes (T33).
    private var attemptsOfBrowsers: SlidingWindow<AttemptID>
    private var attemptsOfAddresses: TokenBuckets<String>
    private var codesOfClients: SlidingWindow<RelyingPartyID>
    private var codes: SlidingWindow<Everybody>
    private let codesPerMinute: Int
    /// Logins of phones (T8).
    private var loginsOfUsers: SlidingWindow<UserID>
    private var loginsOfAddresses: TokenBuckets<String>
    private var invalidCodesOfAddresses: SlidingWindow<String>
    /// New nicknames and pictures.
    private var profilesOfUsers: SlidingWindow<UserID>
    /// Websites' requests.
    private var parkedOfAddresses: TokenBuckets<String>
    private var grantsOfUsers: SlidingWindow<UserAtWebsite>

    private enum Everybody { case everybody }

    private struct UserAtWebsite: Hashable {
        var user: UserID
        var client: RelyingPartyID
    }

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
        sceneRequestsOfUsers = SlidingWindow(
            most: policy.sceneRequestsPerUserPerMinute,
            in: minute
        )
        attemptsOfBrowsers = SlidingWindow(most: policy.attemptsPerBrowserPerMinute, in: minute)
        attemptsOfAddresses = TokenBuckets(
            perMinute: policy.attemptsPerAddressPerMinute,
            burst: policy.attemptsPerAddressBurst
        )
        codesOfClients = SlidingWindow(most: policy.codesPerClientPerMinute, in: minute)
        codes = SlidingWindow(most: policy.codesPerMinute, in: minute)
        codesPerMinute = policy.codesPerMinute
        loginsOfUsers = SlidingWindow(most: policy.phoneLoginsPerUserPerMinute, in: minute)
        loginsOfAddresses = TokenBuckets(
            perMinute: policy.phoneLoginsPerAddressPerMinute,
            burst: policy.phoneLoginsPerAddressBurst
        )
        invalidCodesOfAddresses = SlidingWindow(
            most: policy.invalidCodesPerAddress,
            in: policy.deadSceneWindow
        )
        profilesOfUsers = SlidingWindow(most: policy.profileChangesPerUserPerMinute, in: minute)
        parkedOfAddresses = TokenBuckets(
            perMinute: policy.parkedPerAddressPerMinute,
            burst: policy.parkedPerAddressBurst
        )
        grantsOfUsers = SlidingWindow(most: policy.grantsPerUserPerMinute, in: minute)
    }

    // MARK: - Guesses

    /// A phone shows a scene.
    ///
    /// It counts against the user as if it were not there, until `hit` takes that back: phones that
    /// guess many at once get no more guesses than those that guess one after the other. Against the
    /// address it counts once it has missed, because many honest phones share one.
    ///
    /// - Returns: seconds to wait; nil when it may, and then it has been counted.
    mutating func showScene(_ user: UserID, _ address: String, at now: Timestamp) -> Int? {
        let address = Network.stranger(address)
        let wait = [
            sceneRequestsOfUsers.secondsToWait(user, at: now),
            deadScenesOfUsers.secondsToWait(user, at: now),
            deadScenesOfAddresses.secondsToWait(address, at: now),
        ]
        .compactMap { $0 }.max()
        guard wait == nil else { return wait }
        deadScenesOfUsers.note(user, at: now)
        sceneRequestsOfUsers.note(user, at: now)
        return wait
    }

    /// The scene shown at `moment` was there, or nobody knows.
    mutating func hit(_ user: UserID, at moment: Timestamp) {
        deadScenesOfUsers.takeBack(user, at: moment)
    }

    /// The scene shown at `moment` was not there.
    mutating func miss(_ address: String, at moment: Timestamp) {
        deadScenesOfAddresses.note(Network.stranger(address), at: moment)
    }

    // MARK: - Codes

    /// What somebody may have who wants a new code.
    enum CodeLeave: Equatable {
        /// A code made ahead, or one of WeChat's, which has been counted.
        case any
        /// A code made ahead; where there is none, wait.
        case stockOnly(retryAfterSeconds: Int)
        /// No code for now, for this limit.
        case refused(_ limit: String, retryAfterSeconds: Int)
    }

    /// The last fifth of a minute's codes is for addresses that have had at most so many lately: a
    /// flood from some hundreds of addresses leaves the others theirs (T33).
    static let modestCodes = 3
    static let modestShare = 5

    /// Somebody wants a new code: browser, address, website and everybody together, in this order.
    ///
    /// `chain` is the browser's chain of attempts; for one that has none yet, the one that begins.
    /// `client` is the website that it logs in to, if any.
    mutating func askForCode(
        chain: AttemptID,
        address: String,
        client: RelyingPartyID? = nil,
        at now: Timestamp
    ) -> CodeLeave {
        if let wait = attemptsOfBrowsers.secondsToWait(chain, at: now) {
            return .refused("attempts_per_browser", retryAfterSeconds: wait)
        }
        let address = Network.stranger(address)
        if let wait = attemptsOfAddresses.take(address, at: now) {
            return .refused("attempts_per_ip", retryAfterSeconds: wait)
        }
        if let client, let wait = codesOfClients.secondsToWait(client, at: now) {
            return .refused("codes_per_client", retryAfterSeconds: wait)
        }
        let isModest = attemptsOfAddresses.taken(address, at: now) <= Double(Self.modestCodes)
        if !isModest,
            let wait = codes.secondsToWait(
                .everybody,
                at: now,
                keeping: codesPerMinute / Self.modestShare
            )
        {
            return .refused("codes", retryAfterSeconds: wait)
        }
        attemptsOfBrowsers.note(chain, at: now)
        if let client { codesOfClients.note(client, at: now) }
        if let wait = codes.secondsToWait(.everybody, at: now) {
            return .stockOnly(retryAfterSeconds: wait)
        }
        codes.note(.everybody, at: now)
        return .any
    }

    /// Somebody who makes codes ahead wants one; half of a minute's codes stay for browsers.
    ///
    /// - Returns: seconds to wait; nil when WeChat may be asked, and then it has been counted.
    mutating func askForStock(at now: Timestamp) -> Int? {
        let wait = codes.secondsToWait(.everybody, at: now, keeping: codesPerMinute / 2)
        if wait == nil { codes.note(.everybody, at: now) }
        return wait
    }

    /// A browser that asked at `moment` got no code.
    ///
    /// What WeChat counted stays counted.
    mutating func gotNoCode(chain: AttemptID, at moment: Timestamp) {
        attemptsOfBrowsers.takeBack(chain, at: moment)
    }

    /// WeChat was not asked after all for the code counted at `moment`.
    ///
    /// Or an outage would use up the minute that follows it.
    mutating func didNotAsk(at moment: Timestamp) {
        codes.takeBack(.everybody, at: moment)
    }

    // MARK: - Websites

    /// A website's request is parked: a row for whoever asks, before anybody has said who they are.
    ///
    /// - Returns: seconds to wait; nil when it may, and then it has been counted.
    mutating func park(_ address: String, at now: Timestamp) -> Int? {
        parkedOfAddresses.take(Network.stranger(address), at: now)
    }

    /// A website gets a code for a user who is logged in.
    ///
    /// Each website has a budget of its own: one that asks without end shuts its users out of no other.
    ///
    /// - Returns: whether it may, and then it has been counted.
    mutating func grant(
        _ user: UserID,
        to client: RelyingPartyID,
        at now: Timestamp
    ) -> Bool {
        let key = UserAtWebsite(user: user, client: client)
        guard grantsOfUsers.secondsToWait(key, at: now) == nil else { return false }
        grantsOfUsers.note(key, at: now)
        return true
    }

    // MARK: - Phones

    /// Somebody shows a js_code: before it is remembered and before WeChat is asked, because both cost
    /// something and nobody has said who they are (T33).
    ///
    /// - Returns: the limit that was reached and the seconds to wait; nil when it may, and then it has
    ///   been counted.
    mutating func showCode(
        _ address: String,
        at now: Timestamp
    ) -> (limit: String, seconds: Int)? {
        let address = Network.stranger(address)
        if let wait = invalidCodesOfAddresses.secondsToWait(address, at: now) {
            return ("invalid_codes_per_ip", wait)
        }
        return loginsOfAddresses.take(address, at: now).map { ("phone_logins_per_ip", $0) }
    }

    /// A code that was shown was none.
    mutating func codeWasInvalid(_ address: String, at now: Timestamp) {
        invalidCodesOfAddresses.note(Network.stranger(address), at: now)
    }

    /// A user's phone logs in.
    ///
    /// - Returns: seconds to wait; nil when it may, and then it has been counted.
    mutating func loginPhone(_ user: UserID, at now: Timestamp) -> Int? {
        if let wait = loginsOfUsers.secondsToWait(user, at: now) { return wait }
        loginsOfUsers.note(user, at: now)
        return nil
    }

    /// A user changes their name or picture.
    ///
    /// - Returns: seconds to wait; nil when they may, and then it has been counted.
    mutating func changeProfile(_ user: UserID, at now: Timestamp) -> Int? {
        if let wait = profilesOfUsers.secondsToWait(user, at: now) { return wait }
        profilesOfUsers.note(user, at: now)
        return nil
    }
}
