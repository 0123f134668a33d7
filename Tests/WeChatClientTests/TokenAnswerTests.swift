import TestSupport
import Testing

@testable import WeChatClient

/// stable_token: which answers are an access token.
@Suite struct TokenAnswerTests {
    private let stage = ClientStage()

    @Test(arguments: [
        #"{"expires_in":7200}"#, #"{"access_token":"","expires_in":7200}"#,
        #"{"access_token":null,"expires_in":7200}"#, #"{"access_token":"t"}"#,
        #"{"access_token":"t","expires_in":0}"#, #"{"access_token":"t","expires_in":-1}"#,
        #"{"access_token":"t","expires_in":86401}"#, "{}",
        #"{"access_token":"\#(String(repeating: "t", count: 513))","expires_in":7200}"#,
    ])
    func `T44 a token without text or a sensible life is none`(body: String) async {
        stage.wechat.next(ClientStage.tokenPath, .json(body))
        await #expect(throws: WeChatError.unreadable("token")) {
            try await stage.client.accessToken()
        }
    }

    @Test(arguments: [
        #"{"access_token":7,"expires_in":7200}"#, #"{"access_token":"t","expires_in":"7200"}"#,
        #"{"access_token":"t","expires_in":9e99}"#, "<html>", "",
    ])
    func `T44 what is no such JSON is no token`(body: String) async {
        stage.wechat.next(ClientStage.tokenPath, .json(body))
        await #expect(throws: WeChatError.unreadable("json")) {
            try await stage.client.accessToken()
        }
    }

    @Test(arguments: [(1, 512), (86_400, 1), (345, 136)])
    func `a token of any other length and life is taken`(seconds: Int, length: Int) async throws {
        let text = String(repeating: "t", count: length)
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token(text, seconds: seconds))
        #expect(try await stage.client.accessToken().text == text)
        #expect(stage.client.accessTokenSecondsLeft() == seconds)
    }

    @Test(
        arguments: [
            (-1, .refused(errcode: -1)), (40013, .refused(errcode: 40013)),
            (40125, .refused(errcode: 40125)), (45009, .quotaReached(errcode: 45009)),
            (45011, .quotaReached(errcode: 45011)), (40001, .tokenRefused(errcode: 40001)),
        ] as [(Int, WeChatError)]
    )
    func `an errcode is told as what it is`(errcode: Int, expected: WeChatError) async {
        stage.wechat.next(ClientStage.tokenPath, ClientStage.errcode(errcode))
        await #expect(throws: expected) { try await stage.client.accessToken() }
        #expect(stage.tokenCalls == 1)
    }
}
