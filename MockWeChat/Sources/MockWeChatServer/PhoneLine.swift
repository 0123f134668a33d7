import AsyncHTTPClient
import MockWeChatWorld
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Carries the calls of the virtual phone's mini-programs to their servers.
///
/// What may be called the world has decided; here no redirect is followed, and time, size and number
/// are bounded.
final class PhoneLine: Sendable {
    private enum State {
        /// Nobody has called. The first call leads to `open`, the end to `closed`.
        case idle
        case open(HTTPClient)
        case closed
    }

    private struct Table {
        var state = State.idle
        var callCount = 0
    }

    private let table = Mutex(Table())

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - request: What to send.
    ///   - channel: Whose call it is; when it closes, the call ends.
    /// - Returns: What the page is told, on the channel's loop; it never fails.
    func send(_ request: PhoneRequest, for channel: any Channel) -> EventLoopFuture<MockReply> {
        let loop = channel.eventLoop
        guard let client = begin() else {
            let reply = ControlAnswer.refusal(.tooMany("calls of phones")).reply
            return loop.makeSucceededFuture(reply)
        }
        let answer: EventLoopFuture<HTTPClient.Response>
        do {
            let message = try HTTPClient.Request(request)
            let task = client.execute(
                request: message,
                delegate: ResponseAccumulator(
                    request: message,
                    maxBodySize: MockWeChatLimits.phoneAnswerBytesMax
                ),
                deadline: loop.now + .milliseconds(Int64(request.timeoutMilliseconds))
            )
            channel.closeFuture.whenComplete { _ in task.cancel() }
            answer = task.futureResult.hop(to: loop)
        } catch {
            answer = loop.makeFailedFuture(error)
        }
        return answer.map { request.json(of: $0) }
            .flatMapErrorThrowing {
                ["errMsg": .string("\(request.api):fail \(Self.text(of: $0))")]
            }
            .map { ControlAnswer.json($0).reply }
            .always { _ in self.table.withLock { $0.callCount -= 1 } }
    }

    /// Ends all calls; no other begins.
    func close() async {
        let client = table.withLock { table -> HTTPClient? in
            defer { table.state = .closed }
            guard case .open(let client) = table.state else { return nil }
            return client
        }
        try? await client?.shutdown()
    }

    /// Counts a call in; nil when there are too many, or when the mock has ended.
    private func begin() -> HTTPClient? {
        table.withLock { table in
            guard table.callCount < MockWeChatLimits.phoneCallsMax else { return nil }
            let client: HTTPClient
            switch table.state {
            case .closed: return nil
            case .open(let open): client = open
            case .idle:
                client = Self.makeClient()
                table.state = .open(client)
            }
            table.callCount += 1
            return client
        }
    }

    private static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = MockWeChatLimits.phoneConnectTimeout
        configuration.connectionPool.retryConnectionEstablishment = false
        // None waits for another's connection: that would be queueing of the mock's own making.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            MockWeChatLimits.phoneCallsMax
        return HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: configuration
        )
    }

    /// WeChat's words for a call that came to nothing; on Android they are those of Chromium's network.
    private static func text(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .readTimeout, .writeTimeout: "timeout"
            case .connectTimeout: chromium(-118, "CONNECTION_TIMED_OUT")
            case .remoteConnectionClosed: chromium(-100, "CONNECTION_CLOSED")
            default: chromium(-2, "FAILED")
            }
        case is NIOConnectionError: chromium(-102, "CONNECTION_REFUSED")
        case is NIOSSLError: "ssl hand shake error"
        case is ResponseAccumulator.ResponseTooBigError:
            "the answer has more than \(MockWeChatLimits.phoneAnswerBytesMax) bytes"
        default: chromium(-2, "FAILED")
        }
    }

    private static func chromium(_ number: Int, _ name: String) -> String {
        "errcode:\(number) cronet_error_code:\(number) error_msg:net::ERR_\(name)"
    }
}

extension HTTPClient.Request {
    fileprivate init(_ request: PhoneRequest) throws {
        try self.init(
            url: request.url,
            method: HTTPMethod(rawValue: request.method),
            headers: HTTPHeaders(request.fields.map { ($0.name, $0.value) }),
            body: request.body.isEmpty ? nil : .bytes(request.body)
        )
    }
}

extension PhoneRequest {
    /// What `wx` hands to its caller; any status is a success.
    fileprivate func json(of response: HTTPClient.Response) -> JSON {
        var names: [String] = []
        var values: [String: String] = [:]
        for (name, value) in response.headers where name.lowercased() != "set-cookie" {
            if let known = values[name] {
                values[name] = "\(known), \(value)"
            } else {
                names.append(name)
                values[name] = value
            }
        }
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        return [
            "statusCode": .integer(Int(response.status.code)),
            "header": .object(names.map { JSONMember($0, .string(values[$0] ?? "")) }),
            "cookies": .array(response.headers["set-cookie"].map { .string($0) }),
            "data": .string(
                wantsBytes ? Base64.encode(body) : String(decoding: body, as: UTF8.self)
            ),
            "errMsg": .string("\(api):ok"),
        ]
    }
}
