import AsyncHTTPClient
import MockWeChat
import NIOCore
import Testing

/// The library as another project uses it: public names only.
@Suite(.timeLimit(.minutes(10))) struct MockWeChatTests {
    private static let credentials =
        "appid=\(MockWeChat.defaultAppID)&secret=\(MockWeChat.defaultAppSecret)"

    @Test func `a test runs a mock around its body and calls it over HTTP`() async throws {
        let url = try await withMockWeChat { mock in
            let code = try mock.logIn("alice")
            let target =
                "\(mock.url)/sns/jscode2session?\(Self.credentials)&js_code=\(code)"
                + "&grant_type=authorization_code"
            let answer = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: target),
                timeout: .seconds(60)
            )
            let body = String(buffer: try await answer.body.collect(upTo: 1 << 20))
            #expect(body.contains("session_key"))
            #expect(try mock.callCount(of: "/sns/jscode2session") == 1)
            return mock.url
        }
        // It is gone afterwards.
        await #expect(throws: (any Error).self) {
            _ = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "\(url)/_mock/health"),
                timeout: .seconds(60)
            )
        }
    }

    @Test func `without a socket the mock answers in place`() async throws {
        var options = MockWeChatOptions()
        options.listens = false
        options.seed = 7
        try await withMockWeChat(options) { mock in
            #expect(mock.url.isEmpty)
            try mock.addFault(#"{"endpoint":"/cgi-bin/token","errcode":-1,"count":1}"#)
            let target = "/cgi-bin/token?grant_type=client_credential&\(Self.credentials)"
            let busy = mock.answer("GET", target)
            #expect(String(decoding: busy.body, as: UTF8.self).contains("system error"))
            let token = mock.answer("GET", target)
            #expect(String(decoding: token.body, as: UTF8.self).contains("access_token"))
            try mock.advance(by: 7200)
            mock.reset()
            #expect(try mock.callCount(of: "/cgi-bin/token") == 0)
        }
    }

    @Test func `a refusal says what is wrong`() async throws {
        var options = MockWeChatOptions()
        options.listens = false
        try await withMockWeChat(options) { mock in
            #expect(throws: MockWeChatRefusal.self) { try mock.logIn("zoe") }
            #expect(throws: MockWeChatRefusal.self) { try mock.addFault("{}") }
            #expect(throws: MockWeChatRefusal.self) { try mock.scan("alice", picture: [1, 2]) }
        }
        options.worldYAML = "apps: 1"
        await #expect(throws: MockWeChatRefusal.self) { try await withMockWeChat(options) { _ in } }
    }

    @Test func `it speaks TLS under its own authority`() async throws {
        var options = MockWeChatOptions()
        options.encrypts = true
        try await withMockWeChat(options) { mock in
            #expect(mock.url.hasPrefix("https://"))
            #expect(mock.authorityPEM?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)
        }
    }
}
