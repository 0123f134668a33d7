import HTTPTransport
import HTTPTransportAHC
import NIOSSL
import TestSupport
import Testing
import WeChatClient
import X509

/// The real client, over the real transport, to servers that say they are WeChat.
@Suite(.timeLimit(.minutes(10))) struct T41TLSTests {
    private static let secret = "APPSECRETCANARY0123456789abcdef0"
    private static let json = #"{"access_token":"ACCESSTOKEN","expires_in":7200}"#
    private static let good =
        "HTTP/1.1 200 OK\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)"

    /// Asks a server for an access token, with the AppSecret in the call; nil when it gave one.
    private func ask(
        _ server: TLSServer,
        trusting authoritiesPEM: String?,
        host: String = "127.0.0.1",
        scheme: String = "https"
    ) async throws -> WeChatError? {
        try await withAHCTransport(authoritiesPEM: authoritiesPEM) { transport -> WeChatError? in
            let configuration = try #require(
                WeChatConfiguration(
                    baseURL: "\(scheme)://\(host):\(server.port)",
                    appID: "wx0123456789abcdef",
                    appSecret: AppSecret(Self.secret),
                    page: "pages/confirm/confirm",
                    environmentVersion: "release"
                )
            )
            let client = WeChatClient(
                configuration: configuration,
                transport: transport,
                clock: ManualTime()
            )
            do throws(WeChatError) {
                _ = try await client.accessToken()
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `T41 a server that is who it should be is spoken to, by TLS 1-3`() async throws {
        let authority = try TestAuthority()
        try await TLSServer.with(try authority.identity(), answering: Self.good) {
            server async throws in
            #expect(try await ask(server, trusting: authority.pem) == nil)
            #expect(server.versions == [.tlsv13])
            // So that nothing below passes because nothing is ever seen.
            #expect(String(decoding: server.received, as: UTF8.self).contains(Self.secret))
        }
    }

    @Test func `T41 TLS 1-2 is good enough`() async throws {
        let authority = try TestAuthority()
        try await TLSServer.with(
            try authority.identity(for: [.dnsName("localhost")]),
            newest: .tlsv12,
            answering: Self.good
        ) { server async throws in
            #expect(try await ask(server, trusting: authority.pem, host: "localhost") == nil)
            #expect(server.versions == [.tlsv12])
        }
    }

    @Test func `T41 an RSA key of 2048 bits is good enough`() async throws {
        let authority = try TestAuthority()
        let identity = try authority.identity(key: .rsa(bits: 2048))
        try await TLSServer.with(identity, answering: Self.good) { server async throws in
            #expect(try await ask(server, trusting: authority.pem) == nil)
        }
    }

    enum Flaw: String, CaseIterable, Sendable {
        case selfSigned = "self-signed"
        case expired
        case notYetValid = "not yet valid"
        case wrongAddress = "another address"
        case wrongName = "another name"
        case unknownAuthority = "an authority of nobody we trust"
        case systemRootsOnly = "an authority that the system does not know"
        case tls11 = "TLS 1.1 and nothing newer"
        case rsa1024 = "an RSA key of 1024 bits"
    }

    @Test(arguments: Flaw.allCases)
    func `T41 a server with a flaw gets no byte of a call`(flaw: Flaw) async throws {
        let authority = try TestAuthority()
        let identity =
            switch flaw {
            case .selfSigned: try authority.identity(isSelfSigned: true)
            case .expired: try authority.identity(days: -20 ... -1)
            case .notYetValid: try authority.identity(days: 1...20)
            case .wrongAddress:
                try authority.identity(for: [.dnsName("api.weixin.qq.com")])
            // An address in a certificate is held against the address that was reached, so this one
            // has none.
            case .wrongName: try authority.identity(for: [.dnsName("localhost.evil")])
            case .unknownAuthority: try TestAuthority().identity()
            case .systemRootsOnly, .tls11: try authority.identity()
            case .rsa1024: try authority.identity(key: .rsa(bits: 1024))
            }
        try await TLSServer.with(
            identity,
            newest: flaw == .tls11 ? .tlsv11 : nil,
            answering: Self.good
        ) { server async throws in
            let failure = try await ask(
                server,
                trusting: flaw == .systemRootsOnly ? nil : authority.pem,
                host: flaw == .wrongName ? "localhost" : "127.0.0.1"
            )
            #expect(failure == .transport(.untrusted))
            #expect(server.received.isEmpty)
            #expect(server.connections > 0)
        }
    }

    @Test func `T41 a redirect to plain http is an error, and nobody goes there`() async throws {
        let authority = try TestAuthority()
        try await TLSServer.with(nil, answering: Self.good) { trap in
            let redirect =
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(trap.port)/cgi-bin/stable_token"
                + "\r\nContent-Length: 0\r\n\r\n"
            try await TLSServer.with(try authority.identity(), answering: redirect) { server in
                let failure = try await ask(server, trusting: authority.pem)
                #expect(failure == .unreadable("status"))
                #expect(!server.received.isEmpty)
            }
            #expect(trap.connections == 0)
        }
    }

    @Test func `T41 a server without TLS gets nothing`() async throws {
        try await TLSServer.with(nil, answering: Self.good) { server async throws in
            let failure = try await ask(server, trusting: nil)
            #expect(failure == .transport(.untrusted) || failure == .transport(.unreachable))
            let text = String(decoding: server.received, as: UTF8.self)
            #expect(!text.contains(Self.secret))
            #expect(!text.contains("HTTP/1.1"))
        }
    }
}
