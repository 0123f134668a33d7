import LoginDomain
import Testing

@testable import LoginServer

@Suite struct PagesTests {
    private let pages = Pages(siteName: "Tea & Toast")

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Sentences

    private static let templates: [String: [UInt8]] = [
        "login.html": PackageResources.login_html,
        "landing.html": PackageResources.landing_html,
        "logout.html": PackageResources.logout_html,
        "error.html": PackageResources.error_html,
    ]

    /// What the code fills in, as opposed to the sentences.
    private static let values: Set = [
        "lang", "other_lang", "site", "website", "website_host", "here", "asks", "same_device",
        "user", "initial",
        "avatar", "name", "userid",
        "status", "home", "reason", "request", "failure_title", "failure_detail",
        "icon_svg", "landing_js", "login_js", "scan_login_page_css",
    ]

    /// What the code takes from the sentences by itself.
    private static let takenByCode: Set = Set(
        (400..<600).flatMap { status in
            ["title", "detail"].map { "\(Pages.failureKey(status))_\($0)" }
        } + ["nameless"]
    )

    /// Parts of a sentence around a number; one of them may be empty.
    private static let mayBeEmpty: Set = ["waiting_before", "scanned_before", "busy_before"]

    @Test func `every sentence exists in both languages`() {
        for sentence in PageTexts.all where !Self.mayBeEmpty.contains(sentence.key) {
            #expect(!sentence.chinese.isEmpty, "\(sentence.key)")
            #expect(!sentence.english.isEmpty, "\(sentence.key)")
        }
        #expect(Set(PageTexts.all.map(\.key)).count == PageTexts.all.count)
    }

    @Test func `both languages of a sentence name the same things`() {
        for sentence in PageTexts.all {
            let chinese = Set(PageTemplate(sentence.chinese).keys)
            let english = Set(PageTemplate(sentence.english).keys)
            #expect(chinese == english, "\(sentence.key)")
            #expect(chinese.isSubset(of: ["site", "website", "origin"]), "\(sentence.key)")
        }
    }

    @Test func `the templates and the code use every sentence and no other`() {
        let mentioned = Set(Self.templates.values.flatMap { PageTemplate($0).keys })
        let sentences = Set(PageTexts.all.map(\.key))
        #expect(mentioned.subtracting(Self.values) == sentences.subtracting(Self.takenByCode))
        #expect(Self.takenByCode.isSubset(of: sentences))
        #expect(Self.values.isSubset(of: mentioned))
    }

    private static let shop = ClientCard(name: "Shop", host: "shop.example")

    @Test func `no mark is left in a page`() {
        let user = PageUser(userID: "u1", nickname: "", avatarURL: "/avatars/1.png")
        for language in PageLanguage.allCases {
            for page in [
                pages.login(language), pages.login(language, website: Self.shop),
                pages.logout(language, asks: true),
                pages.logout(language, asks: false),
                pages.landing(language, user: nil), pages.landing(language, user: user),
                pages.errorPage(language, status: 404),
                pages.errorPage(language, status: 421, origin: "https://a", reason: "host"),
            ] {
                #expect(!text(page).contains("{{"))
                #expect(!text(page).contains("}}"))
                #expect(text(page).hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.tag)\""))
            }
        }
    }

    @Test func `a state has a sentence for each that the script can name`() {
        let html = text(pages.login(.english))
        for state in [
            "loading", "waiting", "scanned", "confirmed", "done", "cancelled", "expired",
            "superseded", "over", "offline", "busy", "down", "phone", "link", "error",
        ] {
            #expect(html.contains("<div data-state=\"\(state)\"><strong>"), "\(state)")
        }
        #expect(html.contains("Login cancelled"))
    }

    // MARK: - The content security policy

