extension Endpoint {
    /// `POST /cgi-bin/message/subscribe/send`, WeChat page api_sendmessage.
    ///
    /// One consent pays for one message; `POST /_mock/phones/{person}/subscribe` gives one.
    static let subscribeMessage = Endpoint(
        path: "/cgi-bin/message/subscribe/send",
        method: .post,
        credential: .accessToken,
        body: .json([
            "touser": .string, "template_id": .string, "data": .object, "page": .string,
            "miniprogram_state": .string, "lang": .string,
        ])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.appid, let app = world.apps[appid] else { throw .invalidCredential }
        let user = try world.userOfOpenid(call.text("touser"), of: appid)
        guard let template = call.text("template_id"), app.templates.contains(template) else {
            throw .invalidTemplate
        }
        try SubscribeField.check(call.members["data"])
        try checkChoice(call, "miniprogram_state", ["developer", "trial", "formal"])
        try checkChoice(call, "lang", ["zh_CN", "en_US", "zh_HK", "zh_TW"])
        let consent = SubscriptionKey(user: user, template: template)
        guard let left = world.subscriptions[consent], left > 0 else { throw .userRefuses }
        world.subscriptions[consent] = left - 1
        return .ok()
    }

    private static func checkChoice(
        _ call: Call,
        _ name: String,
        _ choices: [String]
    ) throws(WeChatError) {
        guard let value = call.text(name) else { return }
        guard choices.contains(value) else { throw .invalidArgument(name) }
    }
}
