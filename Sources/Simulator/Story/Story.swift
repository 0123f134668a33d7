import LoginDomain
import LoginService

/// A failing run as a scenario of fake-phone's, which tries the same over real sockets.
///
/// It tells what was said about one attempt, login or code, up to the exchange that violated something;
/// not the faults: what they led to is seldom to be had again. So every step may fail but the last one,
/// which must not be granted where granting was the violation, and must be where refusing was.
package struct Story {
    private let spoken: [Spoken]
    private let violation: Violation
    private var options: SwarmOptions { simulation.options }
    private let simulation: Simulation

    init(_ spoken: [Spoken], _ violation: Violation, of simulation: Simulation) {
        self.spoken = spoken
        self.violation = violation
        self.simulation = simulation
    }

    /// The most steps that a story has; the last ones stay.
    private static let stepsMax = 80

    /// The violations that one exchange shows, and the threat that each is of (security model).
    ///
    /// The others are about what happens over many exchanges, between nodes, or on the way to WeChat.
    private static let threats = [
        "I1": "T14", "I2": "T07", "I3": "T11", "I4": "T13", "I5": "T10", "I6": "T12", "I7": "T12",
        "I8": "T09", "I10": "T05", "I11": "T16", "I12": "T43", "I15": "T23",
        "I16": "T13", "I21": "T24",
    ]

    /// The file; nil where real sockets cannot show it.
    package var text: String? {
        guard let threat = Self.threats[violation.invariant], let last = spoken.last,
            violation.invariant != "I16" || Self.isServed(options.policy)
        else { return nil }
        var writer = StoryWriter(isAboutIdentity: violation.invariant == "I2")
        for entry in spoken { writer.learn(entry) }
        let told = about(last)
        for entry in told.dropLast() { writer.write(entry) }
        guard writer.write(last, isLast: true) else { return nil }
        var policy = options.policy
        // Over sockets all come from one network.
        if policy.numberMatching != .always {
            policy.numberMatching = told.contains(where: \.hasNumber) ? .always : .off
        }
        return (head(threat, isAttack: last.isGranted, writer, policy) + writer.lines)
            .map { $0 + "\n" }.joined()
    }

    /// What speaks of the same as the last exchange, in order.
    private func about(_ last: Spoken) -> [Spoken] {
        var known = last.keys
        var people: Set<String> = [last.who]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for entry in spoken where !known.isDisjoint(with: entry.keys) {
                people.insert(entry.who)
                if !entry.keys.isSubset(of: known) {
                    known.formUnion(entry.keys)
                    isGrowing = true
                }
            }
        }
        let told = spoken.filter { entry in
            if case .revoke = entry.request { return entry.isGranted && people.contains(entry.who) }
            return !known.isDisjoint(with: entry.keys)
        }
        return told.suffix(Self.stepsMax)
    }

    private func head(
        _ threat: String,
        isAttack: Bool,
        _ writer: StoryWriter,
        _ policy: LoginPolicy
    ) -> [String] {
        var head = [
            "# yaml-language-server: $schema=scenario.schema.json",
            "# \(violation.line)",
            "# simulate --seed \(simulation.seed) --trace\(simulation.plantFlag)",
            "name: seed-\(simulation.seed)",
        ]
        if isAttack {
            head.append(
                "adversary: { threat: \(threat), wants: \"\(violation.text.filter { $0 != "\"" })\" }"
            )
        }
        head.append("limit_s: \(60 + writer.milliseconds / 1000)")
        let settings = Self.settings(policy)
        if !settings.isEmpty {
            head.append("server:")
            head.append("  settings:")
            head += settings.map { "    \($0): \($1)" }
        }
        head.append("cast:")
        head += writer.cast.map { "  \($0)" }
        head.append("steps:")
        return head
    }

    /// Whether a server takes all these lifetimes: what outlives its time is seen only where it does.
    private static func isServed(_ policy: LoginPolicy) -> Bool {
        policy.phoneSession >= .seconds(10) && policy.grants.code >= .seconds(10)
            && policy.grants.accessToken >= .seconds(60)
    }

    /// What was drawn and is not what a server does when nobody says; what no server takes is left out.
    private static func settings(_ policy: LoginPolicy) -> [(String, String)] {
        let usual = LoginPolicy()
        func seconds(
            _ name: String,
            _ path: KeyPath<LoginPolicy, Duration>,
            atLeast least: Int64 = 1
        ) -> (String, String)? {
            let wanted = policy[keyPath: path].wholeMilliseconds / 1000
            guard policy[keyPath: path] != usual[keyPath: path], wanted >= least else { return nil }
            return ("LIFETIMES_\(name)_SECONDS", "\(wanted)")
        }
        var settings = [
            seconds("SCENE", \.scene), seconds("CONFIRM", \.confirm), seconds("ATTEMPT", \.attempt),
            seconds("PHONE_SESSION", \.phoneSession, atLeast: 10),
            seconds("SESSION_IDLE", \.sessionIdle, atLeast: 10),
            seconds("SESSION", \.session, atLeast: 10),
            seconds("AUTHORIZATION_CODE", \.grants.code, atLeast: 10),
            seconds("ACCESS_TOKEN", \.grants.accessToken, atLeast: 60),
        ]
        .compactMap(\.self)
        if policy.confirmDelay != usual.confirmDelay {
            settings.append(
                ("LIFETIMES_CONFIRM_DELAY_MS", "\(policy.confirmDelay.wholeMilliseconds)")
            )
        }
        if policy.launch != usual.launch {
            settings.append(("LAUNCH_POLICY", "\"\(policy.launch.rawValue)\""))
        }
        if policy.numberMatching != usual.numberMatching {
            settings.append(("NUMBER_MATCHING", "\"\(policy.numberMatching.rawValue)\""))
        }
        return settings
    }
}
