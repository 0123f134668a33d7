import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// jscode2session: who a phone's owner is, and everything else WeChat may say.
@Suite struct CodeToSessionTests {
    private let stage = ClientStage()

    private func ask(_ script: ScriptedWeChat.Script) async throws(WeChatError) -> CodeSession {
        stage.wechat.next(ClientStage.sessionPath, script)
        return try await stage.client.session(forCode: "code")
    }

    /// What the call must come to, and that it was made once.
    private func expect(
        _ expected: WeChatError,
        _ script: ScriptedWeChat.Script,
        _ location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: expected, sourceLocation: location) { try await ask(script) }
        #expect(
            stage.wechat.calls.map(\.path) == [ClientStage.sessionPath],
            sourceLocation: location
        )
    }

    @Test func `the openid and the unionid are read`() async throws {
        let session = try await ask(
            .answer(
                200,
                type: "text/plain",
                Array(#"{"session_key":"k==","openid":"oA_b-c6l7890","unionid":"oU"}"#.utf8)
            )
        )
        #expect(session == CodeSession(openID: "oA_b-c6l7890", unionID: "oU"))
        #expect(stage.wechat.calls.count == 1)
    }

    @Test(arguments: [
        #"{"openid":"oABCDEFGHIJ"}"#,
        #"{"openid":"oABCDEFGHIJ","errcode":0,"errmsg":"ok"}"#,
        #"{"openid":"oABCDEFGHIJ","errcode":"0"}"#,
        #"{"openid":"oABCDEFGHIJ","errcode":null,"unionid":null}"#,
        #"{"session_key":"a\/b+c==","openid":"oABCDEFGHIJ","expires_in":7200}"#,
        #" { "openid" : "\u006fABCDEFGHIJ" } "#,
        #"{"openid":"oABCDEFGHIJ","new":{"member":[1,2.5,true,null]}}"#,
    ])
    func `a session is read however its JSON is written`(body: String) async throws {
        #expect(try await ask(.json(body)) == CodeSession(openID: "oABCDEFGHIJ", unionID: nil))
    }

    @Test func `an escaped slash is a slash`() async throws {
        let session = try await ask(.json(#"{"openid":"oABCDEFGHIJ","unionid":"o\/U"}"#))
        #expect(session.unionID == "o/U")
    }

    @Test(
        arguments: [
            (40029, .invalidCode),
            (40163, .invalidCode),
            (40226, .userBlocked),
            (45009, .quotaReached(errcode: 45009)),
            (45011, .quotaReached(errcode: 45011)),
            (40001, .tokenRefused(errcode: 40001)),
            (40014, .tokenRefused(errcode: 40014)),
            (42001, .tokenRefused(errcode: 42001)),
            (-1, .refused(errcode: -1)),
            (40013, .refused(errcode: 40013)),
            (40125, .refused(errcode: 40125)),
            (41008, .refused(errcode: 41008)),
            (50001, .refused(errcode: 50001)),
            (99_999_999, .refused(errcode: 99_999_999)),
        ] as [(Int, WeChatError)]
    )
    func `T8 every errcode ends in its error and in one call`(
        errcode: Int,
        expected: WeChatError
    ) async {
        await expect(expected, ClientStage.errcode(errcode))
    }

    @Test func `T8 an errcode counts even where an openid comes with it`() async {
        await expect(.invalidCode, .json(#"{"errcode":40029,"openid":"oABCDEFGHIJ"}"#))
    }

    @Test func `an errcode may be a string`() async {
        await expect(.invalidCode, .json(#"{"errcode":"40029","errmsg":"invalid code"}"#))
    }

    @Test(arguments: [
        #"{"errcode":"forty","openid":"oABCDEFGHIJ"}"#,
        #"{"errcode":"","openid":"oABCDEFGHIJ"}"#,
        #"{"errcode":true,"openid":"oABCDEFGHIJ"}"#,
        #"{"errcode":[40029],"openid":"oABCDEFGHIJ"}"#,
        #"{"errcode":1e99,"openid":"oABCDEFGHIJ"}"#,
    ])
    func `T44 an errcode that is no number is no answer`(body: String) async {
        await expect(.unreadable("json"), .json(body))
    }

    @Test(arguments: [
        "{}", #"{"openid":""}"#, #"{"openid":null}"#, #"{"errcode":0}"#,
        #"{"session_key":"k==","unionid":"oABCDEFGHIJ"}"#, #"{"OpenID":"oABCDEFGHIJ"}"#,
    ])
    func `T8 without an openid there is no session`(body: String) async {
        await expect(.unreadable("openid"), .json(body))
    }

    @Test(arguments: [
        #"{"openid":1234567890}"#, #"{"openid":["oABCDEFGHIJ"]}"#, #"{"openid":{"a":"b"}}"#,
        #"{"openid":true}"#, #"{"openid":"oABCDEFGHIJ","unionid":7}"#, #"["oABCDEFGHIJ"]"#,
        #""oABCDEFGHIJ""#, "null", "", " ", "{", #"{"openid":"oABCDEFGHIJ""#, "errcode=40029",
        "<html><body>openid</body></html>", "\u{0}",
    ])
    func `T44 what is no such JSON is no answer`(body: String) async {
        await expect(.unreadable("json"), .json(body))
    }

    @Test(arguments: [201, 301, 302, 400, 401, 404, 429, 500, 502, 503, 504])
    func `T44 under another status nothing is an answer`(status: Int) async {
        await expect(.unreadable("status"), .status(status, "<html>busy</html>"))
    }

    @Test(arguments: [302, 500])
    func `T44 a session under another status is none`(status: Int) async {
        await expect(.unreadable("status"), .status(status, #"{"openid":"oABCDEFGHIJ"}"#))
    }

    @Test(arguments: [
        HTTPTransportError.timedOut, .unreachable, .cutOff, .answerTooLarge, .cancelled,
    ])
    func `T8 a call whose answer is lost is not repeated`(failure: HTTPTransportError) async {
        await expect(.transport(failure), .fails(failure))
    }

    @Test func `T44 an answer over 16 KiB is not read`() async throws {
        let open = #"{"openid":"oABCDEFGHIJ","pad":""#
        let pad = String(repeating: "x", count: 16 * 1024 - open.utf8.count - 2)
        #expect(try await ask(.json(open + pad + #""}"#)).openID == "oABCDEFGHIJ")
        await #expect(throws: WeChatError.transport(.answerTooLarge)) {
            try await ask(.json(open + pad + #"x"}"#))
        }
    }
}
