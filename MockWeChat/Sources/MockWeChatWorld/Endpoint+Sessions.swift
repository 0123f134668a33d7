import Crypto
import FoundationEssentials

extension Endpoint {
    /// `GET /wxa/checksession`, WeChat page api_checksessionkey.
    static let checkSession = Endpoint(
        path: "/wxa/checksession",
        method: .get,
        credential: .accessToken,
        body: .none
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let user = try world.userOfSignedSession(call)
        _ = world.usedSessionKey(of: user, at: call.now)
        return .ok()
    }

    /// `GET /wxa/resetusersessionkey`, WeChat page api_resetusersessionkey.
    ///
    /// Documented as GET. The new key ends when the old one would have.
    static let resetSessionKey = Endpoint(
        path: "/wxa/resetusersessionkey",
        method: .get,
        credential: .accessToken,
        body: .none,
        limits: CallLimits(perMinute: 60_000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let user = try world.userOfSignedSession(call)
        let key = try world.resetSessionKey(of: user, at: call.now)
        return .ok([
            JSONMember("openid", .string(world.openid(of: user.person, in: user.appid))),
            JSONMember("session_key", .string(key)),
        ])
    }
}

extension World {
    /// The user whose session_key signed the call.
    ///
    /// The key of the HMAC is the session_key as text, not decoded; the message is empty (signature guide
    /// of WeChat's pages).
    fileprivate mutating func userOfSignedSession(_ call: Call) throws(WeChatError) -> UserKey {
        let user = try userOfOpenid(call.parameter("openid"), of: call.appid)
        guard let method = call.parameter("sig_method"), let given = call.parameter("signature")
        else { throw .invalidArgs }
        guard method == "hmac_sha256" else { throw .invalidSignatureMethod }
        guard let key = liveSessionKey(of: user, at: call.now) else { throw .sessionKeyGone }
        let code = HMAC<SHA256>.authenticationCode(
            for: [UInt8](),
            using: SymmetricKey(data: Array(key.text.utf8))
        )
        guard given == Hex.text(code) else { throw .invalidSignature }
        return user
    }
}
