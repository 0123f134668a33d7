import Logging
package import LoginDomain
import LoginStore
package import OpenIDConnect
import Synchronization

/// What a website gets for its code (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).
package struct IssuedTokens: Sendable {
    package var accessToken: AccessToken
    package var expiresInSeconds: Int
    package var scopes: [OpenIDScope]
    package var idToken: String
    /// Nil where the website may have none, or did not ask.
    package var refreshToken: RefreshToken?
}

/// What a website may be told of a user.
package struct UserClaims: Sendable {
    package var subject: SubjectID
    /// Nil where the website did not ask for the profile.
    package var profile: User?
    /// Nil where the website did not ask for it, or may not, or its user has not agreed.
    package var wechat: WeChatIdentity?
    /// The same, and nil where there is none.
    package var phoneNumber: PhoneNumber?
}

/// How a request of a website ended.
package enum WebsiteOutcome<Value: Sendable>: Sendable {
    case done(Value)
    /// `isChallenged` says that it used the `Authorization` field, and is answered in kind.
    case refused(OAuthError, isChallenged: Bool)
}

extension LoginService {
    /// A website asks for tokens: for a code, or for a refresh token.
    ///
    /// Everything that can fail is looked up before the code is used; from then on it is used up,
    /// also when the answer gets lost (RFC 6749 section 4.1.2).
    ///
    /// - Parameters:
    ///   - parameters: The body.
    ///   - authorization: Every `Authorization` field.
    ///   - address: Who asks, for the audit log.
    /// - Returns: The tokens, or why not.
    /// - Throws: `storeUnavailable`; code and refresh token are as they were, or nobody knows.
    package func tokens(
        _ parameters: FormParameters,
        authorization: [String],
        from address: String
    ) async throws(LoginRefusal) -> WebsiteOutcome<IssuedTokens> {
        let isChallenged = !authorization.isEmpty
        let party: RelyingParty
        let exchange: TokenExchange
        do {
            party = try await client(parameters, authorization)
            exchange = try TokenExchange(parameters)
        } catch let error as OAuthError {
            return .refused(error, isChallenged: isChallenged)
        } catch let refusal as LoginRefusal {
            throw refusal
        } catch {
            throw storeFailure("\(type(of: error))")
        }
        switch exchange {
        case .code(let request): return try await redeem(request, by: party, from: address)
        case .refresh(let request): return try await refresh(request, by: party, from: address)
        }
    }

    private func redeem(
        _ request: TokenRequest,
        by party: RelyingParty,
        from address: String
    ) async throws(LoginRefusal) -> WebsiteOutcome<IssuedTokens> {
        let now = time.now()
        guard let code = AuthorizationCode(presented: request.code),
            let row = try await grant(.code(code.digest))
        else { return .refused(.invalidGrant, isChallenged: false) }
        let signer = try await signer(at: now)
        let subject = try await subject(of: row.user, for: party)
        let isLive = try await isLive(row.session, at: now)
        let token = dice.draw { AccessToken(using: &$0) }
        var refreshToken: RefreshToken?
        if row.isOffline, party.allowsRefresh {
            refreshToken = dice.draw { RefreshToken(using: &$0) }
        }
        let refresh = refreshToken.map { (family: $0.family.digest, turn: $0.turn.digest) }
        let (digest, lifetimes) = (token.digest, policy.grants)
        let update = try await stored { () async throws(LoginStoreError) in
            try await store.updateGrant(.code(code.digest)) { grant in
                guard isLive else {
                    // Logged out, or revoked by the phone, before the website came.
                    grant.revoke()
                    return Grant.RedeemOutcome.invalid
                }
                return grant.redeem(
                    by: party.id,
                    redirectURI: request.redirectURI,
                    isProven: request.proof.meets(grant.codeChallenge),
                    token: digest,
                    refresh: refresh,
                    at: now,
                    lifetimes: lifetimes
                )
            }
        }
        guard let update, update.outcome == .redeemed else {
            let isReplay = update?.outcome == .replayed
            note(
                .codeRefused,
                update?.grant,
                isReplay ? .usedTwice : .notForThis,
                from: address,
                at: now
            )
            return .refused(.invalidGrant, isChallenged: false)
        }
        measures.count(.codesRedeemed)
        let idToken = idToken(row, party, subject, nonce: row.nonce, token, at: now)
        return .done(
            IssuedTokens(
                accessToken: token,
                expiresInSeconds: Int(lifetimes.accessToken.components.seconds),
                scopes: row.scopes.filter(party.mayAsk),
                idToken: idToken.signed(by: signer),
                refreshToken: refreshToken
            )
        )
    }

