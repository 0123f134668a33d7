import FakePhone
import Foundation
import Testing

/// Keeps pictures of the pages for people to look at, when `SCREENSHOTS` names a folder.
@Suite(.serialized) struct BrowserPictures {
    private static let folder = ProcessInfo.processInfo.environment["SCREENSHOTS"] ?? ""

    static var areWanted: Bool { !folder.isEmpty }

    @Test(.enabled(if: !folder.isEmpty), arguments: ["en", "zh-CN"])
    func `pictures of every page in every state`(language: String) async throws {
        try FileManager.default.createDirectory(
            atPath: Self.folder,
            withIntermediateDirectories: true
        )
        try await BrowserStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            try await browser.open("\(stage.login)/")
            try await keep("landing-guest", language, browser)
            try await browser.open("\(stage.login)/nowhere")
            try await keep("not-found", language, browser)

            try await stage.openLogin()
            for state in try await browser.value(PageJudge.states).array ?? [] {
                try await browser.run(PageJudge.show, state)
                try await keep("login-\(state.string ?? "")", language, browser)
            }
            try await browser.run(
                PageJudge.show
                    + """
                    document.documentElement.dataset.number = '';
                    document.querySelector('#digits').textContent = '42';
                    """,
                "scanned"
            )
            try await keep("login-scanned-number", language, browser)

            try await stage.openLogin()
            try await stage.logIn()
            try await keep("landing-user", language, browser)
        }
    }

    /// Keeps one picture as the page is, when pictures are wanted.
    static func keep(_ browser: Browser, _ name: String) async throws {
        guard !folder.isEmpty else { return }
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let file = URL(fileURLWithPath: "\(folder)/\(name).png")
        try await Data(browser.screenshot().bytes).write(to: file)
    }

    private func keep(_ name: String, _ language: String, _ browser: Browser) async throws {
        for (width, height) in [(360, 640), (1280, 800)] {
            for scheme in ["light", "dark"] {
                try await browser.resize(width, height)
                try await browser.prefer(["prefers-color-scheme": scheme])
                // A colour on its way to another is neither.
                try await browser.run(
                    """
                    for (const one of document.getAnimations()) {
                      if (Number.isFinite(one.effect.getComputedTiming().endTime)) one.finish();
                    }
                    """
                )
                let file = "\(Self.folder)/\(name)-\(language)-\(width)x\(height)-\(scheme).png"
                try await Data(browser.screenshot().bytes).write(to: URL(fileURLWithPath: file))
            }
        }
    }
}
