import DequeModule

extension World {
    /// The app of a token that is alive.
    func appid(ofToken text: String?, at now: Moment) throws(WeChatError) -> String {
        guard let text, !text.isEmpty else { throw .tokenMissing }
        // Garbage gives 40001 and not 40014 (observed 2026-09).
        if let error = MagicValue.error(in: text) { throw error }
        guard let token = accessTokens[text] else {
            throw WeChatError(description.switches.garbageTokenErrcode)
        }
        if let superseded = token.superseded, superseded <= min(now, token.expires) {
            throw .invalidCredential
        }
        guard now < token.expires else { throw .tokenExpired }
        return token.appid
    }

    /// A new token of `/cgi-bin/token`; the one before works five more minutes.
    mutating func issuePlainToken(for appid: String, at now: Moment) -> AccessToken {
        let token = newToken(for: appid, at: now)
        let before = appTokens[appid]?.plain
        supersede(before, at: now.adding(seconds: WorldLimits.accessTokenOverlap))
        appTokens[appid, default: AppTokens()].plain = token.text
        return token
    }

    /// The token of `/cgi-bin/stable_token`: the current one as long as five minutes remain.
    ///
    /// A forced refresh inside 30 seconds of the last, or beyond 20 a day, does not refresh.
    mutating func stableToken(
        for appid: String,
        force: Bool,
        at now: Moment
    ) throws(WeChatError) -> AccessToken {
        let current = appTokens[appid]?.stable.flatMap { accessTokens[$0] }
        if force, mayForce(appid, at: now) {
            appTokens[appid, default: AppTokens()].forced.count(at: now)
            appTokens[appid, default: AppTokens()].lastForced = now
            let overlap = description.switches.forcedRefreshOverlapSeconds
            return replaceStable(current, of: appid, overlap: overlap, at: now)
        }
        if force, description.switches.refusesEarlyForce { throw .dailyQuota }
        let renewal = now.adding(seconds: WorldLimits.stableTokenRenewal)
        if let current, renewal <= current.expires { return current }
        return replaceStable(current, of: appid, overlap: WorldLimits.accessTokenOverlap, at: now)
    }

    /// Ends all tokens of an app at once.
    mutating func endTokens(of appid: String) {
        for text in accessTokens.keys {
            accessTokens.update(text) { if $0.appid == appid { $0.superseded = $0.issued } }
        }
        appTokens[appid] = nil
    }

    private func mayForce(_ appid: String, at now: Moment) -> Bool {
        if let last = appTokens[appid]?.lastForced,
            now < last.adding(seconds: WorldLimits.forcedRefreshGap)
        {
            return false
        }
        let used = appTokens[appid]?.forced.used(inDayOf: now) ?? 0
        return used < WorldLimits.forcedRefreshesPerDay
    }

    private mutating func replaceStable(
        _ current: AccessToken?,
        of appid: String,
        overlap: Int64,
        at now: Moment
    ) -> AccessToken {
        let token = newToken(for: appid, at: now)
        supersede(current?.text, at: now.adding(seconds: overlap))
        appTokens[appid, default: AppTokens()].stable = token.text
        return token
    }

    private mutating func supersede(_ text: String?, at moment: Moment) {
        guard let text else { return }
        accessTokens.update(text) { token in
            token.superseded = token.superseded.map { min($0, moment) } ?? moment
        }
    }

    /// A token in WeChat's shape: a growing number, an underscore, 153 letters (observed 2018 to 2024).
    private mutating func newToken(for appid: String, at now: Moment) -> AccessToken {
        let token = AccessToken(
            text: "90_" + dice.text(153, of: .base64URL),
            appid: appid,
            issued: now,
            expires: now.adding(seconds: WorldLimits.accessTokenLife)
        )
        accessTokens.set(token.text, to: token)
        return token
    }
}