    /// A website exchanges its refresh token: for another one of the same family, and new tokens.
    private func refresh(
        _ request: RefreshRequest,
        by party: RelyingParty,
        from address: String
    ) async throws(LoginRefusal) -> WebsiteOutcome<IssuedTokens> {
        let now = time.now()
        guard party.allowsRefresh else {
            return .refused(.unauthorizedClient, isChallenged: false)
        }
        guard let shown = RefreshToken(presented: request.token),
            let row = try await grant(.refresh(shown.family.digest)), row.client == party.id
        else { return .refused(.invalidGrant, isChallenged: false) }
        let signer = try await signer(at: now)
        let subject = try await subject(of: row.user, for: party)
        let (token, next) = dice.draw { (AccessToken(using: &$0), shown.next(using: &$0)) }
        let (turn, nextTurn, digest) = (shown.turn.digest, next.turn.digest, token.digest)
        let (wanted, lifetimes) = (request.scopes(of: row.scopes), policy.grants)
        let update = try await stored { () async throws(LoginStoreError) in
            try await store.updateGrant(.refresh(shown.family.digest)) { grant in
                grant.exchange(
                    by: party.id,
                    turn: turn,
                    next: nextTurn,
                    token: digest,
                    for: wanted,
                    at: now,
                    lifetimes: lifetimes
                )
            }
        }
        switch update?.outcome {
        case .refreshed(let until):
            measures.count(.tokensRefreshed)
            // The request of the login is long over, and its nonce with it (Core section 12.2).
            let idToken = idToken(row, party, subject, nonce: nil, token, at: now)
            return .done(
                IssuedTokens(
                    accessToken: token,
                    expiresInSeconds: until.secondsLeft(at: now),
                    scopes: (wanted ?? row.scopes).filter(party.mayAsk),
                    idToken: idToken.signed(by: signer),
                    refreshToken: next
                )
            )
        case .widened:
            return .refused(.scopeNotGranted, isChallenged: false)
        case .replayed:
            note(.refreshRefused, row, .usedTwice, from: address, at: now)
            return .refused(.invalidGrant, isChallenged: false)
        case .invalid, nil:
            return .refused(.invalidGrant, isChallenged: false)
        }
    }

    private func idToken(
        _ grant: Grant,
        _ party: RelyingParty,
        _ subject: SubjectID,
        nonce: String?,
        _ token: AccessToken,
        at now: Timestamp
    ) -> IDToken {
        IDToken(
            issuer: openID.issuer,
            subject: subject.text,
            audience: grant.client,
            // Even where the clock went back across a restart, no token is older than its login (T42).
            issuedAt: max(now, grant.authenticatedAt),
            authenticatedAt: grant.authenticatedAt,
            way: grant.way,
            nonce: nonce,
            session: name(of: grant.login, for: party),
            accessToken: token.exposed
        )
    }

    /// What should not have come: whoever keeps watch wants to know (T16, T17, T18).
    private func note(
        _ what: AuditEntry.What,
        _ grant: Grant?,
        _ reason: AuditEntry.Reason,
        from address: String,
        at now: Timestamp
    ) {
        let actor = AuditActor(user: grant?.user, address: address)
        noteRefusal(what, of: nil, reason: reason, by: actor, at: now)
        logger.warning(
            "\(what.rawValue)",
            metadata: [
                "client": "\(grant?.client.text ?? "")", "grant": "\(grant?.id.text ?? "")",
                "why": "\(reason.rawValue)",
            ]
        )
    }

