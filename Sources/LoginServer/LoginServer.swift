/// HTTP for a login: routes, headers, cookies, pages.
///
/// Owns: the wire of the browser and of the phone: which path does what, how a refusal looks, which
/// headers every answer carries.
/// Does not own: what a login is or how it is kept (`LoginService` and below), sockets, WeChat.
/// Called by: the program `login-server`, and by tests, through `buildApplication`.
///
///     GET  /                  landing page          POST /mp/session   phone logs in
///     GET  /login             login page            POST /mp/scan      phone has read a scene
///     GET  /assets/*          styles, script, icon  POST /mp/confirm   its owner says yes
///     POST /attempt           a new code            POST /mp/cancel    or no
///     GET  /attempt           how it stands
///     GET  /attempt/events    the same, pushed: WebSocket, or an event stream
///     POST /attempt/complete  the browser collects its login
///     POST /attempt/cancel    or gives up
///     GET  /session           who is logged in
///     POST /session/logout    nobody any more
///     POST /mp/profile        a nickname        GET  /mp/logins        recent logins
///     POST /mp/avatar         a picture         POST /mp/logins/revoke ends one of them
///     POST /mp/phone          a phone number    GET  /avatars/*        the picture
///     DELETE /mp/phone        none any more
///
/// And for websites, OpenID Connect:
///
///     GET  /authorize          logs a user in        POST /token     tokens for a code
///     GET  /authorize/resume   back to the website   GET  /userinfo  who it is
///     GET  /authorize/cancel   the same, without     POST /revoke    gives a token back
///     GET  /end_session        logs a user out       GET  /jwks.json the keys
///     GET  /.well-known/openid-configuration         where all this is
///     GET  /scan-login.js      the button that websites show
package import Hummingbird
import HummingbirdCore
package import Logging
package import LoginDomain
package import LoginService
import NIOCore
import ServiceLifecycle
package import WebSocketUpgrade

/// What the edge needs to know of where it stands.
package struct EdgeConfiguration: Sendable {
    /// Where browsers find us.
    ///
    /// Cookies, the Origin check, the Host check and the WebSocket's address come from here and
    /// never from a request (T25).
    package var origin: Origin
    package var host: String
    package var port: Int
    package var siteName: String
    /// Where operators look; nil for nowhere.
    package var operations: OperationsAddress?
    package var limits: EdgeLimits
    /// Whose word about who a client is counts.
    package var proxies: TrustedProxies

    package init(
        origin: Origin,
        host: String,
        port: Int,
        siteName: String,
        operations: OperationsAddress? = nil,
        limits: EdgeLimits = EdgeLimits(),
        proxies: TrustedProxies = TrustedProxies()
    ) {
        self.origin = origin
        self.host = host
        self.port = port
        self.siteName = siteName
        self.operations = operations
        self.limits = limits
        self.proxies = proxies
    }
}

/// Where the operators' listener is.
package struct OperationsAddress: Sendable, Equatable {
    package var host: String
    package var port: Int
    /// Whether any free port is as good, where this one is taken.
    package var mayMove: Bool

    package init(host: String, port: Int, mayMove: Bool = false) {
        self.host = host
        self.port = port
        self.mayMove = mayMove
    }
}

/// Every number of the edge, in one place.
package struct EdgeLimits: Sendable {
    /// JSON bodies; longer ones are 413.
    package var bodyBytesMax = 8 * 1024
    package var headerFieldBytesMax = 8 * 1024
    package var headerBlockBytesMax = 16 * 1024
    package var headerFieldsMax = 100
    /// TCP connections in all.
    package var connectionsMax = 20_000
    /// Forms of websites, in the body; longer ones are 413.
    package var formBytesMax = 16 * 1024
    /// How deep the JSON of a body may nest.
    package var jsonDepthMax = 8
    /// `wait` of a long poll; a longer one counts as this.
    package var pollSecondsMax = 25
    /// A js_code is 32 characters today; this leaves room.
    package var jsCodeBytesMax = 256
    /// What `POST /mp/avatar` takes besides the picture itself: the frame of its multipart body.
    package var avatarFrameBytesMax = 4 * 1024
    /// A nickname, before it is judged by letters.
    package var nickNameBytesMax = 2 * 1024
    /// Scenes and nonces that are presented; longer ones are malformed.
    package var presentedBytesMax = 128
    /// A comment line keeps proxies from closing an event stream that has nothing to say.
    package var streamHeartbeat = Duration.seconds(15)
    package var connection = ConnectionLimits()
    package var webSocket = WebSocketLimits()

    package init() {}
}

