extension Endpoint {
    /// `POST /cgi-bin/stable_token`, WeChat page api_getstableaccesstoken.
    static let stableToken = Endpoint(
        path: "/cgi-bin/stable_token",
        method: .post,
        credential: .secret,
        members: [
            "grant_type": .string, "appid": .string, "secret": .string, "force_refresh": .bool,
        ]
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let app = try world.tokenApp(
            appid: call.text("appid"),
            secret: call.text("secret"),
            grantType: call.text("grant_type"),
            callerIP: call.request.callerIP
        )
        let perMinute = QuotaKey.stableTokensPerMinute(appid: app.appid)
        let perDay = QuotaKey.stableTokensPerDay(appid: app.appid)
        let now = call.now
        guard world.quotas.hasRoom(perDay, limit: WorldLimits.stableTokensPerDay, at: now) else {
            throw .dailyQuota
        }
        guard world.quotas.hasRoom(perMinute, limit: WorldLimits.stableTokensPerMinute, at: now)
        else { throw .minuteQuota }
        world.quotas.count(perMinute, at: now)
        world.quotas.count(perDay, at: now)
        let force = call.members["force_refresh"]?.bool ?? false
        return .json(world.stableToken(for: app.appid, force: force, at: now).json(at: now))
    }
}
