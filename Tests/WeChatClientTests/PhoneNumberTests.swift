import HTTPTransport
import TestSupport
import Testing

@testable import WeChatClient

/// getuserphonenumber: the number of a phone's owner, and everything else WeChat may say.
@Suite(.timeLimit(.minutes(10))) struct PhoneNumberTests {
    private let stage = ClientStage()
    private static let path = ClientStage.phoneNumberPath

    private var asked: [String] {
        stage.wechat.calls(to: Self.path).map { $0.query["access_token"] ?? "" }
    }

    private func ask(
        _ script: ScriptedWeChat.Script? = nil
    ) async throws(WeChatError) -> WeChatPhoneNumber {
        if let script { stage.wechat.next(Self.path, script) }
        return try await stage.client.phoneNumber(forCode: "code")
    }

    /// What the call must come to, and that it was made once.
    private func expect(
        _ expected: WeChatError,
        _ script: ScriptedWeChat.Script,
        _ location: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: expected, sourceLocation: location) { try await ask(script) }
        #expect(asked == ["token-1"], sourceLocation: location)
    }

    @Test func `a code is exchanged by one POST`() async throws {
        let stage = ClientStage(secret: "SECRETCANARY")
        stage.wechat.next(ClientStage.tokenPath, ClientStage.token("90_a-b&c"))
        let number = try await stage.client.phoneNumber(forCode: #"c86d"&x"#)
        #expect(number.exposed == "+8613800000001")
        let call = try #require(stage.wechat.calls(to: Self.path).first)
        #expect(call.line == "POST \(Self.path)?access_token=90_a-b%26c")
        #expect(call.body == #"{"code":"c86d\"&x"}"#)
        #expect(call.contentType == "application/json")
        #expect(call.timeout == .seconds(5))
        #expect(call.answerBytesMax == 16_384)
        #expect(!call.body.contains("SECRETCANARY") && !call.line.contains("SECRETCANARY"))
    }

    private static func info(_ members: String) -> ScriptedWeChat.Script {
        .json(#"{"errcode":0,"errmsg":"ok","phone_info":{\#(members)}}"#)
    }

    private static let mark = #""watermark":{"timestamp":1,"appid":"\#(ClientStage.appID)"}"#

    @Test(arguments: [
        (#""purePhoneNumber":"301234567","countryCode":"49""#, "+49301234567"),
        (#""phoneNumber":"x","purePhoneNumber":"301234567","countryCode":49"#, "+49301234567"),
        (#""purePhoneNumber":"0612345678","countryCode":"39","new":[1,{}]"#, "+390612345678"),
        (#""purePhoneNumber":"4000","countryCode":"683""#, "+6834000"),
        (#""purePhoneNumber":"12345678901234","countryCode":"1""#, "+112345678901234"),
    ])
    func `a number is read however its JSON is written`(members: String, e164: String) async throws
    {
        #expect(try await ask(Self.info("\(members),\(Self.mark)")).exposed == e164)
    }

    @Test(arguments: [
        ("86", ""), ("86", "138 0000 0001"), ("86", "+13800000001"), ("86", "1380000000１"),
        ("86", "138\\n0000001"), ("86", "138<b>0001"), ("86", "12345678901234"), ("86", "123"),
        ("683", "123"), ("", "13800000001"), ("+86", "13800000001"), ("086", "13800000001"),
        ("8600", "1380000001"), ("-1", "13800000001"), ("0", "13800000001"),
        (String(repeating: "8", count: 400), "1"), ("86", String(repeating: "1", count: 4000)),
    ])
    func `T44 what is no phone number is no answer`(country: String, national: String) async {
        await expect(.unreadable("phone_number"), ScriptedWeChat.phoneInfo(country, national))
    }

    @Test(arguments: ["wx0000000000000000", "", "WX0123456789ABCDEF", "wx0123456789abcdef "])
    func `T44 a number that was given to another app is no answer`(appID: String) async {
        await expect(
            .unreadable("watermark"),
            ScriptedWeChat.phoneInfo("86", "13800000001", appID: appID)
        )
    }

    @Test(arguments: ["{}", #"{"errcode":0,"errmsg":"ok"}"#, #"{"phone_info":null}"#])
    func `T44 without a number there is none`(body: String) async {
        await expect(.unreadable("phone_info"), .json(body))
    }

    @Test(arguments: [
        #"{"phone_info":{}}"#, #"{"phone_info":[]}"#, #"{"phone_info":"13800000001"}"#,
        #"{"phone_info":{"purePhoneNumber":"13800000001","countryCode":"86"}}"#,
        #"{"phone_info":{"purePhoneNumber":13800000001,"countryCode":"86",\#(mark)}}"#,
        #"{"phone_info":{"purePhoneNumber":"13800000001","countryCode":null,\#(mark)}}"#,
        #"{"phone_info":{"purePhoneNumber":"13800000001","countryCode":86.5,\#(mark)}}"#,
        #"{"phone_info":{"purePhoneNumber":"1380000","countryCode":"86","watermark":{}}}"#,
        "", "null", "<html>", "errcode=40029",
    ])
    func `T44 what is no such JSON is no answer`(body: String) async {
        await expect(.unreadable("json"), .json(body))
    }

    @Test(arguments: [301, 404, 429, 500, 503])
    func `T44 a number under another status is none`(status: Int) async {
        let body =
            #"{"phone_info":{"purePhoneNumber":"13800000001","countryCode":"86",\#(Self.mark)}}"#
        await expect(.unreadable("status"), .status(status, body))
    }

    @Test(
        arguments: [
            (40029, .invalidCode), (40163, .invalidCode), (40013, .invalidCode),
            (45009, .quotaReached(errcode: 45009)), (45011, .quotaReached(errcode: 45011)),
            (-1, .refused(errcode: -1)), (48001, .refused(errcode: 48001)),
            (47001, .refused(errcode: 47001)), (99_999_999, .refused(errcode: 99_999_999)),
        ] as [(Int, WeChatError)]
    )
    func `every errcode ends in its error and in one call`(
        errcode: Int,
        expected: WeChatError
    ) async {
        await expect(expected, ClientStage.errcode(errcode))
        #expect(stage.tokenCalls == 1)
    }

    @Test func `an errcode counts even where a number comes with it`() async {
        await expect(
            .invalidCode,
            .json(
                #"""
                {"errcode":40029,"phone_info":{"purePhoneNumber":"13800000001","countryCode":"86",\#
                \#(Self.mark)}}
                """#
            )
        )
    }

    @Test(arguments: [
        HTTPTransportError.timedOut, .unreachable, .cutOff, .answerTooLarge, .cancelled,
    ])
    func `a call whose answer is lost is not repeated`(failure: HTTPTransportError) async {
        await expect(.transport(failure), .fails(failure))
    }

    @Test func `T44 an answer over 16 KiB is not read`() async {
        let pad = String(repeating: "x", count: 16 * 1024)
        await expect(.transport(.answerTooLarge), .json(#"{"pad":"\#(pad)"}"#))
    }

    @Test(arguments: [40001, 40014, 42001])
    func `T45 a refused token is got anew and the call made once more`(errcode: Int) async throws {
        try await stage.settle()
        stage.time.advance(by: .seconds(60))
        _ = try await ask(ClientStage.errcode(errcode))
        #expect(asked == ["token-1", "token-2"])
        #expect(stage.forced == [false, false, true])
    }

    @Test(arguments: [40001, 40014, 42001])
    func `T45 a second refusal ends the call`(errcode: Int) async throws {
        try await stage.settle()
        stage.time.advance(by: .seconds(60))
        stage.wechat.always(Self.path, ClientStage.errcode(errcode))
        await #expect(throws: WeChatError.tokenRefused(errcode: errcode)) { try await ask() }
        #expect(asked == ["token-1", "token-2"])
        #expect(stage.tokenCalls == 3)
    }

    @Test(arguments: [45009, 45011])
    func `T33 after a used-up quota it goes out once in ten seconds`(errcode: Int) async throws {
        try await stage.settle()
        stage.wechat.always(Self.path, ClientStage.errcode(errcode))
        #expect(await stage.phoneNumber() == .quotaReached(errcode: errcode))
        #expect(await stage.phoneNumber() == .resting(milliseconds: 10_000, isQuota: true))
        #expect(await stage.session() == nil)
        #expect(await stage.picture() == nil)
        #expect(asked.count == 1)
        stage.wechat.always(Self.path, nil)
        stage.time.advance(by: .seconds(10))
        #expect(await stage.phoneNumber() == nil)
    }

    @Test func `T44 numbers that hang leave logins and pictures their places`() async throws {
        try await stage.settle()
        stage.slow.hang(Self.path)
        await withTaskGroup { group in
            for number in 0..<100 { group.addTask { await stage.phoneNumber("n\(number)") } }
            await stage.queued(.phoneNumber, 96)
            #expect(stage.slow.underWay(Self.path) == 4)
            for number in 0..<50 {
                #expect(await stage.session("c\(number)") == nil)
                #expect(await stage.picture("s\(number)") == nil)
            }
            stage.time.advance(by: .seconds(5))
            for await failure in group { #expect(failure != nil) }
        }
        #expect(stage.slow.starts(of: Self.path).count == 4)
        #expect(stage.client.callsInFlight == 0)
    }
}
