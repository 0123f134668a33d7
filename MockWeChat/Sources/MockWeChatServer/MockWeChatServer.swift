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
