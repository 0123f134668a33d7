import FakePhone
import Testing

/// A login for a website, as a person sees it: from the website's button to its members' page.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BrowserWebsiteTests {
    // MARK: - The button

    @Test(arguments: [("/", "Log in with WeChat"), ("/zh", "微信扫码登录")])
    func `the button logs in on a page with a strict policy, and nothing complains`(
        path: String,
        label: String
    ) async throws {
        try await WebsiteStage.with { stage in
            let browser = stage.browser
            try await browser.open(stage.website.origin + path)
            try await browser.wait(until: "document.querySelector('scan-login').shadowRoot")
            let look = try await browser.run(
                """
                const button = document.querySelector('scan-login').shadowRoot
                  .querySelector('button');
                const style = getComputedStyle(button);
                return [button.querySelector('slot').textContent, style.backgroundColor,
                        button.offsetHeight >= 44];
                """
            )
            #expect(look == [.string(label), "rgb(6, 122, 61)", true])
            try await BrowserPictures.keep(browser, "website-button\(path == "/" ? "" : "-zh")")
            try await browser.click("scan-login")
            try await browser.wait(for: "waiting")
            try await stage.stage.scan()
            try await stage.stage.confirm()
            try await browser.wait(for: "members")
            #expect(try await browser.url() == stage.website.origin + "/members")
            let answer = try stage.answer()
            #expect(answer["code"]?.utf8.count == 43)
            #expect(answer["state"] == "st-0123456789")
            #expect(answer["iss"] == stage.stage.login)
            try await stage.stage.expectNoTrouble()
        }
    }

    @Test func `a popup logs in, tells its page, closes, and was never tied to it`() async throws {
        try await WebsiteStage.with { stage in
            let browser = stage.browser
            let shop = try await browser.tab()
            try await stage.clickButton(at: "/popup")
            let popup = try await browser.wait(forTabs: 2).first { $0 != shop }
            try await browser.go(to: try #require(popup))
            try await browser.wait(for: "waiting")
            // Our page's opener policy holds: the website has no handle on it, nor it on the website.
            #expect(try await browser.value("window.opener") == .null)
            #expect(try await browser.value("crossOriginIsolated") == true)
            try await BrowserPictures.keep(browser, "website-popup")
            try await stage.stage.scan()
            try await stage.stage.confirm()
            #expect(try await browser.wait(forTabs: 1) == [shop])
            try await browser.go(to: shop)
            try await browser.wait(for: "members")
            #expect(try await browser.console() == [])
            #expect(try stage.answer()["code"]?.utf8.count == 43)
        }
    }

    @Test func `an address that is a script is not followed`() async throws {
        try await WebsiteStage.with { stage in
            let browser = stage.browser
            try await stage.clickButton(at: "/bad")
            let console = try await browser.console()
            #expect(console.count == 1, "\(console)")
            #expect(console.first?.contains("<scan-login> needs href") == true, "\(console)")
            #expect(try await browser.value("document.documentElement.dataset.state") == "shop")
            #expect(try await browser.url() == stage.website.origin + "/bad")
        }
    }

    // MARK: - The login page inside a website's login

    @Test(arguments: [
        (language: "en", text: "to continue to Tea Shop", other: "zh-CN"),
        (language: "zh-CN", text: "登录后继续前往Tea Shop", other: "en"),
    ])
    func `the page says where the login leads, and goes on saying it in the other language`(
        language: String,
        text: String,
        other: String
    ) async throws {
        try await WebsiteStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            try await stage.openLogin()
            #expect(try await browser.value("document.documentElement.lang") == .string(language))
            let host = stage.website.origin.replacing("http://", with: "")
            #expect(try await browser.text("#website") == "\(text)\n\(host)")
            try await browser.click(".switch")
            try await browser.wait(until: "document.documentElement.lang === '\(other)'")
            try await browser.wait(for: "waiting")
            #expect(try await browser.text("#website-host") == host)
            #expect(try await browser.text("#website").contains(WebsiteStage.name))
            try await stage.stage.scan()
            try await stage.stage.confirm()
            try await browser.wait(for: "members")
            #expect(try stage.answer()["code"] != nil)
            try await stage.stage.expectNoTrouble()
        }
    }

    @Test func `who does not want to log in goes back to the website`() async throws {
        try await WebsiteStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            #expect(try await browser.text("#leave") == "Cancel and go back to Tea Shop")
            try await browser.click("#leave")
            try await browser.wait(for: "refused")
            #expect(try stage.answer()["error"] == "access_denied")
            #expect(try stage.answer()["state"] == "st-0123456789")
            #expect(try stage.answer()["code"] == nil)
        }
    }

    @Test func `after a no on the phone the page shows the way back, and a new code works`()
        async throws
    {
        try await WebsiteStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.stage.scan()
            try await stage.stage.cancel()
            try await browser.wait(for: "cancelled")
            #expect(try await browser.text("#status").contains("cancelled"))
            #expect(try await browser.text("#leave") == "Cancel and go back to Tea Shop")
            try await browser.click("#renew")
            try await browser.wait(for: "waiting")
            try await stage.stage.scan()
            try await stage.stage.cancel()
            try await browser.wait(for: "cancelled")
            try await browser.click("#leave")
            try await browser.wait(for: "refused")
            #expect(try stage.answer()["error"] == "access_denied")
        }
    }

    @Test(arguments: [("en", "Please reload this page"), ("zh-CN", "请刷新本页")])
    func `T3 a page goes on for no other website, says so, and can be loaded again`(
        language: String,
        title: String
    ) async throws {
        try await WebsiteStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            try await stage.openLogin()
            // What another tab would do to it; the address is the page's own, and its request another.
            let isAnother = try await browser.run(
                "return fetch('/login').then(() => true);"
            )
            #expect(isAnother == true)
            try await browser.wait(for: "cancelled")
            try await browser.click("#renew")
            try await browser.wait(for: "other")
            #expect(try await browser.text("#status strong") == title)
            try await browser.click("#reload")
            try await browser.wait(for: "waiting")
            try await stage.stage.scan()
            try await stage.stage.confirm()
            try await browser.wait(for: "members")
            #expect(try stage.answer()["code"] != nil)
        }
    }

    // MARK: - Logout

    @Test(arguments: ["en", "zh-CN"])
    func `a logout that no proof comes with asks the person, and then says that it is done`(
        language: String
    ) async throws {
        try await WebsiteStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            let isEnglish = language == "en"
            try await stage.openLogin()
            try await stage.stage.scan()
            try await stage.stage.confirm()
            try await browser.wait(for: "members")

            try await browser.open("\(stage.stage.login)/end_session")
            try await browser.wait(for: "asks")
            let asked = isEnglish ? "Do you want to log out?" : "要退出登录吗？"
            #expect(try await browser.text("h1") == asked)
            try await browser.click("#stay")
            try await stage.stage.expectLoggedIn()

            try await browser.open("\(stage.stage.login)/end_session")
            try await browser.click("#logout")
            try await browser.wait(for: "gone")
            #expect(try await browser.text("h1") == (isEnglish ? "You are logged out" : "您已退出登录"))
            try await browser.click("#home")
            try await browser.wait(for: "guest")
            try await stage.stage.expectNoTrouble()
        }
    }

    // MARK: - Screens

    @Test(arguments: ["en", "zh-CN"], [(360, 640), (1280, 800)])
    func `its texts have contrast and room in every state`(
        language: String,
        size: (width: Int, height: Int)
    ) async throws {
        try await WebsiteStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            try await browser.resize(size.width, size.height)
            try await stage.openLogin()
            let states = try await browser.value(PageJudge.states).array ?? []
            #expect(states.count == 16)
            let name = "\(language)-\(size.width)x\(size.height)"
            for scheme in ["light", "dark"] {
                try await browser.prefer([
                    "prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce",
                ])
                for state in states {
                    let found = try await browser.run(PageJudge.show + PageJudge.judge, state)
                    #expect(found["faults"] == .array([]), "\(scheme) \(state)")
                    let kept = "website-\(state.string ?? "")-\(name)-\(scheme)"
                    try await BrowserPictures.keep(browser, kept)
                }
            }
            try await stage.openLogin()
            try await stage.stage.scan()
            try await stage.stage.confirm()
            try await browser.wait(for: "members")
            for page in ["asks", "gone"] {
                if page == "gone" { try await browser.click("#logout") }
                if page == "asks" { try await browser.open("\(stage.stage.login)/end_session") }
                try await browser.wait(for: page)
                for scheme in ["light", "dark"] {
                    try await browser.prefer([
                        "prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce",
                    ])
                    let found = try await browser.run(PageJudge.judge)
                    #expect(found["faults"] == .array([]), "\(scheme) \(page)")
                    let kept = "logout-\(page)-\(name)-\(scheme)"
                    try await BrowserPictures.keep(browser, kept)
                }
            }
        }
    }
}
