/// One kind of call by one app.
struct AppCall: Sendable, Hashable {
    let appid: String
    let path: String
}

extension World {
    /// What an app may call; the world file's word comes before WeChat's.
    func limits(of endpoint: Endpoint, for appid: String) -> CallLimits {
        guard let quotas = apps[appid]?.quotas else { return endpoint.limits }
        var limits = endpoint.limits
        switch endpoint.path {
        case Endpoint.token.path: limits.perDay = quotas.tokensPerDay
        case Endpoint.unlimitedCode.path: limits.perMinute = quotas.codesPerMinute
        case Endpoint.code2session.path: limits.perMinute = quotas.code2sessionPerUserPerMinute
        default: break
        }
        if let own = quotas.calls.first(where: { $0.path == endpoint.path })?.limits {
            limits.perMinute = own.perMinute ?? limits.perMinute
            limits.perDay = own.perDay ?? limits.perDay
        }
        return limits
    }

    /// Refuses a call that its app has no room for; the call counts once it has succeeded.
    func checkQuota(
        _ endpoint: Endpoint,
        for appid: String,
        at now: Moment
    ) throws(WeChatError) {
        let limits = limits(of: endpoint, for: appid)
        guard limits.perDay != nil || limits.perMinute != nil else { return }
        let counter = calls[AppCall(appid: appid, path: endpoint.path)] ?? CallCounter()
        if let limit = limits.perDay, counter.used(inDayOf: now) >= limit { throw .dailyQuota }
        if let limit = limits.perMinute, counter.used(inMinuteOf: now) >= limit {
            throw endpoint.minuteRefusal(description.switches)
        }
    }

    /// Notes a call for the cost report, and counts it when it has succeeded.
    mutating func note(
        _ endpoint: Endpoint,
        by appid: String,
        succeeded: Bool,
        at now: Moment
    ) {
        let key = AppCall(appid: appid, path: endpoint.path)
        calls[key, default: CallCounter()].note(succeeded: succeeded, at: now)
    }

    /// `clear_quota`: the app's daily counters begin anew.
    mutating func clearDays(of appid: String) {
        for endpoint in Endpoint.all {
            calls[AppCall(appid: appid, path: endpoint.path)]?.clearDay()
        }
    }

    /// What was called, against what WeChat allows.
    package func costsJSON(at now: Moment) -> JSON {
        .object([
            JSONMember(
                "apps",
                .object(description.apps.map { JSONMember($0.appid, costs(of: $0, now)) })
            )
        ])
    }

    private func costs(of app: AppDescription, _ now: Moment) -> JSON {
        .object(
            Endpoint.all.compactMap { endpoint in
                let key = AppCall(appid: app.appid, path: endpoint.path)
                guard let counter = calls[key] else { return nil }
                let limits = limits(of: endpoint, for: app.appid)
                let peak =
                    endpoint.path == Endpoint.code2session.path
                    ? code2sessionPeak(of: app.appid) : counter.minutePeak
                return JSONMember(
                    endpoint.path,
                    [
                        "calls": .integer(counter.calls),
                        "per_minute": [
                            "limit": limits.perMinute.map { .integer($0) } ?? .null,
                            "peak": .integer(peak),
                        ],
                        "per_day": [
                            "limit": limits.perDay.map { .integer($0) } ?? .null,
                            "used": .integer(counter.used(inDayOf: now)),
                        ],
                    ]
                )
            }
        )
    }

    /// WeChat counts this call per user; the peak is that of the busiest one.
    private func code2sessionPeak(of appid: String) -> Int {
        description.people.reduce(0) { peak, person in
            max(peak, userCalls[UserKey(appid: appid, person: person.name)]?.minutePeak ?? 0)
        }
    }
}
