extension World {
    /// The app that may have a token, after WeChat's checks of the token calls.
    ///
    /// Observed 2026-09: a missing appid comes first, and an unknown one before a missing grant_type.
    /// Where 41004, 40002, 40243 and 40164 stand is assumed.
    func tokenApp(
        appid: String?,
        secret: String?,
        grantType: String?,
        callerIP: String
    ) throws(WeChatError) -> AppDescription {
        guard let appid else { throw .appIDMissing }
        guard let secret else { throw .secretMissing }
        guard let app = apps[appid] else { throw .invalidAppID }
        guard !app.secretFrozen else { throw .secretFrozen }
        guard app.secret == secret else { throw .invalidSecret }
        guard grantType == "client_credential" else { throw .invalidGrantType }
        guard app.ipAllowList.isEmpty || app.ipAllowList.contains(callerIP) else {
            throw .notInAllowList(callerIP)
        }
        return app
    }
}
