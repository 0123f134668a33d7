import HTTPTypes
import LoginDomain
import LoginService
import OpenIDConnect

/// Everything a peer can be refused for, with its status and its name on the wire.
///
/// The one place where errors become HTTP. The names are a contract (`wire.md`); the sentences are
/// for people and may change.
enum EdgeError: Error, Equatable {
    case refusal(LoginRefusal)
    /// Not from our own page: wrong or missing Origin, or no `X-SL: 1`.
    case csrf
    /// Not what this call takes. The detail names the member.
    case malformed(String)
    /// A member this call does not know.
    case unknownMember(String)
    case bodyTooLarge(limit: Int)
    /// A body of a kind that this call does not take. The detail says which it takes.
    case unsupportedMedia(String)
    case targetTooLong
    case headersTooLarge
    /// Not whole in time.
    case tooSlow
    /// A WebSocket of a version we do not speak.
    case upgradeRequired
    case notFound
    case methodNotAllowed(allowed: String)
    /// Not a host we answer for.
    case misdirected(origin: String)
    /// Ours. The details are in the log.
    case internalError

    var status: HTTPResponse.Status {
        switch self {
        case .refusal(let refusal): refusal.status
        case .csrf: .forbidden
        case .malformed: .badRequest
        case .unknownMember: .unprocessableContent
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedMedia: .unsupportedMediaType
        case .targetTooLong: .uriTooLong
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .tooSlow: .requestTimeout
        case .upgradeRequired: .upgradeRequired
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .misdirected: .misdirectedRequest
        case .internalError: .internalServerError
        }
    }

    var name: String {
        switch self {
        case .refusal(let refusal): refusal.name
        case .csrf: "csrf"
        case .malformed: "malformed"
        case .unknownMember: "unknown_member"
        case .bodyTooLarge: "too_large"
        case .unsupportedMedia: "unsupported_media"
        case .targetTooLong: "target_too_long"
        case .headersTooLarge: "headers_too_large"
        case .tooSlow: "too_slow"
        case .upgradeRequired: "upgrade_required"
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .misdirected: "misdirected"
        case .internalError: "internal"
        }
    }

    var message: String {
        switch self {
        case .refusal(let refusal): refusal.message
        case .csrf: "This request must come from the login page itself."
        case .malformed(let detail): detail
        case .unknownMember(let member): "This call has no member \(member)."
        case .bodyTooLarge(let limit): "The body may have at most \(limit) bytes."
        case .unsupportedMedia(let detail): detail
        case .targetTooLong: "The address is too long."
        case .headersTooLarge: "The header fields are too large or too many."
        case .tooSlow: "The request was not here in time."
        case .upgradeRequired: "This address takes WebSockets of version 13."
        case .notFound: "There is nothing here."
        case .methodNotAllowed(let allowed): "This address takes \(allowed)."
        case .misdirected(let origin): "This server is \(origin) and answers for no other host."
        case .internalError: "Something went wrong here. Please try again."
        }
    }

    var retryAfterSeconds: Int? {
        switch self {
        case .refusal(.rateLimited(let seconds)), .refusal(.weChatUnavailable(let seconds)),
            .refusal(.storeUnavailable(let seconds)):
            seconds
        case .refusal, .csrf, .malformed, .unknownMember, .bodyTooLarge, .unsupportedMedia,
            .targetTooLong, .headersTooLarge, .tooSlow, .upgradeRequired, .notFound,
            .methodNotAllowed, .misdirected, .internalError:
            nil
        }
    }
}

extension LoginRefusal {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .noAttempt, .userBlocked, .confirmBlocked, .numberRequired: .forbidden
        case .badNickName, .unsoundRequest, .noRequest: .badRequest
        case .unknownLogin: .notFound
        case .unknownPicture: .unsupportedMediaType
        case .noSession, .noPhoneSession, .invalidCode: .unauthorized
        case .notConfirmed, .alreadyCompleted, .tooFast: .conflict
        case .sceneUnavailable, .requestExpired: .gone
        case .rateLimited: .tooManyRequests
        case .weChatUnavailable, .storeUnavailable: .serviceUnavailable
        }
    }

    fileprivate var name: String {
        switch self {
        case .noAttempt: "no_attempt"
        case .notConfirmed: "not_confirmed"
        case .alreadyCompleted: "already_completed"
        case .noSession: "no_session"
        case .noPhoneSession: "no_phone_session"
        case .invalidCode: "invalid_code"
        case .userBlocked: "user_blocked"
        case .tooFast: "too_fast"
        case .confirmBlocked: "confirm_blocked"
        case .numberRequired: "number_required"
        case .badNickName: "malformed"
        case .unknownPicture: "unsupported_media"
        case .unknownLogin: "not_found"
        case .sceneUnavailable: "scene_unavailable"
        case .unsoundRequest(.malformed): "malformed"
        case .unsoundRequest(.unknownClient): "unknown_client"
        case .unsoundRequest(.unknownRedirect): "unknown_redirect_uri"
        case .noRequest: "no_request"
        case .requestExpired: "request_expired"
        case .rateLimited: "rate_limited"
        case .weChatUnavailable: "wechat_unavailable"
        case .storeUnavailable: "unavailable"
        }
    }

    fileprivate var message: String {
        switch self {
        case .noAttempt: "This browser has no login under way."
        case .notConfirmed: "The phone has not confirmed this login."
        case .alreadyCompleted: "This login has been completed already."
        case .noSession: "Nobody is logged in."
        case .noPhoneSession: "The mini-program must log in again."
        case .invalidCode: "WeChat does not know this code; call wx.login again."
        case .userBlocked: "WeChat does not allow this login."
        case .tooFast: "That was too fast; please look at what you confirm."
        case .confirmBlocked:
            "This code must be scanned by the camera from the screen in front of you."
        case .numberRequired: "Please type the number that the login page shows."
        case .badNickName(let flaw): flaw.reason
        case .unknownPicture: "The picture must be a PNG, JPEG or WebP file."
        case .unknownLogin: "You have no such login."
        case .sceneUnavailable: "This code is no longer valid; scan a new one."
        case .unsoundRequest(.malformed): "The request cannot be read."
        case .unsoundRequest(.unknownClient): "No website is registered under this client_id."
        case .unsoundRequest(.unknownRedirect):
            "The redirect_uri is not one that this website has registered."
        case .noRequest: "No website waits for this login."
        case .requestExpired: "The website's request has waited too long; start again there."
        case .rateLimited: "Too many requests; please wait."
        case .weChatUnavailable: "WeChat does not answer; please try again."
        case .storeUnavailable: "The server is busy; please try again."
        }
    }
}
