import LoginDomain
import LoginService
import LoginStore
import TestSupport

/// A login, step by step, for tests that watch the file meanwhile.
struct Story {
    static let policy = LoginPolicy()
    static let start = ManualTime.start

    let user: UserID
    let identity: WeChatIdentity
    let attempt: Attempt
    let phone: PhoneSession
    let nonce: SecretDigest
    let session: SecretDigest
    let login: LoginID
    let code: SecretDigest

    init(seed: UInt64 = 1, for request: ParkedRequest? = nil) throws {
        var dice = SeededDice(seed: seed)
        user = UserID(using: &dice)
        guard let identity = WeChatIdentity(openID: "openid-00000-\(seed)", unionID: nil) else {
            throw NoIdentity()
        }
        self.identity = identity
        let id = AttemptID(using: &dice)
        attempt = Attempt(
            id: id,
            chain: id,
            cookie: AttemptCookie(using: &dice).digest,
            scene: SceneID(using: &dice).digest,
            browser: BrowserFacts(address: "192.0.2.1", userAgent: "Firefox on Linux"),
            request: request,
            at: Self.start,
            policy: Self.policy
        )
        phone = PhoneSession(
            token: PhoneToken(using: &dice).digest,
            user: user,
            createdAt: Self.start,
            expiresAt: Self.start + Self.policy.phoneSession
        )
        nonce = ConfirmNonce(using: &dice).digest
        session = SessionCookie(using: &dice).digest
        login = LoginID(using: &dice)
        code = PhoneToken(using: &dice).digest
    }

    private struct NoIdentity: Error {}

    /// A moment, in seconds after the start.
    static func at(_ seconds: Int) -> Timestamp {
        start + .seconds(seconds)
    }

    var newLogin: NewLogin {
        NewLogin(
            id: login,
            session: session,
            client: ClientCard(name: "Example", host: "login.example")
        )
    }

    // MARK: - Steps

    func open(_ store: some LoginStore, superseding old: SecretDigest? = nil) async throws {
        _ = try await store.openAttempt(attempt, superseding: old, at: Self.start)
    }

    func claim(_ store: some LoginStore, at now: Timestamp = start) async throws {
        _ = try await store.claimCode(code, until: now + Self.policy.usedCode, at: now)
    }

    func register(_ store: some LoginStore) async throws {
        _ = try await store.registerUser(identity, candidate: user, at: Self.start)
    }

    func openPhone(_ store: some LoginStore) async throws {
        try await store.openPhoneSession(phone)
    }

    func scan(_ store: some LoginStore) async throws {
        let (user, token, nonce) = (user, phone.token, nonce)
        _ = try await store.updateAttempt(.scene(attempt.scene)) {
            $0.scan(by: user, phone: token, nonce: nonce, at: Self.at(10), policy: Self.policy)
        }
    }

    func confirm(_ store: some LoginStore) async throws {
        let (token, nonce) = (phone.token, nonce)
        _ = try await store.updateAttempt(.scene(attempt.scene)) {
            $0.confirm(phone: token, nonce: nonce, at: Self.at(12), policy: Self.policy)
        }
    }

    func redeem(_ store: some LoginStore, ending old: SecretDigest? = nil) async throws {
        _ = try await store.redeemAttempt(
            .cookie(attempt.cookie),
            as: newLogin,
            ending: old,
            at: Self.at(13)
        )
    }

    /// All of it, up to the browser's session.
    func logIn(_ store: some LoginStore) async throws {
        try await open(store)
        try await claim(store)
        try await register(store)
        try await openPhone(store)
        try await scan(store)
        try await confirm(store)
        try await redeem(store)
    }
}
