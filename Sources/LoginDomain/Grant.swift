/// What one website got for one login: an authorization code, and once that is redeemed an access
/// token.
///
/// Both die together.
package struct Grant: Sendable, Equatable {
    package let id: GrantID
    package let client: RelyingPartyID
    package let user: UserID
    /// The browser's session that it came of; it ends with it.
    package let session: SecretDigest
    /// Names that login to the website.
    package let login: LoginID
    package let redirectURI: RedirectURI
    package let scopes: [OpenIDScope]
    package let nonce: String?
    package let codeChallenge: String?
    /// When the session began.
    package let authenticatedAt: Timestamp
    package let code: SecretDigest
    package let codeExpiresAt: Timestamp
    package private(set) var state: State

    package enum State: Sendable, Equatable {
        /// The website has the code and nothing else.
        case issued
        /// The website has exchanged the code for this token.
        case redeemed(token: SecretDigest, until: Timestamp)
        /// Nothing that it gave opens anything. The end.
        case revoked
    }

    /// Grants what a sound request asked for.
    package init(
        id: GrantID,
        request: AuthorizationRequest,
        session: BrowserSession,
        code: SecretDigest,
        at now: Timestamp,
        lifetimes: GrantLifetimes = GrantLifetimes()
    ) {
        self.id = id
        self.client = request.client
        self.user = session.user
        self.session = session.cookie
        self.login = session.login
        self.redirectURI = request.redirectURI
        self.scopes = request.scopes
        self.nonce = request.nonce
        self.codeChallenge = request.codeChallenge
        self.authenticatedAt = session.createdAt
        self.code = code
        self.codeExpiresAt = now + lifetimes.code
        self.state = .issued
    }

    /// Takes a grant back from a row.
    ///
    /// For stores.
    package init(
        id: GrantID,
        client: RelyingPartyID,
        user: UserID,
        session: SecretDigest,
        login: LoginID,
        redirectURI: RedirectURI,
        scopes: [OpenIDScope],
        nonce: String?,
        codeChallenge: String?,
        authenticatedAt: Timestamp,
        code: SecretDigest,
        codeExpiresAt: Timestamp,
        state: State
    ) {
        self.id = id
        self.client = client
        self.user = user
        self.session = session
        self.login = login
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.nonce = nonce
        self.codeChallenge = codeChallenge
        self.authenticatedAt = authenticatedAt
        self.code = code
        self.codeExpiresAt = codeExpiresAt
        self.state = state
    }

    // MARK: - Events

    /// What a redemption led to.
    package enum RedeemOutcome: Sendable, Equatable {
        case redeemed
        /// Expired, or not for this client, this address or this proof: nothing was given, and the
        /// code is burnt, also for whoever holds the right proof (T16, T19).
        case invalid
        /// The second use: what the first one gave is revoked (T17, RFC 6749 section 4.1.2).
        case replayed
    }

    /// A website that has proven who it is brings a code.
    ///
    /// A stranger who could not prove to be a client never comes here, and so revokes nothing.
    ///
    /// - Parameters:
    ///   - client: Who it is.
    ///   - redirectURI: The address it says the code was sent to.
    ///   - isProven: Whether its verifier is the one of the challenge.
    ///   - token: The digest of the token it would get.
    ///   - now: The present.
    ///   - lifetimes: How long the token lives.
    /// - Returns: What came of it.
    package mutating func redeem(
        by client: RelyingPartyID,
        redirectURI: String,
        isProven: Bool,
        token: SecretDigest,
        at now: Timestamp,
        lifetimes: GrantLifetimes = GrantLifetimes()
    ) -> RedeemOutcome {
        let isOwner = client == self.client
        switch state {
        case .issued:
            guard now < codeExpiresAt, isOwner, redirectURI == self.redirectURI.text, isProven
            else {
                state = .revoked
                return .invalid
            }
            state = .redeemed(token: token, until: now + lifetimes.accessToken)
            return .redeemed
        case .redeemed where isOwner:
            state = .revoked
            return .replayed
        case .redeemed, .revoked:
            // Another client that holds a used code can do no harm with it, and none to its owner.
            return .invalid
        }
    }

    /// The website gives its token back, the login is revoked, or the client is removed.
    package mutating func revoke() {
        state = .revoked
    }

    /// Whether a token opens `/userinfo` now.
    package func opens(_ token: SecretDigest, at now: Timestamp) -> Bool {
        guard case .redeemed(let own, let until) = state else { return false }
        let isOwn = own == token
        return isOwn && now < until
    }

    /// The token that it gave, while that is not revoked.
    package var token: SecretDigest? {
        guard case .redeemed(let token, _) = state else { return nil }
        return token
    }

    /// When its row can go: nothing of it can be used, and a second use of its code need no longer
    /// be told from a first.
    package var forgettableAt: Timestamp {
        switch state {
        case .redeemed(_, let until): max(until, codeExpiresAt)
        case .issued, .revoked: codeExpiresAt
        }
    }
}

/// How long what a website gets is good for (`security.md` 0.1).
package struct GrantLifetimes: Sendable, Equatable {
    /// How long it may take to redeem its code.
    package var code: Duration = .seconds(60)
    /// How long it may ask who the user is.
    package var accessToken: Duration = .seconds(600)

    package init() {}
}

/// Names a grant among ourselves.
package struct GrantID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = Base64URL.encode(randomBytes(12, using: &dice))
    }

    /// Takes an id back from a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.utf8.count == 16, Base64URL.isAlphabet(text) else { return nil }
        self.text = text
    }

    package var description: String { text }
}
