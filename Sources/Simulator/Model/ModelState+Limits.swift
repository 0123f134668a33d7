import LoginDomain
import LoginService

// Who may be told to wait (I23): only those who have asked so often themselves, whoever else did.
extension ModelState {
    /// Notes who asks for what there is a limit of.
    mutating func count(_ request: WireRequest, at now: Int64) {
        switch request {
        case .open(_, let address): asked["open \(address)", default: []].append(now)
        case .loginPhone(let code, _):
            if let person = codes[code]?.person {
                asked["phone \(person)", default: []].append(now)
            }
        case .scan(_, _, let phone), .confirm(_, _, _, let phone), .cancel(_, _, let phone):
            let person = phones[phone.text]?.person ?? ""
            asked["scene \(person)", default: []].append(now)
            asked["scenes from \(phone.address)", default: []].append(now)
        default:
            return
        }
    }

    /// How often somebody has asked within some time, this time included.
    private func times(_ who: String, within wait: Duration, at now: Int64) -> Int {
        asked[who]?.count { $0 > now - wait.wholeMilliseconds } ?? 0
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
