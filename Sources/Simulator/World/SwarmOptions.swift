import LoginDomain

/// What a seed draws before anything happens: how much goes wrong, how many take part, how long things
/// live.
///
/// Every run has its own mixture, so that runs without a fault are as common as those with many.
package struct SwarmOptions: Sendable {
    // MARK: Who takes part

    package var nodes = 1
    package var honestUsers = 3
    package var loginsPerUser = 4
    package var adversaries: [AdversaryKind] = []
    /// The share of logins that are for a website.
    package var websites = 0.0

    /// The share of logins before which somebody gives themselves another nickname.
    package var nicknames = 0.0
    /// The share of what people do that takes them minutes: they go on using a session, have a break before
    /// they go back to a website, and websites show a token again after its grace.
    package var dwells = 0.0

    // MARK: The network between peers and nodes; shares of requests

    package var lostRequests = 0.0
    package var lostAnswers = 0.0
    package var duplicates = 0.0
    package var givenUp = 0.0
    package var delayMax = 40
    package var slowShare = 0.0
    package var pushResets = 0.0
    package var halfOpen = 0.0

    // MARK: WeChat; shares of calls

    package var weChatUnreachable = 0.0
    package var weChatLostAnswers = 0.0
    package var weChatErrors = 0.0
    package var weChatGarbage = 0.0
    package var weChatSlow = 0.0
    /// Somebody else refreshes the access token by force.
    package var foreignRefreshes = 0

    // MARK: The store; shares of operations

    package var storeFailures = 0.0
    package var storeLostAcknowledgements = 0.0
    package var storeStalls = 0.0
    package var storeStallMax = 0
    package var storeConflicts = 0.0
    /// How many take a moment, in which others go on.
    package var storeMoments = 0.0

    // MARK: Nodes

    package var crashes = 0
    package var shutdowns = 0
    package var partitions = 0
    package var rollbacks = 0
    /// Wall clocks that jump while a node is down, in seconds, forwards.
    package var clockJumps = 0
    /// Signing keys that an operator publishes by hand, and ones that are revoked.
    package var keyRotations = 0
    package var keyRevocations = 0
    /// How far apart the clocks of two nodes may be, in milliseconds.
    package var skew: Int64 = 0

    // MARK: Lifetimes and rules

    var policy = LoginPolicy()
    /// The end waits until every attempt is over.
    package var drains = false

    /// Draws a mixture.
    package init(using dice: inout SplitMix64) {
        nodes = dice.one(of: [1, 1, 2, 3])
        honestUsers = dice.within(2...8)
        loginsPerUser = dice.within(2...16)
        drains = dice.chance(0.05)
        if dice.chance(0.75) {
            for kind in AdversaryKind.first where dice.chance(0.25) { adversaries.append(kind) }
        }
        websites = dice.one(of: [0, 0.2, 0.6])
        if nodes > 1 { skew = Int64(dice.one(of: [0, 0, 20, 400])) }
        // A crowd or a busy operator, now and then, by dice of their own: the other seeds, the kept ones
        // among them, take the steps that they took before there were such.
        var others = dice
        for _ in 0..<3 { others = others.split() }
        if others.chance(0.25) { honestUsers += others.within(4...24) }
        if others.chance(0.2) {
            keyRotations = others.within(0...2)
            keyRevocations = others.within(1...2)
        }
        storeMoments = others.one(of: [0, 0.1, 0.5])
        var own = dice
        for _ in 0..<5 { own = own.split() }
        drawPolicy(using: &dice)
        drawHabits(using: &own)
        // One run in five is free of faults: what fails there, fails without an excuse.
        if dice.chance(0.8) { drawFaults(using: &dice) }
        var newcomers = others.split()
        for kind in AdversaryKind.later where newcomers.chance(0.25) { adversaries.append(kind) }
    }

    /// By dice of their own, as above.
    private mutating func drawHabits(using dice: inout SplitMix64) {
        if dice.chance(0.4) { nicknames = 0.3 }
        if dice.chance(0.3) { dwells = 0.08 }
        if dice.chance(0.3) { policy.attemptsPerAddressBurst = 20 }
        if dice.chance(0.1) {
            policy.rows.parkedRequests = dice.within(1...3)
            policy.rows.grants = dice.within(3...8)
        }
    }

    private mutating func drawFaults(using dice: inout SplitMix64) {
        func share(_ most: Double) -> Double {
            dice.chance(0.5) ? 0 : Double(dice.below(1000)) / 1000 * most
        }
        lostRequests = share(0.15)
        lostAnswers = share(0.15)
        duplicates = share(0.25)
        givenUp = share(0.1)
        delayMax = dice.one(of: [0, 40, 200, 1500])
        slowShare = share(0.1)
        pushResets = share(0.3)
        halfOpen = share(0.1)
        weChatUnreachable = share(0.2)
        weChatLostAnswers = share(0.2)
        weChatErrors = share(0.3)
        weChatGarbage = share(0.1)
        weChatSlow = share(0.2)
        foreignRefreshes = dice.chance(0.2) ? dice.within(1...3) : 0
        storeFailures = share(0.06)
        storeLostAcknowledgements = share(0.06)
        storeStalls = share(0.2)
        storeStallMax = dice.one(of: [50, 1000, 8000])
        storeConflicts = share(0.5)
        if dice.chance(0.4) { crashes = dice.within(1...4) }
        if dice.chance(0.2) { shutdowns = dice.within(1...2) }
        if dice.chance(0.2) { partitions = dice.within(1...3) }
        if dice.chance(0.12) { rollbacks = 1 }
        if nodes == 1, dice.chance(0.15) { clockJumps = 1 }
    }

    private mutating func drawPolicy(using dice: inout SplitMix64) {
        guard dice.chance(0.7) else { return }
        policy.scene = .seconds(dice.one(of: [5, 20, 60, 120]))
        policy.confirm = .seconds(dice.one(of: [3, 10, 30, 60]))
        policy.attempt = .seconds(dice.one(of: [8, 30, 90, 180]))
        policy.confirmDelay = .milliseconds(dice.one(of: [0, 700, 700, 2000]))
        policy.launch = dice.one(of: LaunchPolicy.allCases)
        policy.numberMatching = dice.one(of: [.off, .networks, .always])
        policy.phoneSession = .seconds(dice.one(of: [15, 60, 900]))
        policy.sessionIdle = .seconds(dice.one(of: [30, 1800]))
        policy.session = .seconds(dice.one(of: [60, 43_200]))
        policy.deadScenesPerUser = dice.one(of: [3, 10])
        policy.pooledCodes = dice.one(of: [0, 0, 3])
        policy.codesPerMinute = dice.one(of: [20, 4000])
        policy.attemptsPerBrowserPerMinute = dice.one(of: [6, 60])
        policy.phoneLoginsPerUserPerMinute = dice.one(of: [5, 20])
        policy.rows.liveAttempts = dice.one(of: [3, 100_000])
        policy.endedAttempt = .seconds(dice.one(of: [240, 86_400]))
        policy.grants.code = .seconds(dice.one(of: [5, 60]))
        policy.grants.accessToken = .seconds(dice.one(of: [20, 600]))
        policy.grants.refreshToken = .seconds(dice.one(of: [60, 2_592_000]))
    }

    /// The mixture in words, one line each, for the head of a report.
    package var lines: [String] {
        let percent = { (share: Double) in "\(Int((share * 1000).rounded()))‰" }
        let milliseconds = { (wait: Duration) in "\(wait.wholeMilliseconds) ms" }
        return [
            "nodes \(nodes), users \(honestUsers), logins each \(loginsPerUser), "
                + "for websites \(percent(websites)), nicknames \(percent(nicknames)), "
                + "dwells \(percent(dwells)), drains \(drains)",
            "adversaries \(adversaries.map(\.rawValue).joined(separator: ", "))",
            "network: lost requests \(percent(lostRequests)), lost answers \(percent(lostAnswers)), "
                + "duplicates \(percent(duplicates)), given up \(percent(givenUp)), "
                + "delay up to \(delayMax) ms, slow \(percent(slowShare)), "
                + "push resets \(percent(pushResets)), half open \(percent(halfOpen))",
            "wechat: unreachable \(percent(weChatUnreachable)), "
                + "lost answers \(percent(weChatLostAnswers)), errors \(percent(weChatErrors)), "
                + "garbage \(percent(weChatGarbage)), slow \(percent(weChatSlow)), "
                + "foreign refreshes \(foreignRefreshes)",
            "store: failures \(percent(storeFailures)), "
                + "lost acknowledgements \(percent(storeLostAcknowledgements)), "
                + "stalls \(percent(storeStalls)) up to \(storeStallMax) ms, "
                + "conflicts \(percent(storeConflicts)), moments \(percent(storeMoments))",
            "nodes: crashes \(crashes), shutdowns \(shutdowns), partitions \(partitions), "
                + "rollbacks \(rollbacks), clock jumps \(clockJumps), "
                + "keys rotated \(keyRotations), keys revoked \(keyRevocations), "
                + "clocks apart by up to \(skew) ms",
            "lifetimes: scene \(milliseconds(policy.scene)), "
                + "confirm \(milliseconds(policy.confirm)), "
                + "attempt \(milliseconds(policy.attempt)), "
                + "phone \(milliseconds(policy.phoneSession)), "
                + "session \(milliseconds(policy.sessionIdle)) to \(milliseconds(policy.session)), "
                + "ended \(milliseconds(policy.endedAttempt)), "
                + "code \(milliseconds(policy.grants.code)), "
                + "access token \(milliseconds(policy.grants.accessToken)), "
                + "refresh token \(milliseconds(policy.grants.refreshToken))",
            "rules: confirm delay \(milliseconds(policy.confirmDelay)), "
                + "launch \(policy.launch.rawValue), number \(policy.numberMatching.rawValue), "
                + "dead scenes \(policy.deadScenesPerUser), "
                + "codes a minute \(policy.codesPerMinute), codes ahead \(policy.pooledCodes), "
                + "codes an address \(policy.attemptsPerAddressBurst), "
                + "live attempts \(policy.rows.liveAttempts), "
                + "asks that wait \(policy.rows.parkedRequests), grants \(policy.rows.grants)",
        ]
    }
}
