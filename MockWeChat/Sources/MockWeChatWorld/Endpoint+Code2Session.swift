extension Endpoint {
    /// `GET /sns/jscode2session`, WeChat page api_code2session.
    ///
    /// The page's example has `errcode` in a success; the service sends none. The limit is one user's.
    static let code2session = Endpoint(
        path: "/sns/jscode2session",
        method: .get,
        credential: .secret,
        body: .none,
        limits: CallLimits(perMinute: 100)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.parameter("appid") else { throw .appIDMissing }
        guard let secret = call.parameter("secret") else { throw .secretMissing }
        guard let code = call.parameter("js_code") else { throw .codeMissing }
        let app = try world.knownApp(appid)
        guard app.kind == .miniprogram else { throw .unauthorized }
        let switches = world.description.switches
        guard app.secret == secret else {
            if switches.failedExchangeSpendsCode { world.spendLoginCode(code) }
            throw .invalidSecret
        }
        if switches.allowListOnCode2session { try app.checkCaller(call.request.callerIP) }
        guard call.parameter("grant_type") == "authorization_code" else { throw .invalidGrantType }
        let person = try world.personOfUnspentLoginCode(code, appid: appid, at: call.now)
        let user = UserKey(appid: appid, person: person)
        let limits = world.limits(of: call.endpoint, for: appid)
        let key = AppCall(appid: appid, path: call.endpoint.path)
        if let limit = limits.perDay, world.calls[key]?.used(inDayOf: call.now) ?? 0 >= limit {
            throw .dailyQuota
        }
        let used = world.userCalls[user]?.used(inMinuteOf: call.now) ?? 0
        if let limit = limits.perMinute, used >= limit { throw .minuteQuota }
        world.userCalls[user, default: CallCounter()].count(at: call.now)
        world.spendLoginCode(code)
        world.lastActive[user] = call.now
        var members = [
            JSONMember("session_key", .string(world.usedSessionKey(of: user, at: call.now))),
            JSONMember("openid", .string(world.openid(of: person, in: appid))),
        ]
        if app.openPlatform {
            members.append(JSONMember("unionid", .string(world.unionid(of: person))))
        }
        return .json(.object(members))
    }
}
