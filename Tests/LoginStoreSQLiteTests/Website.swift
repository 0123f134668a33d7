import LoginDomain
import LoginService
import LoginStore
import TestSupport

/// Two websites, what one of them asks for, and what it is given.
struct Website {
    let party: RelyingParty
    let other: RelyingParty
    let request: AuthorizationRequest

    init() throws {
        var dice = SeededDice(seed: 1000)
        let redirect = try RedirectURI(registering: "https://shop.example/cb?from=login")
        party = try Self.party(
            RelyingParty(
                id: RelyingPartyID(using: &dice),
                name: "小店 Shop",
                redirectURIs: [redirect, try RedirectURI(registering: "https://shop.example/2")],
                postLogoutRedirectURIs: [try RedirectURI(registering: "https://shop.example/bye")],
                secret: ClientSecret(using: &dice).digest,
                isProofKeyRequired: false,
                isPairwise: true,
                numberMatching: .networks,
                shares: [.wechat],
                allowsRefresh: true,
                isConfigured: true,
                createdAt: Story.start
            )
        )
        other = try Self.party(
            RelyingParty(
                id: RelyingPartyID(using: &dice),
                name: "Public",
                redirectURIs: [
                    try RedirectURI(registering: "http://127.0.0.1:3000/cb", allowsLoopback: true)
                ],
                secret: nil,
                createdAt: Story.at(1)
            )
        )
        request = AuthorizationRequest(
            client: party.id,
            redirectURI: redirect,
            scopes: [.openid, .profile, .wechat, .offlineAccess],
            state: #"a "state" \ of / its own"#,
            nonce: "n-1",
            codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            prompt: .always,
            maxAge: .seconds(3600),
            uiLocales: ["zh-CN", "en"]
        )
    }

    private static func party(_ party: RelyingParty?) throws -> RelyingParty {
        guard let party else { throw NoParty() }
        return party
    }

    private struct NoParty: Error {}

    /// What it asks for, as it waits.
    var parked: ParkedRequest {
        ParkedRequest(
            request: request,
            client: party.card(for: request.redirectURI),
            numberMatching: party.numberMatching,
            parkedAt: Story.start,
            codesShown: 1
        )
    }

    func row(seed: UInt64) -> ParkedRow {
        var dice = SeededDice(seed: seed)
        return ParkedRow(
            parked: parked,
            chain: AttemptID(using: &dice),
            cookie: AttemptCookie(using: &dice).digest
        )
    }

    func register(_ store: some OperatorStore) async throws {
        try await store.setConfigured([party])
        try await store.addRelyingParty(other)
    }

    /// What a session is good for: a code and a token of it.
    func grant(seed: UInt64, _ session: BrowserSession) -> (grant: Grant, token: SecretDigest) {
        var dice = SeededDice(seed: seed)
        let grant = Grant(
            id: GrantID(using: &dice),
            request: request,
            session: session,
            code: AuthorizationCode(using: &dice).digest,
            at: Story.at(20)
        )
        return (grant, AccessToken(using: &dice).digest)
    }

    /// The website exchanges a code.
    func redeem(
        _ grant: (grant: Grant, token: SecretDigest),
        _ store: some LoginStore
    ) async throws {
        let request = request
        _ = try await store.updateGrant(.code(grant.grant.code)) {
            $0.redeem(
                by: request.client,
                redirectURI: request.redirectURI.text,
                isProven: true,
                token: grant.token,
                refresh: Self.refreshToken(of: grant.grant),
                at: Story.at(21)
            )
        }
    }

    /// The digests of a grant's refresh token, drawn from its own code.
    static func refreshToken(of grant: Grant) -> (family: SecretDigest, turn: SecretDigest) {
        var dice = SeededDice(seed: UInt64(grant.code.bytes[0]) + 5000)
        let token = RefreshToken(using: &dice)
        return (token.family.digest, token.turn.digest)
    }

    static func key(seed: UInt64) -> SealedKey {
        var dice = SeededDice(seed: seed)
        return SealedKey(
            kid: "kid-\(seed)",
            publishedAt: Story.at(Int(seed)),
            sealed: randomBytes(60, using: &dice)
        )
    }

    /// A row of every other kind, and a grant in each state; a login has left its request behind.
    func fill(_ store: some OperatorStore, after story: Story) async throws {
        _ = try await store.park(row(seed: 1001), superseding: nil, at: Story.start)
        var dice = SeededDice(seed: 1002)
        _ = try await store.subject(
            of: story.user,
            sector: party.sector,
            candidate: SubjectID(using: &dice)
        )
        guard let session = try await store.session(story.session) else { throw NoParty() }
        for seed: UInt64 in 1003...1005 {
            let grant = grant(seed: seed, session)
            _ = try await store.openGrant(grant.grant, takingPending: false)
            if seed > 1003 { try await redeem(grant, store) }
            if seed > 1004 {
                _ = try await store.updateGrant(.code(grant.grant.code)) { $0.revoke() }
            }
        }
        try await store.addSigningKey(Self.key(seed: 1))
        try await store.addSigningKey(Self.key(seed: 2))
    }
}
