import LoginDomain
import LoginService
import OpenIDConnect
import WeChatClient

/// What a browser or a phone asks of a node: all that goes over the wire towards it.
///
/// A new kind of peer adds its requests here, its calls in `Node.answer`, and what they mean in `Model`.
enum WireRequest: Sendable {
    // Browsers
    case open(superseding: AttemptCookie?, address: String)
    case view(AttemptCookie)
    case poll(AttemptCookie, after: Int, seconds: Int)
    case cancelByBrowser(AttemptCookie)
    case complete(AttemptCookie, ending: SessionCookie?)
    case session(SessionCookie)
    case logout(SessionCookie, cancelling: AttemptCookie?)

    // Phones
    case loginPhone(code: String, address: String)
    case scan(scene: String, launch: Int?, PhoneBearer)
    case confirm(scene: String, nonce: String, number: Int?, PhoneBearer)
    case cancel(scene: String, nonce: String, PhoneBearer)
    case logins(PhoneBearer)
    case revoke(String, PhoneBearer)
    case rename(String, PhoneBearer)

    // Websites, and browsers that they send
    case authorize(AuthorizeAsk, BrowserCookies, address: String)
    case resume(SessionCookie)
    case tokens(TokenAsk, address: String)
    case revokeToken(TokenAsk)
    case userInfo(Secret<Secrets.AccessToken>)
    case keys
}

/// What a phone shows of itself.
struct PhoneBearer: Sendable {
    var token: PhoneToken?
    var address: String

    var caller: PhoneCaller { PhoneCaller(token: token, address: address) }
    /// The bearer's text; empty without one.
    var text: String { token?.exposed ?? "" }
}

/// What a node answers.
enum WireAnswer: Sendable {
    case opened(OpenedAttempt)
    case view(AttemptView)
    case done
    case completed(CompletedLogin)
    case session(LiveSession)
    case phone(PhoneLogin)
    case scanned(ScannedAttempt)
    case logins([RecentLogin])
    case authorized(AuthorizationResponse)
    case parked(AttemptCookie)
    case tokens(IssuedTokens)
    case claims(UserClaims?)
    case keys([PublicKey])
    /// A website was told why it gets nothing.
    case websiteRefused(OAuthError)
    case refused(LoginRefusal)
}

/// What a peer has of its request.
enum WireReply: Sendable {
    case answer(WireAnswer)
    /// No answer came; whether anything happened is unknown.
    case lost

    var refusal: LoginRefusal? {
        guard case .answer(.refused(let refusal)) = self else { return nil }
        return refusal
    }

    var isDone: Bool {
        guard case .answer(.done) = self else { return false }
        return true
    }
}

extension WireRequest {
    /// The name of the call.
    var name: String {
        switch self {
        case .open: "open"
        case .view: "view"
        case .poll: "poll"
        case .cancelByBrowser: "cancel by browser"
        case .complete: "complete"
        case .session: "session"
        case .logout: "logout"
        case .loginPhone: "phone login"
        case .scan: "scan"
        case .confirm: "confirm"
        case .cancel: "cancel"
        case .logins: "logins"
        case .revoke: "revoke"
        case .rename: "rename"
        case .authorize: "authorize"
        case .resume: "resume"
        case .tokens: "tokens"
        case .revokeToken: "revoke token"
        case .userInfo: "user info"
        case .keys: "keys"
        }
    }

    /// What tells it apart in a trace's hash.
    var mark: Int {
        switch self {
        case .open: 1
        case .view(let cookie): cookie.exposed.mark
        case .poll(let cookie, _, _): cookie.exposed.mark &+ 1
        case .cancelByBrowser(let cookie): cookie.exposed.mark &+ 2
        case .complete(let cookie, _): cookie.exposed.mark &+ 3
        case .session(let cookie): cookie.exposed.mark
        case .logout(let cookie, _): cookie.exposed.mark &+ 4
        case .loginPhone(let code, _): code.mark
        case .scan(let scene, _, _): scene.mark
        case .confirm(_, let nonce, _, _): nonce.mark
        case .cancel(_, let nonce, _): nonce.mark &+ 5
        case .logins(let phone), .revoke(_, let phone), .rename(_, let phone): phone.text.mark
        case .authorize(let ask, _, _): ask.state.mark
        case .resume(let cookie): cookie.exposed.mark &+ 6
        case .tokens(let ask, _): ask.shown.mark
        case .revokeToken(let ask): ask.shown.mark &+ 7
        case .userInfo(let token): token.exposed.mark &+ 8
        case .keys: 2
        }
    }

    /// The call in a few words: secrets by their first letters, which a seed decides.
    var words: String {
        switch self {
        case .open(let old, _): "open after \(old?.exposed.short ?? "nothing")"
        case .view(let cookie): "view \(cookie.exposed.short)"
        case .poll(let cookie, let seq, let wait): "poll \(cookie.exposed.short) >\(seq) \(wait)s"
        case .cancelByBrowser(let cookie): "cancel by browser \(cookie.exposed.short)"
        case .complete(let cookie, let old):
            "complete \(cookie.exposed.short) ending \(old?.exposed.short ?? "nothing")"
        case .session(let cookie): "session \(cookie.exposed.short)"
        case .logout(let cookie, let attempt):
            "logout \(cookie.exposed.short) and \(attempt?.exposed.short ?? "nothing")"
        case .loginPhone(let code, _): "phone login \(code.short)"
        case .scan(let scene, let launch, let phone):
            "scan \(scene.short) \(launch ?? 0) by \(phone.text.short)"
        case .confirm(let scene, let nonce, let number, let phone):
            "confirm \(scene.short) \(nonce.short) \(number ?? 0) by \(phone.text.short)"
        case .cancel(let scene, let nonce, let phone):
            "cancel \(scene.short) \(nonce.short) by \(phone.text.short)"
        case .logins(let phone): "logins by \(phone.text.short)"
        case .revoke(let id, let phone): "revoke \(id.short) by \(phone.text.short)"
        case .rename(_, let phone): "rename by \(phone.text.short)"
        case .authorize(let ask, let cookies, _):
            "authorize \(ask.state.short) for \(ask.client) by "
                + (cookies.session?.exposed.short ?? "nobody")
        case .resume(let cookie): "resume \(cookie.exposed.short)"
        case .tokens(let ask, _), .revokeToken(let ask): ask.words
        case .userInfo(let token): "user info \(token.exposed.short)"
        case .keys: "keys"
        }
    }
}

