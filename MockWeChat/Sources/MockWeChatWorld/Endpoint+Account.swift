extension Endpoint {
    /// `POST /cgi-bin/clear_quota`, WeChat page api_clearquota: ten a month for an account.
    static let clearQuota = Endpoint(
        path: "/cgi-bin/clear_quota",
        method: .post,
        credential: .accessToken,
        body: .json(["appid": .string])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.appid, call.text("appid") == appid else { throw .invalidAppID }
        let month = call.now.monthInBeijing
        let used = world.quotaClears[appid].flatMap { $0.month == month ? $0.count : nil } ?? 0
        guard used < WorldLimits.quotaClearsPerMonth else { throw .tooManyClears }
        world.quotaClears[appid] = (month, used + 1)
        world.clearDays(of: appid)
        return .ok()
    }

    /// `POST /cgi-bin/openapi/quota/get`, WeChat page api_getapiquota.
    static let getQuota = Endpoint(
        path: "/cgi-bin/openapi/quota/get",
        method: .post,
        credential: .accessToken,
        body: .json(["cgi_path": .string])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.appid, let path = call.text("cgi_path") else { throw .pathNotFound }
        guard !path.hasPrefix("/sns/") else { throw .pathNotAllowed }
        guard let endpoint = Endpoint.at(path) else { throw .pathNotFound }
        let limits = world.limits(of: endpoint, for: appid)
        let daily = limits.perDay ?? WorldLimits.dailyLimitShown
        let counter = world.calls[AppCall(appid: appid, path: path)]
        let used = counter?.used(inDayOf: call.now) ?? 0
        var members = [
            JSONMember(
                "quota",
                [
                    "daily_limit": .integer(daily), "used": .integer(used),
                    "remain": .integer(max(0, daily - used)),
                ]
            )
        ]
        if world.description.switches.quotaShowsRate {
            members.append(
                JSONMember(
                    "rate_limit",
                    [
                        "call_count": .integer(limits.perMinute ?? 0),
                        "refresh_second": limits.perMinute == nil ? 0 : 60,
                    ]
                )
            )
            members.append(
                JSONMember("component_rate_limit", ["call_count": 0, "refresh_second": 0])
            )
        }
        return .ok(members)
    }

    /// `POST /cgi-bin/openapi/rid/get`, WeChat page api_getridinfo.
    static let getRequestID = Endpoint(
        path: "/cgi-bin/openapi/rid/get",
        method: .post,
        credential: .accessToken,
        body: .json(["rid": .string])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let text = call.text("rid"), let id = RequestID(text) else { throw .ridMalformed }
        let age = call.now.seconds - id.seconds
        guard age <= WorldLimits.requestIDLife else { throw .ridTooOld }
        guard let entry = world.journal.entries.last(where: { $0.carries(text) }) else {
            throw .ridNotFound
        }
        guard entry.appid == call.appid, !entry.path.hasPrefix("/sns/") else {
            throw .ridNotAllowed
        }
        return .ok([
            JSONMember(
                "request",
                [
                    "invoke_time": .integer(Int(id.seconds)),
                    "cost_in_ms": .integer(max(1, entry.delayMilliseconds)),
                    "request_url": .string(String(entry.target.drop { $0 != "?" }.dropFirst())),
                    "request_body": .string(String(decoding: entry.body, as: UTF8.self)),
                    "response_body": .string(entry.responseText),
                    "client_ip": .string(entry.callerIP),
                ]
            )
        ])
    }

    /// `GET /cgi-bin/get_api_domain_ip`, WeChat page api_getapidomainip: a success has no errcode.
    static let domainAddresses = addresses("/cgi-bin/get_api_domain_ip")

    /// `GET /cgi-bin/getcallbackip`, WeChat page api_getcallbackip: a success has no errcode.
    static let callbackAddresses = addresses("/cgi-bin/getcallbackip")

    /// Addresses that are nobody's (RFC 5737).
    private static func addresses(_ path: String) -> Endpoint {
        Endpoint(path: path, method: .get, credential: .accessToken, body: .none) {
            (_: inout World, _: Call) throws(WeChatError) -> Outcome in
            .json(["ip_list": ["203.0.113.1", "203.0.113.2"]])
        }
    }
}

extension JournalEntry {
    /// Whether the answer ends with this request id.
    fileprivate func carries(_ rid: String) -> Bool { responseText.contains(rid) }

    fileprivate var responseText: String { String(decoding: answer, as: UTF8.self) }
}
