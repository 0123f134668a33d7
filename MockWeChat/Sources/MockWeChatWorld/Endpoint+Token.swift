extension Endpoint {
    /// `GET /cgi-bin/token`, WeChat page api_getaccesstoken.
    static let token = Endpoint(
        path: "/cgi-bin/token",
        method: .get,
        credential: .secret,
        body: .none,
        limits: CallLimits(perDay: 2000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let app = try world.tokenApp(
            appid: call.parameter("appid"),
            secret: call.parameter("secret"),
            grantType: call.parameter("grant_type"),
            callerIP: call.request.callerIP
        )
        try world.checkQuota(call.endpoint, for: app.appid, at: call.now)
        return .json(world.issuePlainToken(for: app.appid, at: call.now).json(at: call.now))
    }
}
