import HTTPTransport
import LoginDomain
import TestSupport
import Testing

/// `/mp/phone`: a person's number comes, and goes again.
@Suite(.timeLimit(.minutes(10))) struct PhoneNumberTests {
    private func numbers(_ stage: EdgeStage) -> [String] {
        stage.everything.filter { $0.hasPrefix("phone number ") }
    }

    @Test func `a number is kept whole, and told to its owner by its end`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let answer = try await phone.givePhoneNumber("n-1")
            #expect(answer.status == 200)
            #expect(answer.names("data") == ["phone_number"])
            #expect(answer.text("data.phone_number") == "+*********0001")
            #expect(numbers(stage) == ["phone number +8613800000001 of \(phone.user)"])
            // At the next start of the mini-program, too; and to nobody else.
            func session(_ code: String) async throws -> Answer {
                try await stage.send(Call("POST", "/mp/session", json: #"{"js_code":"\#(code)"}"#))
            }
            let again = try await session("code-alice-2")
            #expect(again.text("data.phone_number") == "+*********0001")
            let other = try await session("code-bob-1")
            #expect(other.names("data") == ["expires_in", "is_new", "token", "user"])
            for user in [again, other] {
                let names = ["avatarUrl", "nickName", "role", "userid"]
                #expect(user.names("data.user") == names)
            }
            for _ in 0..<2 {
                let gone = try await phone.removePhoneNumber()
                #expect(gone.status == 200)
                #expect(gone.names("data").isEmpty)
            }
            #expect(numbers(stage).isEmpty)
            let last = try await session("code-alice-3")
            #expect(last.member("data.phone_number") == nil)
        }
    }

    @Test func `T15 a browser is not told its user's number`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            _ = try await phone.givePhoneNumber("n-1")
            let browser = try await stage.confirmedBrowser(by: phone)
            let names = ["avatarUrl", "nickName", "role", "userid"]
            #expect(try await browser.complete().names("data.user") == names)
            let session = try await browser.get("/session")
            #expect(session.names("data.user") == names)
            #expect(!String(decoding: session.body, as: UTF8.self).contains("0001"))
        }
    }

    @Test func `T8 a code that was used, or that is none, is 401 and changes nothing`() async throws
    {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            _ = try await phone.givePhoneNumber("n-1")
            let before = numbers(stage)
            let used = try await phone.givePhoneNumber("n-1")
            stage.wechat.next(ScriptedWeChat.phoneNumberPath, .json(#"{"errcode":40029}"#))
            let unknown = try await phone.givePhoneNumber("n-2")
            for answer in [used, unknown] {
                #expect(answer.status == 401)
                #expect(answer.error == "invalid_code")
            }
            #expect(numbers(stage) == before)
        }
    }

    @Test func `T8 a code in the address is spoilt`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            let answer = try await phone.call("/mp/phone?code=n-1", #"{"code":"n-1"}"#)
            #expect(answer.status == 400)
            #expect(answer.error == "malformed")
            #expect(stage.wechat.calls(to: ScriptedWeChat.phoneNumberPath).isEmpty)
            #expect(try await phone.givePhoneNumber("n-1").status == 200)
        }
    }

    @Test func `T44 what WeChat cannot say is 503 or 429, and when to try again`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            for (script, status, seconds): (ScriptedWeChat.Script, Int, String) in [
                (.fails(.timedOut), 503, "2"), (.json(#"{"errcode":45011}"#), 429, "60"),
                (.json("{}"), 429, "10"),
            ] {
                stage.wechat.next(ScriptedWeChat.phoneNumberPath, script)
                let answer = try await phone.givePhoneNumber("n-\(status)-\(seconds)")
                #expect(answer.status == status)
                #expect(answer["Retry-After"] == seconds)
            }
            #expect(numbers(stage).isEmpty)
        }
    }

    @Test func `T7 whoever is no phone of ours takes nobody's number away`() async throws {
        try await EdgeStage.with { stage in
            let phone = try await stage.phone("alice")
            _ = try await phone.givePhoneNumber("n-1")
            let mallory = try await stage.phone("mallory")
            for fields in [[], [Call.Field("Authorization", "Bearer \(phone.bearer)x")]] {
                let answer = try await stage.send(Call("DELETE", "/mp/phone", fields))
                #expect(answer.status == 401)
                #expect(answer.error == "no_phone_session")
            }
            #expect(try await mallory.removePhoneNumber().status == 200)
            #expect(numbers(stage).count == 1)
        }
    }
}
