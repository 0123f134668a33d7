import TestSupport
import Testing

@testable import WeChatClient

/// What leaves the house for WeChat.
@Suite struct RequestTests {
    @Test func `a js_code is exchanged by one GET`() async throws {
        let stage = ClientStage()
        _ = try await stage.client.session(forCode: "0abc")
        let call = try #require(stage.wechat.calls.first)
        #expect(
            call.line == """
                GET /sns/jscode2session?appid=wx0123456789abcdef\
                &secret=0123456789abcdef0123456789abcdef&js_code=0abc&grant_type=authorization_code
                """
        )
        #expect(call.server == "https://api.weixin.qq.com")
        #expect(call.body.isEmpty)
        #expect(call.contentType == nil)
        #expect(call.timeout == .seconds(5))
        #expect(call.answerBytesMax == 16_384)
    }

    @Test(arguments: [
        ("a&secret=x", "a%26secret%3Dx"),
        ("a b+c%20d", "a%20b%2Bc%2520d"),
        ("a#b?c/d;e", "a%23b%3Fc%2Fd%3Be"),
        ("a\r\nHost: evil", "a%0D%0AHost%3A%20evil"),
        ("微\u{0}", "%E5%BE%AE%00"),
        ("Az09-_.~", "Az09-_.~"),
        ("", ""),
    ])
    func `T28 a js_code stays one parameter`(code: String, encoded: String) async throws {
        let stage = ClientStage()
        stage.wechat.always(ClientStage.sessionPath, .json(#"{"openid":"oABCDEFGHIJ"}"#))
        _ = try await stage.client.session(forCode: code)
        let line = try #require(stage.wechat.calls.first?.line)
        #expect(line.hasSuffix("&js_code=\(encoded)&grant_type=authorization_code"))
    }

    @Test func `a code picture is asked for by one POST`() async throws {
        let stage = ClientStage(secret: "SECRETCANARY")
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("90_a-b&c"))
        _ = try await stage.client.unlimitedCode(scene: "Abc-_123")
        let call = try #require(stage.wechat.calls(to: ClientStage.codePath).first)
        #expect(call.line == "POST /wxa/getwxacodeunlimit?access_token=90_a-b%26c")
        #expect(
            call.body == """
                {"check_path":true,"env_version":"release","is_hyaline":true,\
                "page":"pages/confirm/confirm","scene":"Abc-_123","width":430}
                """
        )
        #expect(call.contentType == "application/json")
        #expect(call.timeout == .seconds(5))
        #expect(call.answerBytesMax == 262_144)
        // The AppSecret goes where it must and nowhere else.
        #expect(!call.body.contains("SECRETCANARY") && !call.line.contains("SECRETCANARY"))
    }

    @Test(arguments: ["trial", "develop"])
    func `a page that is not released is not looked for`(version: String) async throws {
        let stage = ClientStage(environmentVersion: version)
        _ = try await stage.client.unlimitedCode(scene: "a")
        let body = try #require(stage.wechat.calls(to: ClientStage.codePath).first).body
        #expect(body.contains(#""check_path":false,"env_version":"\#(version)""#))
    }

    @Test func `an access token is asked for with everything in the body`() async throws {
        let stage = ClientStage()
        _ = try await stage.client.accessToken()
        let call = try #require(stage.wechat.calls.first)
        #expect(call.line == "POST /cgi-bin/stable_token")
        #expect(
            call.body == """
                {"appid":"wx0123456789abcdef","force_refresh":false,\
                "grant_type":"client_credential","secret":"0123456789abcdef0123456789abcdef"}
                """
        )
        #expect(call.contentType == "application/json")
        #expect(call.answerBytesMax == 16_384)
    }

    @Test(
        arguments: [
            ("https://api.weixin.qq.com", "https", "api.weixin.qq.com"),
            ("https://api.weixin.qq.com/", "https", "api.weixin.qq.com"),
            ("http://127.0.0.1:9090", "http", "127.0.0.1:9090"),
            ("http://[::1]:9090/", "http", "[::1]:9090"),
        ] as [(String, String, String)]
    )
    func `a base URL is a scheme and a host`(url: String, scheme: String, authority: String) throws
    {
        let configuration = try #require(Self.parsed(url))
        #expect(configuration.scheme == scheme)
        #expect(configuration.authority == authority)
    }

    @Test(arguments: [
        "", "api.weixin.qq.com", "https://", "https:///", "ftp://a", "https://a/b", "https://a?b",
        "https://a#b", "https://user@a", "https://a b", "HTTPS://a", "https:/a", "https://a\\b",
    ])
    func `anything more or less is no base URL`(url: String) {
        #expect(Self.parsed(url) == nil)
    }

    private static func parsed(_ url: String) -> WeChatConfiguration? {
        WeChatConfiguration(
            baseURL: url,
            appID: "wx",
            appSecret: AppSecret("s"),
            page: "p",
            environmentVersion: "release"
        )
    }
}
