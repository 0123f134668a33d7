import LoginDomain
import TestSupport
import Testing

struct GrantTests {
    private static let callback = "https://rp.example/cb"
    private static let token = Cast.digest(31)
    private static let otherToken = Cast.digest(32)

    private let shop: RelyingPartyID
    private let other: RelyingPartyID
    private var grant: Grant

    init() throws {
        var dice = SeededDice()
        shop = RelyingPartyID(using: &dice)
        other = RelyingPartyID(using: &dice)
        grant = Grant(
            id: GrantID(using: &dice),
            request: AuthorizationRequest(
                client: shop,
                redirectURI: try RedirectURI(registering: Self.callback),
                scopes: [.openid],
                nonce: "n",
                codeChallenge: "c"
            ),
            session: BrowserSession(
                cookie: Cast.digest(1),
                user: Cast.alice,
                login: LoginID(using: &dice),
                createdAt: Cast.at(-5000),
                seenAt: Cast.start
            ),
            code: Cast.digest(30),
            at: Cast.start
        )
    }

    private mutating func redeem(
        by client: RelyingPartyID? = nil,
        at address: String = callback,
        isProven: Bool = true,
        token: SecretDigest = token,
        after milliseconds: Int64 = 1000
    ) -> Grant.RedeemOutcome {
        grant.redeem(
            by: client ?? shop,
            redirectURI: address,
            isProven: isProven,
            token: token,
            at: Cast.at(milliseconds)
        )
    }

    @Test func `a grant remembers whose login it is, and when that was`() {
        #expect(grant.user == Cast.alice)
        #expect(grant.authenticatedAt == Cast.at(-5000))
        #expect(grant.codeExpiresAt == Cast.at(60_000))
        #expect(grant.nonce == "n")
    }

    @Test mutating func `a code becomes a token that lives ten minutes`() {
        #expect(!grant.opens(Self.token, at: Cast.at(1000)))
        #expect(redeem() == .redeemed)
        #expect(grant.opens(Self.token, at: Cast.at(600_999)))
        #expect(!grant.opens(Self.token, at: Cast.at(601_000)))
        #expect(!grant.opens(Self.otherToken, at: Cast.at(1000)))
    }

    @Test mutating func `a code is good for less than a minute`() {
        var late = self
        #expect(redeem(after: 59_999) == .redeemed)
        #expect(late.redeem(after: 60_000) == .invalid)
        #expect(late.grant.state == .revoked)
    }

    @Test mutating func `T16: a code that another client brings is burnt for its owner, too`() {
        #expect(redeem(by: other) == .invalid)
        #expect(redeem() == .invalid)
        #expect(grant.state == .revoked)
    }

    @Test mutating func `T16: another client cannot harm a code that its owner has used`() {
        #expect(redeem() == .redeemed)
        #expect(redeem(by: other) == .invalid)
        #expect(grant.opens(Self.token, at: Cast.at(2000)))
    }

    @Test mutating func `T17: a second use revokes what the first one gave`() {
        #expect(redeem() == .redeemed)
        #expect(redeem(token: Self.otherToken) == .replayed)
        #expect(!grant.opens(Self.token, at: Cast.at(2000)))
        #expect(!grant.opens(Self.otherToken, at: Cast.at(2000)))
        #expect(redeem() == .invalid)
    }

    @Test(arguments: [1000, 30_000, 60_000, 599_999] as [Int64])
    mutating func `T17: also half a minute later, and after the code has expired`(
        milliseconds: Int64
    ) {
        #expect(redeem(after: 500) == .redeemed)
        #expect(redeem(after: milliseconds) == .replayed)
        #expect(!grant.opens(Self.token, at: Cast.at(milliseconds)))
    }

    @Test mutating func `T19: a wrong proof burns the code for the right one`() {
        #expect(redeem(isProven: false) == .invalid)
        #expect(redeem() == .invalid)
    }

    @Test(arguments: ["", callback + "/", "https://RP.example/cb", callback + "?x=1"])
    mutating func `T20: an address beside the one the code was sent to burns it`(
        address: String
    ) {
        #expect(redeem(at: address) == .invalid)
        #expect(redeem() == .invalid)
    }

    @Test mutating func `what is revoked opens nothing`() {
        var unused = self
        #expect(redeem() == .redeemed)
        grant.revoke()
        #expect(!grant.opens(Self.token, at: Cast.at(2000)))
        unused.grant.revoke()
        #expect(unused.redeem() == .invalid)
    }

    @Test mutating func `a row stays as long as a second use must be told from a first`() {
        #expect(grant.forgettableAt > Cast.at(59_999))
        #expect(grant.forgettableAt <= Cast.at(60_000))
        _ = redeem()
        #expect(grant.forgettableAt > Cast.at(600_999))
        #expect(grant.forgettableAt <= Cast.at(601_000))
        grant.revoke()
        #expect(grant.forgettableAt <= Cast.at(60_000))
    }

    /// Every order of four events: never two tokens of one code, and never one after a revocation.
    @Test func `T17: whatever comes in whatever order, a code gives at most one token`() {
        let events: [(inout GrantTests) -> Bool] = [
            { $0.redeem(token: Self.token) == .redeemed },
            { $0.redeem(token: Self.otherToken) == .redeemed },
            { $0.redeem(by: $0.other) == .redeemed }, { $0.redeem(isProven: false) == .redeemed },
            {
                $0.grant.revoke()
                return false
            },
        ]
        for order in Self.orders(of: Array(events.indices)) {
            var story = self
            var given = 0
            for event in order where events[event](&story) { given += 1 }
            #expect(given <= 1, "\(order)")
            #expect(story.grant.state == .revoked, "\(order)")
        }
    }

    private static func orders(of items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return orders(of: Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
        }
    }

    @Test func `names are drawn, have their shapes and come back from rows`() {
        var dice = SeededDice()
        let subject = SubjectID(using: &dice)
        #expect(subject.text.utf8.count == 22)
        #expect(SubjectID(text: subject.text) == subject)
        #expect(GrantID(text: grant.id.text) == grant.id)
        #expect(RelyingPartyID(text: shop.text) == shop)
        for text in ["", "s_", "u_AAAAAAAAAAAAAAAAAAAA", "s_AAAAAAAAAAAAAAAAAAA'"] {
            #expect(SubjectID(text: text) == nil)
        }
        for text in ["", "rp", "rp_'", "../etc/passwd", String(repeating: "a", count: 65)] {
            #expect(RelyingPartyID(text: text) == nil)
        }
    }
}
