import HTTPTransportAHC
import LoginDomain
import MockWeChat
import TestSupport
import Testing

/// The mock plays a WeChat that is ill, over real sockets: what people hear, how often its journal
/// has us, and how soon it is used again.
@Suite(.timeLimit(.minutes(10))) struct T44WeChatFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Members of `POST /_mock/faults` beside `endpoint`.
        var members: String
        /// Calls of a path that is tried once in a second, in a minute: five, and then one in ten
        /// seconds; one in ten seconds from the start where a quota is used up.
        var callsInAMinute = 10
        /// Whether only a deadline ends a call.
        var isSlow = false
        var status = 503
        var error = "wechat_unavailable"

        init(_ name: String, _ members: String) {
            testDescription = name
            self.members = members
        }

        static let hang = Fault("hang", #""delay_ms":600000"#).slow

        private var slow: Fault {
            var fault = self
            fault.isSlow = true
            return fault
        }

        private var quota: Fault {
            var fault = self
            fault.callsInAMinute = 6
            fault.status = 429
            fault.error = "rate_limited"
            return fault
        }

        static let all = [
            hang,
            // A whole answer of WeChat's, which takes an hour.
            Fault(
                "trickle",
                #""trickle_ms":60000,"body":"{\"session_key\":\"a\",\"openid\":\"o\"}""#
            )
            .slow,
            Fault("500 with HTML", #""status":500,"body":"<html>busy</html>""#),
            Fault("200 with HTML", #""status":200,"body":"<html>busy</html>""#),
            Fault(
                "JSON without openid",
                #""body":"{\"session_key\":\"HyVFkGl5F5OQWJZZaNzBBg==\"}""#
            ),
            Fault("5 GB", #""body":"{","body_bytes":5368709120"#),
            Fault("45009", #""errcode":45009"#).quota,
            Fault("-1", #""errcode":-1"#),
        ]
    }

    private static let codePath = ScriptedWeChat.codePath
    private static let sessionPath = ScriptedWeChat.sessionPath
    private static let tokenPath = ScriptedWeChat.tokenPath

    @Test(arguments: Fault.all)
    func `T44 a WeChat that is ill for a minute is asked few times, and is used again in 15 s`(
        fault: Fault
    ) async throws {
        try await Self.withMock { stage, mock, line in
            let laptop = try await Self.login(stage, mock)
            let before = (
                codes: try mock.callCount(of: Self.codePath),
                sessions: try mock.callCount(of: Self.sessionPath)
            )
            try mock.addFault(#"{"endpoint":"*",\#(fault.members)}"#)
            line.setPatience(fault.isSlow ? .milliseconds(100) : nil)
            for second in 0..<60 {
                for answer in [
                    try await Browser(stage, at: "127.0.44.\(second + 1)").post("/attempt"),
                    try await Self.phoneLogin(stage, mock, at: "127.1.44.\(second + 1)"),
                ] {
                    #expect(answer.status == fault.status)
                    #expect(answer.error == fault.error)
                    let wait = answer["Retry-After"].flatMap(Int.init) ?? 0
                    #expect((1...60).contains(wait))
                }
                stage.time.advance(by: .seconds(1))
                try mock.advance(by: 1)
            }
            #expect(try await laptop.get("/session").status == 200)
            #expect(
                try mock.callCount(of: Self.codePath) - before.codes == fault.callsInAMinute
            )
            #expect(
                try mock.callCount(of: Self.sessionPath) - before.sessions == fault.callsInAMinute
            )
            #expect(line.longestTimeout <= .seconds(5))

            mock.removeFaults()
            line.setPatience(nil)
            try await Self.recovers(stage, mock, within: .seconds(15))
        }
    }

    @Test func `T45 40001 for ever costs few tokens, and pictures come again in 31 s`() async throws
    {
        try await Self.withMock { stage, mock, _ in
            let laptop = try await Self.login(stage, mock)
            let before = (
                codes: try mock.callCount(of: Self.codePath),
                tokens: try mock.callCount(of: Self.tokenPath)
            )
            try mock.addFault(#"{"endpoint":"\#(Self.codePath)","errcode":40001}"#)
            for second in 0..<60 {
                let code = try await Browser(stage, at: "127.0.44.\(second + 1)").post("/attempt")
                #expect(code.status == 503)
                #expect(code.error == "wechat_unavailable")
                #expect(code["Retry-After"] != nil)
                // Phones need no access token.
                let phone = try await Self.phoneLogin(stage, mock, at: "127.1.44.\(second + 1)")
                #expect(phone.status == 200)
                stage.time.advance(by: .seconds(1))
                try mock.advance(by: 1)
            }
            #expect(try await laptop.get("/session").status == 200)
            // Two in thirty seconds, and for each of them one picture is tried again.
            let tokens = try mock.callCount(of: Self.tokenPath) - before.tokens
            #expect((1...4).contains(tokens))
            #expect(
                try mock.callCount(of: Self.codePath) - before.codes <= 10 + tokens
            )
            mock.removeFaults()
            try await Self.recovers(stage, mock, within: .seconds(31))
        }
    }

    @Test func `T44 of a crowd before a WeChat that hangs 64 calls at most are under way`()
        async throws
    {
        try await Self.withMock { stage, mock, line in
            _ = try await Self.login(stage, mock)
            let before =
                try mock.callCount(of: Self.codePath) + mock.callCount(of: Self.sessionPath)
            try mock.addFault(#"{"endpoint":"*",\#(Fault.hang.members)}"#)
            line.setPatience(.milliseconds(500))
            try await withThrowingTaskGroup { group in
                for number in 1...100 {
                    group.addTask {
                        try await Browser(stage, at: "127.0.45.\(number)").post("/attempt").status
                    }
                    group.addTask {
                        try await Self.phoneLogin(stage, mock, at: "127.1.45.\(number)").status
                    }
                }
                for try await status in group { #expect(status == 503) }
            }
            let calls =
                try mock.callCount(of: Self.codePath) + mock.callCount(of: Self.sessionPath)
                - before
            #expect(line.peak <= 64)
            // Until five have failed, others may take their places.
            #expect((1...64 + 8).contains(calls))
        }
    }

    // MARK: - The stage

    /// A server, and the mock it believes to be WeChat; both clocks stand still.
    private static func withMock(
        _ body: @Sendable (EdgeStage, MockWeChat, MockLine) async throws -> Void
    ) async throws {
        var options = MockWeChatOptions()
        options.worldYAML = """
            clock: { mode: frozen, start: 2026-01-01T00:00:00Z }
            apps:
              - appid: wx0123456789abcdef
                secret: \(LoginHouse.appSecret)
                released: true
                pages: [pages/confirm/confirm]
            people:
              - { name: alice }
            """
        try await withMockWeChat(options) { mock in
            try await withAHCTransport { carrier in
                let line = MockLine(to: mock.url, over: carrier)
                try await EdgeStage.with({ $0.transport = line }) { stage in
                    try await body(stage, mock, line)
                }
            }
        }
    }

    /// A phone's `wx.login`, and its login at our server.
    private static func phoneLogin(
        _ stage: EdgeStage,
        _ mock: MockWeChat,
        at address: String
    ) async throws -> Answer {
        let code = try mock.logIn("alice")
        return try await stage.send(
            Call("POST", "/mp/session", json: #"{"js_code":"\#(code)"}"#),
            from: address
        )
    }

    /// Somebody who has logged in while all was well.
    private static func login(_ stage: EdgeStage, _ mock: MockWeChat) async throws -> Browser {
        let laptop = Browser(stage)
        let opened = try await laptop.post("/attempt")
        let scene = try mock.scan("alice", picture: try stage.picture(in: opened)).scene
        let bearer = try await phoneLogin(stage, mock, at: "127.0.0.1").text("data.token")
        let phone = Phone(stage: stage, bearer: try #require(bearer), user: "alice")
        try await phone.agree(to: scene)
        #expect(try await laptop.complete().status == 200)
        return laptop
    }

    private static func recovers(
        _ stage: EdgeStage,
        _ mock: MockWeChat,
        within limit: Duration
    ) async throws {
        var waited = Duration.zero
        var tries = 0
        var isWell = (codes: false, phones: false)
        while !isWell.codes || !isWell.phones {
            try #require(waited <= limit)
            tries += 1
            if !isWell.codes {
                isWell.codes =
                    try await Browser(stage, at: "127.0.46.\(tries)").post("/attempt").status == 200
            }
            if !isWell.phones {
                isWell.phones =
                    try await phoneLogin(stage, mock, at: "127.1.46.\(tries)").status == 200
            }
            stage.time.advance(by: .seconds(1))
            try mock.advance(by: 1)
            waited += .seconds(1)
        }
    }
}
