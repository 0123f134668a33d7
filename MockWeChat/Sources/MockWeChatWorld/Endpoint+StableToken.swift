extension Endpoint {
    /// `POST /cgi-bin/stable_token`, WeChat page api_getstableaccesstoken.
    static let stableToken = Endpoint(
        path: "/cgi-bin/stable_token",
        method: .post,
        credential: .secret,
        body: .json([
            "grant_type": .string, "appid": .string, "secret": .string, "force_refresh": .bool,
        ]),
        limits: CallLimits(perMinute: 10_000, perDay: 500_000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let app = try world.tokenApp(
            appid: call.text("appid"),
            secret: call.text("secret"),
            grantType: call.text("grant_type"),
            callerIP: call.request.callerIP
        )
        try world.checkQuota(call.endpoint, for: app.appid, at: call.now)
        let token = try world.stableToken(
            for: app.appid,
            force: call.flag("force_refresh") ?? false,
            at: call.now
        )
        return .json(token.json(at: call.now))
    }
}
