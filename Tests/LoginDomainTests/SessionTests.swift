import LoginDomain
import TestSupport
import Testing

struct SessionTests {
    private func session(seenAt: Int64, pending: ParkedRequest? = nil) -> BrowserSession {
        var dice = SeededDice()
        return BrowserSession(
            cookie: Cast.digest(1),
            user: Cast.alice,
            login: LoginID(using: &dice),
            createdAt: Cast.start,
            seenAt: Cast.at(seenAt),
            pending: pending
        )
    }

    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 60 * minute

    @Test(
        arguments: [
            (0, 30 * minute), (10 * minute, 40 * minute), (11 * hour, 11 * hour + 30 * minute),
            // The absolute limit beats the idle one.
            (11 * hour + 30 * minute, 12 * hour), (11 * hour + 59 * minute, 12 * hour),
        ] as [(Int64, Int64)]
    )
    func `a browser's session ends half an hour after it was shown, or after twelve hours`(
        seenAt: Int64,
        end: Int64
    ) {
        let session = session(seenAt: seenAt)
        #expect(session.endsAt(Cast.policy) == Cast.at(end))
        #expect(session.isLive(at: Cast.at(end - 1), Cast.policy))
        #expect(!session.isLive(at: Cast.at(end), Cast.policy))
    }

    @Test func `a login is good for what its owner agreed to, for one website`() throws {
        let redirect = try RedirectURI(registering: "https://shop.example/cb")
        let shop = try #require(RelyingPartyID(text: "shop"))
        let other = try #require(RelyingPartyID(text: "other"))
        func request(_ client: RelyingPartyID, _ scopes: OpenIDScope...) -> AuthorizationRequest {
            AuthorizationRequest(client: client, redirectURI: redirect, scopes: scopes)
        }
        var session = session(seenAt: 0)
        for scopes: [OpenIDScope] in [[.openid], [.openid, .profile, .offlineAccess]] {
            var plain = request(shop)
            plain.scopes = scopes
            #expect(session.consents(to: plain, lacking: []))
            #expect(session.granting(plain) == plain)
        }
        let both = request(shop, .openid, .wechat, .phone)
        #expect(!session.consents(to: both, lacking: [.phone]))
        #expect(session.granting(both) == request(shop, .openid))
        session.consent = Consent(client: shop, shares: [.wechat])
        #expect(!session.consents(to: both, lacking: []))
        #expect(session.consents(to: both, lacking: [.phone]))
        #expect(session.granting(both) == request(shop, .openid, .wechat))
        let foreign = request(other, .openid, .wechat, .phone)
        #expect(!session.consents(to: foreign, lacking: [.phone]))
        #expect(session.granting(foreign) == request(other, .openid))
        session.consent = Consent(client: shop, shares: [.wechat, .phone])
        #expect(session.consents(to: both, lacking: []))
        #expect(session.granting(both) == both)
    }

    @Test func `a phone's session is live before its end and not at it`() {
        let session = PhoneSession(
            token: Cast.phone,
            user: Cast.alice,
            createdAt: Cast.start,
            expiresAt: Cast.at(900_000)
        )
        #expect(session.isLive(at: Cast.at(899_999)))
        #expect(!session.isLive(at: Cast.at(900_000)))
    }
}
