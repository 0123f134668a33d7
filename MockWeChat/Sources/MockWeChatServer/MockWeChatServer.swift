/// The world behind HTTP: WeChat's paths at the root, the control plane under `/_mock`.
///
/// Owns: turning HTTP into `WeChatRequest` and back, drawing the pictures the world orders, the
/// control plane and its errors, the limits on bodies, heads and connections.
/// Does not own: any rule of WeChat's (that is `MockWeChatWorld`), the machine's clock, and sleeping:
/// the program and the tests plug both in. It sees no room of the house.
/// Called by: the program `mock-wechat`, and by tests in the same process.

package import Hummingbird
import HummingbirdCore
package import Logging
package import MockWeChatWorld
package import NIOCore

/// What the program or a test plugs into the mock.
package struct MockWeChatSeams: Sendable {
    /// The machine's clock; the world's own clock is built upon it.
    package var wallClock: @Sendable () -> Moment
    /// Waits in real time, for faults with `delay_ms`.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        wallClock: @escaping @Sendable () -> Moment,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.wallClock = wallClock
        self.sleep = sleep
    }
}

/// Where the mock listens and what it calls itself.
package struct MockWeChatSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var port = 0
    /// What code pictures begin with; nil: `http://` and the Host of the call that makes the code.
    package var publicURL: String?

    package init(host: String = "127.0.0.1", port: Int = 0, publicURL: String? = nil) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
    }
}

/// Limits on what callers may send.
enum MockWeChatLimits {
    static let bodyBytesMax = 1 << 20
    static let pictureBytesMax = 16 << 20
    static let picturePixelsMax = 40_000_000
    static let headBytesMax = 64 << 10
    static let connectionsMax = 10_000
}

/// Builds the whole mock; the program and the tests run the same one.
///
/// - Parameters:
///   - world: What the world begins with.
///   - settings: Where to listen.
///   - seams: The machine's clock and sleeping.
///   - logger: Where the server writes its log.
///   - onServerRunning: Called with the listening channel.
/// - Returns: An application to run, or to test with HummingbirdTesting.
package func buildMockWeChat(
    world: WorldDescription = .standard,
    settings: MockWeChatSettings = MockWeChatSettings(),
    seams: MockWeChatSeams,
    logger: Logger,
    onServerRunning: @escaping @Sendable (any Channel) async -> Void = { _ in }
) -> some ApplicationProtocol {
    let keeper = WorldKeeper(world, wallClock: seams.wallClock)
    return Application(
        responder: MockResponder(
            gate: WeChatGate(keeper: keeper, publicURL: settings.publicURL, sleep: seams.sleep),
            control: ControlPlane(keeper: keeper)
        ),
        server: .http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [MockDateHandler()],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: MockWeChatLimits.headBytesMax,
                    maxHeaderListSize: MockWeChatLimits.headBytesMax
                )
            )
        ),
        configuration: ApplicationConfiguration(
            address: .hostname(settings.host, port: settings.port),
            availableConnectionsDelegate: .maximum(MockWeChatLimits.connectionsMax, logger: logger)
        ),
        onServerRunning: onServerRunning,
        logger: logger
    )
}
