extension Endpoint {
    /// `GET /sns/jscode2session`, WeChat page api_code2session.
    ///
    /// The page's example has `errcode` in a success; the service sends none.
    static let code2session = Endpoint(
        path: "/sns/jscode2session",
        method: .get,
        credential: .secret,
        members: nil
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.parameter("appid") else { throw .appIDMissing }
        guard let secret = call.parameter("secret") else { throw .secretMissing }
        guard let code = call.parameter("js_code") else { throw .codeMissing }
        guard let app = world.apps[appid] else { throw .invalidAppID }
        guard app.secret == secret else { throw .invalidSecret }
        guard call.parameter("grant_type") == "authorization_code" else { throw .invalidGrantType }
        let person = try world.personOfUnspentLoginCode(code, appid: appid, at: call.now)
        let quota = QuotaKey.code2sessionPerMinute(appid: appid, person: person)
        let limit = app.quotas.code2sessionPerUserPerMinute
        guard world.quotas.hasRoom(quota, limit: limit, at: call.now) else { throw .minuteQuota }
        world.quotas.count(quota, at: call.now)
        world.spendLoginCode(code)
        var members = [
            JSONMember(
                "session_key",
                .string(world.sessionKey(of: person, in: appid, at: call.now))
            ),
            JSONMember("openid", .string(world.openid(of: person, in: appid))),
        ]
        if app.openPlatform {
            members.append(JSONMember("unionid", .string(world.unionid(of: person))))
        }
        return .json(.object(members))
    }
}
