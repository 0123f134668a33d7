import LoginDomain
import TestSupport
import Testing

/// A login on the phone itself: the page has a link instead of a code, and nobody confirms by a link
/// that somebody else has sent.
@Suite(.timeLimit(.minutes(10))) struct T04SameDeviceTests {
    private static let iPhone =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
    private static let android = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile"
    private static let inWeChat = "\(android) MicroMessenger/8.0.60 NetType/WIFI"
    private static let inWeChatOnComputer =
        "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 MicroMessenger/7.0 WindowsWechat"
    private static let head =
        "weixin://dl/business/?appid=wx0123456789abcdef&path=pages/confirm/confirm&query=scene%3D"

    private func withLinks(
        _ sameDevice: SameDevice = .link,
        _ launch: LaunchPolicy = .warn,
        _ body: (EdgeStage) async throws -> Void
    ) async throws {
        try await EdgeStage.with {
            $0.policy.sameDevice = sameDevice
            $0.policy.launch = launch
        } _: { stage in
            try await body(stage)
        }
    }

    /// The scene in a link, as WeChat hands it to the mini-program: decoded once.
    private func scene(_ answer: Answer) throws -> String {
        let link = try #require(answer.text("data.link"))
        #expect(link.hasPrefix(Self.head))
        #expect(link.hasSuffix("&env_version=release"))
        let scene = link.dropFirst(Self.head.count).prefix { $0 != "&" }
        #expect(scene.utf8.count == 24)
        return String(scene)
    }

    @Test(arguments: [iPhone, android, inWeChat])
    func `T4 a phone logs in by the link of its own page`(agent: String) async throws {
        try await withLinks { stage async throws in
            let browser = Browser(stage, userAgent: agent)
            #expect(try await browser.get("/login").text.contains(" data-same-device"))
            let opened = try await browser.post("/attempt")
            #expect(opened.member("data.image") == nil)
            let calls = stage.wechat.calls.filter { $0.path == ScriptedWeChat.codePath }
            #expect(calls.isEmpty, "nobody needs a picture")
            let phone = try await stage.phone("alice")
            let scanned = try await phone.scan(try scene(opened), launch: 1286)
            #expect(scanned.member("data.confirm_allowed") as? Bool == true)
            #expect(scanned.member("data.warnings") as? [String] == [])
            stage.time.advance(by: .seconds(1))
            let nonce = scanned.text("data.nonce") ?? ""
            #expect(try await phone.confirm(try scene(opened), nonce).status == 200)
            #expect(try await browser.complete().text("data.user.userid") == phone.user)
        }
    }

    @Test func `T4 a computer gets its code, and so does everybody where links are off`()
        async throws
    {
        try await withLinks { stage async throws in
            for agent in [Browser.userAgent, Self.inWeChatOnComputer] {
                let opened = try await Browser(stage, userAgent: agent).post("/attempt")
                #expect(opened.text("data.image") != nil)
                #expect(opened.member("data.link") == nil)
            }
        }
        try await withLinks(.off) { stage async throws in
            let browser = Browser(stage, userAgent: Self.iPhone)
            #expect(try await !browser.get("/login").text.contains("data-same-device"))
            let opened = try await browser.post("/attempt")
            #expect(opened.member("data.link") == nil)
            #expect(opened.text("data.image") != nil)
        }
    }

    /// Somebody begins a login on their own phone and sends the link to another person.
    @Test(arguments: LaunchPolicy.allCases)
    func `T4 a link that was sent to another network is confirmed by nobody`(
        policy: LaunchPolicy
    ) async throws {
        try await withLinks(.link, policy) { stage async throws in
            let thief = Browser(stage, at: "127.0.7.1", userAgent: Self.android)
            let scene = try scene(try await thief.post("/attempt"))
            let victim = try await stage.phone("alice")
            let scanned = try await victim.scan(scene, launch: 1286)
            #expect(scanned.member("data.confirm_allowed") as? Bool == false)
            #expect(scanned.member("data.warnings") as? [String] == ["link", "network"])
            stage.time.advance(by: .seconds(1))
            let refused = try await victim.confirm(scene, scanned.text("data.nonce") ?? "")
            #expect(refused.status == 403)
            #expect(refused.error == "confirm_blocked")
            #expect(try await thief.complete().status == 409)
        }
    }

    @Test func `T4 nor does a phone that changes its network after the scan`() async throws {
        try await withLinks { stage async throws in
            let browser = Browser(stage, userAgent: Self.android)
            let scene = try scene(try await browser.post("/attempt"))
            var phone = try await stage.phone("alice")
            let nonce = try await phone.scan(scene, launch: 1286).text("data.nonce") ?? ""
            stage.time.advance(by: .seconds(1))
            phone.address = "127.0.7.1"
            #expect(try await phone.confirm(scene, nonce).error == "confirm_blocked")
            phone.address = "127.0.0.1"
            #expect(try await phone.confirm(scene, nonce).status == 200)
        }
    }

    /// A scene that came by a link is no code, whatever somebody makes of it.
    @Test(arguments: [1047, 1048, 1049, 1065, 1001])
    func `T4 what was begun by a link is confirmed by no other way`(launch: Int) async throws {
        for policy in LaunchPolicy.allCases {
            try await withLinks(.link, policy) { stage async throws in
                let browser = Browser(stage, userAgent: Self.android)
                let scene = try scene(try await browser.post("/attempt"))
                let phone = try await stage.phone("alice")
                let scanned = try await phone.scan(scene, launch: launch)
                #expect(scanned.member("data.confirm_allowed") as? Bool == false)
                stage.time.advance(by: .seconds(1))
                let refused = try await phone.confirm(scene, scanned.text("data.nonce") ?? "")
                #expect(refused.error == "confirm_blocked")
            }
        }
    }

    /// Whoever has read the scene of a code on their own screen can write it into a link.
    @Test(arguments: LaunchPolicy.allCases, SameDevice.allCases)
    func `T4 a code's attempt is never confirmed by a link`(
        policy: LaunchPolicy,
        sameDevice: SameDevice
    ) async throws {
        try await withLinks(sameDevice, policy) { stage async throws in
            let thief = Browser(stage)
            let scene = try await thief.open()
            let victim = try await stage.phone("alice")
            let scanned = try await victim.scan(scene, launch: 1286)
            #expect(scanned.member("data.confirm_allowed") as? Bool == false)
            #expect(scanned.member("data.warnings") as? [String] == ["link"])
            stage.time.advance(by: .seconds(1))
            let refused = try await victim.confirm(scene, scanned.text("data.nonce") ?? "")
            #expect(refused.error == "confirm_blocked")
            #expect(try await thief.complete().status == 409)
        }
    }

    @Test func `T4 a website's login on a phone goes by the link, too`() async throws {
        try await withLinks { stage async throws in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage, userAgent: Self.iPhone)
            #expect(try await shop.send(browser).text.contains(" data-same-device"))
            let scene = try scene(try await browser.post("/attempt"))
            let phone = try await stage.phone("alice")
            let scanned = try await phone.scan(scene, launch: 1286)
            #expect(scanned.text("data.client.name") == "Shop")
            stage.time.advance(by: .seconds(1))
            _ = try await phone.confirm(scene, scanned.text("data.nonce") ?? "")
            #expect(try await browser.complete().text("data.redirect") == "/authorize/resume")
            let back = try shop.callback(try await browser.get("/authorize/resume"))
            let tokens = try await shop.redeem(back.code)
            #expect(tokens.status == 200)
            // No second device took part, and the website can know it.
            let claims = try JWT(tokens.text("id_token") ?? "").claims
            #expect(claims["acr"] as? String == "urn:scan-login:wechat-link")
            #expect(claims["amr"] == nil)
        }
    }

    @Test(arguments: [
        (iPhone, true), (android, true), (inWeChat, true), (inWeChatOnComputer, false),
        (Browser.userAgent, false), ("", false), ("Opera Mobi", true),
    ])
    func `T4 a browser is a phone's when it says so`(agent: String, isPhone: Bool) {
        #expect(BrowserFacts(address: "", userAgent: agent).isPhone == isPhone)
    }
}
