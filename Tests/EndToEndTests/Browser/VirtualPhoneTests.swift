import FakePhone
import Foundation
import Testing

/// A login by a person's own hands: the login page in one window, the virtual phone in the other.
@Suite(.serialized, .timeLimit(.minutes(10))) struct VirtualPhoneTests {
    /// What the browser's owner reads, and what the phone then says.
    struct Words: Sendable {
        var acceptLanguage: String
        var name: String
        var scan: String
        var title: String
        var confirm: String
        var done: String
    }

    static let words = [
        Words(
            acceptLanguage: "en-US",
            name: "en",
            scan: "Scan",
            title: "Log in to Tea House?",
            confirm: "Confirm",
            done: "Confirmed"
        ),
        Words(
            acceptLanguage: "zh-CN",
            name: "zh",
            scan: "扫一扫",
            title: "确认登录Tea House？",
            confirm: "确认登录",
            done: "已确认"
        ),
    ]

    @Test(arguments: words)
    func `a screenshot of the login page, a look, a tap, and the other window is logged in`(
        words: Words
    ) async throws {
        try await VirtualPhoneStage.with(acceptLanguage: words.acceptLanguage) { stage in
            let browser = stage.browser
            #expect(try await browser.text("h1") == words.scan)
            try await BrowserPictures.keep(browser, "phone-scan-\(words.name)")

            try await stage.scanScreenshot()
            try await browser.wait(for: "confirm")
            #expect(try await browser.text(".view h1") == words.title)
            // Nobody confirms before they can have read it, and neither button is the obvious one (T4).
            let looks = try await browser.value(Self.looksOfButtons).array ?? []
            #expect(looks.count == 2)
            #expect(looks.first == looks.last, "\(looks)")
            #expect(try await browser.text("[data-tap=confirm]") == words.confirm)
            try await BrowserPictures.keep(browser, "phone-confirm-\(words.name)")

            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            #expect(try await browser.text(".view h1") == words.done)
            try await BrowserPictures.keep(browser, "phone-done-\(words.name)")
            try await stage.expectNoTrouble()
            try await stage.expectLoggedIn()
        }
    }

    /// Size and colours of the two buttons, once the time to read is over.
    private static let looksOfButtons = """
        [...document.querySelectorAll('.pair [data-tap]')].map((button) => {
          const { backgroundColor, color, borderColor, fontWeight } = getComputedStyle(button);
          const { width, height, top } = button.getBoundingClientRect();
          return [backgroundColor, color, borderColor, fontWeight, width, height, top].join(' ');
        })
        """

    @Test func `a code that was just made is picked from the list and cancelled`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.lookAtPhone()
            try await browser.wait(until: "document.querySelector('[data-code]')")
            try await browser.click("[data-code]")
            try await browser.wait(for: "confirm")
            try await stage.tap("cancel")
            try await browser.wait(for: "done")
            #expect(try await browser.text(".view h1") == "Login cancelled")
            try await BrowserPictures.keep(browser, "phone-cancelled")
            try await stage.expectNoTrouble()
            try await stage.lookAtLogin()
            try await browser.wait(for: "cancelled")
        }
    }

    @Test func `T4 the number on the login page is typed into the phone`() async throws {
        try await VirtualPhoneStage.with(settings: ["SCAN_LOGIN_NUMBER_MATCHING": "always"]) {
            stage in
            let browser = stage.browser
            try await stage.scanScreenshot()
            try await browser.wait(for: "confirm")
            try await browser.wait(until: "document.querySelector('[data-input=number]')")
            #expect(try await browser.value(Self.confirmIsOpen) == .bool(false))

            try await stage.lookAtLogin()
            let digits = "document.querySelector('#digits').textContent"
            try await browser.wait(until: "\(digits) !== ''")
            let number = try await browser.text("#digits")

            try await stage.lookAtPhone()
            try await browser.type("\(number.prefix(1))x", into: "[data-input=number]")
            let typed = try await browser.value(
                "document.querySelector('[data-input=number]').value"
            )
            #expect(typed.string == String(number.prefix(1)))
            try await browser.type(String(number.suffix(1)), into: "[data-input=number]")
            try await BrowserPictures.keep(browser, "phone-number")
            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            try await stage.expectNoTrouble()
            try await stage.expectLoggedIn()
        }
    }

    private static let confirmIsOpen = """
        !document.querySelector('[data-tap=confirm]').disabled
        """

    @Test func `a code read from a picture is warned of, by long press and out of the album`()
        async throws
    {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            let warning = "document.querySelector('.warning')?.textContent ?? ''"
            try await stage.scanScreenshot(how: "longpress")
            try await browser.wait(for: "confirm")
            #expect(try await browser.value(warning).string?.contains("from a picture") == true)
            try await BrowserPictures.keep(browser, "phone-longpress")
            try await browser.click(".capsule [data-do=home]")
            try await browser.wait(for: "home")
            try await BrowserPictures.keep(browser, "phone-home")

            // The screenshot is in the album now.
            try await browser.click("[data-do=scan]")
            try await browser.wait(for: "scan")
            try await browser.click("[data-how=album]")
            try await browser.click("[data-shot=\"0\"]")
            try await browser.wait(for: "confirm")
            #expect(try await browser.value(warning).string?.contains("from a picture") == true)
            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            try await stage.expectLoggedIn()
        }
    }

    @Test(arguments: ["drop", "paste"])
    func `a picture that is dropped or pasted is scanned`(way: String) async throws {
        try await VirtualPhoneStage.with { stage in
            try await stage.openLogin()
            let code = try await stage.browser.value("document.querySelector('#code').src")
            try await stage.lookAtPhone()
            try await stage.browser.run(
                """
                const [address, way] = arguments;
                const letters = atob(address.slice(address.indexOf(',') + 1));
                const bytes = Uint8Array.from(letters, (one) => one.charCodeAt(0));
                const data = new DataTransfer();
                data.items.add(new File([bytes], 'code.png', { type: 'image/png' }));
                document.querySelector('#phone').dispatchEvent(way === 'drop'
                  ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
                  : new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
                """,
                code,
                .string(way)
            )
            try await stage.browser.wait(for: "confirm")
            try await stage.expectNoTrouble()
        }
    }

    @Test func `a phone without a network says so, and its person decides when it is back`()
        async throws
    {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.scanScreenshot()
            try await browser.wait(for: "confirm")
            try await browser.wait(until: Self.confirmIsOpen)
            try await browser.click("[data-network=off]")
            try await browser.wait(until: "document.querySelector('.strip')")
            try await browser.click("[data-tap=confirm]")
            try await browser.wait(for: "error")
            #expect(try await browser.text(".calls").contains("fail errcode:-106"))
            try await BrowserPictures.keep(browser, "phone-offline")
            // Still without: the same again.
            try await stage.tap("retry")
            try await browser.wait(for: "error")

            try await browser.click("[data-network=on]")
            try await browser.wait(until: "!document.querySelector('.strip')")
            try await stage.tap("retry")
            try await browser.wait(for: "done")
            try await stage.expectNoTrouble()
            try await stage.expectLoggedIn()
        }
    }

    @Test func `a server that fails is tried again by a tap`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            let fault: JSONValue = ["endpoint": "/sns/jscode2session", "errcode": -1]
            #expect(try await stage.control.setFault(fault).isOK)
            try await stage.scanScreenshot()
            try await browser.wait(for: "error")
            try await BrowserPictures.keep(browser, "phone-error")
            #expect(try await stage.control.clearFaults().isOK)
            try await stage.tap("retry")
            try await browser.wait(for: "confirm")
        }
    }

    @Test func `a domain that is not registered fails as it does in WeChat`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.register("http://127.0.0.1:1")
            try await stage.openPhone()
            try await stage.register("http://127.0.0.1:2")
            try await stage.scanScreenshot()
            try await browser.wait(for: "error")
            #expect(try await browser.text(".calls").contains("fail url not in domain list"))
        }
    }

    @Test func `what a picture says opens the phone on a real phone, and asks whose it is`()
        async throws
    {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.lookAtPhone()
            try await browser.wait(until: "document.querySelector('[data-code]')")
            let id = try await browser.value("document.querySelector('[data-code]').dataset.code")
            try await browser.resize(390, 844)
            try await browser.open("\(stage.mock)/_mock/c/\(id.string ?? "")")
            try await browser.wait(for: "who")
            try await BrowserPictures.keep(browser, "phone-who-narrow")
            try await browser.click("[data-person=bob]")
            try await browser.wait(for: "confirm")
            let width = try await browser.value("document.documentElement.scrollWidth")
            #expect(width == .int(390))
            #expect(try await browser.url() == "\(stage.mock)/_mock/phone")
            try await BrowserPictures.keep(browser, "phone-confirm-narrow")
            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            // The next code opens at once: the phone knows whose it is.
            try await stage.expectLoggedIn()
            try await stage.lookAtPhone()
            try await browser.open("\(stage.mock)/_mock/c/\(id.string ?? "")")
            try await browser.wait(for: "error")
            try await browser.click(".gear")
            try await browser.wait(until: "document.querySelector('.desk.open')")
            try await BrowserPictures.keep(browser, "phone-settings-narrow")
        }
    }

    @Test func `picture and name are asked for with consent, kept, and shown`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.scanScreenshot()
            try await stage.tap("cancel")
            try await stage.tap("profile")
            try await browser.wait(for: "profile")
            try await stage.tap("privacy-refuse")
            try await browser.wait(until: "document.querySelector('.note.warn')")
            #expect(
                try await browser.value("document.querySelector('.face').disabled") == .bool(true)
            )
            // WeChat does not ask again for ten seconds; a new start of the phone does.
            try await stage.openPhone()
            try await stage.scanScreenshot()
            try await stage.tap("cancel")
            try await stage.tap("profile")
            try await browser.wait(until: "document.querySelector('[data-tap=privacy-agree]')")
            try await BrowserPictures.keep(browser, "phone-privacy")
            try await stage.tap("privacy-agree")
            try await browser.wait(until: "!document.querySelector('.face').disabled")

            try await browser.click("[data-open=avatar]")
            try await browser.wait(until: "document.querySelector('[data-answer=wechat]')")
            try await BrowserPictures.keep(browser, "phone-avatar")
            try await browser.click("[data-answer=wechat]")
            try await browser.wait(until: "document.querySelector('.note.good')")
            try await browser.click("[data-offer]")
            try await browser.click("[data-form=nickname] .button")
            try await browser.wait(
                until: "document.querySelector('.calls').textContent.includes('/mp/profile')"
            )
            try await browser.wait(until: "document.querySelector('.note.good')")
            try await BrowserPictures.keep(browser, "phone-profile")

            // The server has them: a new start of the mini-program gets them from there.
            try await browser.click("[data-do=kill]")
            try await browser.click("[data-do=back-to-app]")
            try await browser.wait(for: "welcome")
            try await BrowserPictures.keep(browser, "phone-welcome")
            try await stage.tap("profile")
            let picture = "document.querySelector('.face img')"
            try await browser.wait(until: picture)
            let width = "\(picture).decode().then(() => \(picture).naturalWidth)"
            #expect(try await browser.value(width) == .int(132))
            let name = try await browser.value("document.querySelector('#nickname').value")
            #expect(name.string == "爱丽丝")
            try await stage.expectNoTrouble()
        }
    }

    @Test func `a phone number is refused, shared by WeChat's button, and taken back`() async throws
    {
        let file = """
            clients:
              - id: shop
                name: Tea Shop
                redirect_uris: [https://shop.example/cb]
                public: true
                shares: [phone]
            """
        try await VirtualPhoneStage.with(file: file) { stage in
            let browser = stage.browser
            let challenge = String(repeating: "A", count: 43)
            try await stage.scanScreenshot(
                of: "/authorize?client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb"
                    + "&response_type=code&scope=openid%20phone&code_challenge=\(challenge)"
                    + "&code_challenge_method=S256"
            )
            try await browser.wait(for: "confirm")
            // WeChat asks for consent first, then for the number; whoever refuses goes on.
            let button = "[data-open=phone-number]:not(:disabled)"
            try await browser.click(button)
            try await stage.tap("privacy-agree")
            try await browser.wait(until: "document.querySelector('.panel [data-answer=\"\"]')")
            try await BrowserPictures.keep(browser, "phone-number")
            try await browser.click(".panel [data-answer=\"\"]")
            try await browser.wait(until: "document.querySelector('.note.warn')")
            try await browser.click(button)
            try await browser.wait(until: "document.querySelector('[data-answer=yes]')")
            try await browser.click("[data-answer=yes]")
            try await browser.wait(until: "document.querySelector('.note.good')")
            let card = try await browser.text(".card")
            #expect(card.contains("your phone number (+*********0001)"), "\(card)")
            try await BrowserPictures.keep(browser, "phone-number-shared")
            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            try await stage.tap("profile")
            try await stage.tap("phone-remove")
            try await browser.wait(until: "!document.querySelector('.telephone')")
            try await stage.expectNoTrouble()
        }
    }

    @Test func `a recent login is ended from the phone`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await stage.scanScreenshot()
            try await stage.tap("confirm")
            try await browser.wait(for: "done")
            try await stage.expectLoggedIn()
            try await stage.lookAtPhone()
            try await stage.tap("logins")
            try await browser.wait(for: "logins")
            try await BrowserPictures.keep(browser, "phone-logins")
            try await browser.click("[data-tap^=revoke]")
            try await browser.wait(until: "!document.querySelector('[data-tap^=revoke]')")
            try await stage.lookAtLogin()
            let status = try await browser.run(
                "return fetch('/session').then((answer) => answer.status)"
            )
            #expect(status == .int(401))
        }
    }

    @Test func `a request in the background is broken off, and done again on the way back`()
        async throws
    {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            // WeChat's five seconds take none here.
            try await browser.prepare(
                """
                const later = window.setTimeout;
                window.setTimeout = (work, ms) => later(work, ms === 5000 ? 0 : ms);
                """
            )
            try await stage.openPhone()
            let fault: JSONValue = [
                "endpoint": "/sns/jscode2session", "delay_ms": 3000, "count": 1,
            ]
            #expect(try await stage.control.setFault(fault).isOK)
            try await stage.scanScreenshot()
            try await browser.wait(for: "busy")
            try await browser.click("[data-do=home]")
            let calls = "document.querySelector('.calls')?.textContent ?? ''"
            try await browser.wait(until: "(\(calls)).includes('fail interrupted')")
            try await browser.click("[data-do=back-to-app]")
            try await browser.wait(for: "confirm")
        }
    }

    @Test func `another person and another language start anew, and a new person is added`()
        async throws
    {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            try await browser.type("dave", into: ".adding input")
            try await browser.click(".adding .button")
            try await browser.wait(
                until: "document.querySelector('[data-person=dave]')?.ariaChecked === 'true'"
            )
            try await stage.scanScreenshot()
            try await browser.wait(for: "confirm")
            try await browser.click("[data-lang=zh]")
            try await browser.wait(for: "home")
            #expect(try await browser.text(".owner strong") == "dave的手机")
            #expect(try await browser.value("document.documentElement.lang") == .string("zh-CN"))
            // The phone is still dave's after a reload, and still Chinese.
            try await stage.openPhone()
            #expect(try await browser.text("h1") == "扫一扫")
            let chosen = "document.querySelector('.chip[aria-checked=true]').dataset.person"
            #expect(try await browser.value(chosen) == .string("dave"))
            try await stage.expectNoTrouble()
        }
    }

    @Test func `a picture without a code and a file that is none are told apart`() async throws {
        try await VirtualPhoneStage.with { stage in
            let browser = stage.browser
            let toast = "document.querySelector('.toast')?.textContent"
            try await browser.type(Programs.root + "/MockWeChat/README.md", into: "#screenshot")
            try await browser.wait(until: "\(toast) === 'That is not a picture.'")
            try await browser.type(
                Programs.root + "/Documentation/login-page-zh-dark.png",
                into: "#screenshot"
            )
            // A code, but of another run.
            try await browser.wait(until: "\(toast)?.includes('another run')")
        }
    }

    /// Plays a mini-program on `wx` itself, and hears of no more than the page lets it.
    private static let miniature = """
        const { createWeChat, deleteData } = await import('/_mock/phone/phone-wx.js');
        let isOnline = true;
        const phone = (app) => createWeChat({
          person: 'alice',
          app: { appid: app, version: 'release' },
          language: 'en',
          launch: { path: '', query: {}, scene: 1001 },
          isOnline: () => isOnline,
          note() {},
          askForConsent: async () => false,
          openContract() {},
          exit() {},
        });
        const { wx, agreed, networkChanged } = phone('wx0123456789abcdef');

        """

    @Test func `wx sends ten requests at once, and the others follow`() async throws {
        try await VirtualPhoneStage.with { stage in
            let seen = try await stage.browser.run(
                """
                return (async () => {
                \(Self.miniature)
                const open = [];
                window.fetch = () => new Promise((resolve) => open.push(resolve));
                const ended = [];
                for (let number = 0; number < 12; number += 1) {
                  wx.request({ url: 'http://a.example/', complete: ({ errMsg }) => ended.push(errMsg) });
                }
                const first = open.length;
                const answer = { statusCode: 500, header: {}, cookies: [], data: '{"a":1}', errMsg: 'request:ok' };
                open.splice(0).forEach((resolve) => resolve(Response.json(answer)));
                await new Promise((resolve) => setTimeout(resolve, 50));
                const second = open.length;
                isOnline = false;
                networkChanged();
                await new Promise((resolve) => setTimeout(resolve, 0));
                return [first, second, ...new Set(ended)];
                })()
                """
            )
            let offline =
                "request:fail errcode:-106 cronet_error_code:-106 "
                + "error_msg:net::ERR_INTERNET_DISCONNECTED"
            #expect(seen == .array([10, 2, "request:ok", .string(offline)]))
        }
    }

    @Test func `only a tap on the agreeing button is consent, and a refusal rests`() async throws {
        try await VirtualPhoneStage.with { stage in
            let seen = try await stage.browser.run(
                """
                return (async () => {
                \(Self.miniature)
                let questions = 0;
                let said = { event: 'agree', buttonId: 'yes' };
                wx.onNeedPrivacyAuthorization((resolve) => { questions += 1; resolve(said); });
                const ask = () => wx.requirePrivacyAuthorize()
                  .then(({ errMsg }) => errMsg, ({ errno }) => errno);
                // Nobody has tapped; and after that, WeChat does not even ask.
                const answers = [await ask(), await ask(), questions];

                const other = phone('wxother');
                other.wx.onNeedPrivacyAuthorization((resolve) => resolve(said));
                other.agreed('yes');
                const needed = async () => (await other.wx.getPrivacySetting()).needAuthorization;
                answers.push(await needed());
                answers.push((await other.wx.requirePrivacyAuthorize()).errMsg, await needed());
                deleteData('wxother', 'alice');
                answers.push(await needed());
                return answers;
                })()
                """
            )
            #expect(
                seen
                    == .array([
                        104, 104, 1, true, "requirePrivacyAuthorize:ok", false, true,
                    ])
            )
        }
    }

    @Test func `a developer's own mini-program runs, and what it throws is shown`() async throws {
        try await Programs.withFolder { folder in
            let file = URL(fileURLWithPath: "\(folder)/program.js")
            let program = """
                const { title } = require('./title');
                module.exports.createProgram = () => ({
                  view: {
                    page: 'welcome', lang: 'en', title, text: typeof document, outcome: null, card: [],
                    warnings: [], number: null, countdown: '', note: null, buttons: [], logins: [],
                    profile: null, privacy: null, offline: '', supportCode: '', supportLabel: '',
                  },
                  subscribe() {},
                  async show() { if (title === 'thrown') throw new Error('on purpose'); },
                  hide() {},
                });
                """
            try Data(program.utf8).write(to: file)
            func name(_ title: String) throws {
                let text = "module.exports = { title: '\(title)' };"
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/title.js"))
            }
            try name("mine")
            let flags = ["--mini-program", folder]
            try await VirtualPhoneStage.with(mockFlags: flags) { stage in
                let browser = stage.browser
                try await stage.scanScreenshot()
                try await browser.wait(for: "welcome")
                #expect(try await browser.text(".view h1") == "mine")
                // As in WeChat there is no page to reach into.
                #expect(try await browser.text(".view .lead") == "undefined")
                try name("thrown")
                try await stage.openPhone()
                try await stage.scanScreenshot()
                try await browser.wait(until: "document.querySelector('.why')")
                #expect(try await browser.text(".why").contains("on purpose"))
            }
        }
    }

    @Test func `a folder without a mini-program ends the mock with one line`() async throws {
        try await Programs.withFolder { folder in
            let ended = try await Programs.end(
                "mock-wechat",
                ["--port", "0", "--mini-program", folder]
            )
            #expect(ended.status == 1)
            #expect(
                ended.errors
                    == "mock-wechat: --mini-program: \(folder): expected a folder with program.js or "
                    + "lib/program.js\n"
            )
        }
    }
}
