import FakePhone
import HTTPTransportAHC
import Testing

/// What the page does when its connection does not hold, and when another tab has the login.
@Suite(.serialized) struct BrowserConnectionTests {
    @Test(arguments: ["waiting", "scanned"])
    func `a server that is killed and comes back finds the page where it was`(
        state: String
    ) async throws {
        try await Programs.withFolder { folder in
            try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                let settings = BrowserStage.patient([
                    "SCAN_LOGIN_MODE": "development",
                    "SCAN_LOGIN_WECHAT_BASE_URL": mock.url,
                    "SCAN_LOGIN_DATABASE": "\(folder)/login.sqlite",
                ])
                let serve = ["serve", "--port"]
                try await Programs.with("login-server", serve + ["0"], environment: settings) {
                    login in
                    try await BrowserStage.with(login, mock) { stage in
                        try await stage.openLogin()
                        let code = try await stage.browser.value(Self.code)
                        if state == "scanned" { try await stage.scan() }
                        try login.kill()
                        try await stage.browser.wait(for: "offline")

                        let port = login.url.split(separator: ":").last.map(String.init) ?? ""
                        try await Programs.with(
                            "login-server",
                            serve + [port],
                            environment: settings
                        ) { _ in
                            try await stage.browser.wait(for: state)
                            #expect(try await stage.browser.value(Self.code) == code)
                            if state == "waiting" { try await stage.scan() }
                            try await stage.confirm()
                            try await stage.expectLoggedIn()
                        }
                    }
                }
            }
        }
    }

    private static let code = "document.querySelector('#code').src"

    @Test func `a browser that loses its network says so, and goes on when it is back`()
        async throws
    {
        try await BrowserStage.with { stage in
            try await stage.openLogin()
            try await stage.browser.network(isThere: false)
            try await stage.browser.wait(for: "offline")
            try await stage.browser.network(isThere: true)
            try await stage.browser.wait(for: "waiting")
            try await stage.logIn()
        }
    }

    @Test(arguments: ["EventSource", "long poll"])
    func `a WebSocket that does not get through is replaced`(way: String) async throws {
        // Where somebody else at this address holds its only place, neither socket nor stream gets one.
        let settings = way == "long poll" ? ["SCAN_LOGIN_LIMITS_WEBSOCKETS_PER_IP": "1"] : [:]
        try await BrowserStage.with(settings: settings) { stage in
            try await stage.withOtherSocket { stage in
                if way == "EventSource" {
                    // As behind a proxy that knows no WebSockets.
                    try await stage.browser.prepare(
                        """
                        window.WebSocket = class extends WebSocket {
                          constructor(url) { super(`${url}/nowhere`); }
                        };
                        """
                    )
                }
                try await stage.openLogin()
                try await stage.logIn()
                let asked = try await stage.browser.network()
                #expect(asked.contains { $0.asksFor?.hasPrefix("ws:") == true })
                #expect(!asked.contains { $0.method == "Network.webSocketFrameReceived" })
                #expect(asked.contains { $0.parameters["type"] == "EventSource" })
                #expect(
                    asked.contains { $0.asksFor?.contains("wait=25") == true }
                        == (way == "long poll")
                )
            }
        }
    }

    @Test(arguments: [true, false])
    func `a second tab takes the login over, and the first does not take it back`(
        tabsShareStorage: Bool
    ) async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            if !tabsShareStorage {
                try await browser.prepare(
                    """
                    Object.defineProperty(window, 'localStorage', {
                      get() { throw new DOMException('none here', 'SecurityError'); },
                    });
                    """
                )
            }
            try await stage.openLogin()
            let old = try await browser.screenshot()
            let first = try await browser.tab()
            try await browser.newTab()
            let second = try await browser.tab()
            try await stage.openLogin()

            try await browser.go(to: first)
            try await browser.wait(for: "superseded")
            #expect(try await stage.scanned(old) == 410)
            _ = try await browser.network()
            try await stage.tempt()

            try await browser.go(to: second)
            try await stage.logIn()
            try await browser.go(to: first)
            let state = try await browser.value("document.documentElement.dataset.state")
            #expect(state == "superseded")
            let asked = try await browser.network().filter { $0.tab == first }
            #expect(asked.compactMap(\.asksFor) == [])
            // Its button finds the login that the browser has by now.
            try await browser.open("\(stage.login)/login")
            try await stage.expectLoggedIn()
        }
    }

    @Test func `a page whose socket was replaced (4001) does not take it back`() async throws {
        try await BrowserStage.with { stage in
            let browser = stage.browser
            try await stage.openLogin()
            let first = try await browser.tab()
            _ = try await browser.network()
            try await browser.newTab()
            let second = try await browser.tab()
            try await browser.open("\(stage.login)/")
            try await browser.run(
                """
                window.socket = new WebSocket(`ws://${location.host}/attempt/events`);
                return new Promise((resolve) => { socket.onmessage = resolve; }).then(() => true);
                """
            )
            try await browser.go(to: first)
            try await browser.wait(for: "superseded")
            try await stage.tempt()
            let asked = try await browser.network().filter { $0.tab == first }
            #expect(asked.compactMap(\.asksFor) == [])

            try await browser.go(to: second)
            #expect(try await browser.value("socket.readyState") == .int(1))
        }
    }
}
