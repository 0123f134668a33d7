import HTTPTransport
import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// A phone logs in by what wx.login gave it.
@Suite(.timeLimit(.minutes(10))) struct PhoneLoginTests {
    private let store = FaultyStore()
    private let house: LoginHouse

    init() {
        house = LoginHouse(store: store)
    }

    private var asked: Int { house.wechat.calls(to: ScriptedWeChat.sessionPath).count }

    @Test func `a person is registered once and known ever after`() async throws {
        let first = try await house.service.loginPhone(code: "code-alice-1")
        #expect(first.isNew)
        #expect(first.expiresInSeconds == 900)
        let second = try await house.service.loginPhone(code: "code-alice-2")
        #expect(!second.isNew)
        #expect(second.user == first.user)
        #expect(second.token.exposed != first.token.exposed)
        let bob = try await house.service.loginPhone(code: "code-bob-1")
        #expect(bob.isNew)
        #expect(bob.user.id != first.user.id)
        // The user's name says nothing of the openid.
        #expect(!first.user.id.text.contains("alice"))
    }

    @Test func `T8 a js_code is used once`() async throws {
        _ = try await house.service.loginPhone(code: "code-alice-1")
        for _ in 0..<5 {
            await #expect(throws: LoginRefusal.invalidCode) {
                try await house.service.loginPhone(code: "code-alice-1")
            }
        }
        #expect(asked == 1)
        #expect(store.count(.openPhoneSession) == 1)
    }

    @Test func `T8 a hundred uses at once are one call and one login`() async {
        let results = await together(100) { [house] _ in
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(results.values().count == 1)
        #expect(results.errors(LoginRefusal.self) == Array(repeating: .invalidCode, count: 99))
        #expect(asked == 1)
    }

    @Test func `T8 a use while the first one waits for WeChat is refused`() async throws {
        house.wechat.hold(ScriptedWeChat.sessionPath)
        async let first = house.service.loginPhone(code: "code-alice-1")
        await house.wechat.arrived(ScriptedWeChat.sessionPath, atLeast: 1)
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        house.wechat.release()
        #expect(try await first.isNew)
        #expect(asked == 1)
    }

    @Test func `a person's first logins at once make one user`() async {
        var policy = LoginPolicy()
        policy.phoneLoginsPerUserPerMinute = 100
        let house = LoginHouse(policy: policy)
        let results = await together(100) {
            try await house.service.loginPhone(code: "code-alice-\($0)")
        }
        let logins = results.values()
        #expect(logins.count == 100)
        #expect(Set(logins.map(\.user.id)).count == 1)
        #expect(logins.count { $0.isNew } == 1)
    }

    static let answers: [(ScriptedWeChat.Script, LoginRefusal)] = [
        (.json(#"{"errcode":40029}"#), .invalidCode),
        (.json(#"{"errcode":"40029"}"#), .invalidCode),
        (.json(#"{"errcode":40163}"#), .invalidCode),
        (.json(#"{"errcode":40226}"#), .userBlocked),
        (.json(#"{"errcode":45011}"#), .rateLimited(retryAfterSeconds: 60)),
        (.json(#"{"errcode":45009}"#), .rateLimited(retryAfterSeconds: 60)),
        (.json(#"{"errcode":-1}"#), unavailable),
        (.json(#"{"errcode":40125}"#), unavailable),
        (.json(#"{"errcode":40001}"#), unavailable),
        (.json(#"{"errcode":50001}"#), unavailable),
        (.json("{}"), unavailable),
        (.json(#"{"openid":null}"#), unavailable),
        (.json(#"{"openid":""}"#), unavailable),
        (.json(#"{"openid":"short9chr"}"#), unavailable),
        (.json(#"{"openid":"\#(String(repeating: "o", count: 65))"}"#), unavailable),
        (.json(#"{"openid":"oABCDEFGHIJ\n"}"#), unavailable),
        (.json(#"{"openid":"oABCDEF GHIJ"}"#), unavailable),
        (.json(#"{"openid":"oABC<b>DEFG"}"#), unavailable),
        (.json(#"{"openid":"oABC\/DEFGHI"}"#), unavailable),
        (.json(#"{"openid":"oABCDEFGH微"}"#), unavailable),
        (.json(#"{"openid":1234567890}"#), unavailable),
        (.status(200, "<html>"), unavailable),
        (.status(500, "<html>"), unavailable),
        (.status(500, #"{"openid":"oABCDEFGHIJ"}"#), unavailable),
        (.bytes([]), unavailable),
        (.fails(.timedOut), unavailable),
        (.fails(.unreachable), unavailable),
        (.fails(.cutOff), unavailable),
        (.fails(.answerTooLarge), unavailable),
    ]
    private static let unavailable = LoginRefusal.weChatUnavailable(retryAfterSeconds: 2)

    @Test(arguments: answers)
    func `T8 whatever else WeChat says, nobody is logged in and it is asked once`(
        script: ScriptedWeChat.Script,
        refusal: LoginRefusal
    ) async {
        house.wechat.next(ScriptedWeChat.sessionPath, script)
        await #expect(throws: refusal) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(store.count(.registerUser) == 0)
        #expect(store.count(.openPhoneSession) == 0)
        // The code's fate is unknown: the phone has to get another one.
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(asked == 1)
        // A quota that is used up has ten seconds of rest.
        house.time.advance(by: .seconds(10))
        #expect((try? await house.service.loginPhone(code: "code-alice-2")) != nil)
    }

    @Test(arguments: [10, 28, 64])
    func `an openid of any other length is taken`(length: Int) async throws {
        let openID = String(repeating: "o", count: length)
        house.wechat.next(ScriptedWeChat.sessionPath, .json(#"{"openid":"\#(openID)"}"#))
        #expect(try await house.service.loginPhone(code: "code").isNew)
    }

    @Test func `T8 a used js_code is remembered twice as long as WeChat's own live`() async throws {
        _ = try await house.service.loginPhone(code: "code-alice-1")
        house.time.advance(by: .milliseconds(599_999))
        try await house.service.forget()
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(asked == 1)
        house.time.advance(by: .milliseconds(1))
        house.wechat.next(ScriptedWeChat.sessionPath, .json(#"{"errcode":40163}"#))
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(asked == 2)
    }

    @Test func `T8 without its memory no code goes to WeChat`() async {
        for fault in FaultyStore.Fault.allCases {
            store.failNext(.claimCode, fault)
            await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 2)) {
                try await house.service.loginPhone(code: "code-alice-\(fault)")
            }
        }
        #expect(asked == 0)
    }

    @Test(arguments: [FaultyStore.Operation.registerUser, .openPhoneSession])
    func `T43 a phone's login that cannot be written down is none`(
        operation: FaultyStore.Operation
    ) async throws {
        store.failNext(operation, .before)
        await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 2)) {
            try await house.service.loginPhone(code: "code-alice-1")
        }
        #expect(asked == 1)
        _ = try await house.service.loginPhone(code: "code-alice-2")
    }
}
