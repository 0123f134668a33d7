import AsyncHTTPClient
import Logging
import MockWeChatServer
import MockWeChatWorld
import NIOCore

/// Runs the mock on a free port of this machine, its clock frozen, and hands a caller to the test.
func withMock(
    settings: MockWeChatSettings = MockWeChatSettings(),
    change: (inout WorldDescription) -> Void = { _ in },
    test: @Sendable (MockCaller) async throws -> Void
) async throws {
    var world = WorldDescription.standard
    world.clock = ClockDescription(mode: .frozen, start: Moment(seconds: 1_767_225_600))
    change(&world)
    let (addresses, listening) = AsyncStream.makeStream(of: SocketAddress.self)
    let server = try MockWeChatServer(
        world: world,
        settings: settings,
        wallClock: { Moment(seconds: 1_767_225_600) },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onListening: { listening.yield($0) }
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        let address = await addresses.first { _ in true }
        try await test(MockCaller(port: address?.port ?? 0))
        group.cancelAll()
    }
}

extension MockWeChatServer {
    /// One that does not listen.
    static func silent() throws -> MockWeChatServer {
        try MockWeChatServer(
            wallClock: { Moment(seconds: 1_767_225_600) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
