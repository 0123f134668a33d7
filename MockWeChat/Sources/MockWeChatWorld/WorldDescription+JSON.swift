// The JSON form has the members of the world file, so that what is looked at can be loaded again.

extension WorldDescription {
    package var json: JSON {
        [
            "seed": .integer(Int(seed)),
            "clock": clock.json,
            "apps": .array(apps.map(\.json)),
            "people": .array(people.map(\.json)),
            "switches": switches.json,
            "risky_words": .strings(riskyWords),
            "review_words": .strings(reviewWords),
        ]
    }
}

extension ClockDescription {
    var json: JSON {
        var members = [JSONMember("mode", .string(mode.rawValue))]
        if let start { members.append(JSONMember("start", .string(start.iso8601))) }
        return .object(members)
    }
}

extension AppDescription {
    package var json: JSON {
        [
            "appid": .string(appid),
            "secret": .string(secret),
            "kind": .string(kind.rawValue),
            "released": .bool(released),
            "pages": .strings(pages),
            "open_platform": .bool(openPlatform),
            "ip_allow_list": .strings(ipAllowList),
            "secret_frozen": .bool(secretFrozen),
            "request_domains": .strings(requestDomains),
            "members": .strings(members),
            "quotas": quotas.json,
            "templates": .strings(templates),
        ]
    }
}

extension QuotaDescription {
    var json: JSON {
        [
            "codes_per_minute": .integer(codesPerMinute),
            "code2session_per_user_per_minute": .integer(code2sessionPerUserPerMinute),
            "tokens_per_day": .integer(tokensPerDay),
            "limited_codes_total": .integer(limitedCodesTotal),
            "unchecked_pages_total": .integer(uncheckedPagesTotal),
            "calls": .object(calls.map { JSONMember($0.path, $0.limits.json) }),
        ]
    }
}

extension PersonDescription {
    package var json: JSON {
        var members = [
            JSONMember("name", .string(name)),
            JSONMember("nickname", .string(nickname)),
            JSONMember("phone_number", .string(phoneNumber)),
        ]
        if let openid { members.append(JSONMember("openid", .string(openid))) }
        if let unionid { members.append(JSONMember("unionid", .string(unionid))) }
        return .object(members)
    }
}

extension CallLimits {
    var json: JSON {
        var members: [JSONMember] = []
        if let perMinute { members.append(JSONMember("per_minute", .integer(perMinute))) }
        if let perDay { members.append(JSONMember("per_day", .integer(perDay))) }
        return .object(members)
    }
}
