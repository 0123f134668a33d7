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
        try await passing(.session, until: deadline) { trip throws(WeChatError) in
            let timeout = try timeLeft(for: trip)
            trip.isSent = true
            return try await observed(.session) { () async throws(WeChatError) in
                try await exchange(code: code, timeout: timeout)
            }
        }
    }

    private func exchange(
        code: String,
        timeout: Duration
    ) async throws(WeChatError) -> CodeSession {
        let answer = try await get(
            "/sns/jscode2session",
            [
                ("appid", configuration.appID),
                ("secret", configuration.appSecret.exposed),
                ("js_code", code),
                ("grant_type", "authorization_code"),
            ],
            timeout: timeout
        )
        let json = try WeChatAnswer.read(answer)
        guard let openID = json.openid, Self.isOpenID(openID) else { throw .unreadable("openid") }
        return CodeSession(openID: openID, unionID: json.unionid)
    }

    /// Whether a text can be an openid: `[A-Za-z0-9_-]{10,64}` (T44).
    ///
    /// One that cannot is no answer, and counts as a failure of WeChat.
    private static func isOpenID(_ text: String) -> Bool {
        (10...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default:
                    false
                }
            }
    }
}
