import Logging
package import LoginDomain
import LoginStore
package import OpenIDConnect
import Synchronization

/// What becomes of a browser that a website sent.
package enum AuthorizeOutcome: Sendable {
    /// Back to the website, with a code or an error.
    case answered(AuthorizationResponse)
    /// The person has to log in: the request waits under this cookie.
    case parked(AttemptCookie, ParkedRequest)
}

/// Whom a browser is, as far as it can show.
package struct BrowserCookies: Sendable {
    package var session: SessionCookie?
    package var attempt: AttemptCookie?

    package init(session: SessionCookie?, attempt: AttemptCookie?) {
        self.session = session
        self.attempt = attempt
    }
}

extension LoginService {
    /// A website sends a browser to be logged in.
    ///
    /// A live session that is good enough answers at once; otherwise the request is parked, bound to
    /// this browser by a fresh cookie, and what the browser had under way is over.
    ///
    /// - Parameters:
    ///   - parameters: What the browser brought.
    ///   - browser: What the server saw of it.
    ///   - cookies: Whom it can show to be.
    ///   - parks: Whether to park it in any case: a POST from another site carries no cookies of ours,
    ///     so nobody knows yet who the browser is.
    /// - Returns: Where it goes.
    /// - Throws: `unsoundRequest` when no website can be told.
    package func authorize(
        _ parameters: FormParameters,
        from browser: BrowserFacts,
        _ cookies: BrowserCookies,
        parksAlways parks: Bool = false
    ) async throws(LoginRefusal) -> AuthorizeOutcome {
        let now = time.now()
        let party = try await relyingParty(AuthorizationJudge.client(of: parameters))
        let verdict = AuthorizationJudge(issuer: openID.issuer).judge(parameters, client: party)
        var request: AuthorizationRequest
        switch verdict {
        case .page(let flaw): throw .unsoundRequest(flaw)
        case .refused(let response): return .answered(response)
        case .sound(let sound): request = sound
        }
        guard let party else { throw .unsoundRequest(.unknownClient) }
        if let hint = parameters["id_token_hint"] {
            guard let hint = await self.hint(hint, at: now), hint.audience == party.id.text,
                let subject = SubjectID(text: hint.subject)
            else { return .answered(refusal(.invalidRequest(.idTokenHint), of: request)) }
            request.subject = subject
        }
        let parked = ParkedRequest(
            request: request,
            client: party.card(for: request.redirectURI),
            numberMatching: party.numberMatching,
            parkedAt: now
        )
        guard !parks else { return try await park(parked, from: browser, cookies.attempt, at: now) }
        return try await answer(parked, of: party, from: browser, cookies, at: now)
    }

    /// A browser comes back for the request that waits under its cookie: after a POST, or a reload.
    ///
    /// - Returns: nil when nothing waits; the cookie of `parked` is the one it has.
    package func authorizeParked(
        from browser: BrowserFacts,
        _ cookies: BrowserCookies
    ) async throws(LoginRefusal) -> AuthorizeOutcome? {
        let now = time.now()
        guard let cookie = cookies.attempt else { return nil }
        let lineage = try await lineage(of: cookie)
        guard let parked = lineage.request, parked.isLive(at: now) else { return nil }
        let party = try await registered(parked.request)
        let session = try await session(cookies.session, meeting: party, at: now)
        // Once a code was shown for it, the login of that code answers it, and nothing else.
        if lineage.isWaiting, let session,
            try await suffices(session, for: parked.request, of: party, at: now)
        {
            let waiting = AnsweredRequest.parked(cookie.digest)
            return .answered(
                try await grant(parked.request, session, answering: waiting, at: now)
            )
        }
        if parked.request.prompt == .silent {
            // No page is shown for it, so nothing may go on with it (T3).
            try await forgetParked(cookie)
            return .answered(try await silence(parked.request, session))
        }
        return .parked(cookie, parked)
    }

