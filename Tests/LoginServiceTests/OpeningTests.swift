import HTTPTransport
import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing
import WeChatClient

/// A browser gets a code.
@Suite(.timeLimit(.minutes(10))) struct OpeningTests {
    private let house = LoginHouse()

    @Test func `a browser gets a cookie, a picture and two minutes`() async throws {
        let opened = try await house.open()
        #expect(opened.view == AttemptView(state: .created, seq: 1, expiresIn: 120))
        guard case .picture(let picture) = opened.show else {
            Issue.record("no picture")
            return
        }
        #expect(picture.format == .png)
        #expect(try house.scene(opened).utf8.count == 24)
        #expect(try await house.view(opened) == opened.view)
    }

    @Test func `T2 every code has a scene and a cookie of its own`() async throws {
        var policy = LoginPolicy()
        policy.attemptsPerAddressBurst = 1000
        let house = LoginHouse(policy: policy)
        var scenes: Set<String> = []
        var cookies: Set<String> = []
        for _ in 0..<500 {
            let opened = try await house.open()
            scenes.insert(try house.scene(opened))
            cookies.insert(opened.cookie.exposed)
        }
        #expect(scenes.count == 500)
        #expect(cookies.count == 500)
    }

    @Test func `T5 the cookie is no scene and the scene is no cookie`() async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        #expect(AttemptCookie(presented: scene) == nil)
        let caller = try await house.phone("alice")
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.scan(opened.cookie.exposed, by: caller)
        }
        #expect(try await house.state(opened) == .created)
    }

    @Test func `a life starts when the picture is here`() async throws {
        house.wechat.hold(ScriptedWeChat.codePath)
        async let opening = house.open()
        await house.wechat.arrived(ScriptedWeChat.codePath, atLeast: 1)
        house.time.advance(by: .seconds(4))
        house.wechat.release()
        let opened = try await opening
        #expect(opened.view.expiresIn == 120)
        house.time.advance(by: .milliseconds(119_999))
        #expect(try await house.state(opened) == .created)
    }

    @Test func `a new code supersedes the old one and tells its browser`() async throws {
        let old = try await house.open()
        let watching = try await house.watch(old)
        let new = try await house.open(superseding: old.cookie)
        #expect(
            watching.log.signals == [.state(AttemptView(state: .superseded, seq: 2, expiresIn: 0))]
        )
        #expect(try await house.view(old) == AttemptView(state: .superseded, seq: 2, expiresIn: 0))
        #expect(try await house.state(new) == .created)
        let caller = try await house.phone("alice")
        let dead = try house.scene(old)
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.scan(dead, by: caller)
        }
        _ = try await house.service.scan(house.scene(new), by: caller)
    }

    @Test(arguments: ["scanned", "confirmed"])
    func `T14 a superseded login cannot be collected`(state: String) async throws {
        let old = try await house.open()
        let caller = try await house.phone("alice")
        let scene = try house.scene(old)
        let scanned = try await house.service.scan(scene, by: caller)
        house.time.advance(by: house.policy.confirmDelay)
        if state == "confirmed" {
            try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: caller)
        }
        _ = try await house.open(superseding: old.cookie)
        #expect(try await house.state(old) == .superseded)
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(old.cookie, ending: nil)
        }
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: caller)
        }
    }

    @Test func `T14 a login that was collected is not superseded`() async throws {
        let old = try await house.open()
        try await house.confirm(old, by: house.phone("alice"))
        let login = try await house.service.complete(old.cookie, ending: nil)
        _ = try await house.open(superseding: old.cookie)
        await #expect(throws: LoginRefusal.alreadyCompleted) {
            try await house.service.complete(old.cookie, ending: nil)
        }
        #expect(try await house.service.session(login.session).user == login.user)
    }

    @Test func `a cookie that nobody knows supersedes nothing`() async throws {
        let stranger = try #require(
            AttemptCookie(presented: String(repeating: "A", count: 43))
        )
        let opened = try await house.open(superseding: stranger)
        #expect(opened.view.state == .created)
        await #expect(throws: LoginRefusal.noAttempt) { try await house.service.view(stranger) }
        await #expect(throws: LoginRefusal.noAttempt) {
            try await house.service.attemptID(stranger)
        }
        await #expect(throws: LoginRefusal.noAttempt) {
            try await house.service.cancelAttempt(stranger)
        }
    }

    // MARK: - WeChat fails

    static let failures: [(ScriptedWeChat.Script, LoginRefusal)] = [
        (.fails(.timedOut), .weChatUnavailable(retryAfterSeconds: 2)),
        (.fails(.unreachable), .weChatUnavailable(retryAfterSeconds: 2)),
        (.fails(.cutOff), .weChatUnavailable(retryAfterSeconds: 2)),
        (.fails(.answerTooLarge), .weChatUnavailable(retryAfterSeconds: 2)),
        (.status(500, "<html>"), .weChatUnavailable(retryAfterSeconds: 2)),
        (.status(200, "<html>"), .weChatUnavailable(retryAfterSeconds: 2)),
        (.bytes([]), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":-1}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":41030}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":0}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        // Words for a js_code and its owner, of which a browser has neither.
        (.json(#"{"errcode":40029}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":40163}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":40226}"#), .weChatUnavailable(retryAfterSeconds: 2)),
        (.json(#"{"errcode":45009}"#), .rateLimited(retryAfterSeconds: 60)),
        (.json(#"{"errcode":45011}"#), .rateLimited(retryAfterSeconds: 60)),
    ]

    @Test(arguments: failures)
    func `T44 without a picture the old code stays alive and nobody hears of it`(
        script: ScriptedWeChat.Script,
        refusal: LoginRefusal
    ) async throws {
        let old = try await house.open()
        let watching = try await house.watch(old)
        house.wechat.next(ScriptedWeChat.codePath, script)
        await #expect(throws: refusal) { try await house.open(superseding: old.cookie) }
        #expect(watching.log.signals.isEmpty)
        #expect(try await house.view(old) == AttemptView(state: .created, seq: 1, expiresIn: 120))
        _ = try await house.service.scan(house.scene(old), by: house.phone("alice"))
        // And as soon as WeChat is well again there is a new one: ten seconds after a used-up quota.
        if case .rateLimited = refusal { house.time.advance(by: .seconds(10)) }
        _ = try await house.open(superseding: old.cookie)
        #expect(try await house.state(old) == .superseded)
    }

    @Test func `T44 without an access token the old code stays alive`() async throws {
        let wechat = ScriptedWeChat()
        let house = LoginHouse(wechat: wechat)
        let old = try await house.open()
        wechat.always(ScriptedWeChat.tokenPath, .fails(.unreachable))
        house.time.advance(by: .seconds(7200))
        await #expect(throws: LoginRefusal.weChatUnavailable(retryAfterSeconds: 2)) {
            try await house.open()
        }
        let fresh = LoginHouse(wechat: wechat)
        await #expect(throws: LoginRefusal.weChatUnavailable(retryAfterSeconds: 2)) {
            try await fresh.open()
        }
        #expect(try await house.state(old) == .expired)
    }
}