    @Test(arguments: ["login.html", "landing.html", "error.html"])
    func `a template has nothing inline`(name: String) throws {
        let html = text(try #require(Self.templates[name]))
        #expect(!html.contains(" style="))
        #expect(!html.contains("<style"))
        #expect(!html.contains("javascript:"))
        #expect(html.firstMatch(of: /\son[a-z]+=/) == nil)
        for script in html.matches(of: /<script[^>]*>(.*?)<\/script>/) {
            #expect(script.output.1.isEmpty)
        }
        #expect(html.firstMatch(of: /(src|href)="(https?:)?\/\//) == nil)
    }

    @Test func `a script makes no HTML and writes nothing to the console`() {
        for script in [PackageResources.login_js, PackageResources.landing_js].map(text) {
            for word in [
                "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "Function(", "console.", "setAttribute('style", "DOMParser",
            ] {
                #expect(!script.contains(word), "\(word)")
            }
            // Sentences belong to the HTML, where they exist in both languages.
            #expect(script.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    // MARK: - Hostile text

    private static let hostile = [
        #"<img src=x onerror=alert(1)>"#, #""><svg/onload=alert(1)>"#,
        "</script><script>alert(1)</script>", "{{7*7}}", "{{userid}}",
        "' onmouseover='alert(1)", "a\0b",
    ]

    @Test(arguments: hostile)
    func `no name becomes markup`(name: String) {
        let escaped = PageTemplate.escaped(name)
        let user = PageUser(userID: name, nickname: name, avatarURL: "/" + name)
        let site = Pages(siteName: name)
        for page in [
            site.landing(.english, user: user), site.landing(.chinese, user: nil),
            site.login(.english, website: ClientCard(name: name, host: name)),
            site.logout(.english, asks: true), site.login(.chinese),
            site.errorPage(.english, status: 421, origin: "https://\(name)", reason: name),
        ] {
            #expect(text(page).contains(escaped))
            if escaped != name { #expect(!text(page).contains(name)) }
        }
        #expect(text(site.landing(.english, user: user)).contains("id=\"who\">\(escaped)</bdi>"))
    }

    @Test func `a picture that is not at an address of the web is not shown`() {
        for address in ["", "javascript:alert(1)", "data:image/png;base64,AA==", "x.png"] {
            let user = PageUser(userID: "u1", nickname: "李雷", avatarURL: address)
            let html = text(pages.landing(.chinese, user: user))
            #expect(!html.contains("id=\"avatar\""))
            #expect(html.contains("<span>李</span>"))
        }
    }

    // MARK: - What the pages say

    @Test func `the landing page knows guests and users`() {
        let guest = text(pages.landing(.english, user: nil))
        #expect(guest.contains("href=\"/login\""))
        #expect(!guest.contains("id=\"logout\""))
        #expect(guest.contains("Welcome to Tea &amp; Toast"))

        let nameless = PageUser(userID: "u-77", nickname: "", avatarURL: "")
        let user = text(pages.landing(.english, user: nameless))
        #expect(user.contains("id=\"who\">WeChat user</bdi>"))
        #expect(user.contains("<span>W</span>"))
        #expect(user.contains("u-77"))
        #expect(user.contains("id=\"logout\""))
        #expect(!user.contains("href=\"/login\""))
        #expect(text(pages.landing(.chinese, user: nameless)).contains("微信用户"))
    }

    @Test func `the login page offers the way back to a website only when there is one`() {
        let plain = text(pages.login(.english))
        #expect(!plain.contains("/authorize/cancel"))
        #expect(!plain.contains(" data-website>"))
        let parked = text(
            pages.login(.english, website: ClientCard(name: "Bean Shop", host: "b.example"))
        )
        #expect(parked.contains("href=\"/authorize/cancel\">Cancel and go back to Bean Shop</a>"))
        #expect(parked.contains(" data-website>"))
        #expect(parked.contains("to continue to Bean Shop<br>"))
        #expect(parked.contains(#"id="website-host">b.example</bdi>"#))
        // Its language switch does not forget the website.
        #expect(parked.contains(#"href="/authorize?lang=zh""#))
        #expect(plain.contains(#"href="/login?lang=zh""#))
    }

    @Test func `a wrong host is told the right one`() {
        for language in PageLanguage.allCases {
            let page = pages.errorPage(language, status: 421, origin: "https://login.example")
            #expect(text(page).contains("https://login.example"))
            #expect(text(page).contains("href=\"https://login.example/\""))
        }
    }

    @Test(arguments: 400..<600)
    func `every failure has a sentence`(status: Int) {
        let page = text(pages.errorPage(.english, status: status))
        #expect(page.firstMatch(of: /<h1>[A-Z][^<]+<\/h1>/) != nil)
        #expect(page.contains("data-status=\"\(status)\""))
    }

    // MARK: - Assets

    @Test func `an asset is named after its content and every page names only real ones`() throws {
        let name = /\/assets\/[a-z-]+\.[0-9a-f]{16}\.(js|css|svg)/
        for asset in pages.assets {
            #expect(asset.path.wholeMatch(of: name) != nil)
            #expect((1..<16_384).contains(asset.bytes.count))
        }
        let paths = Set(pages.assets.map(\.path))
        #expect(paths.count == 4)
        let other = Pages(siteName: "Another")
        #expect(paths == Set(other.assets.map(\.path)))
        let html = [
            pages.login(.english), pages.landing(.english, user: nil),
            pages.errorPage(.english, status: 404),
        ].map(text).joined()
        #expect(Set(html.matches(of: name).map { String($0.output.0) }) == paths)
    }

    // MARK: - Languages

    @Test(
        arguments: [
            (nil, .chinese), ("", .chinese), ("*", .chinese), ("zh-CN,zh;q=0.9,en;q=0.8", .chinese),
            ("en-US,en;q=0.9,zh-CN;q=0.8", .english), ("fr", .english), ("fr,*;q=0.5", .english),
            ("fr, zh;q=0.8, en;q=0.5", .chinese), ("de, EN ; q=0.8, zh;q=0.9", .chinese),
            ("zh;q=0, en;q=0.1", .english), ("zh;q=0", .chinese), ("ZH-Hant-TW", .chinese),
            ("zhx", .english), ("en;q=banana,zh;q=0.9", .english), (",;,;q=1,", .chinese),
            ("en;q=0.5,zh;q=0.5", .english),
        ] as [(String?, PageLanguage)]
    )
    func `the better liked language is spoken`(header: String?, expected: PageLanguage) {
        #expect(PageLanguage.choose(query: nil, acceptLanguage: header) == expected)
    }

    @Test func `a picked language wins over the browser's`() {
        #expect(PageLanguage.choose(query: "en", acceptLanguage: "zh") == .english)
        #expect(PageLanguage.choose(query: "zh", acceptLanguage: "en") == .chinese)
        #expect(PageLanguage.choose(query: "zh", locales: ["en"], acceptLanguage: "en") == .chinese)
    }

    @Test func `what a website says of its user comes before what the browser says`() {
        let choose = { PageLanguage.choose(query: nil, locales: $0, acceptLanguage: "zh") }
        #expect(choose(["fr", "en-GB", "zh"]) == .english)
        #expect(choose(["fr", "se"]) == .chinese)
        #expect(choose([]) == .chinese)
        #expect(PageLanguage.choose(query: "xx", acceptLanguage: "en") == .english)
    }
}
