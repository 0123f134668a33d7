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
}