    /// Who a token is of.
    ///
    /// - Returns: nil for a token that opens nothing: unknown, expired, revoked, or of a login that
    ///   has ended.
    package func userClaims(_ token: AccessToken) async throws(LoginRefusal) -> UserClaims? {
        let now = time.now()
        guard let grant = try await grant(.token(token.digest)), grant.opens(token.digest, at: now),
            try await isLive(grant, at: now),
            let party = try await relyingParty(grant.client),
            let user = try await user(grant.user)
        else { return nil }
        // What the operator has taken back since is not told any more.
        let scopes = grant.tokenScopes.filter(party.mayAsk)
        var profile = user
        // A picture has one address, by which pairwise websites could tell that a user is the same.
        if party.isPairwise { profile.avatar = nil }
        return UserClaims(
            subject: try await subject(of: user.id, for: party),
            profile: scopes.contains(.profile) ? profile : nil,
            wechat: scopes.contains(.wechat) ? try await identity(user.id) : nil,
            phoneNumber: scopes.contains(.phone) ? user.phoneNumber : nil
        )
    }

    /// A website gives its token back (RFC 7009).
    ///
    /// A token that is not there, or not the website's, is no error and changes nothing.
    package func revokeToken(
        _ parameters: FormParameters,
        authorization: [String]
    ) async throws(LoginRefusal) -> WebsiteOutcome<Void> {
        let isChallenged = !authorization.isEmpty
        do {
            let party = try await client(parameters, authorization)
            guard parameters.repeated.isEmpty else { throw OAuthError.repeatedParameter }
            guard let text = parameters["token"] else { throw OAuthError.invalidRequest(.token) }
            guard let key = grantKey(of: text) else { return .done(()) }
            _ = try await stored { () async throws(LoginStoreError) in
                try await store.updateGrant(key) { grant in
                    if grant.client == party.id { grant.revoke() }
                }
            }
            return .done(())
        } catch let error as OAuthError {
            return .refused(error, isChallenged: isChallenged)
        } catch let refusal as LoginRefusal {
            throw refusal
        } catch {
            throw storeFailure("\(type(of: error))")
        }
    }

    /// Which grant a token of a website is of; nil for what can be none.
    private func grantKey(of token: String) -> GrantKey? {
        if let token = AccessToken(presented: token) { return .token(token.digest) }
        return RefreshToken(presented: token).map { .refresh($0.family.digest) }
    }

    /// The website that a request proves to be.
    ///
    /// - Throws: `OAuthError.invalidClient`, the same for an unknown client and for a wrong secret;
    ///   `LoginRefusal` when nobody can say.
    private func client(
        _ parameters: FormParameters,
        _ authorization: [String]
    ) async throws -> RelyingParty {
        let credentials = try ClientCredentials(
            authorization: authorization,
            parameters: parameters
        )
        guard let party = try await relyingParty(credentials.client) else {
            throw OAuthError.invalidClient
        }
        let presented = credentials.presentedSecret.map(secretDigest)
        guard presented == party.secret else { throw OAuthError.invalidClient }
        return party
    }

    private func identity(_ id: UserID) async throws(LoginRefusal) -> WeChatIdentity? {
        try await stored { () async throws(LoginStoreError) in try await store.identity(of: id) }
    }

    private func grant(_ key: GrantKey) async throws(LoginRefusal) -> Grant? {
        try await stored { () async throws(LoginStoreError) in try await store.grant(key) }
    }

    /// Whether what a grant rests on is still there: its session, or its refresh tokens, which end by
    /// being revoked.
    private func isLive(
        _ grant: Grant,
        at now: Timestamp
    ) async throws(LoginRefusal) -> Bool {
        if grant.refresh != nil { return true }
        return try await isLive(grant.session, at: now)
    }

    private func isLive(
        _ session: SecretDigest,
        at now: Timestamp
    ) async throws(LoginRefusal) -> Bool {
        let found = try await stored { () async throws(LoginStoreError) in
            try await store.session(session)
        }
        return found?.isLive(at: now, policy) ?? false
    }
}
