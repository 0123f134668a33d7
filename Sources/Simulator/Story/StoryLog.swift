import LoginDomain
import LoginService
import OpenIDConnect
import Synchronization

/// A request that reached a node, and what it answered.
struct Spoken: Sendable {
    var at: Int64
    var who: String
    var request: WireRequest
    var answer: WireAnswer
    /// What the picture of an opened attempt says.
    var scene: String?
}

/// What reached nodes, in the order of their answers, until something was violated.
final class StoryLog: Sendable {
    private let entries = Mutex<[Spoken]>([])
    private let isKept: Bool

    init(isKept: Bool) {
        self.isKept = isKept
    }

    func note(_ entry: @autoclosure () -> Spoken) {
        guard isKept else { return }
        let entry = entry()
        entries.withLock { $0.append(entry) }
    }

    var all: [Spoken] { entries.withLock { $0 } }
}

// Which exchanges speak of the same attempt, login or code.
extension Spoken {
    /// The secrets that were shown or given: what two exchanges of one story have in common.
    var keys: Set<String> { Set(shown + given) }

    private var shown: [String] {
        switch request {
        case .open(let old, _): [old?.exposed].compactMap(\.self)
        case .view(let cookie), .poll(let cookie, _, _), .cancelByBrowser(let cookie):
            [cookie.exposed]
        case .complete(let cookie, let old): [cookie.exposed, old?.exposed].compactMap(\.self)
        case .session(let cookie), .resume(let cookie): [cookie.exposed]
        case .logout(let cookie, let attempt):
            [cookie.exposed, attempt?.exposed].compactMap(\.self)
        case .scan(let scene, _, _): [scene]
        case .confirm(let scene, let nonce, _, _), .cancel(let scene, let nonce, _): [scene, nonce]
        case .authorize(let ask, let cookies, _):
            [ask.state, cookies.attempt?.exposed, cookies.session?.exposed].compactMap(\.self)
        case .tokens(let ask, _), .revokeToken(let ask): [ask.shown]
        case .userInfo(let token): [token.exposed]
        case .loginPhone, .logins, .revoke, .rename, .keys: []
        }
    }

    private var given: [String] {
        switch answer {
        case .opened(let opened): [opened.cookie.exposed, scene].compactMap(\.self)
        case .completed(let login): [login.session.exposed]
        case .scanned(let scanned): [scanned.nonce.exposed]
        case .parked(let cookie): [cookie.exposed]
        case .authorized(let response):
            if case .code(let code) = response.outcome { [code] } else { [] }
        case .tokens(let tokens):
            [tokens.accessToken.exposed, tokens.refreshToken?.exposed].compactMap(\.self)
        default: []
        }
    }

    /// Whether it is a confirm that carries the browser's number.
    var hasNumber: Bool {
        if case .confirm(_, _, .some, _) = request { true } else { false }
    }

    /// Whether the peer got what it asked for.
    var isGranted: Bool {
        switch answer {
        case .refused, .websiteRefused: false
        case .claims(let claims): claims != nil
        case .authorized(let response):
            if case .code = response.outcome { true } else { false }
        default: true
        }
    }
}
