import HTTPTransport
import HTTPTypes
import TestSupport
import Testing

@testable import WeChatClient

/// Whatever users and WeChat say, calls go to WeChat's base and nowhere else.
@Suite struct T27OneServerTests {
    private static let base = "https://api.weixin.qq.com"

    private func client(_ wechat: ScriptedWeChat) throws -> WeChatClient {
        let configuration = try #require(
            WeChatConfiguration(
                baseURL: Self.base,
                appID: "wx0123456789abcdef",
                appSecret: AppSecret(ClientStage.secret),
                page: "pages/confirm/confirm",
                environmentVersion: "release"
            )
        )
        return WeChatClient(
            configuration: configuration,
            transport: OneServer(
                scheme: configuration.scheme,
                authority: configuration.authority,
                over: wechat
            ),
            clock: ManualTime()
        )
    }

    static let hostile = [
        "http://169.254.169.254/", "http://127.0.0.1:8080/", "https://thirdwx.qlogo.cn@evil/",
        "https://thirdwx.qlogo.cn.evil/", "//evil/", "file:///etc/passwd", "gopher://evil:70/_",
        "data:text/html,x", "@evil/", ".evil", ":80@evil", "/../../evil", "\\evil", "?x#y",
        "\r\nHost: evil", " evil",
    ]

    @Test(arguments: hostile)
    func `T27 a text of a user never becomes an address`(text: String) async throws {
        let wechat = ScriptedWeChat()
        let client = try client(wechat)
        wechat.always(
            ScriptedWeChat.sessionPath,
            .json(#"{"openid":"oABCDEFGHIJ","unionid":"http://evil/","avatar":"http://evil/"}"#)
        )
        _ = try await client.session(forCode: text)
        _ = try await client.unlimitedCode(scene: text)
        #expect(wechat.calls.map(\.server) == Array(repeating: Self.base, count: 3))
        #expect(
            wechat.calls.map(\.path) == [
                ScriptedWeChat.sessionPath, ScriptedWeChat.tokenPath, ScriptedWeChat.codePath,
            ]
        )
    }

    static let others: [(String?, String?)] = [
        ("http", "api.weixin.qq.com"), ("https", "api.weixin.qq.com.evil"),
        ("https", "api.weixin.qq.com:8443"), ("https", "evil@api.weixin.qq.com"),
        ("https", "api.weixin.qq.com@evil"), ("https", "API.weixin.qq.com"), ("https", "127.0.0.1"),
        ("https", nil), (nil, "api.weixin.qq.com"), ("file", ""),
    ]

    @Test(arguments: others)
    func `T27 a call to any other server ends before it is made`(
        scheme: String?,
        authority: String?
    ) async throws {
        let trap = ScriptedWeChat()
        let door = OneServer(scheme: "https", authority: "api.weixin.qq.com", over: trap)
        await #expect(throws: HTTPTransportError.unreachable) {
            try await door.send(
                HTTPCall(
                    HTTPRequest(method: .get, scheme: scheme, authority: authority, path: "/")
                )
            )
        }
        #expect(trap.calls.isEmpty)
    }
}
