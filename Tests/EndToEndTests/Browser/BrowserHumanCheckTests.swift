import FakePhone
import Foundation
import Testing

/// What a person is asked to look at, and what they may call themselves, in a real browser.
@Suite(.serialized) struct BrowserHumanCheckTests {
    @Test func `T4 the page shows a number, and the phone that types it logs the browser in`()
        async throws
    {
        let settings = ["SCAN_LOGIN_NUMBER_MATCHING": "always"]
        try await BrowserStage.with(settings: settings) { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.scan()
            try await browser.wait(until: "document.querySelector('#digits').textContent !== ''")
            let number = try await browser.text("#digits")
            #expect(number.wholeMatch(of: /[1-9][0-9]/) != nil, "\(number)")
            try await BrowserPictures.keep(browser, "number")
            // Without it nothing happens.
            #expect(try await stage.alice.confirm(after: .zero).status == 403)
            #expect(try await stage.alice.confirm(after: .zero, number: number).status == 200)
            try await stage.expectLoggedIn()
            try await stage.expectNoTrouble()
        }
    }

    @Test func `T4 a wrong number cancels the login, and the page says so with a support code`()
        async throws
    {
        let settings = ["SCAN_LOGIN_NUMBER_MATCHING": "always"]
        try await BrowserStage.with(settings: settings) { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.scan()
            try await browser.wait(until: "document.querySelector('#digits').textContent !== ''")
            let number = try await browser.text("#digits")
            let wrong = number == "99" ? "10" : "99"
            #expect(try await stage.alice.confirm(after: .zero, number: wrong).status == 410)
            try await browser.wait(for: "cancelled")
            let code = try await browser.text("#support-code")
            #expect(code.wholeMatch(of: /[0-9A-Z]{5}-[0-9A-Z]{5}/) != nil, "\(code)")
            let shown = "document.querySelector('#support-code').offsetParent !== null"
            #expect(try await browser.value(shown) == .bool(true))
            try await BrowserPictures.keep(browser, "support-code")
        }
    }

    @Test(arguments: [
        "<img src=x onerror=document.title='hit'>", "\"><svg/onload=document.title='hit'>",
        "</script><script>document.title='hit'</script>", "{{7*7}}", "'-alert(1)-'", "👨‍👩‍👧 李雷",
    ])
    func `T26 a name that looks like code is text on the page, and nothing runs`(
        name: String
    ) async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            try await stage.scan()
            #expect(try await stage.alice.setNickName(name).status == 200)
            try await stage.confirm()
            try await browser.wait(for: "user")
            #expect(try await browser.text("h1") == "You are logged in")
            let words = "document.body.innerText.includes(\(Self.json(name)))"
            let shown = try await browser.value(words)
            #expect(shown == .bool(true))
            #expect(try await browser.value("document.title.includes('hit')") == .bool(false))
            let added =
                "document.querySelectorAll('main img[src=x], main svg[onload], main script')"
            #expect(try await browser.value("\(added).length") == .int(0))
            try await stage.expectNoTrouble()
        }
    }

    private static func json(_ text: String) -> String {
        let data = try? JSONEncoder().encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "''"
    }

    @Test func `a picture that a person uploaded is shown on the page`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            let picture = try await browser.screenshot()
            try await stage.scan()
            #expect(try await stage.alice.upload(picture).status == 200)
            try await stage.confirm()
            try await browser.wait(for: "user")
            let loaded = "document.querySelector('#avatar')?.naturalWidth > 0"
            try await browser.wait(until: loaded)
            try await BrowserPictures.keep(browser, "avatar")
            try await stage.expectNoTrouble()
        }
    }
}
