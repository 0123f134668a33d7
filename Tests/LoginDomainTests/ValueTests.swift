import LoginDomain
import TestSupport
import Testing

/// The plain values: moments, digests, ids, sessions.
struct TimestampTests {
    private let moment = Timestamp(milliseconds: 1000)

    @Test func `moments move by durations, in whole milliseconds`() {
        #expect(moment + .seconds(2) == Timestamp(milliseconds: 3000))
        #expect(moment - .seconds(2) == Timestamp(milliseconds: -1000))
        #expect(moment + .microseconds(1999) == Timestamp(milliseconds: 1001))
        #expect(moment + .zero == moment)
        #expect(moment + .milliseconds(-1) == Timestamp(milliseconds: 999))
    }

    @Test func `moments are ordered, and the time between them has a sign`() {
        #expect(moment < Timestamp(milliseconds: 1001))
        #expect(!(moment < moment))
        #expect(Timestamp(milliseconds: 3500).since(moment) == .milliseconds(2500))
        #expect(moment.since(Timestamp(milliseconds: 3500)) == .milliseconds(-2500))
    }

    @Test(
        arguments: [
            (-5000, 0), (0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (120_000, 120),
            (119_001, 120),
        ] as [(Int64, Int)]
    )
    func `seconds left are rounded up and never below zero`(left: Int64, seconds: Int) {
        #expect((moment + .milliseconds(left)).secondsLeft(at: moment) == seconds)
    }

    @Test func `a duration drops what is smaller than a millisecond`() {
        #expect(Duration.seconds(3).wholeMilliseconds == 3000)
        #expect(Duration.nanoseconds(999_999).wholeMilliseconds == 0)
        #expect(Duration.nanoseconds(1_000_001).wholeMilliseconds == 1)
        #expect((Duration.seconds(1) + .milliseconds(999)).wholeMilliseconds == 1999)
    }
}

struct SecretDigestTests {
    @Test(arguments: [0, 31, 33, 64])
    func `a digest has 32 bytes`(count: Int) {
        #expect(SecretDigest(bytes: Array(repeating: 0, count: count)) == nil)
    }

    @Test func `T39: digests differ wherever one bit does, and are equal otherwise`() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let digest = try #require(SecretDigest(bytes: bytes))
        #expect(digest == SecretDigest(bytes: bytes))
        #expect(digest.hashValue == SecretDigest(bytes: bytes)?.hashValue)
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(digest != SecretDigest(bytes: other), "bit \(bit)")
        }
    }
}

struct Base64URLTests {
    /// RFC 4648 section 10, in the URL-safe alphabet and without padding.
    @Test(
        arguments: [
            ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"),
            ([0x66, 0x6F, 0x6F, 0x62], "Zm9vYg"), ([0xFB, 0xEF, 0xFF], "--__"),
            ([0xFF], "_w"), ([0x00, 0x00], "AAA"),
        ] as [([UInt8], String)]
    )
    func `bytes become text`(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.isAlphabet(text))
    }

    @Test func `the alphabet has 64 characters`() {
        let members = (0...127 as ClosedRange<UInt8>).filter {
            Base64URL.isAlphabet(String(UnicodeScalar($0)))
        }
        #expect(members.count == 64)
        #expect(!Base64URL.isAlphabet("\u{E9}"))
    }
}

struct IdentifierTests {
    @Test func `ids have their shapes and come back from rows`() {
        var dice = SeededDice()
        let attempt = AttemptID(using: &dice)
        #expect(attempt.text.utf8.count == 16)
        #expect(AttemptID(text: attempt.text) == attempt)
        #expect("\(attempt)" == attempt.text)
        let user = UserID(using: &dice)
        #expect(user.text.hasPrefix("u_"))
        #expect(user.text.utf8.count == 22)
        #expect(UserID(text: user.text) == user)
        #expect("\(user)" == user.text)
    }

    @Test(arguments: [
        "", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA=", "AAAAAAA AAAAAAAA",
    ])
    func `an attempt's id is refused when it cannot be one`(text: String) {
        #expect(AttemptID(text: text) == nil)
    }

    @Test(
        arguments: [
            "", "u_", "u_AAAAAAAAAAAAAAAAAAA", "u_AAAAAAAAAAAAAAAAAAAAA", "xxAAAAAAAAAAAAAAAAAAAA",
            "u_AAAAAAAAAAAAAAAAAAA'",
        ])
    func `a user's id is refused when it cannot be one`(text: String) {
        #expect(UserID(text: text) == nil)
    }

    @Test func `a user's id is drawn and says nothing of the openid`() {
        var dice = SeededDice()
        let ids = Set((0..<1000).map { _ in UserID(using: &dice) })
        #expect(ids.count == 1000)
    }

    @Test(
        arguments: [
            ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", true), ("0123456789", true), ("012345678", false),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
            ("", false), ("o6_bmjrPTlm6_2sgVt7hMZOPfL2\n", false), ("o6_bmjrPTlm6' OR '1", false),
        ])
    func `T44: an openid is taken when it has the shape of one`(openID: String, isTaken: Bool) {
        let identity = WeChatIdentity(openID: openID, unionID: "union")
        #expect(identity?.openID == (isTaken ? openID : nil))
        if isTaken { #expect(identity?.unionID == "union") }
    }

    @Test func `a new user has a role for display and nothing else`() {
        let user = User(id: Cast.alice)
        #expect(user == User(id: Cast.alice, role: "user", nickName: "", avatarURL: ""))
    }
}

struct SessionTests {
    private func session(seenAt: Int64) -> BrowserSession {
        BrowserSession(
            cookie: Cast.digest(1),
            user: Cast.alice,
            createdAt: Cast.start,
            seenAt: Cast.at(seenAt)
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

/// The numbers of the threat model, said a second time.
struct LoginPolicyTests {
    @Test func `the lifetimes are those of the threat model`() {
        let policy = LoginPolicy()
        #expect(policy.scene == .seconds(120))
        #expect(policy.confirm == .seconds(60))
        #expect(policy.attempt == .seconds(180))
        #expect(policy.confirmDelay == .milliseconds(700))
        #expect(policy.phoneSession == .seconds(15 * 60))
        #expect(policy.sessionIdle == .seconds(30 * 60))
        #expect(policy.session == .seconds(12 * 60 * 60))
        #expect(policy.usedCode == .seconds(10 * 60))
        #expect(policy.endedAttempt == .seconds(24 * 60 * 60))
    }

    @Test func `the budgets are those of the threat model`() {
        let policy = LoginPolicy()
        #expect(policy.deadScenesPerUser == 10)
        #expect(policy.deadScenesPerAddress == 100)
        #expect(policy.deadSceneWindow == .seconds(10 * 60))
        #expect(policy.attemptsPerBrowserPerMinute == 6)
        #expect(policy.attemptsPerAddressPerMinute == 30)
        #expect(policy.attemptsPerAddressBurst == 60)
        #expect(policy.codesPerMinute == 4000)
        #expect(policy.phoneLoginsPerUserPerMinute == 20)
        #expect(policy.connectionsPerAddress == 64)
        #expect(policy.webSocketsPerAddress == 20)
    }

    @Test func `every number of the policy is among those above`() {
        #expect(Mirror(reflecting: LoginPolicy()).children.count == 19)
    }
}
