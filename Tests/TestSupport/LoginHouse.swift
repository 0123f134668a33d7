package import HTTPTransport
package import Logging
package import LoginDomain
package import LoginService
package import LoginStore
import WeChatClient

/// A login service with everything around it in memory: what a test sets is what matters.
package struct LoginHouse: Sendable {
    package let service: LoginService
    package let store: any LoginStore
    package let wechat: ScriptedWeChat
    package let time: ManualTime
    package let policy: LoginPolicy

    package static let appSecret = "APPSECRETCANARY0123456789abcdef0"

    package init(
        policy: LoginPolicy = LoginPolicy(),
        store: any LoginStore = MemoryLoginStore(),
        wechat: ScriptedWeChat = ScriptedWeChat(),
        transport: (any HTTPTransport)? = nil,
        time: ManualTime = ManualTime(),
        seed: UInt64 = 1,
        site: ClientCard = ClientCard(name: "Example", host: "login.example.com"),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        serviceTime: (any TimeSource)? = nil,
        keyMaker: (any KeyMaker)? = nil
    ) {
        guard
            let configuration = WeChatConfiguration(
                baseURL: "https://api.weixin.qq.com",
                appID: "wx0123456789abcdef",
                appSecret: AppSecret(Self.appSecret),
                page: "pages/confirm/confirm",
                environmentVersion: "release"
            )
        else { preconditionFailure("a constant") }
        let measures = Measures()
        let client = WeChatClient(
            configuration: configuration,
            transport: transport ?? wechat,
            clock: time,
            observer: measures.weChatObserver
        )
        self.service = LoginService(
            store: store,
            wechat: client,
            policy: policy,
            site: site,
            openID: OpenIDProvider(
                issuer: "https://\(site.host)",
                opener: TestKeys.Opener(),
                maker: keyMaker
            ),
            time: serviceTime ?? time,
            dice: Dice(SeededDice(seed: seed)),
            logger: logger,
            measures: measures
        )
        self.store = store
        self.wechat = wechat
        self.time = time
        self.policy = policy
    }

    package static let browser = BrowserFacts(address: "192.0.2.1", userAgent: "Firefox on Linux")

    /// A browser with a fresh code.
    package func open(superseding old: AttemptCookie? = nil) async throws -> OpenedAttempt {
        try await service.openAttempt(superseding: old, browser: Self.browser)
    }

    /// What a phone's camera reads of the picture a browser shows.
    package func scene(_ opened: OpenedAttempt) throws -> String {
        guard case .picture(let picture) = opened.show,
            let scene = wechat.scene(in: picture.bytes)
        else { throw NotReadable() }
        return scene
    }

    /// A person's phone, logged in.
    ///
    /// Each call is another run of the mini-program.
    package func phone(_ person: String, run: Int = 1) async throws -> PhoneCaller {
        let login = try await service.loginPhone(code: "code-\(person)-\(run)")
        return PhoneCaller(token: login.token, address: "198.51.100.7")
    }

    /// Scans and, once a person could have read the screen, confirms.
    package func confirm(_ opened: OpenedAttempt, by phone: PhoneCaller) async throws {
        let scene = try scene(opened)
        let scanned = try await service.scan(scene, by: phone)
        time.advance(by: policy.confirmDelay)
        try await service.confirm(scene, nonce: scanned.nonce.exposed, by: phone)
    }

    private struct NotReadable: Error {}
}

extension LoginService {
    /// A phone logs in from an address that nobody else has.
    package func loginPhone(code: String) async throws(LoginRefusal) -> PhoneLogin {
        try await loginPhone(code: code, from: "198.51.100.\(code.utf8.reduce(0) { $0 &+ $1 })")
    }

    /// A phone has read a scene with its camera.
    package func scan(
        _ scene: String,
        by caller: PhoneCaller
    ) async throws(LoginRefusal) -> ScannedAttempt {
        try await scan(scene, launch: LaunchPolicy.camera, by: caller)
    }
}