/// How the edge stands, for whoever watches the server.
package struct EdgeGauges: Sendable {
    /// TCP connections: open now, and refused so far.
    package let connections: AddressCounter
    /// The same of those who watch an attempt, over a WebSocket or an event stream.
    package let webSockets: AddressCounter
    /// Requests that trusted proxies hand on.
    package let proxiedRequests: AddressCounter
    package let counts = EdgeCounts()

    package init(policy: LoginPolicy, limits: EdgeLimits) {
        connections = AddressCounter(
            perAddressMax: policy.connectionsPerAddress,
            totalMax: limits.connectionsMax
        )
        webSockets = AddressCounter(
            perAddressMax: policy.webSocketsPerAddress,
            totalMax: limits.connectionsMax
        )
        proxiedRequests = AddressCounter(
            perAddressMax: policy.connectionsPerAddress,
            totalMax: limits.connectionsMax
        )
    }
}

/// The login server as a Hummingbird application: what the program runs and what tests call.
///
/// `gauges` are filled while it runs; `onRunning` is called with the bound port once the listener is
/// open, `onOperations` with that of the operators' listener.
package func buildApplication(
    service: LoginService,
    configuration: EdgeConfiguration,
    gauges: EdgeGauges? = nil,
    logger: Logger,
    onOperations: @escaping @Sendable (Int) async -> Void = { _ in },
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let limits = configuration.limits
    let gauges = gauges ?? EdgeGauges(policy: service.policy, limits: limits)
    let clients = ClientAddresses(proxies: configuration.proxies, counts: gauges.counts)
    let pages = Pages(
        siteName: configuration.siteName,
        sameDevice: service.policy.sameDevice
    )
    let browser = BrowserEdge(service: service, configuration: configuration, gauges: gauges)
    let headers = SecurityHeaders(origin: configuration.origin)
    let responder = EdgeResponder(
        router: buildRouter(service: service, browser: browser, pages: pages),
        pages: pages,
        headers: headers,
        origin: configuration.origin,
        service: service,
        clients: clients,
        gauges: gauges
    )
    let gatekeeper = AttemptGatekeeper(
        service: service,
        browser: browser,
        headers: headers,
        clients: clients,
        pages: pages
    )
    var application = Application(
        responder: responder,
        server: HTTPServerBuilder { respond in
            WebSocketUpgradeChannel(
                responder: respond,
                gatekeeper: gatekeeper,
                http: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.headerFieldBytesMax,
                    maxHeaderListSize: limits.headerBlockBytesMax,
                    maxHeaderFieldCount: limits.headerFieldsMax
                ),
                connection: limits.connection,
                limits: limits.webSocket,
                connections: gauges.connections,
                counts: gauges.counts
            )
        },
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port)
        ),
        onServerRunning: { channel in
            // A listener that has gone already needs none.
            try? await AcceptPause.install(on: channel, logger: logger)
            await onRunning(channel.localAddress?.port ?? configuration.port)
        },
        logger: logger
    )
    application.addServices(Sweeper(service: service))
    if let address = configuration.operations {
        let operations = OperationsRoutes(service: service, edge: gauges, host: address.host)
        application.addServices(
            Application(
                router: operations.build(),
                configuration: ApplicationConfiguration(
                    address: .hostname(address.host, port: address.port)
                ),
                onServerRunning: { channel in
                    try? await AcceptPause.install(on: channel, logger: logger)
                    await onOperations(channel.localAddress?.port ?? address.port)
                },
                logger: logger
            )
        )
    }
    // A service that returns would end the program.
    if service.policy.pooledCodes > 0 { application.addServices(CodeMakers(service: service)) }
    if service.keepsKeys { application.addServices(KeyKeeper(service: service)) }
    return application
}

/// Every route there is.
func buildRouter(
    service: LoginService,
    browser: BrowserEdge,
    pages: Pages
) -> Router<LoginContext> {
    let router = Router(context: LoginContext.self)
    AttemptRoutes(service: service, browser: browser).add(to: router)
    SessionRoutes(service: service, browser: browser).add(to: router)
    PhoneRoutes(service: service, origin: browser.origin, limits: browser.limits).add(to: router)
    ProfileRoutes(service: service, origin: browser.origin, limits: browser.limits).add(to: router)
    PageRoutes(service: service, browser: browser, pages: pages).add(to: router)
    AuthorizeRoutes(service: service, browser: browser, pages: pages).add(to: router)
    TokenRoutes(service: service, browser: browser).add(to: router)
    DiscoveryRoutes(service: service, origin: browser.origin, pages: pages).add(to: router)
    EndSessionRoutes(service: service, browser: browser, pages: pages).add(to: router)
    return router
}

/// Runs the use cases' own loop beside the listener.
private struct Sweeper: Service {
    let service: LoginService

    func run() async throws {
        await cancelWhenGracefulShutdown { [service] in
            await service.runSweeper()
        }
    }
}

/// Looks after the signing keys beside the listener.
private struct KeyKeeper: Service {
    let service: LoginService

    func run() async throws {
        await cancelWhenGracefulShutdown { [service] in
            await service.runKeyKeeper()
        }
    }
}

/// Makes codes ahead beside the listener.
private struct CodeMakers: Service {
    let service: LoginService

    func run() async throws {
        await cancelWhenGracefulShutdown { [service] in
            await service.runCodePool()
        }
    }
}
