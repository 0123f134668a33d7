import Hummingbird
import HummingbirdTesting
import Logging
import MockWeChatServer
import MockWeChatWorld

/// Runs the mock in this process with a frozen clock and hands a caller to the test.
func withMock(
    _ setup: TestingSetup = .router,
    settings: MockWeChatSettings = MockWeChatSettings(),
    waits: Waits = Waits(),
    _ change: (inout WorldDescription) -> Void = { _ in },
    test: @Sendable (MockCaller) async throws -> Void
) async throws {
    var world = WorldDescription.standard
    world.clock = ClockDescription(mode: .frozen, start: Moment(seconds: 1_767_225_600))
    change(&world)
    let application = buildMockWeChat(
        world: world,
        settings: settings,
        seams: MockWeChatSeams(
            wallClock: { Moment(seconds: 1_767_225_600) },
            sleep: { waits.add($0) }
        ),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    try await application.test(setup) { client in
        try await test(MockCaller(client: client))
    }
}
