/// What jscode2session says of a phone's owner.
///
/// The session_key is not in it, and so nowhere.
package struct CodeSession: Sendable, Equatable {
    package var openID: String
    package var unionID: String?

    package init(openID: String, unionID: String?) {
        self.openID = openID
        self.unionID = unionID
    }
}

extension WeChatClient {
    /// `GET /sns/jscode2session`: exchanges what wx.login gave for the person's openid (WeChat page
    /// api_code2session).
    ///
    /// Exactly one call. A code is spent by the first success, so after a lost answer nobody knows
    /// whether it still lives: trying again would be a guess (T8).
    package func session(forCode code: String) async throws(WeChatError) -> CodeSession {
        let answer = try await get(
            "/sns/jscode2session",
            [
                ("appid", configuration.appID),
                ("secret", configuration.appSecret.exposed),
                ("js_code", code),
                ("grant_type", "authorization_code"),
            ]
        )
        let json = try WeChatAnswer.read(answer)
        guard let openID = json.openid, !openID.isEmpty else { throw .unreadable("openid") }
        return CodeSession(openID: openID, unionID: json.unionid)
    }
}
