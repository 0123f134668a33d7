extension World {
    /// The app of an id.
    func knownApp(_ appid: String) throws(WeChatError) -> AppDescription {
        if let error = MagicValue.error(in: appid) { throw error }
        guard let app = apps[appid] else { throw .invalidAppID }
        return app
    }

    /// The app that may have a token, after WeChat's checks of the token calls.
    ///
    /// Observed 2026-09: a missing appid comes first, and an unknown one before a missing grant_type.
    /// Where 41004, 40002, 40243 and 40164 stand is assumed; the last can be moved by a switch.
    func tokenApp(
        appid: String?,
        secret: String?,
        grantType: String?,
        callerIP: String
    ) throws(WeChatError) -> AppDescription {
        guard let appid else { throw .appIDMissing }
        guard let secret else { throw .secretMissing }
        let app = try knownApp(appid)
        let asksEarly = description.switches.checksAllowListFirst
        if asksEarly { try app.checkCaller(callerIP) }
        guard !app.secretFrozen else { throw .secretFrozen }
        guard app.secret == secret else { throw .invalidSecret }
        guard grantType == "client_credential" else { throw .invalidGrantType }
        if !asksEarly { try app.checkCaller(callerIP) }
        return app
    }
}

extension AppDescription {
    /// Refuses a caller who is not on the app's list of addresses.
    func checkCaller(_ ip: String) throws(WeChatError) {
        guard ipAllowList.isEmpty || ipAllowList.contains(ip) else { throw .notInAllowList(ip) }
    }
}
