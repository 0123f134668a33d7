import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// Errors and values end up in logs: nothing secret may be in them.
@Suite struct SecrecyTests {
    private static let secret = "APPSECRETCANARY0123456789abcdef0"
    private static let code = "JSCODECANARY"
    private static let sessionKey = "SESSIONKEYCANARY"
    private static let openID = "oOPENIDCANARY"

    /// What WeChat may answer, with something in it that must not get out.
    private static let answers: [ScriptedWeChat.Script] =
        [40029, 40226, 45011, 40001, -1].map {
            .json(
                """
                {"errcode":\($0),"errmsg":"\(secret) \(code) ACCESSTOKENCANARY","openid":"\(openID)"}
                """
            )
        }
        + [
            .json(#"{"session_key":"\#(sessionKey)","openid":""}"#),
            .json(#"{"session_key":"\#(sessionKey)","openid":"\#(openID)""#),
            .json(#"{"errcode":"\#(openID)"}"#),
            ScriptedWeChat.phoneInfo("86", "1380CANARY"),
            ScriptedWeChat.phoneInfo("86", "13800000001", appID: "wxCANARY"),
            .status(500, "\(secret) \(code)"),
            .bytes(Array("<html>\(secret)</html>".utf8)),
            .fails(.timedOut), .fails(.unreachable), .fails(.cutOff), .fails(.answerTooLarge),
        ]

    private func written(_ value: Any) -> String {
        var text = "\(value) \(String(reflecting: value)) "
        dump(value, to: &text)
        return text
    }

    private func expectClean(_ error: WeChatError?, _ location: SourceLocation = #_sourceLocation) {
        guard let error else {
            Issue.record("no error", sourceLocation: location)
            return
        }
        let text = written(error) + error.label
        #expect(!text.contains("CANARY"), sourceLocation: location)
        #expect(!error.label.isEmpty, sourceLocation: location)
    }

    @Test func `T35 no error says anything of what was sent or received`() async {
        for answer in Self.answers {
            let stage = ClientStage(secret: Self.secret)
            stage.wechat.always(ClientStage.sessionPath, answer)
            await expectClean(
                error { () async throws(WeChatError) in
                    try await stage.client.session(forCode: Self.code)
                }
            )
            stage.wechat.next(ClientStage.tokenPath, ClientStage.token("ACCESSTOKENCANARY"))
            stage.wechat.always(ClientStage.codePath, answer)
            await expectClean(
                error { () async throws(WeChatError) in
                    try await stage.client.unlimitedCode(scene: "SCENECANARY")
                }
            )
            stage.wechat.always(ClientStage.phoneNumberPath, answer)
            await expectClean(
                error { () async throws(WeChatError) in
                    try await stage.client.phoneNumber(forCode: "NUMBERCODECANARY")
                }
            )
            let other = ClientStage(secret: Self.secret)
            other.wechat.always(ClientStage.tokenPath, answer)
            await expectClean(
                error { () async throws(WeChatError) in try await other.client.accessToken() }
            )
        }
    }

    @Test func `T35 the AppSecret prints nothing of itself`() throws {
        let secret = AppSecret(Self.secret)
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        let configuration = try #require(
            WeChatConfiguration(
                baseURL: "https://a",
                appID: "wx",
                appSecret: secret,
                page: "p",
                environmentVersion: "release"
            )
        )
        #expect(!written(configuration).contains("CANARY"))
        #expect(!written(ClientStage(secret: Self.secret).client).contains("CANARY"))
    }

    @Test func `T35 a phone number prints nothing of itself`() async throws {
        let number = try await ClientStage().client.phoneNumber(forCode: "code")
        #expect(number.exposed == ScriptedWeChat.phoneNumber)
        #expect("\(number)" == "<redacted>")
        #expect(!written(number).contains("138"))
        #expect(!written([number]).contains("138"))
    }

    @Test func `T36 of a session only the ids are kept`() async throws {
        let stage = ClientStage()
        stage.wechat.next(
            ClientStage.sessionPath,
            .json(#"{"session_key":"\#(Self.sessionKey)","openid":"\#(Self.openID)"}"#)
        )
        let session = try await stage.client.session(forCode: "code")
        #expect(session.openID == Self.openID)
        #expect(!written(session).contains(Self.sessionKey))
    }

    @Test(
        arguments: [
            (.invalidCode, "invalid_code"), (.userBlocked, "user_blocked"),
            (.quotaReached(errcode: 45009), "quota_45009"),
            (.tokenRefused(errcode: 40001), "token_40001"), (.refused(errcode: -1), "errcode_-1"),
            (.unreadable("json"), "unreadable_json"),
            (.transport(.timedOut), "transport_timedOut"), (.backingOff, "backing_off"),
        ] as [(WeChatError, String)]
    )
    func `an error has a short word for logs`(error: WeChatError, label: String) {
        #expect(error.label == label)
    }
}
