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
    /// How the phone came to that login.
    package let way: AttemptWay
    package let code: SecretDigest
    package let codeExpiresAt: Timestamp
    package private(set) var state: State
    /// Its refresh tokens; nil before its code is redeemed, once it is revoked, and where there are
    /// none.
    package private(set) var refresh: RefreshFamily?

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
        self.way = session.way
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
        way: AttemptWay,
        code: SecretDigest,
        codeExpiresAt: Timestamp,
        state: State,
        refresh: RefreshFamily? = nil
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
        self.way = way
        self.code = code
        self.codeExpiresAt = codeExpiresAt
        self.state = state
        self.refresh = refresh
    }

    /// Whether it may outlive its session: it then ends when somebody says so, and not when the
    /// browser idles.
    package var isOffline: Bool { scopes.contains(.offlineAccess) }

    /// How many grants that may outlive their session a user can have at one website; another one
    /// ends the oldest.
    ///
    /// They live for a month: without this one user could fill the table for everybody (T34).
    package static let offlineMax = 10

    /// What its access token is for.
    package var tokenScopes: [OpenIDScope] { refresh?.scopes ?? scopes }

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
    ///   - refresh: The digests of the refresh token it would get, when it asked for one.
    ///   - now: The present.
    ///   - lifetimes: How long the token lives.
    /// - Returns: What came of it.
    package mutating func redeem(
        by client: RelyingPartyID,
        redirectURI: String,
        isProven: Bool,
        token: SecretDigest,
        refresh: (family: SecretDigest, turn: SecretDigest)? = nil,
        at now: Timestamp,
        lifetimes: GrantLifetimes = GrantLifetimes()
    ) -> RedeemOutcome {
        let isOwner = client == self.client
        switch state {
        case .issued:
            guard now < codeExpiresAt, isOwner, self.redirectURI.isSpelled(redirectURI), isProven
            else {
                state = .revoked
                return .invalid
            }
            state = .redeemed(token: token, until: now + lifetimes.accessToken)
            if isOffline, let refresh {
                self.refresh = RefreshFamily(
                    name: refresh.family,
                    newest: refresh.turn,
                    expiresAt: now + lifetimes.refreshToken,
                    scopes: scopes
                )
            }
            return .redeemed
        case .redeemed where isOwner && isProven:
            // A public client is only known by its proof: without it anybody could be it.
            revoke()
            return .replayed
        case .redeemed, .revoked:
            // Another client that holds a used code can do no harm with it, and none to its owner.
            return .invalid
        }
    }

    /// What an exchange of a refresh token led to.
    package enum RefreshOutcome: Sendable, Equatable {
        /// There is a new pair, its access token good until then; the pair before is dead.
        case refreshed(until: Timestamp)
        /// Ended, or not this client's; nothing changed.
        case invalid
        /// A token that had been exchanged: two hold the family, and nobody knows which is the
        /// website. Both have nothing now (T18, RFC 9700 section 4.14.2).
        case replayed
        /// It asked for more than was granted; nothing changed.
        case widened
    }

    /// A website that has proven who it is brings a refresh token of this family.
    ///
    /// - Parameters:
    ///   - client: Who it is.
    ///   - turn: The digest of the token's second half.
    ///   - next: The digest of the second half of the one it would get.
    ///   - token: The digest of the access token it would get.
    ///   - wanted: What that is to be for; nil for what is no part of the grant.
    ///   - now: The present.
    ///   - lifetimes: How long the access token lives.
    /// - Returns: What came of it.
    package mutating func exchange(
        by client: RelyingPartyID,
        turn: SecretDigest,
        next: SecretDigest,
        token: SecretDigest,
        for wanted: [OpenIDScope]?,
        at now: Timestamp,
        lifetimes: GrantLifetimes = GrantLifetimes()
    ) -> RefreshOutcome {
        guard client == self.client, var family = refresh, now < family.expiresAt else {
            return .invalid
        }
        if family.newest == turn {
            family.exchanged = RefreshFamily.Exchanged(turn: turn, at: now)
        } else if let last = family.exchanged, last.turn == turn,
            now < last.at + RefreshFamily.grace
        {
            // Its answer got lost: another one, and the time for that does not begin anew.
        } else {
            revoke()
            return .replayed
        }
        guard let wanted, wanted.allSatisfy(scopes.contains) else { return .widened }
        let until = min(now + lifetimes.accessToken, family.expiresAt)
        family.newest = next
        family.scopes = wanted
        refresh = family
        state = .redeemed(token: token, until: until)
        return .refreshed(until: until)
    }

    /// The website gives its token back, the login is revoked, or the client is removed.
    package mutating func revoke() {
        state = .revoked
        refresh = nil
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
        case .redeemed(_, let until): max(until, codeExpiresAt, refresh?.expiresAt ?? until)
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
    /// How long it may go on with refresh tokens, counted from the first.
    package var refreshToken: Duration = .seconds(30 * 86_400)

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
