import HTTPTransport
import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// What a login writes into the log, when it goes well and when it does not.
@Suite struct SecrecyTests {
    @Test func `T35 a login and all that can go wrong with it log no secret`() async throws {
        let log = CapturedLog()
        let store = FaultyStore()
        let house = LoginHouse(store: store, logger: log.logger)
        var secrets = [LoginHouse.appSecret, "SESSIONKEYCANARY", "token-1", "token-2"]

        // It goes well.
        let old = try await house.open()
        let opened = try await house.open(superseding: old.cookie)
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let scanned = try await house.service.scan(scene, by: alice)
        let nonce = scanned.nonce.exposed
        house.time.advance(by: .seconds(1))
        try await house.service.confirm(scene, nonce: nonce, by: alice)
        let login = try await house.service.complete(opened.cookie, ending: nil)
        secrets += [
            old.cookie.exposed, opened.cookie.exposed, try house.scene(old), scene, nonce,
            login.session.exposed, try #require(alice.token).exposed, "code-alice", "oalice",
        ]
        #expect(log.text.contains("login completed"))

        // It does not.
        for script in [
            ScriptedWeChat.Script.json(#"{"errcode":-1,"errmsg":"\#(LoginHouse.appSecret)"}"#),
            .json(#"{"errcode":45009}"#), .json(#"{"errcode":40226}"#), .json("{}"),
            .json(#"{"openid":"<oalice>","session_key":"SESSIONKEYCANARY"}"#),
            .status(500, LoginHouse.appSecret), .fails(.timedOut),
        ] {
            // After a used-up quota WeChat is not asked for ten seconds.
            house.time.advance(by: .seconds(10))
            house.wechat.next(ScriptedWeChat.sessionPath, script)
            _ = try? await house.service.loginPhone(code: "code-alice-\(script)")
            house.wechat.next(ScriptedWeChat.codePath, script)
            _ = try? await house.open()
        }
        house.wechat.refuse("token-1")
        house.wechat.refuse("token-2")
        _ = try? await house.open()
        house.time.advance(by: .seconds(31))
        let other = try await house.open()
        let otherScene = try house.scene(other)
        secrets += [other.cookie.exposed, otherScene]
        _ = try? await house.service.scan(otherScene, by: alice)
        _ = try? await house.service.confirm(otherScene, nonce: nonce, by: alice)
        for operation in FaultyStore.Operation.allCases { store.fail(operation, .before) }
        _ = try? await house.open(superseding: other.cookie)
        _ = try? await house.service.scan(otherScene, by: alice)
        _ = try? await house.service.complete(other.cookie, ending: login.session)
        _ = try? await house.service.session(login.session)
        _ = try? await house.service.loginPhone(code: "code-alice-99")
        try? await house.service.sweep()
        for word in ["WeChat refused", "WeChat failed", "confirm refused", "store failed"] {
            #expect(log.text.contains(word))
        }

        for secret in secrets { #expect(!log.text.contains(secret), "\(secret)") }
    }
}
