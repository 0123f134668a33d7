import HTTPTransport
import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// A phone's owner gives their number, and takes it back.
@Suite(.timeLimit(.minutes(10))) struct PhoneNumberTests {
    private let store = FaultyStore()
    private let log = CapturedLog()
    private let house: LoginHouse

    init() {
        house = LoginHouse(store: store, logger: log.logger)
    }

    private static let path = ScriptedWeChat.phoneNumberPath
    private var asked: Int { house.wechat.calls(to: Self.path).count }

    private func number(of caller: PhoneCaller) async throws -> String? {
        let token = try #require(caller.token)
        let session = try #require(try await store.phoneSession(token.digest))
        return try await store.user(session.user)?.phoneNumber?.exposed
    }

    @Test func `a number is its owner's, and the last one counts`() async throws {
        let (alice, bob) = (try await house.phone("alice"), try await house.phone("bob"))
        let first = try await house.service.setPhoneNumber(code: "n-1", by: alice)
        #expect(first.exposed == "+8613800000001")
        #expect(try await number(of: alice) == "+8613800000001")
        #expect(try await number(of: bob) == nil)
        house.wechat.next(Self.path, ScriptedWeChat.phoneInfo("49", "301234567"))
        _ = try await house.service.setPhoneNumber(code: "n-2", by: alice)
        #expect(try await number(of: alice) == "+49301234567")
        for _ in 0..<2 { try await house.service.removePhoneNumber(by: alice) }
        #expect(try await number(of: alice) == nil)
    }

    @Test func `nobody without a phone session gives a number`() async {
        let nobody = PhoneCaller(token: nil, address: "198.51.100.7")
        await #expect(throws: LoginRefusal.noPhoneSession) {
            try await house.service.setPhoneNumber(code: "n-1", by: nobody)
        }
        await #expect(throws: LoginRefusal.noPhoneSession) {
            try await house.service.removePhoneNumber(by: nobody)
        }
        #expect(asked == 0)
        #expect(store.count(.claimCode) == 0)
    }

    @Test func `T8 a number's code is used once, by whomever`() async throws {
        let (alice, bob) = (try await house.phone("alice"), try await house.phone("bob"))
        _ = try await house.service.setPhoneNumber(code: "n-1", by: alice)
        for caller in [alice, bob, alice] {
            await #expect(throws: LoginRefusal.invalidCode) {
                try await house.service.setPhoneNumber(code: "n-1", by: caller)
            }
        }
        #expect(asked == 1)
        #expect(try await number(of: bob) == nil)
    }

    @Test func `T8 a use while the first one waits for WeChat is refused`() async throws {
        let alice = try await house.phone("alice")
        house.wechat.hold(Self.path)
        async let first = house.service.setPhoneNumber(code: "n-1", by: alice)
        await house.wechat.arrived(Self.path, atLeast: 1)
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.setPhoneNumber(code: "n-1", by: alice)
        }
        house.wechat.release()
        _ = try await first
        #expect(asked == 1)
    }

    @Test func `T8 a js_code and a number's code do not spend each other`() async throws {
        let alice = try await house.phone("alice")
        _ = try await house.service.setPhoneNumber(code: "code-bob-1", by: alice)
        _ = try await house.phone("bob")
        #expect(asked == 1)
    }

    static let answers: [(ScriptedWeChat.Script, LoginRefusal)] = [
        (.json(#"{"errcode":40029}"#), .invalidCode),
        (.json(#"{"errcode":40013}"#), .invalidCode),
        (.json(#"{"errcode":45011}"#), .rateLimited(retryAfterSeconds: 60)),
        (.json(#"{"errcode":45009}"#), .rateLimited(retryAfterSeconds: 60)),
        (.json(#"{"errcode":-1}"#), unavailable),
        (.json(#"{"errcode":48001}"#), unavailable),
        (.json("{}"), unavailable),
        (ScriptedWeChat.phoneInfo("86", "138<b>"), unavailable),
        (ScriptedWeChat.phoneInfo("86", "13800000001", appID: "wx0"), unavailable),
        (.status(500, "<html>"), unavailable),
        (.fails(.timedOut), unavailable),
        (.fails(.answerTooLarge), unavailable),
    ]
    private static let unavailable = LoginRefusal.weChatUnavailable(retryAfterSeconds: 2)

    @Test(arguments: answers)
    func `T44 whatever else WeChat says, the number stays and it is asked once`(
        script: ScriptedWeChat.Script,
        refusal: LoginRefusal
    ) async throws {
        let alice = try await house.phone("alice")
        _ = try await house.service.setPhoneNumber(code: "n-1", by: alice)
        house.wechat.next(Self.path, script)
        await #expect(throws: refusal) {
            try await house.service.setPhoneNumber(code: "n-2", by: alice)
        }
        #expect(try await number(of: alice) == "+8613800000001")
        #expect(store.count(.setPhoneNumber) == 1)
        await #expect(throws: LoginRefusal.invalidCode) {
            try await house.service.setPhoneNumber(code: "n-2", by: alice)
        }
        #expect(asked == 2)
    }

    @Test func `T33 a user gives a number as often as a name, ten times a minute`() async throws {
        let alice = try await house.phone("alice")
        for turn in 0..<10 {
            _ = try await house.service.setPhoneNumber(code: "n-\(turn)", by: alice)
        }
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 60)) {
            try await house.service.setPhoneNumber(code: "n-10", by: alice)
        }
        await #expect(throws: LoginRefusal.rateLimited(retryAfterSeconds: 60)) {
            try await house.service.removePhoneNumber(by: alice)
        }
        #expect(asked == 10)
        house.time.advance(by: .seconds(60))
        // What was refused has not been spent.
        _ = try await house.service.setPhoneNumber(code: "n-10", by: alice)
    }

    @Test func `T43 a number that cannot be written down is not given`() async throws {
        let alice = try await house.phone("alice")
        store.failNext(.claimCode, .before)
        store.failNext(.setPhoneNumber, .before)
        for turn in 0..<2 {
            await #expect(throws: LoginRefusal.storeUnavailable(retryAfterSeconds: 2)) {
                try await house.service.setPhoneNumber(code: "n-\(turn)", by: alice)
            }
        }
        #expect(asked == 1)
        #expect(try await number(of: alice) == nil)
    }

    @Test func `T35 neither a number nor its code is in a log or a metric`() async throws {
        let alice = try await house.phone("alice")
        _ = try await house.service.setPhoneNumber(code: "n-canary-1", by: alice)
        for (turn, answer) in Self.answers.enumerated() {
            house.time.advance(by: .seconds(60))
            house.wechat.next(Self.path, answer.0)
            _ = try? await house.service.setPhoneNumber(code: "n-canary-\(turn + 2)", by: alice)
        }
        try await house.service.removePhoneNumber(by: alice)
        for operation in FaultyStore.Operation.allCases { store.fail(operation, .before) }
        _ = try? await house.service.setPhoneNumber(code: "n-canary-99", by: alice)
        for word in ["phone number given", "phone number removed", "getuserphonenumber"] {
            #expect(log.text.contains(word), "\(word)")
        }
        for secret in ["13800000001", "0001", "n-canary"] {
            #expect(!log.text.contains(secret), "\(secret)")
        }
    }
}
