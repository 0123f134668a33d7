package import HTTPTransport

/// Why WeChat did not do what was asked.
///
/// Each case asks for another reaction.
package enum WeChatError: Error, Sendable, Equatable {
    /// The js_code is unknown, expired, used or another app's (40029, 40163).
    case invalidCode
    /// WeChat holds the user for a risk (40226).
    case userBlocked
    /// A quota of ours or of the user is used up (45009, 45011).
    case quotaReached(errcode: Int)
    /// An access token was refused (40001, 40014, 42001). Stays inside the client unless nothing
    /// helps.
    case tokenRefused(errcode: Int)
    /// Any other errcode.
    case refused(errcode: Int)
    /// An answer that is none: wrong status, HTML, no openid, a picture that is none.
    case unreadable(String)
    /// No answer.
    case transport(HTTPTransportError)
    /// Too soon after a failure to ask for an access token again.
    case backingOff
    /// This kind of call rests for so long: it kept failing, or its quota is used up.
    case resting(milliseconds: Int64, isQuota: Bool)
    /// Too many ask at once.
    case crowded

    /// The errcodes of `wechat-api.md` 0.7 and 3.6 that we act upon.
    init(errcode: Int) {
        switch errcode {
        case 40029, 40163: self = .invalidCode
        case 40226: self = .userBlocked
        case 45009, 45011: self = .quotaReached(errcode: errcode)
        case 40001, 40014, 42001: self = .tokenRefused(errcode: errcode)
        default: self = .refused(errcode: errcode)
        }
    }

    /// Whether this is what a call to WeChat came to; otherwise none was made for it.
    package var isFromWeChat: Bool {
        switch self {
        case .backingOff, .resting, .crowded: false
        case .invalidCode, .userBlocked, .quotaReached, .tokenRefused, .refused, .unreadable,
            .transport:
            true
        }
    }

    /// A short word for logs and metric labels.
    ///
    /// It never holds a value from outside.
    package var label: String {
        switch self {
        case .invalidCode: "invalid_code"
        case .userBlocked: "user_blocked"
        case .quotaReached(let errcode): "quota_\(errcode)"
        case .tokenRefused(let errcode): "token_\(errcode)"
        case .refused(let errcode): "errcode_\(errcode)"
        case .unreadable(let what): "unreadable_\(what)"
        case .transport(let error): "transport_\(error)"
        case .backingOff: "backing_off"
        case .resting(_, let isQuota): isQuota ? "resting_quota" : "resting"
        case .crowded: "crowded"
        }
    }
}
