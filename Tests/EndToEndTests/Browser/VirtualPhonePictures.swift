import FakePhone
import Foundation
import Testing

/// The pictures of the front page: a login page, and the virtual phone that scanned it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct VirtualPhonePictures {
    @Test(.enabled(if: BrowserPictures.areWanted), arguments: ["en", "zh-CN"])
    func `pictures of a login page and the phone that scanned it`(language: String) async throws {
        try await VirtualPhoneStage.with(acceptLanguage: language) { stage in
            let browser = stage.browser
            try await stage.lookAtLogin()
            try await browser.resize(560, 780)
            try await stage.scanScreenshot()
            let page = try Data(contentsOf: URL(fileURLWithPath: stage.screenshotFile))
            try await browser.wait(
                until: "document.querySelector('[data-tap=confirm]')?.disabled === false"
            )
            try await browser.run("document.querySelector('#desk').style.visibility = 'hidden'")
            let phone = try await browser.tools(
                "Page.captureScreenshot",
                ["clip": ["x": 29, "y": 0, "width": 480, "height": 880, "scale": 1]]
            )
            try await browser.run("document.querySelector('#desk').style.visibility = ''")
            try await browser.prefer(["prefers-color-scheme": "dark"])
            try await BrowserPictures.keep(browser, "phone-dark-\(language.prefix(2))")
            try await browser.prefer(["prefers-color-scheme": "light"])
            try await browser.resize(1140, 880)
            try await browser.open("about:blank")
            try await browser.run(
                Self.compose,
                .string(page.base64EncodedString()),
                .string(phone["data"]?.string ?? "")
            )
            try await BrowserPictures.keep(browser, "virtual-phone.\(language.prefix(2))")
        }
    }

    /// Both side by side, the page in the frame of a window.
    private static let compose = """
        const [page, phone] = arguments;
        const put = (parent, style, image) => {
          const one = document.createElement(image ? 'img' : 'div');
          if (image) one.src = `data:image/png;base64,${image}`;
          Object.assign(one.style, style);
          parent.append(one);
          return one;
        };
        Object.assign(document.body.style, { margin: 0, background: '#f3f6f4', overflow: 'hidden' });
        const frame = put(document.body, {
          position: 'absolute', left: '36px', top: '32px', width: '560px', height: '816px',
          background: '#e3eae6', border: '1px solid #ccd6d0', borderRadius: '14px',
          overflow: 'hidden', boxShadow: '0 24px 60px rgb(10 30 20 / 14%)',
        });
        for (const left of [16, 36, 56]) {
          put(frame, {
            position: 'absolute', left: `${left}px`, top: '12px', width: '12px', height: '12px',
            borderRadius: '50%', background: '#b4c2ba',
          });
        }
        put(frame, { position: 'absolute', left: 0, top: '36px', width: '560px' }, page);
        put(document.body, { position: 'absolute', left: '632px', top: 0, width: '480px' }, phone);
        return Promise.all([...document.images].map((image) => image.decode()));
        """
}
