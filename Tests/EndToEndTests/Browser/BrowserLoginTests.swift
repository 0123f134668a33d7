import FakePhone
import Testing

/// A login as a person sees it: from the code on the screen to a page that says who is there.
@Suite(.serialized) struct BrowserLoginTests {
    /// What the browser's owner reads, and what the pages then say.
    struct Words: Sendable {
        var acceptLanguage: String
        var language: String
        var waiting: String
        var scanned: String
        var loggedIn: String
    }

    static let words = [
        Words(
            acceptLanguage: "en-US",
            language: "en",
            waiting: "Scan this with WeChat",
            scanned: "Code scanned",
            loggedIn: "You are logged in"
        ),
        Words(
            acceptLanguage: "zh-CN",
            language: "zh-CN",
            waiting: "请用微信扫一扫",
            scanned: "扫码成功",
            loggedIn: "您已登录"
        ),
    ]

    @Test(arguments: words)
    func `a phone scans the screen, confirms, and the page says who is logged in`(
        words: Words
    ) async throws {
        try await BrowserStage.with(acceptLanguage: words.acceptLanguage) { stage in
            let browser = stage.browser
            try await stage.openLogin()
            let language = try await browser.value("document.documentElement.lang")
            #expect(language.string == words.language)
            #expect(try await browser.text("#status").hasPrefix(words.waiting))

            try await stage.scan()
            #expect(try await browser.text("#status").hasPrefix(words.scanned))
            let code = "document.querySelector('#code').offsetParent"
            #expect(try await browser.value(code) == .null)
            let moved = try await browser.value("seen.moved")
            #expect(moved == .array([]), "\(moved)")

            try await stage.confirm()
            try await stage.expectLoggedIn()
            #expect(try await browser.text("h1") == words.loggedIn)
            // Whoever is logged in has no use for the login page.
            try await browser.open("\(stage.login)/login")
            #expect(try await browser.url() == "\(stage.login)/")

            try await browser.click("#logout")
            try await browser.wait(for: "guest")
            try await stage.expectNoTrouble()
            let status = try await browser.run(
                "return fetch('/session').then((answer) => answer.status)"
            )
            #expect(status == .int(401))
        }
    }

    @Test func `a login that the phone declines shows as cancelled, and a new code works`()
        async throws
    {
        try await BrowserStage.with { stage in
            try await stage.openLogin()
            let first = try await stage.browser.screenshot()
            try await stage.scan()
            try await stage.cancel()
            try await stage.browser.wait(for: "cancelled")
            #expect(try await stage.browser.text("#status").contains("cancelled"))
            #expect(try await stage.browser.value("document.querySelector('#code')") == .null)
            #expect(try await stage.scanned(first) == 410)

            try await stage.browser.click("#renew")
            try await stage.browser.wait(for: "waiting")
            try await stage.logIn()
            try await stage.expectNoTrouble()
        }
    }

    @Test func `a code that dies on the screen is replaced by itself, and only the new one works`()
        async throws
    {
        let settings = ["SCAN_LOGIN_LIFETIMES_SCENE_SECONDS": "3"]
        try await BrowserStage.with(settings: settings) { stage in
            try await stage.openLogin()
            let first = try await stage.browser.screenshot()
            try await stage.browser.run("window.first = document.querySelector('#code').src")
            try await stage.browser.wait(
                until: "(document.querySelector('#code')?.src ?? first) !== first"
            )
            #expect(try await stage.scanned(first) == 410)
            try await stage.logIn()
            try await stage.expectNoTrouble()
        }
    }

    @Test func `after ten codes that nobody scanned the page waits for a person`() async throws {
        let settings = ["SCAN_LOGIN_LIFETIMES_SCENE_SECONDS": "1"]
        try await BrowserStage.with(settings: settings) { stage in
            let codes = "seen.states.filter((state) => state === 'waiting').length"
            try await stage.openLogin()
            try await stage.browser.wait(until: "\(codes) === 10")
            try await stage.browser.wait(for: "expired")
            try await stage.browser.click("#renew")
            try await stage.browser.wait(until: "\(codes) === 11")
            try await stage.expectNoTrouble()
        }
    }

    @Test func `nobody looks, so a dead code stays dead until somebody does`() async throws {
        let settings = ["SCAN_LOGIN_LIFETIMES_SCENE_SECONDS": "1"]
        try await BrowserStage.with(settings: settings) { stage in
            // Without a window every tab counts as visible, so the page is told otherwise.
            try await stage.browser.prepare(
                """
                window.look = 'hidden';
                Object.defineProperty(document, 'visibilityState', { get: () => look });
                """
            )
            try await stage.browser.open("\(stage.login)/login")
            try await stage.browser.wait(for: "expired")
            let codes = "seen.states.filter((state) => state === 'waiting').length"
            #expect(try await stage.browser.value(codes) == .int(1))
            try await stage.browser.run(
                "look = 'visible'; document.dispatchEvent(new Event('visibilitychange'))"
            )
            try await stage.browser.wait(until: "seen.states.at(-1) === 'waiting'")
            try await stage.expectNoTrouble()
        }
    }

    @Test func `WeChat fails: the page says so, tries again by itself, and when it is asked to`()
        async throws
    {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            let fault: JSONValue = ["endpoint": "/wxa/getwxacodeunlimit", "errcode": -1]
            _ = try await stage.mock.setFault(fault)
            try await browser.open("\(stage.login)/login")
            try await browser.wait(for: "down")
            #expect(try await browser.text("#status").hasPrefix("Not available right now"))
            _ = try await stage.mock.clearFaults()
            try await browser.wait(for: "waiting")

            _ = try await stage.mock.setFault(fault)
            try await browser.open("\(stage.login)/login")
            try await browser.wait(for: "down")
            _ = try await stage.mock.clearFaults()
            #expect(try await browser.label("#renew") == "Try again")
            try await browser.click("#renew")
            try await browser.wait(for: "waiting")
            try await stage.logIn()
        }
    }

    @Test func `a server that answers nonsense leads to an error with a button`() async throws {
        try await BrowserStage.with { stage in
            try await stage.browser.prepare(
                """
                const real = window.fetch;
                if (location.pathname === '/login') {
                  window.fetch = async () => {
                    window.fetch = real;
                    return new Response('{}', { status: 500 });
                  };
                }
                """
            )
            try await stage.browser.open("\(stage.login)/login")
            try await stage.browser.wait(for: "error")
            #expect(try await stage.browser.text("#status").hasPrefix("Something went wrong"))
            try await stage.browser.click("#renew")
            try await stage.browser.wait(for: "waiting")
            try await stage.logIn()
        }
    }
}
