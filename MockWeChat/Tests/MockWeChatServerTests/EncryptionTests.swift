import AsyncHTTPClient
import Foundation
import MockWeChatServer
import MockWeChatWorld
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@Suite(.timeLimit(.minutes(10))) struct EncryptionTests {
    /// A client that trusts the mock's authority alone.
    private func withClient<Value: Sendable>(
        trusting certificate: MockCertificate,
        proxyPort: Int? = nil,
        _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificate.authorityPEM.utf8))
        )
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.proxy = proxyPort.map { .server(host: "127.0.0.1", port: $0) }
        let client = HTTPClient(configuration: configuration)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    /// The client under test judges the certificate by the machine's clock.
    private func machineNow() -> Moment {
        Moment(seconds: Int64(Date.now.timeIntervalSince1970))
    }

    @Test func `the certificate is good for this machine, by its authority alone`() async throws {
        let certificate = try MockCertificate(now: machineNow())
        var settings = MockWeChatSettings()
        settings.tls = certificate
        try await withMock(settings: settings) { mock async throws in
            try await withClient(trusting: certificate) { client in
                let request = HTTPClientRequest(url: "https://127.0.0.1:\(mock.port)/cgi-bin/token")
                let answer = try await client.execute(request, timeout: .seconds(60))
                let body = try await answer.body.collect(upTo: 1 << 20)
                #expect(JSON(parsing: Array(body.readableBytesView))?["errcode"] == 41002)
            }
            let other = try MockCertificate(now: machineNow())
            await #expect(throws: (any Error).self) {
                try await withClient(trusting: other) { client in
                    let request = HTTPClientRequest(url: "https://127.0.0.1:\(mock.port)/")
                    _ = try await client.execute(request, timeout: .seconds(60))
                }
            }
        }
    }

    @Test func `a kept authority signs for the next run`() throws {
        let first = try MockCertificate(now: machineNow())
        let second = try MockCertificate(
            authority: (first.authorityPEM, first.authorityKeyPEM),
            now: machineNow()
        )
        #expect(second.authorityPEM == first.authorityPEM)
        #expect(throws: (any Error).self) {
            try MockCertificate(authority: ("no certificate", "no key"), now: machineNow())
        }
    }

    @Test func `as a proxy it is api weixin qq com, and nobody else`() async throws {
        let certificate = try MockCertificate(now: machineNow())
        var settings = MockWeChatSettings()
        settings.tls = certificate
        settings.isProxy = true
        try await withMock(settings: settings) { mock async throws in
            try await withClient(trusting: certificate, proxyPort: mock.port) { client in
                let url =
                    "https://api.weixin.qq.com/sns/jscode2session?appid=wxnobody&secret=x&js_code=x"
                let answer = try await client.execute(
                    HTTPClientRequest(url: url),
                    timeout: .seconds(60)
                )
                let body = try await answer.body.collect(upTo: 1 << 20)
                #expect(JSON(parsing: Array(body.readableBytesView))?["errcode"] == 40013)
                await #expect(throws: (any Error).self) {
                    _ = try await client.execute(
                        HTTPClientRequest(url: "https://mp.weixin.qq.com/"),
                        timeout: .seconds(60)
                    )
                }
                let clear = try await client.execute(
                    HTTPClientRequest(url: "http://api.weixin.qq.com/cgi-bin/token"),
                    timeout: .seconds(60)
                )
                let text = try await clear.body.collect(upTo: 1 << 20)
                #expect(JSON(parsing: Array(text.readableBytesView))?["errcode"] == 43003)
            }
            // The control plane stays where it is.
            #expect(try await mock.call(.GET, "/_mock/health").status == 200)
        }
    }
}
