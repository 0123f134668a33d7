import FakePhone
import Foundation
import HTTPTransportAHC
import HTTPTypes
import Testing

/// Two windows of one browser and the real programs between them: a login page, and the virtual phone.
struct VirtualPhoneStage {
    let browser: Browser
    /// Where the login server listens.
    let login: String
    /// Where the mock listens.
    let mock: String
    let control: MockControl
    private let loginWindow: JSONValue
    private let phoneWindow: JSONValue
    private let folder: String
    private let line: Line

    static let appid = "wx0123456789abcdef"

    /// Lends a stage whose programs run until `body` is done; both windows are open.
    ///
    /// `settings` are the login server's, and `file` its configuration file, in YAML; `acceptLanguage` is
    /// what the browser's owner reads.
    static func with(
        settings: [String: String] = [:],
        file: String? = nil,
        mockFlags: [String] = [],
        acceptLanguage: String = "en-US",
        _ body: (VirtualPhoneStage) async throws -> Void
    ) async throws {
        let settings = ["SCAN_LOGIN_SITE_NAME": "Tea House"].merging(settings) { $1 }
        try await Programs.withFolder { folder in
            try await Programs.withBoth(
                settings: settings,
                mockFlags: mockFlags,
                loginFlags: try file.map { text in
                    let path = "\(folder)/login.yaml"
                    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                    return ["--config", path]
                } ?? []
            ) { login, mock in
                let server = try #require(ServerAddress(login.url, name: "login-server"))
                let weChat = try #require(ServerAddress(mock.url, name: "mock-wechat"))
                try await withAHCTransport { transport in
                    let line = Line(
                        name: "test",
                        transport: transport,
                        time: PhoneTime(ContinuousClock()),
                        recorder: Recorder()
                    )
                    try await register(server.origin, weChat, line)
                    try await Chromium.with(acceptLanguage: acceptLanguage) { browser in
                        let loginWindow = try await browser.tab()
                        try await browser.newWindow()
                        let stage = VirtualPhoneStage(
                            browser: browser,
                            login: server.origin,
                            mock: weChat.origin,
                            control: MockControl(weChat: weChat, line: line),
                            loginWindow: loginWindow,
                            phoneWindow: try await browser.tab(),
                            folder: folder,
                            line: line
                        )
                        try await stage.openPhone()
                        try await body(stage)
                    }
                }
            }
        }
    }

    /// Makes an origin the app's one registered domain.
    func register(_ origin: String) async throws {
        try await Self.register(origin, control.weChat, line)
    }

    /// The login server is on another port each time: the app's one registered domain.
    private static func register(
        _ origin: String,
        _ weChat: ServerAddress,
        _ line: Line
    ) async throws {
        let domains: JSONValue = ["request_domains": .array([.string(origin)])]
        let path = "/_mock/apps/\(appid)"
        let reply = try await line.say(.post, path, to: weChat, body: domains.bytes)
        #expect(reply.isOK)
    }

    // MARK: - Windows

    func lookAtLogin() async throws { try await browser.go(to: loginWindow) }

    func lookAtPhone() async throws { try await browser.go(to: phoneWindow) }

    /// The login page, with its code; `path` is that of a website's request.
    func openLogin(at path: String = "/login") async throws {
        try await lookAtLogin()
        try await browser.open("\(login)\(path)")
        try await browser.wait(for: "waiting")
    }

    /// The phone, ready to scan.
    func openPhone() async throws {
        try await lookAtPhone()
        try await browser.resize(1000, 880)
        try await browser.open("\(mock)/_mock/phone")
        try await browser.wait(for: "scan")
    }

    // MARK: - Hands

    /// The screenshot of the login page.
    var screenshotFile: String { "\(folder)/login.png" }

    /// Gives the phone a screenshot of the login page, by the file chooser.
    func scanScreenshot(how: String = "camera", of path: String = "/login") async throws {
        try await openLogin(at: path)
        let file = URL(fileURLWithPath: screenshotFile)
        try await Data(browser.screenshot().bytes).write(to: file)
        try await lookAtPhone()
        try await browser.click("[data-how=\(how)]")
        try await browser.type(screenshotFile, into: "#screenshot")
    }

    /// Taps a button of the mini-program, once it may be tapped.
    func tap(_ id: String) async throws {
        let button = "[data-tap=\"\(id)\"]:not(:disabled)"
        try await browser.wait(until: "document.querySelector('\(button)')")
        try await browser.click(button)
    }

    // MARK: - Expectations

    func expectLoggedIn() async throws {
        try await lookAtLogin()
        try await browser.wait(for: "user")
        let session = try await browser.run(
            "return fetch('/session').then((answer) => answer.json())"
        )
        #expect(session["code"]?.int == 200)
        #expect(try await browser.text("#userid") == session["data"]?["user"]?["userid"]?.string)
    }

    /// Nothing on the console, where a violated policy and a failed request also show.
    func expectNoTrouble() async throws {
        #expect(try await browser.console() == [])
    }
}
