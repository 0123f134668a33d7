/// What a website asked for when it sent a browser to `/authorize`, once it was judged sound.
///
/// It waits beside the attempt while the phone is scanned with, and goes with nothing that another
/// browser holds.
package struct AuthorizationRequest: Sendable, Equatable {
    package var client: RelyingPartyID
    package var redirectURI: RedirectURI
    /// Those we know, in the order of `OpenIDScope.allCases`.
    package var scopes: [OpenIDScope]
    /// Handed back as it came.
    package var state: String?
    /// Goes into the ID token.
    package var nonce: String?
    /// The base64url of a SHA-256; nil for a client that need not prove its codes.
    package var codeChallenge: String?
    /// Whether a live session is enough, and what must happen when it is not.
    package var prompt: Prompt
    /// How long ago the login may be; nil for any time.
    package var maxAge: Duration?
    /// Who must be logged in, when the website said whom it means; its name for the user.
    package var subject: SubjectID?
    /// Languages for the login page, the preferred first.
    package var uiLocales: [String]

    package enum Prompt: String, Sendable, CaseIterable {
        /// A session will do; without one, the person logs in.
        case ifNeeded = "if_needed"
        /// `none`: a session, or an error, and no page.
        case silent
        /// `login`, `select_account`, `consent` and `max_age=0`: a new scan in any case.
        case always
    }

    package init(
        client: RelyingPartyID,
        redirectURI: RedirectURI,
        scopes: [OpenIDScope],
        state: String? = nil,
        nonce: String? = nil,
        codeChallenge: String? = nil,
        prompt: Prompt = .ifNeeded,
        maxAge: Duration? = nil,
        subject: SubjectID? = nil,
        uiLocales: [String] = []
    ) {
        self.client = client
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.state = state
        self.nonce = nonce
        self.codeChallenge = codeChallenge
        self.prompt = prompt
        self.maxAge = maxAge
        self.subject = subject
        self.uiLocales = uiLocales
    }

    /// What the website learns only where the phone's owner has agreed to it.
    package var shares: [OpenIDScope] { scopes.filter(\.isShared) }
    /// What the phone's owner is told of before they confirm: what they agree to, and that the website may
    /// go on asking.
    package var told: [OpenIDScope] { scopes.filter { $0.isShared || $0 == .offlineAccess } }
}

/// What a website may ask to be told of a user.
package enum OpenIDScope: String, Sendable, CaseIterable {
    /// Who it is: `sub`, and nothing else.
    case openid
    /// Name, picture and role.
    case profile
    /// Who WeChat says it is: the openid of our mini-program, and the unionid.
    case wechat
    /// The phone number, where the person has given one (Core section 5.4).
    case phone
    /// To go on asking when the browser's login is over, by refresh tokens (Core section 11).
    case offlineAccess = "offline_access"

    /// Those that a website may ask for only where the operator has said so, and that the phone's
    /// owner is told of before they confirm.
    package static let shared: Set<OpenIDScope> = [.wechat, .phone]

    /// Those that a website may be registered for, for people.
    package static let sharedNames = allCases.filter(\.isShared).map(\.rawValue)
        .joined(separator: ", ")

    /// One of those, by its name.
    package init?(sharing name: String) {
        self.init(rawValue: name)
        guard isShared else { return nil }
    }

    /// Whether somebody has to agree before a website learns this.
    package var isShared: Bool { Self.shared.contains(self) }
}