    private func answer(
        _ parked: ParkedRequest,
        of party: RelyingParty,
        from browser: BrowserFacts,
        _ cookies: BrowserCookies,
        at now: Timestamp
    ) async throws(LoginRefusal) -> AuthorizeOutcome {
        let request = parked.request
        let session = try await session(cookies.session, meeting: party, at: now)
        if let session, try await suffices(session, for: request, of: party, at: now) {
            return .answered(try await grant(request, session, answering: .fresh, at: now))
        }
        if request.prompt == .silent { return .answered(try await silence(request, session)) }
        return try await park(parked, from: browser, cookies.attempt, at: now)
    }

    /// A browser's live session, when its login has met the website's own rule about numbers; nil
    /// when it has not, as for who is not logged in (T4).
    private func session(
        _ cookie: SessionCookie?,
        meeting party: RelyingParty,
        at now: Timestamp
    ) async throws(LoginRefusal) -> BrowserSession? {
        let session = try await liveSession(cookie, at: now)
        guard let session, session.numberMatching >= party.numberMatching else { return nil }
        return session
    }

    /// Whether a session answers a request without a new scan.
    private func suffices(
        _ session: BrowserSession,
        for request: AuthorizationRequest,
        of party: RelyingParty,
        at now: Timestamp
    ) async throws(LoginRefusal) -> Bool {
        guard request.prompt != .always, isYoungEnough(session, for: request, at: now),
            try await consents(session, to: request)
        else { return false }
        guard let wanted = request.subject else { return true }
        return try await subject(of: session.user, for: party) == wanted
    }

    /// Whether the owner of a session has agreed to what a request asks for, as far as they have given
    /// it.
    private func consents(
        _ session: BrowserSession,
        to request: AuthorizationRequest
    ) async throws(LoginRefusal) -> Bool {
        if session.consents(to: request, lacking: []) { return true }
        let missing = try await user(session.user)?.missing ?? []
        return session.consents(to: request, lacking: missing)
    }

    private func isYoungEnough(
        _ session: BrowserSession,
        for request: AuthorizationRequest,
        at now: Timestamp
    ) -> Bool {
        guard let most = request.maxAge else { return true }
        // Whatever the clock says, which another node may have set: a session is from before the request.
        return most > .zero && now.since(session.createdAt) <= most
    }

    /// What a website is told that wanted no page and can have no code without one.
    private func silence(
        _ request: AuthorizationRequest,
        _ session: BrowserSession?
    ) async throws(LoginRefusal) -> AuthorizationResponse {
        var isConsentMissing = false
        if let session { isConsentMissing = try await !consents(session, to: request) }
        return refusal(isConsentMissing ? .consentRequired : .loginRequired, of: request)
    }

    private func park(
        _ parked: ParkedRequest,
        from browser: BrowserFacts,
        _ old: AttemptCookie?,
        at now: Timestamp
    ) async throws(LoginRefusal) -> AuthorizeOutcome {
        if let wait = budgets.withLock({ $0.park(browser.address, at: now) }) {
            throw refuse("parked_per_ip", wait)
        }
        let (id, cookie) = dice.draw { (AttemptID(using: &$0), AttemptCookie(using: &$0)) }
        let chain = try await old.asyncMap(lineage)?.chain ?? id
        let row = ParkedRow(parked: parked, chain: chain, cookie: cookie.digest)
        let superseded = try await stored { () async throws(LoginStoreError) in
            try await store.park(row, superseding: old?.digest, at: now)
        }
        if let superseded { publish(superseded, at: now) }
        return .parked(cookie, parked)
    }

    // MARK: - After the login

    /// The browser has logged in for a website, and collects what that is told.
    ///
    /// Once, and within `BrowserSession.pendingLifetime`.
    ///
    /// - Throws: `noRequest` when nothing waits on this session.
    package func resumeAuthorization(
        _ cookie: SessionCookie?
    ) async throws(LoginRefusal) -> AuthorizationResponse {
        let now = time.now()
        guard let session = try await liveSession(cookie, at: now),
            let parked = session.pendingRequest(at: now)
        else { throw .noRequest }
        return try await grant(parked.request, session, answering: .pending, at: now)
    }

