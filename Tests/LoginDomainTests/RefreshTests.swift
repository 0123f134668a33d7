import LoginDomain
import TestSupport
import Testing

struct RefreshTests {
    private static let callback = "https://rp.example/cb"
    private static let month: Int64 = 30 * 86_400_000
    private static let family = Cast.digest(40)

    private let shop: RelyingPartyID
    private let other: RelyingPartyID
    private var grant: Grant

    /// A grant whose code is redeemed a second after the start for turn 1 and token 101.
    init() throws {
        try self.init(scopes: [.openid, .profile, .offlineAccess])
    }

    private init(scopes: [OpenIDScope]) throws {
        var dice = SeededDice()
        shop = RelyingPartyID(using: &dice)
        other = RelyingPartyID(using: &dice)
        grant = Grant(
            id: GrantID(using: &dice),
            request: AuthorizationRequest(
                client: shop,
                redirectURI: try RedirectURI(registering: Self.callback),
                scopes: scopes
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
        _ = redeem()
    }

    private mutating func redeem() -> Grant.RedeemOutcome {
        grant.redeem(
            by: shop,
            redirectURI: Self.callback,
            isProven: true,
            token: Self.token(1),
            refresh: (family: Self.family, turn: Self.turn(1)),
            at: Cast.at(1000)
        )
    }

    private static func turn(_ number: UInt8) -> SecretDigest { Cast.digest(50 + number) }
    private static func token(_ number: UInt8) -> SecretDigest { Cast.digest(100 + number) }

    /// Shows one turn, for the next.
    private mutating func refresh(
        _ turn: UInt8,
        to next: UInt8,
        by client: RelyingPartyID? = nil,
        for scopes: [OpenIDScope]? = [.openid, .profile, .offlineAccess],
        after milliseconds: Int64
    ) -> Grant.RefreshOutcome {
        grant.exchange(
            by: client ?? shop,
            turn: Self.turn(turn),
            next: Self.turn(next),
            token: Self.token(next),
            for: scopes,
            at: Cast.at(milliseconds)
        )
    }

    private func opens(_ token: UInt8, after milliseconds: Int64) -> Bool {
        grant.opens(Self.token(token), at: Cast.at(milliseconds))
    }

    @Test mutating func `a refresh token gives a new pair, and the old access token dies`() {
        #expect(opens(1, after: 2000))
        #expect(refresh(1, to: 2, after: 2000) == .refreshed(until: Cast.at(602_000)))
        #expect(!opens(1, after: 2000))
        #expect(opens(2, after: 601_999))
        #expect(!opens(2, after: 602_000))
        // Long after the access token has ended.
        #expect(refresh(2, to: 3, after: 9_000_000) == .refreshed(until: Cast.at(9_600_000)))
        #expect(opens(3, after: 9_000_000))
    }

    @Test mutating func `a grant without the scope has no family`() throws {
        var plain = try RefreshTests(scopes: [.openid, .profile])
        #expect(plain.grant.refresh == nil)
        #expect(!plain.grant.isOffline)
        #expect(plain.refresh(1, to: 2, for: [.openid], after: 2000) == .invalid)
        #expect(plain.opens(1, after: 2000))
    }

    @Test mutating func `T18: it ends after thirty days, however often it was exchanged`() {
        #expect(refresh(1, to: 2, after: Self.month - 100_000) != .invalid)
        // The access token does not outlive it.
        let last = Self.month + 999
        #expect(refresh(2, to: 3, after: last) == .refreshed(until: Cast.at(last + 1)))
        #expect(refresh(3, to: 4, after: last + 1) == .invalid)
        #expect(!opens(3, after: last + 1))
        #expect(grant.forgettableAt == Cast.at(last + 1))
    }

    @Test(arguments: [2001, 31_999] as [Int64])
    mutating func `T18: a lost answer is asked for again, and the pair before is dead`(
        milliseconds: Int64
    ) {
        _ = refresh(1, to: 2, after: 2000)
        #expect(refresh(1, to: 3, after: milliseconds) != .replayed)
        #expect(!opens(2, after: milliseconds))
        #expect(opens(3, after: milliseconds))
        #expect(refresh(3, to: 4, after: milliseconds + 1) != .replayed)
        #expect(opens(4, after: milliseconds + 1))
    }

    @Test mutating func `T18: whoever got the pair that was thought lost ends the family with it`()
    {
        _ = refresh(1, to: 2, after: 2000)
        _ = refresh(1, to: 3, after: 2001)
        #expect(refresh(2, to: 4, after: 2002) == .replayed)
        #expect(!opens(3, after: 2002))
        #expect(refresh(3, to: 5, after: 2003) == .invalid)
    }

    @Test mutating func `T18: the time for lost answers begins once and not anew`() {
        _ = refresh(1, to: 2, after: 2000)
        _ = refresh(1, to: 3, after: 31_000)
        #expect(refresh(1, to: 4, after: 32_000) == .replayed)
    }

    @Test(arguments: [32_000, 600_000, month] as [Int64])
    mutating func `T18: a second use after the grace ends the whole family`(milliseconds: Int64) {
        _ = refresh(1, to: 2, after: 2000)
        #expect(refresh(1, to: 3, after: milliseconds) == .replayed)
        #expect(grant.state == .revoked)
        #expect(!opens(2, after: 2000))
        #expect(refresh(2, to: 4, after: milliseconds) == .invalid)
    }

    @Test mutating func `T18: a token of long ago ends it too, also within the grace`() {
        _ = refresh(1, to: 2, after: 2000)
        _ = refresh(2, to: 3, after: 2001)
        #expect(refresh(1, to: 4, after: 2002) == .replayed)
        #expect(refresh(3, to: 5, after: 2003) == .invalid)
    }

    @Test mutating func `T18: another client gets nothing and ends nothing`() {
        #expect(refresh(1, to: 2, by: other, after: 2000) == .invalid)
        #expect(opens(1, after: 2000))
        _ = refresh(1, to: 2, after: 2000)
        #expect(refresh(1, to: 3, by: other, after: 99_000) == .invalid)
        #expect(refresh(2, to: 4, after: 99_000) != .invalid)
    }

    @Test mutating func `T18: less may be asked for, which is no loss for ever, and never more`() {
        #expect(refresh(1, to: 2, for: nil, after: 2000) == .widened)
        #expect(refresh(1, to: 2, for: [.openid, .wechat], after: 2000) == .widened)
        #expect(opens(1, after: 2000))
        _ = refresh(1, to: 2, for: [.openid], after: 2000)
        #expect(grant.tokenScopes == [.openid])
        _ = refresh(2, to: 3, after: 3000)
        #expect(grant.tokenScopes == [.openid, .profile, .offlineAccess])
        // A replay is one, whatever it asks for.
        #expect(refresh(1, to: 4, for: nil, after: 4000) == .replayed)
    }

    @Test mutating func `T17: a second use of the code ends the family`() {
        _ = refresh(1, to: 2, after: 2000)
        #expect(redeem() == .replayed)
        #expect(refresh(2, to: 3, after: 3000) == .invalid)
        #expect(!opens(2, after: 3000))
    }

    @Test mutating func `T18: what is revoked is not refreshed`() {
        grant.revoke()
        #expect(refresh(1, to: 2, after: 2000) == .invalid)
        #expect(grant.refresh == nil)
    }

    /// Two servers show what they hold, in every order of six exchanges: never more than one token
    /// opens anything, and once a replay was seen, none does.
    @Test func `T18: whatever comes in whatever order, one pair is alive or none`() {
        for story in 0..<729 {
            var run = self
            var held: [UInt8] = [1]
            var isDead = false
            var code = story
            for step in 0..<6 {
                let shown = held[max(0, held.count - 1 - code % 3)]
                code /= 3
                let next = UInt8(2 + step)
                switch run.refresh(shown, to: next, after: 2000 + Int64(step)) {
                case .refreshed:
                    #expect(!isDead)
                    held.append(next)
                case .replayed, .invalid:
                    isDead = true
                case .widened:
                    Issue.record("nobody asked for more")
                }
                let alive = (1...7).filter { run.opens(UInt8($0), after: 2010) }
                #expect(alive.count == (isDead ? 0 : 1), "\(story)")
            }
        }
    }

    // MARK: - The token itself

    @Test func `a refresh token has two halves, and the next one the same first`() throws {
        var dice = SeededDice()
        let first = RefreshToken(using: &dice)
        let next = first.next(using: &dice)
        #expect(first.exposed.utf8.count == 67)
        #expect(first.exposed.prefix(24) == next.exposed.prefix(24))
        #expect(first.exposed != next.exposed)
        let presented = try #require(RefreshToken(presented: first.exposed))
        #expect(presented.exposed == first.exposed)
        #expect(presented.family.exposed == first.family.exposed)
        let texts = [
            "", "a", String(first.exposed.dropLast()), first.exposed + "A",
            String(first.exposed.dropLast()) + "=", AccessToken(using: &dice).exposed,
        ]
        for text in texts { #expect(RefreshToken(presented: text) == nil, "\(text)") }
    }

    @Test func `T35: a refresh token prints nothing of itself`() {
        var dice = SeededDice()
        let token = RefreshToken(using: &dice)
        for text in ["\(token)", String(reflecting: token), String(describing: [token])] {
            #expect(!text.contains(token.family.exposed))
            #expect(!text.contains(token.turn.exposed))
        }
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains(token.turn.exposed))
    }
}
