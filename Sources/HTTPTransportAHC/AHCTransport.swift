/// The real carrier of calls: HTTP/1.1 over AsyncHTTPClient.
///
/// Owns: one HTTP client with its connections, the deadline of a call, the limit on an answer.
/// Does not own: retries, caching, or the meaning of a status. A redirect is an answer.
/// Called by: the programs, which hand it to `WeChatClient` and `FakePhone` as an `HTTPTransport`.

internal import AsyncHTTPClient
package import HTTPTransport
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// An `HTTPTransport` on AsyncHTTPClient.
///
/// TLS is 1.2 or newer, certificates are verified up to their names and key sizes, redirects are
/// handed back, no proxy is taken from the environment, and nothing is tried twice (T41).
package struct AHCTransport: HTTPTransport {
    /// Connections to one server at once; a call more waits for one of them.
    ///
    /// As many as `WeChatClient` has calls under way: fewer, and calls that hang would keep others
    /// from going out at all (T44).
    package static let connectionsMax = 64

    private let client: HTTPClient

    /// Opens a client that must be ended with `shutdown()`.
    ///
    /// - Parameters:
    ///   - connectTimeout: the longest wait for a connection, TLS included.
    ///   - authoritiesPEM: the certificate authorities to trust; nil for those of the system.
    /// - Throws: when the PEM text cannot be read.
    package init(
        connectTimeout: Duration = .seconds(2),
        authoritiesPEM: String? = nil
    ) throws {
        var pool = HTTPClient.Configuration.ConnectionPool()
        // With this on, a refused connection is tried again until the call's deadline.
        pool.retryConnectionEstablishment = false
        pool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsMax
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try Self.tls(trusting: authoritiesPEM),
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(connectTimeout)),
            proxy: nil
        )
        configuration.connectionPool = pool
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = PeerCheck.check
        client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
    }

    private static func tls(trusting authoritiesPEM: String?) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        // NIOSSL's own default is 1.0.
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        if let authoritiesPEM {
            let authorities = try NIOSSLCertificate.fromPEMBytes(Array(authoritiesPEM.utf8))
            tls.trustRoots = .certificates(authorities)
        }
        return tls
    }

    /// Closes every connection.
    ///
    /// Calls under way fail.
    package func shutdown() async {
        // The only errors are a second shutdown and an unclean close; both leave nothing open.
        try? await client.shutdown()
    }

    /// Sends one call and waits for its whole answer.
    ///
    /// - Throws: `timedOut` when `call.timeout` has passed, counted from here to the last byte.
    package func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        guard let request = Self.request(call) else { throw .unreachable }
        let client = client
        let outcome = await withTaskGroup(
            of: Result<HTTPAnswer, HTTPTransportError>?.self
        ) { group in
            group.addTask {
                await Self.exchange(
                    request,
                    with: client,
                    timeout: call.timeout,
                    bytesMax: call.answerBytesMax
                )
            }
            // The client's own deadline ends at the response head; this one covers the body too.
            group.addTask {
                do {
                    try await Task.sleep(for: call.timeout)
                    return .failure(.timedOut)
                } catch {
                    return nil
                }
            }
            var outcome: Result<HTTPAnswer, HTTPTransportError>?
            while outcome == nil, let next = await group.next() {
                outcome = next
            }
            group.cancelAll()
            return outcome
        }
        if Task.isCancelled { throw .cancelled }
        guard let outcome else { throw .cancelled }
        return try outcome.get()
    }

    private static func exchange(
        _ request: HTTPClientRequest,
        with client: HTTPClient,
        timeout: Duration,
        bytesMax: Int
    ) async -> Result<HTTPAnswer, HTTPTransportError> {
        do {
            let response = try await client.execute(request, timeout: TimeAmount(timeout))
            var body: [UInt8] = []
            for try await part in response.body {
                guard body.count + part.readableBytes <= bytesMax else {
                    return .failure(.answerTooLarge)
                }
                body.append(contentsOf: part.readableBytesView)
            }
            return .success(HTTPAnswer(Self.response(response), body: body))
        } catch {
            return .failure(HTTPTransportError(error))
        }
    }
}

/// Lends a transport to `body` and closes its connections afterwards, also when `body` throws.
package func withAHCTransport<Value>(
    connectTimeout: Duration = .seconds(2),
    authoritiesPEM: String? = nil,
    _ body: (AHCTransport) async throws -> Value
) async throws -> Value {
    let transport = try AHCTransport(
        connectTimeout: connectTimeout,
        authoritiesPEM: authoritiesPEM
    )
    do {
        let value = try await body(transport)
        await transport.shutdown()
        return value
    } catch {
        await transport.shutdown()
        throw error
    }
}

// MARK: - Translation

extension AHCTransport {
    /// The client's own request, or nil when the call names no server.
    private static func request(_ call: HTTPCall) -> HTTPClientRequest? {
        guard let scheme = call.request.scheme, let authority = call.request.authority else {
            return nil
        }
        var request = HTTPClientRequest(url: "\(scheme)://\(authority)\(call.request.path ?? "/")")
        request.method = HTTPMethod(rawValue: call.request.method.rawValue)
        for field in call.request.headerFields where field.name != .cookie {
            request.headers.add(name: field.name.rawName, value: field.value)
        }
        // `HTTPFields` cuts cookies apart for HTTP/2; HTTP/1.1 wants one field (RFC 6265, 5.4).
        if let cookies = call.request.headerFields[.cookie] {
            request.headers.add(name: HTTPField.Name.cookie.rawName, value: cookies)
        }
        if !call.body.isEmpty {
            request.body = .bytes(ByteBuffer(bytes: call.body))
        }
        return request
    }

    private static func response(_ response: HTTPClientResponse) -> HTTPResponse {
        var fields = HTTPFields()
        for (name, value) in response.headers {
            // A field that HTTP does not allow is dropped; NIO has refused it before this.
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return HTTPResponse(
            status: .init(
                code: Int(response.status.code),
                reasonPhrase: response.status.reasonPhrase
            ),
            headerFields: fields
        )
    }
}

extension HTTPTransportError {
    /// What a failure of the client means to a caller.
    ///
    /// The client's own error is dropped here, because its text can hold the URL.
    fileprivate init(_ error: any Error) {
        if error is CancellationError {
            self = .cancelled
            return
        }
        if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError
            || error is PeerCheck.WeakKey
        {
            // A peer that ends TLS in the middle of an answer has not said anything about trust.
            self = error as? NIOSSLError == .uncleanShutdown ? .cutOff : .untrusted
            return
        }
        guard let error = error as? HTTPClientError else {
            // Anything below HTTP after the connection stood is a cut; before it, unreachable.
            self = error is HTTPParserError || Self.isCut(error) ? .cutOff : .unreachable
            return
        }
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            self = .timedOut
        case .remoteConnectionClosed, .bodyLengthMismatch:
            self = .cutOff
        case .cancelled, .requestStreamCancelled, .alreadyShutdown:
            self = .cancelled
        default:
            self = .unreachable
        }
    }

    private static func isCut(_ error: any Error) -> Bool {
        guard let error = error as? IOError else {
            return error is ChannelError
        }
        return error.errnoCode == ECONNRESET || error.errnoCode == EPIPE
    }
}
