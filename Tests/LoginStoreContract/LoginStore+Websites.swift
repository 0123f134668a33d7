import LoginDomain
import LoginStore

/// The steps of a website, as the checks take them.
extension OperatorStore {
    /// The session of that number, as its row is.
    func sessionRow(_ number: UInt64) async throws -> BrowserSession {
        try require(try await session(Scenery.session(number)))
    }

    /// Registers the websites of these numbers.
    func registerParties(_ numbers: ClosedRange<UInt64>) async throws {
        for number in numbers { try await addRelyingParty(try Scenery.party(number)) }
    }

    /// Opens a grant of that number for the session of a number.
    ///
    /// - Returns: the grant; nil when the store said that nothing has happened.
    @discardableResult
    func open(
        grant number: UInt64,
        client: UInt64 = 1,
        of session: UInt64 = 1,
        takingPending isPending: Bool = false
    ) async throws -> Grant? {
        let session = try await sessionRow(session)
        let grant = try Scenery.grant(number, client: client, of: session)
        return try await openGrant(grant, takingPending: isPending) ? grant : nil
    }

    /// The website of that number exchanges the code of a grant for the token of the same number.
    @discardableResult
    func redeem(
        grant number: UInt64,
        client: UInt64 = 1,
        token: UInt64? = nil,
        at now: Timestamp = Scenery.at(21_000)
    ) async throws -> GrantUpdate<Grant.RedeemOutcome> {
        let redirect = try Scenery.redirect(client).text
        return try require(
            try await updateGrant(.code(Scenery.code(number))) {
                $0.redeem(
                    by: Scenery.partyID(client),
                    redirectURI: redirect,
                    isProven: true,
                    token: Scenery.token(token ?? number),
                    at: now
                )
            }
        )
    }

    /// The grant of that number by its code; nil when it is gone.
    func grantRow(_ number: UInt64) async throws -> Grant? {
        try await grant(.code(Scenery.code(number)))
    }
}
