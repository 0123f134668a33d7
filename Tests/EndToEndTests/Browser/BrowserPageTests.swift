import FakePhone
import Testing

/// The pages as different people meet them: on small and dark screens, by keyboard, by ear.
@Suite(.serialized) struct BrowserPageTests {
    // MARK: - Screens

    @Test(arguments: ["light", "dark"])
    func `a desktop browser at 360 by 640 shows a code that scans, and nothing is cut`(
        scheme: String
    ) async throws {
        try await BrowserStage.with { stage in
            try await stage.browser.resize(360, 640)
            try await stage.browser.prefer(["prefers-color-scheme": scheme])
            try await stage.openLogin()
            let code = try await stage.browser.run(
                """
                const box = document.querySelector('#code').getBoundingClientRect();
                return [Math.round(box.width), Math.round(box.bottom)];
                """
            )
            #expect((code.array?.first?.int ?? 0) >= 240)
            #expect((code.array?.last?.int ?? .max) < 640)
            try await stage.logIn()
        }
    }

    @Test func `a phone gets no code, because it cannot scan its own screen`() async throws {
        try await BrowserStage.with { stage in
            try await stage.browser.tools(
                "Emulation.setUserAgentOverride",
                ["userAgent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile"]
            )
            try await stage.browser.open("\(stage.login)/login")
            try await stage.browser.wait(for: "phone")
            #expect(try await stage.browser.text("#status").contains("on a computer"))
            let asked = try await stage.browser.network().compactMap(\.asksFor)
            #expect(!asked.contains { $0.contains("/attempt") })
            try await stage.expectNoTrouble()
        }
    }

    @Test(arguments: [("en", "Open WeChat"), ("zh-CN", "打开微信")])
    func `T4 a phone logs in by the link of its own page, where the operator has said so`(
        acceptLanguage: String,
        button: String
    ) async throws {
        try await BrowserStage.with(
            settings: ["SCAN_LOGIN_SAME_DEVICE": "link"],
            acceptLanguage: acceptLanguage
        ) { stage in
            try await stage.browser.resize(360, 640)
            try await stage.browser.tools(
                "Emulation.setUserAgentOverride",
                [
                    "userAgent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Mobile",
                    "acceptLanguage": .string(acceptLanguage),
                ]
            )
            try await stage.browser.open("\(stage.login)/login")
            try await stage.browser.wait(for: "link")
            #expect(try await stage.browser.text("#open") == button)
            let link = try await stage.browser.run("return document.querySelector('#open').href")
            try await stage.follow(link.string ?? "")
            try await stage.expectLoggedIn()
            try await stage.expectNoTrouble()
        }
    }

    @Test(arguments: ["en", "zh-CN"], [(360, 640), (1280, 800)])
    func `in every state the texts have contrast and room, and nothing moves`(
        acceptLanguage: String,
        size: (width: Int, height: Int)
    ) async throws {
        try await BrowserStage.with(acceptLanguage: acceptLanguage) { stage in
            let browser = stage.browser
            try await browser.resize(size.width, size.height)
            try await stage.openLogin()
            let states = try await browser.value(PageJudge.states).array ?? []
            #expect(states.count == 16)
            for scheme in ["light", "dark"] {
                // Without motion every colour is at once what it will be.
                try await browser.prefer([
                    "prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce",
                ])
                var places: Set<String> = []
                for state in states {
                    let found = try await browser.run(PageJudge.show + PageJudge.judge, state)
                    #expect(found["faults"] == .array([]), "\(scheme) \(state)")
                    // The phone's page has this one state.
                    if state != "phone" { places.insert(found["places"]?.string ?? "") }
                }
                #expect(places.count == 1, "\(places)")
            }
        }
    }

