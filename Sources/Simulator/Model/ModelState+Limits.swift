import LoginDomain
import LoginService

/// A request for what there is a limit of.
struct AskedFor: Sendable {
    var number: Int
    /// When it was answered: it was counted by then, at the latest.
    var departed: Int64?
}

// Who may be told to wait (I23): only those who have asked so often themselves, whoever else did.
extension ModelState {
    /// Notes who asks for what there is a limit of.
    mutating func count(_ request: WireRequest) {
        for who in counted(request) {
            asked[who, default: []].append(AskedFor(number: lastNumber))
        }
    }

    /// A request has its answer, or its peer has gone.
    mutating func countNoLonger(_ number: Int, _ request: WireRequest, at now: Int64) {
        for who in counted(request) {
            guard let index = asked[who]?.lastIndex(where: { $0.number == number }) else {
                continue
            }
            asked[who]?[index].departed = now
        }
    }

    /// Against whom a request counts.
    private func counted(_ request: WireRequest) -> [String] {
        switch request {
        case .open(_, let address): ["open \(address)"]
        case .loginPhone(let code, _): codes[code].map { ["phone \($0.person)"] } ?? []
        case .scan(_, _, let phone), .confirm(_, _, _, let phone), .cancel(_, _, let phone):
            ["scene \(phones[phone.text]?.person ?? "")", "scenes from \(phone.address)"]
        default: []
        }
    }

    /// How often somebody has asked within some time, this time included.
    private func times(_ who: String, within wait: Duration, at now: Int64) -> Int {
        asked[who]?.count { ($0.departed ?? .max) > now - wait.wholeMilliseconds } ?? 0
    }

    /// Somebody was told to wait.
    mutating func judgeLimit(_ request: WireRequest, _ arrived: Int64, _ now: Int64) {
        let isTheirs: Bool
        switch request {
        case .open(_, let address):
            guard !isQuotaFaulty, policy.codesPerMinute >= 1000 else { return }
            let most = min(policy.attemptsPerBrowserPerMinute, policy.attemptsPerAddressBurst)
            // Longer than a minute by what the request took.
            let wait = Duration.seconds(60) + .milliseconds(now - arrived)
            isTheirs = times("open \(address)", within: wait, at: now) > most
        case .loginPhone(let code, _):
            guard !isQuotaFaulty, let person = codes[code]?.person else { return }
            let wait = Duration.seconds(60) + .milliseconds(now - arrived)
            isTheirs =
                times("phone \(person)", within: wait, at: now)
                > policy.phoneLoginsPerUserPerMinute
        case .scan(_, _, let phone), .confirm(_, _, _, let phone), .cancel(_, _, let phone):
            guard let person = phones[phone.text]?.person else { return }
            let wait = policy.deadSceneWindow + .milliseconds(now - arrived)
            let most = min(policy.deadScenesPerUser, policy.sceneRequestsPerUserPerMinute)
            isTheirs =
                times("scene \(person)", within: wait, at: now) > most
                || times("scenes from \(phone.address)", within: wait, at: now)
                    > policy.deadScenesPerAddress
        default:
            return
        }
        if !isTheirs { violate("I23", "somebody must wait for what others did", at: now) }
    }

    // MARK: - From above

    /// A browser was given a code: of one browser, and of one address, there are so many in a minute.
    mutating func judgeCode(
        _ cookie: String,
        from address: String,
        _ past: Pending,
        _ now: Int64
    ) {
        let chain = chainOfCookie[cookie] ?? cookie
        limit("codes for \(chain)", to: policy.attemptsPerBrowserPerMinute, in: 60_000, past, now)
        limit(
            "codes for \(address)",
            to: policy.attemptsPerAddressBurst + policy.attemptsPerAddressPerMinute,
            in: 60_000,
            past,
            now
        )
    }

    /// Somebody showed a scene that was not there: nobody may guess as often as they like.
    mutating func judgeGuess(_ request: WireRequest, _ past: Pending, _ now: Int64) {
        switch request {
        case .scan(_, _, let phone), .confirm(_, _, _, let phone), .cancel(_, _, let phone):
            guard let user = phones[phone.text]?.user else { return }
            let window = policy.deadSceneWindow.wholeMilliseconds
            limit("guesses of \(user)", to: policy.deadScenesPerUser, in: window, past, now)
        default:
            return
        }
    }

    /// Counts what somebody got of one life of a node, which keeps its counts in its memory.
    ///
    /// Each was counted between its arrival and its answer: those that came and went within the window
    /// were all in it for whichever of them was counted last.
    private mutating func limit(
        _ who: String,
        to most: Int,
        in window: Int64,
        _ past: Pending,
        _ now: Int64
    ) {
        let key = "\(past.life) \(who)"
        var times = granted[key] ?? []
        if times.count >= most { times.removeAll { $0 <= now - window } }
        times.append(past.arrived)
        granted[key] = times
        if times.count > most, times.count(where: { $0 > now - window }) > most {
            violate("I23", "node \(past.life) has no limit to \(who.prefix(20))", at: now)
        }
    }
}
