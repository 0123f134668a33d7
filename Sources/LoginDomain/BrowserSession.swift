/// A browser's login.
package struct BrowserSession: Sendable, Equatable {
    package var cookie: SecretDigest
    package var user: UserID
    /// Names the login that made it.
    package var login: LoginID
    package var createdAt: Timestamp
    /// When the browser last showed it; the idle limit counts from here.
    package var seenAt: Timestamp
    /// The website's request that it was made for, until that has its answer.
    package var pending: ParkedRequest?
    /// What the phone's owner was told that a website will learn, when they confirmed; nil where it
    /// was nothing.
    package var consent: Consent?
    /// The strictest rule about numbers that its login has met.
    package var numberMatching: NumberMatching
    /// How the phone came to its login.
    package var way: AttemptWay

    package init(
        cookie: SecretDigest,
        user: UserID,
        login: LoginID,
        createdAt: Timestamp,
        seenAt: Timestamp,
        pending: ParkedRequest? = nil,
        consent: Consent? = nil,
        numberMatching: NumberMatching = .off,
        way: AttemptWay = .code
    ) {
        self.cookie = cookie
        self.user = user
        self.login = login
        self.createdAt = createdAt
        self.seenAt = seenAt
        self.pending = pending
        self.consent = consent
        self.numberMatching = numberMatching
        self.way = way
    }

    /// How long the website's request may wait on the session for the browser to come by.
    package static let pendingLifetime: Duration = .seconds(60)

    /// When it ends if nobody shows it again: the idle limit or the absolute one.
    package func endsAt(_ policy: LoginPolicy) -> Timestamp {
        min(seenAt + policy.sessionIdle, createdAt + policy.session)
    }

    package func isLive(at now: Timestamp, _ policy: LoginPolicy) -> Bool {
        now < endsAt(policy)
    }

    /// Whether the owner of this login has agreed to everything that a request asks for and that
    /// there is (`User.missing`).
    package func consents(
        to request: AuthorizationRequest,
        lacking missing: Set<OpenIDScope>
    ) -> Bool {
        request.shares.allSatisfy { missing.contains($0) || consents(to: $0, for: request.client) }
    }

    /// A request without what the owner of this login has not agreed to.
    package func granting(_ request: AuthorizationRequest) -> AuthorizationRequest {
        var request = request
        let client = request.client
        request.scopes.removeAll { $0.isShared && !consents(to: $0, for: client) }
        return request
    }

    private func consents(to scope: OpenIDScope, for client: RelyingPartyID) -> Bool {
        consent?.client == client && consent?.shares.contains(scope) == true
    }

    /// The website's request that waits here, while it may.
    package func pendingRequest(at now: Timestamp) -> ParkedRequest? {
        now < createdAt + Self.pendingLifetime ? pending : nil
    }
}