    @Test func `the landing and error pages have contrast and room too`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await browser.resize(360, 640)
            for scheme in ["light", "dark"] {
                try await browser.prefer(["prefers-color-scheme": scheme])
                for path in ["/", "/nowhere"] {
                    try await browser.open(stage.login + path)
                    let found = try await browser.run(PageJudge.judge)
                    #expect(found["faults"] == .array([]), "\(scheme) \(path)")
                }
            }
            try await stage.openLogin()
            try await stage.logIn()
            for scheme in ["light", "dark"] {
                try await browser.prefer(["prefers-color-scheme": scheme])
                #expect(try await browser.run(PageJudge.judge)["faults"] == .array([]))
            }
        }
    }

    @Test func `who wants no motion sees none`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            let moving = "document.getAnimations().length"
            for (preference, moves) in [("no-preference", true), ("reduce", false)] {
                try await browser.prefer(["prefers-reduced-motion": preference])
                for state: JSONValue in ["loading", "scanned", "confirmed"] {
                    let count = try await browser.run(PageJudge.show + "return \(moving)", state)
                    #expect((count != .int(0)) == moves, "\(preference) \(state)")
                }
            }
        }
    }

    // MARK: - Words

    @Test func `the language is switched by hand, and stays so to the landing page`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            let language = "document.documentElement.lang"
            try await stage.openLogin()
            #expect(try await browser.value(language) == "en")
            #expect(try await browser.label(".switch") == "中文")
            try await browser.click(".switch")
            try await browser.wait(until: "\(language) === 'zh-CN'")
            try await browser.wait(for: "waiting")
            #expect(try await browser.text("h1") == "微信扫码登录")
            try await stage.logIn()
            #expect(try await browser.value(language) == "zh-CN")
            #expect(try await browser.text("h1") == "您已登录")
            try await browser.click(".switch")
            try await browser.wait(until: "\(language) === 'en'")
            #expect(try await browser.text("h1") == "You are logged in")
            try await stage.expectNoTrouble()
        }
    }

    // MARK: - Keyboard and assistive technology

    @Test func `a keyboard is enough, and never loses its place`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            let focus = "document.activeElement.id || document.activeElement.className"
            try await stage.openLogin()
            try await browser.press(.tab)
            #expect(try await browser.value(focus) == "site")
            #expect(
                try await browser.value("getComputedStyle(document.activeElement).outlineStyle")
                    == "solid"
            )
            try await browser.press(.tab)
            #expect(try await browser.value(focus) == "switch")

            try await stage.scan()
            try await browser.press(.tab)
            #expect(try await browser.value(focus) == "cancel")
            try await browser.press(.enter)
            try await browser.wait(for: "cancelled")
            #expect(try await browser.value(focus) == "renew")
            try await browser.press(.enter)
            try await browser.wait(for: "waiting")
            #expect(try await browser.value(focus) == "status")

            try await stage.logIn()
            try await browser.press(.tab, .tab, .tab)
            #expect(try await browser.value(focus) == "logout")
            try await browser.press(.enter)
            try await browser.wait(for: "guest")
            try await browser.press(.tab, .tab, .tab)
            #expect(try await browser.value(focus) == "login")
            try await browser.press(.enter)
            try await browser.wait(for: "waiting")
        }
    }

    @Test func `everything has a name, and news is read out`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await browser.open("\(stage.login)/")
            try await stage.expectNames([
                "link: Log in with WeChat", "heading: Welcome to Tea House",
            ])
            try await stage.openLogin()
            try await stage.expectNames([
                "image: WeChat mini-program code for logging in", "heading: Log in with WeChat",
                "link: 中文", "link: Tea House",
            ])
            #expect(try await browser.role("#status") == "status")
            let live = "document.querySelector('#status').ariaLive"
            #expect(try await browser.value(live) == "polite")
            #expect(try await browser.value("document.querySelector('.switch').lang") == "zh")
            // What counts down every second must not be read out every second.
            let role = "document.querySelector('.countdown').closest('[role]')"
            #expect(try await browser.value(role) == .null)
            try await stage.scan()
            try await stage.expectNames(["button: Cancel"])
            try await browser.click("#cancel")
            try await browser.wait(for: "cancelled")
            try await stage.expectNames(["button: Get a new code"])
        }
    }
}