    /// The person does not want to log in to the website after all.
    ///
    /// What the browser has under way is over, and the website is told.
    ///
    /// - Throws: `noRequest` when no website waits for this browser, `unsoundRequest` when the operator
    ///   has removed it, or this address of it, meanwhile.
    package func cancelAuthorization(
        _ cookie: AttemptCookie?
    ) async throws(LoginRefusal) -> AuthorizationResponse {
        guard let cookie, let parked = try await lineage(of: cookie).request else {
            throw .noRequest
        }
        do throws(LoginRefusal) {
            try await forgetParked(cookie)
        } catch .alreadyCompleted {
            throw .noRequest
        }
        _ = try await registered(parked.request)
        return refusal(.accessDenied, of: parked.request)
    }

    /// The browser turns to a plain login: the website's request that waited is forgotten, and the
    /// attempt that was for it is over.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func forgetParked(_ cookie: AttemptCookie) async throws(LoginRefusal) -> Bool {
        guard try await lineage(of: cookie).request != nil else { return false }
        try await stored { () async throws(LoginStoreError) in
            try await store.unpark(cookie.digest)
        }
        do throws(LoginRefusal) {
            try await cancelAttempt(cookie)
        } catch .noAttempt {
            // It had not come to a code.
        }
        return true
    }

    // MARK: - Grants

    /// Gives a website its code, or says why there is none.
    ///
    /// Once the website and its address are known to be sound, it hears of what goes wrong here, too:
    /// it can have its user try again, and a page of ours cannot (RFC 6749 section 4.1.2.1).
    private func grant(
        _ request: AuthorizationRequest,
        _ session: BrowserSession,
        answering answered: AnsweredRequest,
        at now: Timestamp
    ) async throws(LoginRefusal) -> AuthorizationResponse {
        let party: RelyingParty
        do throws(LoginRefusal) {
            party = try await registered(request)
        } catch {
            if case .unsoundRequest = error { try await letGo(answered, session) }
            throw error
        }
        do throws(LoginRefusal) {
            return try await grant(request, session, to: party, answering: answered, at: now)
        } catch .storeUnavailable {
            return refusal(.temporarilyUnavailable, of: request)
        }
    }

    private func grant(
        _ request: AuthorizationRequest,
        _ session: BrowserSession,
        to party: RelyingParty,
        answering answered: AnsweredRequest,
        at now: Timestamp
    ) async throws(LoginRefusal) -> AuthorizationResponse {
        if let wanted = request.subject,
            try await subject(of: session.user, for: party) != wanted
        {
            // Somebody else logged in than the website asked for (Core section 3.1.2.2).
            try await letGo(answered, session)
            return refusal(.loginRequired, of: request)
        }
        // Who has just scanned for it gets it: no website can loop through scans.
        if answered != .pending,
            !budgets.withLock({ $0.grant(session.user, to: party.id, at: now) })
        {
            measures.count(.limitsHit, "grants_per_user")
            try await letGo(answered, session)
            return refusal(.temporarilyUnavailable, of: request)
        }
        let (id, code) = dice.draw { (GrantID(using: &$0), AuthorizationCode(using: &$0)) }
        let grant = Grant(
            id: id,
            request: session.granting(request),
            session: session,
            code: code.digest,
            at: now,
            lifetimes: policy.grants
        )
        let isOpen = try await stored { () async throws(LoginStoreError) in
            try await store.openGrant(grant, answering: answered)
        }
        guard isOpen else { throw .noRequest }
        measures.count(.codesIssued)
        logger.info(
            "authorization code issued",
            metadata: ["client": "\(party.id)", "user": "\(session.user)", "grant": "\(id)"]
        )
        return AuthorizationResponse(
            redirectURI: request.redirectURI,
            outcome: .code(code.exposed),
            state: request.state,
            issuer: openID.issuer
        )
    }

    /// A request gets no code, and does not wait any more.
    private func letGo(
        _ answered: AnsweredRequest,
        _ session: BrowserSession
    ) async throws(LoginRefusal) {
        try await stored { () async throws(LoginStoreError) in
            switch answered {
            case .fresh: break
            case .pending: try await store.dropPending(of: session.cookie)
            case .parked(let cookie): try await store.unpark(cookie)
            }
        }
    }

    private func refusal(
        _ error: OAuthError,
        of request: AuthorizationRequest
    ) -> AuthorizationResponse {
        AuthorizationResponse(
            redirectURI: request.redirectURI,
            outcome: .failed(error),
            state: request.state,
            issuer: openID.issuer
        )
    }

    // MARK: - Look-ups

    func relyingParty(_ id: RelyingPartyID?) async throws(LoginRefusal) -> RelyingParty? {
        guard let id else { return nil }
        return try await stored { () async throws(LoginStoreError) in
            try await store.relyingParty(id)
        }
    }

    /// The website of a request, while it is registered, and the request's address with it: only then
    /// does a browser go there (T20).
    ///
    /// - Throws: `unsoundRequest`.
    func registered(
        _ request: AuthorizationRequest
    ) async throws(LoginRefusal) -> RelyingParty {
        guard let party = try await relyingParty(request.client) else {
            throw .unsoundRequest(.unknownClient)
        }
        guard party.redirectURIs.contains(request.redirectURI) else {
            throw .unsoundRequest(.unknownRedirect)
        }
        return party
    }

    /// What a website calls a user.
    func subject(
        of user: UserID,
        for party: RelyingParty
    ) async throws(LoginRefusal) -> SubjectID {
        let candidate = dice.draw { SubjectID(using: &$0) }
        return try await stored { () async throws(LoginStoreError) in
            try await store.subject(of: user, sector: party.sector, candidate: candidate)
        }
    }

    /// What a website calls a login, its `sid`: for pairwise ones a name that is their sector's own,
    /// as their `sub` is.
    func name(of login: LoginID, for party: RelyingParty) -> String {
        guard party.isPairwise else { return login.text }
        return openID.opener.loginSeal.name(of: login, in: party.sector)
    }

    /// Which login a website calls so.
    ///
    /// The login's own name is known, too: it is in ID tokens from before pairwise websites had names
    /// of their own, or before this one became pairwise.
    func login(named name: String, for party: RelyingParty) -> LoginID? {
        if let login = LoginID(text: name) { return login }
        guard party.isPairwise else { return nil }
        return openID.opener.loginSeal.login(named: name, in: party.sector)
    }

    /// An ID token that a website sends back to us; nil when it is none of ours.
    func hint(_ text: String, at now: Timestamp) async -> IDTokenHint? {
        do {
            let keys = try await signingKeys(at: now)
            return try IDTokenHint(
                text,
                issuer: openID.issuer,
                keys: keys.opened.values.map(\.publicKey)
            )
        } catch let flaw as IDTokenHint.Flaw {
            logger.notice("id_token_hint refused", metadata: ["why": "\(flaw.rawValue)"])
            return nil
        } catch {
            return nil
        }
    }

    /// What a browser's attempt cookie stands for: its chain, and the website's request.
    func lineage(of cookie: AttemptCookie) async throws(LoginRefusal) -> Lineage {
        let digest = cookie.digest
        let attempt = try await stored { () async throws(LoginStoreError) in
            try await store.attempt(.cookie(digest))
        }
        if let attempt { return Lineage(chain: attempt.chain, request: attempt.request) }
        let row = try await stored { () async throws(LoginStoreError) in
            try await store.parked(digest)
        }
        return Lineage(chain: row?.chain, request: row?.parked, isWaiting: row != nil)
    }

    struct Lineage: Sendable {
        var chain: AttemptID?
        var request: ParkedRequest?
        /// Whether the request waits for its first code.
        var isWaiting = false
    }
}

extension Optional {
    fileprivate func asyncMap<Value, Failure: Error>(
        _ transform: (Wrapped) async throws(Failure) -> Value
    ) async throws(Failure) -> Value? {
        guard let value = self else { return nil }
        return try await transform(value)
    }
}
