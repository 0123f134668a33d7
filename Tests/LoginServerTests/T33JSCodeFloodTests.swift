import LoginDomain
import TestSupport
import Testing

/// js_codes cost a row here and a call at WeChat, and nobody has to say who they are.
@Suite struct T33JSCodeFloodTests {
    private func show(_ code: String, _ stage: EdgeStage, at address: String) async throws -> Answer
    {
        try await stage.send(
            Call("POST", "/mp/session", json: #"{"js_code":"\#(code)"}"#),
            from: address
        )
    }

    private func asked(_ stage: EdgeStage) -> Int {
        stage.wechat.calls.count { $0.path == ScriptedWeChat.sessionPath }
    }

    @Test func `T33 a hundred codes that are none, and their address waits, alone`() async throws {
        try await EdgeStage.with {
            $0.wechat.always(
                ScriptedWeChat.sessionPath,
                .json(#"{"errcode":40029,"errmsg":"invalid code"}"#)
            )
        } _: { stage in
            for number in 1...100 {
                let answer = try await show("garbage-\(number)", stage, at: "127.0.0.7")
                #expect(answer.error == "invalid_code", "\(number)")
            }
            #expect(asked(stage) == 100)
            let rows = stage.everything
            let late = try await show("garbage-101", stage, at: "127.0.0.7")
            #expect(late.status == 429)
            #expect(late["Retry-After"] == "600")
            #expect(asked(stage) == 100)
            #expect(stage.everything == rows)
            // Somebody else is not troubled, and ten minutes later nobody is.
            #expect(try await show("other", stage, at: "127.0.0.8").error == "invalid_code")
            stage.time.advance(by: .seconds(600))
            #expect(try await show("again", stage, at: "127.0.0.7").error == "invalid_code")
        }
    }

    @Test func `T33 good codes of one address have a budget too, a large one`() async throws {
        try await EdgeStage.with {
            $0.policy.phoneLoginsPerAddressBurst = 5
            $0.policy.phoneLoginsPerAddressPerMinute = 6
        } _: { stage in
            for number in 1...5 { _ = try await stage.phone("p\(number)", at: "127.0.0.7") }
            let late = try await show("code-alice-1", stage, at: "127.0.0.7")
            #expect(late.status == 429)
            #expect(late["Retry-After"] == "10")
            #expect(asked(stage) == 5)
            // The code has not been spent.
            stage.time.advance(by: .seconds(10))
            #expect(try await show("code-alice-1", stage, at: "127.0.0.7").status == 200)
        }
    }
}
