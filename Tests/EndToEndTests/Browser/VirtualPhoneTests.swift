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
}