extension WireAnswer {
    /// The answer in a few words.
    var words: String {
        switch self {
        case .opened(let opened): "opened \(opened.cookie.exposed.short) seq \(opened.view.seq)"
        case .view(let view): "\(view.state.rawValue) seq \(view.seq) \(view.expiresIn)s"
        case .done: "done"
        case .completed(let login): "user \(login.user.id) session \(login.session.exposed.short)"
        case .session(let session): "user \(session.user.id) \(session.expiresInSeconds)s"
        case .phone(let phone): "user \(phone.user.id) phone \(phone.token.exposed.short)"
        case .scanned(let scanned): "nonce \(scanned.nonce.exposed.short)"
        case .logins(let logins): "\(logins.count) logins"
        case .authorized(let response): "back to the website with \(response.words)"
        case .parked(let cookie): "parked \(cookie.exposed.short)"
        case .tokens(let tokens):
            "token \(tokens.accessToken.exposed.short) refresh "
                + (tokens.refreshToken?.turn.exposed.short ?? "none")
        case .claims(let claims): "claims of \(claims?.subject.text ?? "nobody")"
        case .keys(let keys): "\(keys.count) keys"
        case .websiteRefused(let error): "refused \(error.code)"
        case .refused(let refusal): "refused \(refusal)"
        }
    }

    /// One word for counting.
    var kind: String {
        switch self {
        case .refused(let refusal): refusal.word
        case .websiteRefused(let error): error.code
        case .authorized(let response): response.kind
        default: "ok"
        }
    }

    /// What tells it apart in a trace's hash: what a peer was given, by its first letters.
    var mark: Int {
        switch self {
        case .opened(let opened): opened.cookie.exposed.mark
        case .view(let view): view.seq
        case .done: 1
        case .completed(let login): login.session.exposed.mark
        case .session(let session): session.expiresInSeconds
        case .phone(let phone): phone.token.exposed.mark
        case .scanned(let scanned): scanned.nonce.exposed.mark
        case .logins(let logins): logins.count
        case .authorized(let response): response.words.mark
        case .parked(let cookie): cookie.exposed.mark
        // Not the ID token: its signature has dice of its own.
        case .tokens(let tokens): tokens.accessToken.exposed.mark
        case .claims(let claims): claims?.subject.text.mark ?? 3
        case .keys(let keys): keys.count
        case .websiteRefused(let error): error.code.mark
        case .refused(let refusal): refusal.word.mark
        }
    }
}

extension TokenAsk {
    /// The ask in a few words.
    var words: String {
        let what =
            switch kind {
            case .code: "redeem"
            case .refresh: "refresh"
            case .revoke: "revoke"
            }
        return "\(what) \(shown.suffix(43).prefix(6)) by \(client)"
    }
}

extension AuthorizationResponse {
    /// A code by its first letters, or the error.
    var words: String {
        switch outcome {
        case .code(let code): "code \(code.short)"
        case .failed(let error): error.code
        }
    }

    /// One word for counting.
    var kind: String {
        switch outcome {
        case .code: "ok"
        case .failed(let error): error.code
        }
    }
}

extension LoginRefusal {
    /// The case's name.
    var word: String {
        switch self {
        case .noAttempt: "noAttempt"
        case .notConfirmed: "notConfirmed"
        case .alreadyCompleted: "alreadyCompleted"
        case .noSession: "noSession"
        case .unsoundRequest: "unsoundRequest"
        case .noRequest: "noRequest"
        case .requestExpired: "requestExpired"
        case .otherRequest: "otherRequest"
        case .noPhoneSession: "noPhoneSession"
        case .invalidCode: "invalidCode"
        case .userBlocked: "userBlocked"
        case .tooFast: "tooFast"
        case .confirmBlocked: "confirmBlocked"
        case .numberRequired: "numberRequired"
        case .badNickName: "badNickName"
        case .unknownPicture: "unknownPicture"
        case .unknownLogin: "unknownLogin"
        case .sceneUnavailable: "sceneUnavailable"
        case .rateLimited: "rateLimited"
        case .weChatUnavailable: "weChatUnavailable"
        case .storeUnavailable: "storeUnavailable"
        }
    }
}

extension OpenedAttempt {
    /// The picture to show; no policy here lets a page show a link.
    var picture: [UInt8] {
        guard case .picture(let picture) = show else { return [] }
        return picture.bytes
    }
}

extension String {
    /// A number of the first letters.
    var mark: Int { utf8.prefix(8).reduce(0) { $0 &* 131 &+ Int($1) } }
    /// The first letters of a secret: enough to follow it through a trace.
    var short: String { String(decoding: utf8.prefix(6), as: UTF8.self) }
}
