import LoginDomain

/// Websites, what they ask for and what they are given: each number names another one.
extension Scenery {
    static func partyID(_ number: UInt64) -> RelyingPartyID {
        var dice = CountingDice(number)
        return RelyingPartyID(using: &dice)
    }

    static func secret(_ number: UInt64) -> SecretDigest { digest(number, kind: 8) }
    static func code(_ number: UInt64) -> SecretDigest { digest(number, kind: 9) }
    static func token(_ number: UInt64) -> SecretDigest { digest(number, kind: 10) }

    static func subject(_ number: UInt64) -> SubjectID {
        var dice = CountingDice(11 << 32 | number)
        return SubjectID(using: &dice)
    }

    static func redirect(_ number: UInt64) throws -> RedirectURI {
        try RedirectURI(registering: "https://shop\(number).example/cb?n=\(number)")
    }

    /// A website with a secret and nothing unusual.
    static func party(
        _ number: UInt64,
        name: String? = nil,
        secret: SecretDigest? = nil,
        isConfigured: Bool = false,
        at now: Timestamp = start
    ) throws -> RelyingParty {
        try require(
            RelyingParty(
                id: partyID(number),
                name: name ?? "小店 \(number)",
                redirectURIs: [try redirect(number)],
                secret: secret ?? self.secret(number),
                isConfigured: isConfigured,
                createdAt: now
            )
        )
    }

    /// A website of which everything is unusual.
    static func unusualParty(_ number: UInt64) throws -> RelyingParty {
        try require(
            RelyingParty(
                id: partyID(number),
                name: "O'Shop \"\(number)\"",
                redirectURIs: [
                    try RedirectURI(registering: "https://shop.example:8443/a?b=c&d=%22"),
                    try RedirectURI(registering: "https://shop.example:8443/b"),
                ],
                postLogoutRedirectURIs: [
                    try RedirectURI(registering: "http://[::1]:3000/bye", allowsLoopback: true),
                    try RedirectURI(registering: "https://shop.example:8443"),
                ],
                secret: secret(number),
                isProofKeyRequired: false,
                isPairwise: true,
                numberMatching: .networks,
                shares: [.wechat],
                allowsRefresh: true,
                createdAt: at(Int64(number))
            )
        )
    }

    static func publicParty(_ number: UInt64) throws -> RelyingParty {
        try require(
            RelyingParty(
                id: partyID(number),
                name: "Public \(number)",
                redirectURIs: [
                    try RedirectURI(registering: "http://127.0.0.1:3000/", allowsLoopback: true)
                ],
                secret: nil,
                numberMatching: .always,
                createdAt: start
            )
        )
    }

    /// A request of the website of that number, with everything in it.
    static func request(_ number: UInt64, at now: Timestamp = start) throws -> ParkedRequest {
        ParkedRequest(
            request: AuthorizationRequest(
                client: partyID(number),
                redirectURI: try redirect(number),
                scopes: [.openid, .profile, .wechat],
                state: #"'"\/ & <state> \#(number)"#,
                nonce: "nonce \(number)",
                codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                prompt: .always,
                maxAge: .seconds(3600),
                subject: subject(number),
                uiLocales: ["zh-CN", "en"]
            ),
            client: ClientCard(name: "小店 \(number)", host: "shop\(number).example"),
            numberMatching: .networks,
            parkedAt: now,
            codesShown: Int(number)
        )
    }

    /// One with as little in it as can be.
    static func bareRequest(_ number: UInt64) throws -> ParkedRequest {
        ParkedRequest(
            request: AuthorizationRequest(
                client: partyID(number),
                redirectURI: try redirect(number),
                scopes: []
            ),
            client: ClientCard(name: "小店 \(number)", host: "shop\(number).example"),
            parkedAt: start
        )
    }

    /// The request of that number as it waits, under the cookie of that number.
    static func parked(
        _ number: UInt64,
        cookie: UInt64? = nil,
        at now: Timestamp = start
    ) throws -> ParkedRow {
        ParkedRow(
            parked: try request(number, at: now),
            chain: id(number),
            cookie: self.cookie(cookie ?? number)
        )
    }

    static func grantID(_ number: UInt64) -> GrantID {
        var dice = CountingDice(12 << 32 | number)
        return GrantID(using: &dice)
    }

    /// What a session is given for the website of that number.
    static func grant(
        _ number: UInt64,
        client: UInt64,
        of session: BrowserSession,
        id: GrantID? = nil,
        code: SecretDigest? = nil,
        at now: Timestamp = at(20_000)
    ) throws -> Grant {
        Grant(
            id: id ?? grantID(number),
            request: try request(client).request,
            session: session,
            code: code ?? self.code(number),
            at: now
        )
    }

    static func family(_ number: UInt64) -> SecretDigest { digest(number, kind: 13) }
    static func turn(_ number: UInt64) -> SecretDigest { digest(number, kind: 14) }

    /// What a session is given for the website of that number, so that it may outlive the session.
    static func offlineGrant(
        _ number: UInt64,
        client: UInt64,
        of session: BrowserSession,
        at now: Timestamp = at(20_000)
    ) throws -> Grant {
        Grant(
            id: grantID(number),
            request: AuthorizationRequest(
                client: partyID(client),
                redirectURI: try redirect(client),
                scopes: [.openid, .profile, .offlineAccess]
            ),
            session: session,
            code: code(number),
            at: now
        )
    }

    static func key(_ number: UInt64, at now: Timestamp = start) -> SealedKey {
        SealedKey(kid: "kid-\(number)", publishedAt: now, sealed: [0, 255, UInt8(number)])
    }
}
