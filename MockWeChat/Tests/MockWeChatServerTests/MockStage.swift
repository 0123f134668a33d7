import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import Synchronization

/// The waits that a mock asked for, in order; nobody really waits.
final class Waits: Sendable {
    private let list = Mutex<[Duration]>([])

    var all: [Duration] { list.withLock { $0 } }

    func add(_ duration: Duration) {
        list.withLock { $0.append(duration) }
    }
}

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

/// Short words for calling the mock.
struct MockCaller: Sendable {
    static let appid = "wx0123456789abcdef"
    static let secret = "0123456789abcdef0123456789abcdef"

    let client: any TestClientProtocol

    func call(
        _ method: HTTPRequest.Method,
        _ target: String,
        body: [UInt8]? = nil,
        headers: HTTPFields = [:]
    ) async throws -> MockAnswer {
        try await client.execute(
            uri: target,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(bytes: $0) }
        ) { MockAnswer($0) }
    }

    func call(
        _ method: HTTPRequest.Method,
        _ target: String,
        json: JSON
    ) async throws -> MockAnswer {
        try await call(method, target, body: json.bytes())
    }

    func token() async throws -> String {
        let query = "grant_type=client_credential&appid=\(Self.appid)&secret=\(Self.secret)"
        return try await call(.get, "/cgi-bin/token?\(query)").json["access_token"]?.string ?? ""
    }

    func picture(_ json: JSON = ["scene": "abc"]) async throws -> MockAnswer {
        try await call(
            .post,
            "/wxa/getwxacodeunlimit?access_token=\(try await token())",
            json: json
        )
    }

    func session(code: String) async throws -> MockAnswer {
        let query = "appid=\(Self.appid)&secret=\(Self.secret)&js_code=\(code)"
        return try await call(.get, "/sns/jscode2session?\(query)&grant_type=authorization_code")
    }
}

/// An answer with its body in memory.
struct MockAnswer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        bytes = Array(response.body.readableBytesView)
    }

    var json: JSON { JSON(parsing: bytes) ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var contentType: String? { headers[.contentType] }
    var error: String? { json["error"]?.string }
}
