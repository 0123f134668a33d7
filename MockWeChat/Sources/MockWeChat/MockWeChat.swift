/// api.weixin.qq.com in this process: the library that other Swift projects link for their tests.
///
/// Owns: starting and ending a mock around a body of test code, and short words for its control plane.
/// Does not own: what WeChat does (`MockWeChatWorld`) and HTTP (`MockWeChatServer`).
/// Called by: other projects' tests, and the program `mock-wechat`, which is this same type with flags.
///
/// ```swift
/// try await withMockWeChat { mock in
///     let client = MyWeChatClient(baseURL: mock.url)
///     let code = try mock.logIn("alice")
///     #expect(try await client.code2session(code).openid.hasPrefix("o"))
/// }
/// ```

import Foundation
import Logging
import MockWeChatServer
import MockWeChatWorld
import NIOCore

/// A mock that runs.
///
/// For testing only: it keeps no secret, and its pictures mean nothing to the real WeChat.
public struct MockWeChat: Sendable {
    /// The app of the built-in world.
    public static let defaultAppID = "wx0123456789abcdef"
    /// The secret of that app.
    public static let defaultAppSecret = "0123456789abcdef0123456789abcdef"

    /// Where it listens, such as `http://127.0.0.1:40123`; empty when it has no socket.
    public let url: String
    /// The certificate authority to trust, in PEM, when it speaks TLS.
    public let authorityPEM: String?
    private let server: MockWeChatServer

    init(server: MockWeChatServer, url: String, authorityPEM: String?) {
        self.server = server
        self.url = url
        self.authorityPEM = authorityPEM
    }

    /// Answers one request without a socket, for a client that takes a transport of the test's own.
    ///
    /// Delays, slow or padded bodies and cuts of faults are not carried out here: there is no connection
    /// to keep or to break.
    ///
    /// - Parameters:
    ///   - method: Such as `GET`.
    ///   - target: Path and query, such as `/cgi-bin/token?appid=…`; `/_mock/…` is the control plane.
    ///   - headers: Names and values.
    ///   - body: The bytes of the body.
    /// - Returns: The whole answer.
    public func answer(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) -> MockWeChatAnswer {
        MockWeChatAnswer(server.answer(method, target, headers: headers, body: body))
    }

    // MARK: - The control plane, in words

    /// What wx.login gives to a person's phone: a js_code.
    ///
    /// - Throws: `MockWeChatRefusal` when the world has no such person or app.
    public func logIn(_ person: String, appid: String = defaultAppID) throws -> String {
        let answer = try control("POST", "phones/\(person)/login", ["appid": .string(appid)])
        return answer["code"]?.string ?? ""
    }

    /// The scene that a person's phone finds in a picture of a code, decoded.
    ///
    /// - Parameters:
    ///   - person: Whose phone it is.
    ///   - picture: The bytes of a PNG: the code picture, or a screenshot with it.
    ///   - how: `camera`, `longpress` or `album`.
    /// - Returns: What the mini-program is told.
    /// - Throws: `MockWeChatRefusal` when nothing can be read, or when the code is not for this person.
    public func scan(
        _ person: String,
        picture: [UInt8],
        how: String = "camera"
    ) throws -> MockWeChatLaunch {
        let answer = answer("POST", "/_mock/phones/\(person)/scan?how=\(how)", body: picture)
        let json = try Self.read(answer)
        return MockWeChatLaunch(
            appid: json["appid"]?.string ?? "",
            path: json["path"]?.string ?? "",
            scene: PercentCoding.decode(json["query"]?["scene"]?.string ?? ""),
            launch: json["scene"]?.integer ?? 0
        )
    }

    /// Adds a fault, written as the body of `POST /_mock/faults`; gives its id.
    ///
    /// - Throws: `MockWeChatRefusal`, which names the member that is wrong.
    @discardableResult
    public func addFault(_ json: String) throws -> String {
        let answer = answer("POST", "/_mock/faults", body: Array(json.utf8))
        return try Self.read(answer)["id"]?.string ?? ""
    }

    /// Takes all faults away.
    public func removeFaults() { _ = answer("DELETE", "/_mock/faults") }

    /// Moves the mock's clock; lifetimes and quotas follow it.
    public func advance(by seconds: Int) throws {
        _ = try control("POST", "clock", ["advance_seconds": .integer(seconds)])
    }

    /// Puts the world back to its start.
    public func reset() { _ = answer("POST", "/_mock/reset") }

    /// How many calls of a path there were, as the journal tells.
    public func callCount(of path: String) throws -> Int {
        try control("GET", "journal?endpoint=\(path)", nil)["entries"]?.array?.count ?? 0
    }

    private func control(_ method: String, _ path: String, _ json: JSON?) throws -> JSON {
        try Self.read(answer(method, "/_mock/\(path)", body: json?.bytes() ?? []))
    }

    private static func read(_ answer: MockWeChatAnswer) throws -> JSON {
        let json = JSON(parsing: answer.body) ?? .null
        guard answer.status == 200 else {
            throw MockWeChatRefusal(
                error: json["error"]?.string ?? "status \(answer.status)",
                detail: json["detail"]?.string ?? ""
            )
        }
        return json
    }
}

/// Runs a mock while `body` does, and ends it afterwards.
///
/// - Parameters:
///   - options: The world, and whether it listens.
///   - body: Gets the mock.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, `MockWeChatRefusal` for a world file that cannot be understood, and an
///   error of the system when the port is taken.
public func withMockWeChat<Value: Sendable>(
    _ options: MockWeChatOptions = MockWeChatOptions(),
    _ body: sending (MockWeChat) async throws -> Value
) async throws -> Value {
    let certificate = options.encrypts ? try MockCertificate(now: .machine) : nil
    let world = try options.world()
    let (addresses, listening) = AsyncStream.makeStream(of: SocketAddress.self)
    var settings = MockWeChatSettings(port: options.port)
    settings.tls = certificate
    settings.isProxy = options.isProxy
    let server = try MockWeChatServer(
        world: world,
        settings: settings,
        wallClock: { .machine },
        logger: Logger(label: "mock-wechat") { _ in SwiftLogNoOpLogHandler() },
        onListening: { listening.yield($0) }
    )
    guard options.listens else {
        return try await body(MockWeChat(server: server, url: "", authorityPEM: nil))
    }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { listening.finish() }
            try await server.run()
        }
        guard let address = await addresses.first(where: { _ in true }), let port = address.port
        else {
            // It ended before it listened; its error says why.
            try await group.waitForAll()
            throw CancellationError()
        }
        let scheme = certificate == nil ? "http" : "https"
        let mock = MockWeChat(
            server: server,
            url: "\(scheme)://127.0.0.1:\(port)",
            authorityPEM: certificate?.authorityPEM
        )
        let value = try await body(mock)
        group.cancelAll()
        return value
    }
}
