/// A website's request that waits while its user logs in.
///
/// It is bound to the browser by its attempt cookie, goes from attempt to attempt of that browser, and
/// then with its new session: nobody who lacks the cookie can take it (T3, T5).
package struct ParkedRequest: Sendable, Equatable {
    package var request: AuthorizationRequest
    /// What the login page and the phone show of the website, as it was registered when it asked.
    package var client: ClientCard
    /// When this website wants a number typed, beside what the server asks for.
    package var numberMatching: NumberMatching
    package var parkedAt: Timestamp
    /// How many codes were shown for it, this attempt's with them.
    package var codesShown: Int

    package init(
        request: AuthorizationRequest,
        client: ClientCard,
        numberMatching: NumberMatching = .off,
        parkedAt: Timestamp,
        codesShown: Int = 0
    ) {
        self.request = request
        self.client = client
        self.numberMatching = numberMatching
        self.parkedAt = parkedAt
        self.codesShown = codesShown
    }

    /// How long a website's request waits (`security.md` 0.1).
    package static let lifetime: Duration = .seconds(600)
    /// How many codes may be shown for one request (`security.md` 0.1).
    package static let codesMax = 10

    package func isLive(at now: Timestamp) -> Bool { now < parkedAt + Self.lifetime }
}

/// A request that waits for its browser's first code.
package struct ParkedRow: Sendable, Equatable {
    package var parked: ParkedRequest
    /// The chain that the browser's attempts will be of.
    package var chain: AttemptID
    /// The digest of the browser's attempt cookie.
    package var cookie: SecretDigest

    package init(parked: ParkedRequest, chain: AttemptID, cookie: SecretDigest) {
        self.parked = parked
        self.chain = chain
        self.cookie = cookie
    }
}
