import Foundation
import TestSupport
import Testing

/// A js_code that is captured, or sent again.
@Suite(.timeLimit(.minutes(10))) struct T08CodeReplayTests {
    private static func body(_ code: String) -> String { #"{"js_code":"\#(code)"}"# }

    private func count(_ stage: EdgeStage) -> Int {
        stage.wechat.calls.count { $0.path == ScriptedWeChat.sessionPath }
    }

    @Test func `T8 the second use of a code is refused and WeChat is not asked`() async throws {
        try await EdgeStage.with { stage in
            let call = Call("POST", "/mp/session", json: Self.body("code-alice-1"))
            #expect(try await stage.send(call).status == 200)
            let again = try await stage.send(call)
            #expect(again.status == 401)
            #expect(again.error == "invalid_code")
            // From another address too, and as long as WeChat's own five minutes last twice over.
            stage.time.advance(by: .seconds(599))
            #expect(try await stage.send(call, from: "127.0.0.9").status == 401)
            #expect(count(stage) == 1)
        }
    }

    @Test func `T8 of fifty uses at once one buys a session and one call is made`() async throws {
        try await EdgeStage.with { stage in
            let call = Call("POST", "/mp/session", json: Self.body("code-alice-1"))
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<50 { group.addTask { try await stage.send(call) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.count { $0.status == 401 && $0.error == "invalid_code" } == 49)
            #expect(count(stage) == 1)
        }
    }

    @Test(arguments: [
        (#"{"errcode":40029,"errmsg":"invalid code"}"#, 401, "invalid_code"),
        (#"{"errcode":40163,"errmsg":"code been used"}"#, 401, "invalid_code"),
        (#"{"errcode":40226,"errmsg":"code blocked"}"#, 403, "user_blocked"),
        (#"{"errcode":45011,"errmsg":"api minute-quota"}"#, 429, "rate_limited"),
        (#"{"errcode":-1,"errmsg":"system error"}"#, 503, "wechat_unavailable"),
        ("<html>502</html>", 503, "wechat_unavailable"),
        ("", 503, "wechat_unavailable"),
        (#"{"session_key":"abc"}"#, 503, "wechat_unavailable"),
        (#"{"openid":42,"session_key":"abc"}"#, 503, "wechat_unavailable"),
        (#"{"openid":"a\nb-0123456789","session_key":"abc"}"#, 503, "wechat_unavailable"),
    ])
    func `T8 whatever else WeChat says, there is no session, and the code is spent`(
        said: String,
        status: Int,
        error: String
    ) async throws {
        try await EdgeStage.with {
            $0.wechat.always(ScriptedWeChat.sessionPath, .json(said))
        } _: { stage in
            let call = Call("POST", "/mp/session", json: Self.body("code-alice-1"))
            let answer = try await stage.send(call)
            #expect(answer.status == status)
            #expect(answer.error == error)
            #expect((answer["Retry-After"] != nil) == [429, 503].contains(status))
            // Its fate is unknown, so it is never tried again.
            #expect(try await stage.send(call).error == "invalid_code")
            #expect(count(stage) == 1)
            #expect(!stage.everything.contains { $0.hasPrefix("phone ") })
        }
    }

    @Test func `T8 a code in the address is refused and not spent`() async throws {
        try await EdgeStage.with { stage in
            let call = Call(
                "POST",
                "/mp/session?js_code=code-alice-1",
                json: Self.body("code-alice-1")
            )
            #expect(try await stage.send(call).status == 400)
            #expect(count(stage) == 0)
            _ = try await stage.phone("alice")
        }
    }
}
