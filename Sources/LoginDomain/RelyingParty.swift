/// A website that has its users logged in by us: a client of OpenID Connect.
package struct RelyingParty: Sendable, Equatable {
    package var id: RelyingPartyID
    /// Shown on the login page and on the phone; the operator has approved it.
    package var name: String
    /// Where answers may go, compared byte for byte (T20).
    package var redirectURIs: [RedirectURI]
    /// Where a browser may go after a logout.
    package var postLogoutRedirectURIs: [RedirectURI]
    /// The SHA-256 of its secret; nil for a public client, which can keep none.
    package var secret: SecretDigest?
    package var isProofKeyRequired: Bool
    /// Whether its name for a user is one that only websites of its own host share.
    package var isPairwise: Bool
    /// When its users must type the browser's number, beside what the server asks of everybody.
    package var numberMatching: NumberMatching
    /// What it may learn beyond name and picture, when the phone's owner agrees.
    package var shares: Set<OpenIDScope>
    /// Whether it may have refresh tokens, which go on when the browser's login idles out.
    package var allowsRefresh: Bool
    /// Whether the configuration names it, and not a command of the operator.
    package var isConfigured: Bool
    package var createdAt: Timestamp

    /// - Returns: nil for a name that nobody could read, for no redirect URI or more than
    ///   `urisMax`, for a public client that would not have to prove its codes (T19), for a pairwise
    ///   one with redirect URIs of several hosts (OpenID Connect Core section 8.1), and for shares
    ///   that need nobody's leave.
    package init?(
        id: RelyingPartyID,
        name: String,
        redirectURIs: [RedirectURI],
        postLogoutRedirectURIs: [RedirectURI] = [],
        secret: SecretDigest?,
        isProofKeyRequired: Bool = true,
        isPairwise: Bool = false,
        numberMatching: NumberMatching = .off,
        shares: Set<OpenIDScope> = [],
        allowsRefresh: Bool = false,
        isConfigured: Bool = false,
        createdAt: Timestamp
    ) {
        guard Self.isName(name), (1...Self.urisMax).contains(redirectURIs.count),
            postLogoutRedirectURIs.count <= Self.urisMax,
            secret != nil || isProofKeyRequired,
            !isPairwise || Set(redirectURIs.map(\.host)).count == 1,
            shares.isSubset(of: OpenIDScope.shared)
        else { return nil }
        self.id = id
        self.name = name
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.secret = secret
        self.isProofKeyRequired = isProofKeyRequired
        self.isPairwise = isPairwise
        self.numberMatching = numberMatching
        self.shares = shares
        self.allowsRefresh = allowsRefresh
        self.isConfigured = isConfigured
        self.createdAt = createdAt
    }

    /// How many URIs of each kind a client may have.
    package static let urisMax = 20
    /// How many characters a client's name may have: it must fit the phone's screen.
    package static let nameCharactersMax = 64

    /// Which websites know a user by the same name as this one; empty for all that are not pairwise.
    package var sector: String { isPairwise ? redirectURIs[0].host : "" }

    /// Whether it may ask for this at all.
    package func mayAsk(for scope: OpenIDScope) -> Bool {
        switch scope {
        case .openid, .profile: true
        case .wechat: shares.contains(scope)
        case .offlineAccess: allowsRefresh
        }
    }

    /// What the login page and the phone show of it: its name, and the host that the browser goes to.
    package func card(for redirect: RedirectURI) -> ClientCard {
        ClientCard(name: name, host: redirect.host)
    }

    /// Whether people can read a name.
    package static func isName(_ name: String) -> Bool {
        (1...nameCharactersMax).contains(name.count)
            && name.unicodeScalars.allSatisfy {
                switch $0.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate,
                    .privateUse, .unassigned:
                    false
                default: true
                }
            }
            && name.first?.isWhitespace == false && name.last?.isWhitespace == false
    }
}

/// Names a relying party to itself and to us: its `client_id`.
///
/// No secret.
package struct RelyingPartyID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = "rp_" + Base64URL.encode(randomBytes(12, using: &dice))
    }

    /// Takes an id from a peer or a row; nil when it cannot be one.
    package init?(text: String) {
        guard (3...64).contains(text.utf8.count), Base64URL.isAlphabet(text) else { return nil }
        self.text = text
    }

    package var description: String { text }
}
