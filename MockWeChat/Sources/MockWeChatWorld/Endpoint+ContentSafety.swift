extension Endpoint {
    /// `POST /wxa/msg_sec_check`, WeChat page api_msgseccheck.
    ///
    /// Version 2 answers risky content with a success that says so; version 1 refused it.
    static let messageCheck = Endpoint(
        path: "/wxa/msg_sec_check",
        method: .post,
        credential: .accessToken,
        body: .json([
            "content": .string, "version": .integer, "scene": .integer, "openid": .string,
            "title": .string, "nickname": .string, "signature": .string,
        ]),
        limits: CallLimits(perMinute: 4000, perDay: 2_000_000),
        minuteError: .minuteFrequency
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let content = call.text("content") else { throw .dataFormat }
        guard content.unicodeScalars.count <= WorldLimits.checkedTextLengthMax else {
            throw .tooLarge
        }
        var texts = [content] + ["title", "nickname"].compactMap(call.text)
        // WeChat page api_msgseccheck: a signature belongs to a profile alone.
        if call.integer("scene") == 1, let signature = call.text("signature") {
            texts.append(signature)
        }
        let verdict = world.description.verdict(on: texts)
        guard call.integer("version") == 2 else {
            if verdict.suggestion == .risky { throw .riskyContent }
            return .ok()
        }
        guard let scene = call.integer("scene"), (1...4).contains(scene) else {
            throw .invalidScene
        }
        _ = try world.activeUser(call)
        return .ok(verdict.members + [JSONMember("trace_id", .string(world.traceID(at: call.now)))])
    }

    /// `POST /wxa/img_sec_check`, WeChat page imgSecCheck, version 1, not maintained since 2021-09-01.
    ///
    /// Its picture counts as risky when its file name holds one of the world's risky words.
    static let imageCheck = Endpoint(
        path: "/wxa/img_sec_check",
        method: .post,
        credential: .accessToken,
        body: .multipart(field: "media"),
        limits: CallLimits(perMinute: 2000, perDay: 200_000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let file = call.file else { throw .dataFormat }
        guard file.bytes.count <= WorldLimits.checkedImageBytesMax else { throw .tooLarge }
        guard ImageKind(file.bytes) != nil else { throw .invalidMediaType }
        let verdict = world.description.verdict(on: [file.filename ?? ""])
        if verdict.suggestion == .risky { throw .riskyContent }
        return .ok()
    }

    /// `POST /wxa/media_check_async`, WeChat page api_mediacheckasync.
    ///
    /// The verdict comes later as an event; `GET /_mock/events` shows what WeChat would push.
    static let mediaCheck = Endpoint(
        path: "/wxa/media_check_async",
        method: .post,
        credential: .accessToken,
        body: .json([
            "media_url": .string, "media_type": .integer, "version": .integer, "scene": .integer,
            "openid": .string,
        ]),
        limits: CallLimits(perMinute: 2000, perDay: 200_000),
        minuteError: .minuteFrequency
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let url = call.text("media_url") else { throw .dataFormat }
        guard let type = call.integer("media_type"), (1...2).contains(type) else {
            throw .invalidMediaType
        }
        guard let scene = call.integer("scene"), (1...4).contains(scene) else {
            throw .invalidScene
        }
        let user = try world.activeUser(call)
        let trace = world.traceID(at: call.now)
        world.addEvent(
            .object(
                [
                    JSONMember("event", "wxa_media_check"),
                    JSONMember("appid", .string(user.appid)),
                    JSONMember("trace_id", .string(trace)),
                    JSONMember("at", .string(call.now.iso8601)),
                    JSONMember("errcode", 0),
                ] + world.description.verdict(on: [url]).members
            )
        )
        return .ok([JSONMember("trace_id", .string(trace))])
    }
}

extension World {
    /// The user of an openid who was in the app in the last two hours.
    fileprivate mutating func activeUser(_ call: Call) throws(WeChatError) -> UserKey {
        let openid = call.text("openid")
        if let openid, let appid = call.appid, MagicValue.error(in: openid) == nil,
            person(ofOpenid: openid, in: appid) == nil,
            description.apps.contains(where: { person(ofOpenid: openid, in: $0.appid) != nil })
        {
            throw .foreignOpenID
        }
        let user = try userOfOpenid(openid, of: call.appid)
        guard let active = lastActive[user],
            call.now < active.adding(seconds: WorldLimits.activityLife)
        else { throw .userNotActive }
        return user
    }
}
