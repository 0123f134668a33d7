import LoginDomain

/// Bugs that are put in on purpose, one at a time, at a seam of the code under test: what the simulator
/// must find, or it proves nothing.
///
/// None of them is in any other program: they live in this room alone. A new one is a case here, its
/// invariants, and a branch in `PlantedStore`, `PlantedDoor`, `PlantedLine`, or below.
package enum Plant: String, Sendable, CaseIterable {
    // The policy in force is not the one that was meant.
    case confirmDelayForgotten = "confirm-delay-forgotten"
    case sceneOutlives = "scene-outlives"
    case confirmWindowOutlives = "confirm-window-outlives"
    case attemptOutlives = "attempt-outlives"
    case phoneSessionOutlives = "phone-session-outlives"
    case sessionOutlives = "session-outlives"
    case launchIgnored = "launch-ignored"
    case numberForgotten = "number-forgotten"
    case codesUnlimited = "codes-unlimited"
    case codeOutlives = "code-outlives"
    case accessTokenOutlives = "access-token-outlives"
    case guessesUnlimited = "guesses-unlimited"
    case reloadsUnlimited = "reloads-unlimited"

    // The dice.
    case diceRepeat = "dice-repeat"

    // The store.
    case ownerForgotten = "owner-forgotten"
    case redeemTwice = "redeem-twice"
    case redeemRace = "redeem-race"
    case lostUpdates = "lost-updates"
    case redeemUnconfirmed = "redeem-unconfirmed"
    case phoneCancelForgotten = "phone-cancel-forgotten"
    case browserCancelForgotten = "browser-cancel-forgotten"
    case supersedeForgotten = "supersede-forgotten"
    case wrongNumberForgiven = "wrong-number-forgiven"
    case deadlineOffByOne = "deadline-off-by-one"
    case codeClaimForgotten = "code-claim-forgotten"
    case usersMixed = "users-mixed"
    case wrongIdentity = "wrong-identity"
    case oldSessionKept = "old-session-kept"
    case logoutForgotten = "logout-forgotten"
    case revokeForgotten = "revoke-forgotten"
    case lostWrites = "lost-writes"
    case sweeperSleeps = "sweeper-sleeps"
    case backupRevives = "backup-revives"
    case capsForgotten = "caps-forgotten"
    case codeTwice = "code-twice"
    case codeForAnyone = "code-for-anyone"
    case verifierForgotten = "verifier-forgotten"
    case replayForgiven = "replay-forgiven"
    case givenBackLives = "given-back-lives"
    case subjectsMixed = "subjects-mixed"
    case sectorsShared = "sectors-shared"
    case sessionsUntouched = "sessions-untouched"
    case revokedKeyLives = "revoked-key-lives"
    case revokeAnyones = "revoke-anyones"
    case authTimeNow = "auth-time-now"

    // The edge, between the wire and the use cases.
    case anyNonce = "any-nonce"
    case confirmScans = "confirm-scans"
    case cookieUnchecked = "cookie-unchecked"
    case answersBeforeCommit = "answers-before-commit"
    case pushesTooMuch = "pushes-too-much"
    case pushesOldNews = "pushes-old-news"
    case unevenRefusals = "uneven-refusals"
    case logoutKeepsAttempt = "logout-keeps-attempt"
    case secretLogged = "secret-logged"
    case keyUnpublished = "key-unpublished"
    case limitsShared = "limits-shared"
    case silentReconnect = "silent-reconnect"
    case floodDelays = "flood-delays"
    case nonceAnyPhone = "nonce-any-phone"
    case redirectAny = "redirect-any"
    case redirectUnbound = "redirect-unbound"
    case secretUnchecked = "secret-unchecked"
    case challengeOptional = "challenge-optional"
    case promptLoginIgnored = "prompt-login-ignored"
    case maxAgeIgnored = "max-age-ignored"
    case giveBackAnyones = "give-back-anyones"

    // The line to WeChat.
    case retriesWeChat = "retries-wechat"
    case forcesTokens = "forces-tokens"

    /// The bug in words.
    package var words: String {
        switch self {
        case .confirmDelayForgotten: "a confirm may follow its scan at once"
        case .sceneOutlives: "a code can be scanned four times as long"
        case .confirmWindowOutlives: "a scan can be confirmed four times as long"
        case .attemptOutlives: "an attempt lives four times as long"
        case .phoneSessionOutlives: "a phone session lives four times as long"
        case .sessionOutlives: "a browser's session lives four times as long"
        case .launchIgnored: "how a code was read is ignored"
        case .numberForgotten: "the browser's number is not asked for"
        case .codesUnlimited: "WeChat is asked for codes without a limit"
        case .codeOutlives: "a website's code lives ten times as long"
        case .accessTokenOutlives: "an access token lives ten times as long"
        case .guessesUnlimited: "a user may show as many wrong scenes as they like"
        case .reloadsUnlimited: "a browser may ask for as many codes as it likes"
        case .diceRepeat: "dice fall the same way after every start"
        case .ownerForgotten: "a second person's scan takes the attempt over"
        case .redeemTwice: "a login can be collected twice"
        case .redeemRace: "two who collect a login at one time both get it"
        case .lostUpdates:
            "of two changes to an attempt at one time the later one undoes the earlier"
        case .redeemUnconfirmed: "a login can be collected before the confirm"
        case .phoneCancelForgotten: "the phone's cancel is acknowledged and not written"
        case .browserCancelForgotten: "the browser's cancel is acknowledged and not written"
        case .supersedeForgotten: "the older code lives on beside the newer one"
        case .wrongNumberForgiven: "a wrong number can be followed by another"
        case .deadlineOffByOne: "at the instant of its deadline an attempt still lives"
        case .codeClaimForgotten: "used js_codes are not remembered"
        case .usersMixed: "a second identity gets the first one's user"
        case .wrongIdentity: "the login is given the identity of who scanned last anywhere"
        case .oldSessionKept: "the browser's earlier session lives on beside the new one"
        case .logoutForgotten: "a logout is acknowledged and not written"
        case .revokeForgotten: "a revoked login is acknowledged and not ended"
        case .lostWrites: "one confirm in four is acknowledged and not written"
        case .sweeperSleeps: "ends by time are never written down"
        case .backupRevives: "a restored backup goes on as if nothing had happened"
        case .capsForgotten: "there may be any number of live attempts"
        case .codeTwice: "a website's code gives tokens twice"
        case .codeForAnyone: "a website's code is good for another website"
        case .verifierForgotten: "a code is good without its verifier"
        case .replayForgiven: "a code's second use ends nothing"
        case .givenBackLives: "a token that was given back stays good"
        case .subjectsMixed: "a website is told one name for everybody"
        case .sectorsShared: "websites that must not compare people know them by one name"
        case .sessionsUntouched: "that a session was shown is not written down"
        case .revokedKeyLives: "a key that was revoked goes on"
        case .revokeAnyones: "anybody's phone ends anybody's login"
        case .authTimeNow: "a login is said to be as young as its code"
        case .anyNonce: "a confirm's nonce is not compared"
        case .confirmScans: "a confirm without a scan scans by itself"
        case .cookieUnchecked: "a cookie that nobody has collects the newest attempt"
        case .answersBeforeCommit: "a confirm is acknowledged though the store failed"
        case .pushesTooMuch: "confirmed is pushed at the scan"
        case .pushesOldNews: "what is not newer is pushed all the same"
        case .unevenRefusals: "an ended scene is refused with other words"
        case .logoutKeepsAttempt: "a logout leaves the code in the other tab alive"
        case .secretLogged: "bearers are logged"
        case .keyUnpublished: "the key that signs is not published"
        case .limitsShared: "everybody's dead scenes count for everybody"
        case .silentReconnect: "who connects anew is told of later changes alone"
        case .floodDelays: "each request waits for all that are under way"
        case .nonceAnyPhone: "a nonce is good on any phone"
        case .redirectAny: "a website's code goes to any address"
        case .redirectUnbound: "a code is good with another address than it was sent to"
        case .secretUnchecked: "a website's secret is not compared"
        case .challengeOptional: "a website may ask for a code without a challenge"
        case .promptLoginIgnored: "an older login answers who asked for a new one"
        case .maxAgeIgnored: "how old a login may be for a website is ignored"
        case .giveBackAnyones: "a website gives back another one's token"
        case .retriesWeChat: "a js_code whose answer was lost is shown to WeChat again"
        case .forcesTokens: "each access token is got by force"
        }
    }

    /// The invariants one of which must fire.
    package var invariants: [String] {
        switch self {
        case .confirmDelayForgotten, .launchIgnored, .numberForgotten, .redeemUnconfirmed: ["I3"]
        case .confirmScans: ["I3", "I8", "I13"]
        case .sceneOutlives, .confirmWindowOutlives, .attemptOutlives, .phoneSessionOutlives,
            .sessionOutlives:
            ["I4", "I16"]
        case .deadlineOffByOne: ["I16", "I4", "I6"]
        case .codesUnlimited, .codeClaimForgotten, .retriesWeChat, .forcesTokens: ["I18"]
        case .diceRepeat: ["I14"]
        case .ownerForgotten: ["I5", "I16"]
        case .redeemTwice, .redeemRace: ["I1"]
        case .lostUpdates: ["I1", "I3", "I4", "I5", "I6", "I7", "I8", "I12", "I13"]
        case .phoneCancelForgotten, .logoutKeepsAttempt, .wrongNumberForgiven: ["I7"]
        case .browserCancelForgotten: ["I7", "I6"]
        case .supersedeForgotten: ["I4"]
        case .usersMixed, .revokeAnyones: ["I9"]
        case .wrongIdentity: ["I2"]
        case .oldSessionKept, .logoutForgotten, .revokeForgotten: ["I21"]
        case .lostWrites: ["I12", "L1", "L2", "I4"]
        case .answersBeforeCommit: ["I3", "I4", "I7", "I8", "I12", "L1"]
        case .sweeperSleeps: ["L3", "L4"]
        case .backupRevives: ["R4"]
        case .anyNonce, .nonceAnyPhone: ["I8"]
        case .cookieUnchecked: ["I10"]
        case .pushesTooMuch, .pushesOldNews: ["I13"]
        case .unevenRefusals: ["I22"]
        case .secretLogged: ["I20"]
        case .codeOutlives, .accessTokenOutlives, .maxAgeIgnored: ["I16"]
        case .capsForgotten: ["I19"]
        case .codeTwice: ["I1"]
        case .codeForAnyone, .verifierForgotten, .replayForgiven, .givenBackLives, .redirectAny,
            .redirectUnbound, .challengeOptional:
            ["I11"]
        case .secretUnchecked: ["I11", "I12"]
        case .promptLoginIgnored: ["I3"]
        case .giveBackAnyones: ["I12"]
        case .subjectsMixed, .sectorsShared: ["I9"]
        case .sessionsUntouched: ["I12"]
        case .keyUnpublished, .revokedKeyLives, .authTimeNow: ["I17"]
        case .limitsShared, .guessesUnlimited, .reloadsUnlimited: ["I23"]
        case .silentReconnect: ["L2", "L1"]
        case .floodDelays: ["L6", "L1"]
        }
    }

    // MARK: - Policy and dice

    /// The policy in force.
    func policy(_ meant: LoginPolicy) -> LoginPolicy {
        var policy = meant
        switch self {
        case .confirmDelayForgotten: policy.confirmDelay = .zero
        case .sceneOutlives: policy.scene = meant.scene * 4
        case .confirmWindowOutlives: policy.confirm = meant.confirm * 4
        case .attemptOutlives: policy.attempt = meant.attempt * 4
        case .phoneSessionOutlives: policy.phoneSession = meant.phoneSession * 4
        case .sessionOutlives:
            policy.sessionIdle = meant.sessionIdle * 4
            policy.session = meant.session * 4
        case .launchIgnored: policy.launch = .off
        case .numberForgotten: policy.numberMatching = .off
        case .codesUnlimited: policy.codesPerMinute = 1_000_000
        case .codeOutlives: policy.grants.code = meant.grants.code * 10
        case .guessesUnlimited: policy.deadScenesPerUser = 1_000_000
        case .reloadsUnlimited: policy.attemptsPerBrowserPerMinute = 1_000_000
        case .accessTokenOutlives: policy.grants.accessToken = meant.grants.accessToken * 10
        default: break
        }
        return policy
    }

    /// The dice of a node that starts; nil for good ones.
    func dice(_ slot: Int) -> SplitMix64? {
        self == .diceRepeat ? SplitMix64(seed: UInt64(slot)) : nil
    }
}
