import LoginDomain
import LoginStore

/// Attempts, people and moments for the checks: each number names another one.
enum Scenery {
    static let policy = LoginPolicy()
    /// 2026-01-01T00:00:00Z.
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    /// A moment, in milliseconds after the start.
    static func at(_ milliseconds: Int64) -> Timestamp {
        start + .milliseconds(milliseconds)
    }

    /// A cookie's digest, a scene's, and so on: the kinds are apart.
    static func cookie(_ number: UInt64) -> SecretDigest { digest(number, kind: 1) }
    static func scene(_ number: UInt64) -> SecretDigest { digest(number, kind: 2) }
    static func nonce(_ number: UInt64) -> SecretDigest { digest(number, kind: 3) }
    static func phone(_ number: UInt64) -> SecretDigest { digest(number, kind: 4) }
    static func session(_ number: UInt64) -> SecretDigest { digest(number, kind: 5) }

    static func user(_ number: UInt64) -> UserID {
        var dice = CountingDice(number)
        return UserID(using: &dice)
    }

    static func login(_ number: UInt64, session: UInt64? = nil) -> NewLogin {
        var dice = CountingDice(6 << 32 | number)
        return NewLogin(
            id: LoginID(using: &dice),
            session: self.session(session ?? number),
            client: ClientCard(name: "Site \(number)", host: "site\(number).example")
        )
    }

    /// A small picture, another one for each number.
    static func avatar(_ number: UInt64) -> Avatar {
        var dice = CountingDice(7 << 32 | number)
        let kind = Avatar.Kind.allCases[Int(number) % Avatar.Kind.allCases.count]
        return Avatar(name: AvatarName(using: &dice), kind: kind, bytes: [0, 255, UInt8(number)])
    }

    static func nickName(_ number: UInt64) throws -> NickName {
        try NickName(composed: "李雷 \(number)")
    }

    static func id(_ number: UInt64) -> AttemptID {
        var dice = CountingDice(number)
        return AttemptID(using: &dice)
    }

    static func identity(_ number: UInt64, unionID: String? = nil) throws -> WeChatIdentity {
        try require(WeChatIdentity(openID: "openid-0000000-\(number)", unionID: unionID))
    }

    /// A new attempt, with its own id, cookie and scene unless told otherwise.
    static func attempt(
        _ number: UInt64,
        at now: Timestamp = start,
        cookie: SecretDigest? = nil,
        scene: SecretDigest? = nil,
        chain: AttemptID? = nil,
        way: AttemptWay = .code,
        request: ParkedRequest? = nil,
        policy: LoginPolicy = policy
    ) -> Attempt {
        let id = id(number)
        return Attempt(
            id: id,
            chain: chain ?? id,
            cookie: cookie ?? self.cookie(number),
            scene: scene ?? self.scene(number),
            browser: BrowserFacts(address: "2001:db8::\(number)", userAgent: "Firefox \(number)"),
            way: way,
            request: request,
            at: now,
            policy: policy
        )
    }

    static func phoneSession(
        _ number: UInt64,
        of user: UserID,
        expiresAt: Timestamp = at(900_000)
    ) -> PhoneSession {
        PhoneSession(token: phone(number), user: user, createdAt: start, expiresAt: expiresAt)
    }

    static func digest(_ number: UInt64, kind: UInt64) -> SecretDigest {
        var dice = CountingDice(kind << 32 | number)
        guard let digest = SecretDigest(bytes: randomBytes(32, using: &dice)) else {
            preconditionFailure("32 bytes")
        }
        return digest
    }

    /// Dice that tell numbers apart and nothing else.
    struct CountingDice: RandomNumberGenerator {
        private var state: UInt64

        init(_ number: UInt64) {
            state = number
        }

        mutating func next() -> UInt64 {
            defer { state &+= 1 << 48 }
            return state
        }
    }
}
