import HTTPTransport
import LoginDomain
import TestSupport
import Testing

/// WeChat is down, slow or lying: what browsers and phones hear, over real sockets.
@Suite(.timeLimit(.minutes(10))) struct T44WeChatDownTests {
    /// What WeChat may do instead of answering.
    static let failures: [ScriptedWeChat.Script] = [
        .fails(.timedOut), .fails(.unreachable), .fails(.untrusted), .fails(.cutOff),
        .fails(.answerTooLarge), .status(500, "<html>busy</html>"), .status(502, ""),
        .status(200, "<html>busy</html>"), .bytes([]), .bytes(Array("<svg xmlns='x'/>".utf8)),
        .json(#"{"errcode":0,"errmsg":"ok"}"#), .json(#"{"openid":"o1234567890\n"}"#),
        .json(#"{"openid":"short"}"#), .json(#"{"openid":12}"#), .json(#"{"errcode":-1}"#),
        .answer(200, type: "text/plain; charset=utf-16", Array(#"{"errcode":0}"#.utf8)),
    ]

    @Test(arguments: failures)
    func `T44 users hear 503 and when to come again, and who is logged in stays so`(
        script: ScriptedWeChat.Script
    ) async throws {
        try await EdgeStage.with { stage in
            let laptop = try await stage.confirmedBrowser(by: stage.phone("alice"))
            #expect(try await laptop.complete().status == 200)

            stage.wechat.always(ScriptedWeChat.codePath, script)
            stage.wechat.always(ScriptedWeChat.sessionPath, script)
            // More often than it takes to see that WeChat is down.
            for number in 0..<8 {
                let code = try await Browser(stage, at: "127.0.44.\(number + 1)").post("/attempt")
                #expect(code.status == 503)
                #expect(code.error == "wechat_unavailable")
                #expect(code["Retry-After"].flatMap(Int.init).map { (1...10).contains($0) } == true)
                let login = try await stage.send(
                    Call("POST", "/mp/session", json: #"{"js_code":"code-bob-\#(number)"}"#)
                )
                #expect(login.status == 503)
                #expect(
                    login["Retry-After"].flatMap(Int.init).map { (1...10).contains($0) } == true
                )
            }
            #expect(try await laptop.get("/session").status == 200)
            #expect(try await laptop.get("/login").status == 303)
            #expect(stage.wechat.calls(to: ScriptedWeChat.sessionPath).count == 6)

            stage.wechat.always(ScriptedWeChat.codePath, nil)
            stage.wechat.always(ScriptedWeChat.sessionPath, nil)
            stage.time.advance(by: .seconds(10))
            #expect(try await Browser(stage).post("/attempt").status == 200)
            _ = try await stage.phone("carol")
        }
    }

    @Test func `T44 a picture goes to the browser under our own type`() async throws {
        try await EdgeStage.with { stage in
            let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3]
            stage.wechat.next(ScriptedWeChat.codePath, .answer(200, type: "text/html", jpeg))
            let answer = try await Browser(stage).post("/attempt")
            #expect(answer.text("data.image")?.hasPrefix("data:image/jpeg;base64,") == true)
            #expect(answer["X-Content-Type-Options"] == "nosniff")
        }
    }
}
