import FakePhone
import HTTPTransportAHC
import Testing

/// A browser, a phone, and the real programs between them.
struct BrowserStage {
    let browser: Browser
    /// Where the login server listens.
    let login: String
    /// The mock's faults.
    let mock: MockControl
    private(set) var alice: FakePhone

    /// Keeps count, from the first moment of each page on, of its states and of what moved.
    private static let witness = """
        window.seen = { states: [], moved: [] };
        new MutationObserver(() => {
          const state = document.documentElement?.dataset.state;
          if (state && state !== seen.states.at(-1)) seen.states.push(state);
        }).observe(document, { subtree: true, childList: true, attributes: true });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            for (const { node, previousRect: from, currentRect: to } of entry.sources) {
              const what = node?.className || node?.nodeName;
              seen.moved.push(`${what} from ${from.x}, ${from.y} to ${to.x}, ${to.y}`);
            }
          }
        }).observe({ type: 'layout-shift', buffered: true });
        """

    /// Lends a stage whose programs run until `body` is done.
    ///
    /// `settings` are the login server's, beside those of `patient`; `acceptLanguage` is what the
    /// browser's owner reads.
    static func with(
        settings: [String: String] = [:],
        acceptLanguage: String = "en",
        _ body: (inout BrowserStage) async throws -> Void
    ) async throws {
        try await Programs.withBoth(settings: patient(settings)) { login, mock in
            try await with(login, mock, acceptLanguage: acceptLanguage, body)
        }
    }

    /// The same between programs that run already.
    static func with(
        _ login: RunningProgram,
        _ mock: RunningProgram,
        acceptLanguage: String = "en",
        _ body: (inout BrowserStage) async throws -> Void
    ) async throws {
        let server = try #require(ServerAddress(login.url, name: "login-server"))
        let weChat = try #require(ServerAddress(mock.url, name: "mock-wechat"))
        try await withAHCTransport { transport in
            let line = Line(
                name: "alice",
                transport: transport,
                time: PhoneTime(ContinuousClock()),
                recorder: Recorder()
            )
            try await Chromium.with(acceptLanguage: acceptLanguage) { browser in
                try await browser.prepare(witness)
                var stage = BrowserStage(
                    browser: browser,
                    login: server.origin,
                    mock: MockControl(weChat: weChat, line: line),
                    alice: FakePhone(
                        name: "alice",
                        person: "alice",
                        login: server,
                        weChat: weChat,
                        line: line
                    )
                )
                try await body(&stage)
            }
        }
    }

    /// Settings for people who are tests: they confirm at once, and ask for many codes.
    static func patient(_ settings: [String: String]) -> [String: String] {
        [
            "SCAN_LOGIN_SITE_NAME": "Tea House",
            "SCAN_LOGIN_LIFETIMES_CONFIRM_DELAY_MS": "0",
            "SCAN_LOGIN_LIMITS_ATTEMPTS_PER_BROWSER_PER_MINUTE": "100",
        ].merging(settings) { $1 }
    }

    /// Opens the login page and waits for its code.
    func openLogin(_ query: String = "") async throws {
        try await browser.open("\(login)/login\(query)")
        try await browser.wait(for: "waiting")
    }

    /// Alice holds her phone before the screen; the page is then told.
    mutating func scan() async throws {
        let picture = try await browser.screenshot()
        #expect(try await scanned(picture) == 200)
        try await browser.wait(for: "scanned")
    }

    /// Alice scans a picture of a screen; the status says what became of it.
    mutating func scanned(_ picture: Picture) async throws -> Int {
        try await alice.scan(picture).status
    }

    /// Alice taps the link that her phone's own browser shows; the page is then told.
    mutating func follow(_ link: String) async throws {
        let scene = link.split(separator: "query=scene%3D").last?.prefix { $0 != "&" } ?? ""
        var twist = Twist.honest
        twist.variables = ["scene": String(scene), "launch": "1286"]
        #expect(try await alice.guess(scene: String(scene), twist: twist).status == 200)
        try await browser.wait(for: "scanned")
        #expect(try await alice.confirm(after: .zero, twist: twist).status == 200)
    }

    func confirm() async throws {
        #expect(try await alice.confirm(after: .zero).status == 200)
    }

    func cancel() async throws {
        #expect(try await alice.cancel().status == 200)
    }

    /// The rest of a login, from the code on the screen to the landing page, which says who.
    mutating func logIn() async throws {
        try await scan()
        try await confirm()
        try await expectLoggedIn()
    }

    /// The landing page and `GET /session` both say that it is Alice.
    func expectLoggedIn() async throws {
        try await browser.wait(for: "user")
        let userID = alice.session?.user["userid"]?.string
        #expect(userID != nil)
        #expect(try await browser.text("#userid") == userID)
        let session = try await browser.run(
            "return fetch('/session').then((answer) => answer.json())"
        )
        #expect(session["code"]?.int == 200)
        #expect(session["data"]?["user"]?["userid"]?.string == userID)
    }

    /// Nothing on the console (where a violated policy also shows), and every request answered.
    func expectNoTrouble() async throws {
        #expect(try await browser.console() == [])
        for event in try await browser.network() {
            let answer = event.parameters["response"]
            #expect(event.method != "Network.loadingFailed", "\(event.parameters)")
            #expect((answer?["status"]?.int ?? 200) < 400, "\(answer?["url"]?.string ?? "")")
        }
    }

    // MARK: - Around the login

    /// Events after which a page that still believes in its connection would make a new one.
    func tempt() async throws {
        try await browser.run(
            """
            window.dispatchEvent(new Event('online'));
            document.dispatchEvent(new Event('visibilitychange'));
            """
        )
    }

    /// Another browser of the same address listens over a WebSocket while `body` runs.
    mutating func withOtherSocket(_ body: (inout BrowserStage) async throws -> Void) async throws {
        let time = PhoneTime(ContinuousClock())
        let server = try #require(ServerAddress(login, name: "login-server"))
        try await withAHCTransport { transport in
            var other = FakeBrowser(
                name: "other",
                login: server,
                line: Line(
                    name: "other",
                    transport: transport,
                    time: time,
                    recorder: Recorder()
                ),
                dialer: NIOWatchDialer(time: time, dice: Dice(seed: 1))
            )
            #expect(try await other.openAttempt().status == 200)
            #expect(try await other.watch(by: .websocket) == nil)
            try await body(&self)
            await other.stopWatching()
        }
    }

    /// Assistive technology hears these, and no link, button or picture without a name.
    func expectNames(_ expected: [String]) async throws {
        let tree = try await browser.tools("Accessibility.getFullAXTree")
        let names = (tree["nodes"]?.array ?? []).compactMap { node -> String? in
            guard node["ignored"] == false, let role = node["role"]?["value"]?.string,
                ["link", "button", "image", "heading"].contains(role)
            else { return nil }
            return "\(role): \(node["name"]?["value"]?.string ?? "")"
        }
        for name in expected { #expect(names.contains(name), "\(names)") }
        #expect(!names.contains { $0.hasSuffix(": ") }, "\(names)")
    }
}
