import FakePhone
import Foundation
import Testing

/// A website with our button, and a browser, a phone and the real programs around it.
struct WebsiteStage {
    let website: WebsiteServer
    var stage: BrowserStage

    var browser: Browser { stage.browser }

    /// The name that the operator has given the website.
    static let name = "Tea Shop"

    /// Lends a stage whose programs run until `body` is done; the website is registered by the command
    /// that operators use.
    static func with(
        acceptLanguage: String = "en",
        _ body: (inout WebsiteStage) async throws -> Void
    ) async throws {
        try await Programs.withFolder { folder in
            let database = "\(folder)/login.sqlite"
            try await WebsiteServer.with { website in
                let added = try await Programs.end(
                    "login-server",
                    [
                        "clients", "add", "--name", name, "--redirect-uri",
                        "\(website.origin)/callback", "--mode", "development", "--database",
                        database,
                    ]
                )
                let printed = JSONValue(Array(added.output.utf8))
                let clientID = try #require(printed?["client_id"]?.string, "\(added.errors)")
                try await Programs.with("mock-wechat", ["--port", "0"]) { mock in
                    try await Programs.with(
                        "login-server",
                        [
                            "serve", "--mode", "development", "--port", "0", "--wechat", mock.url,
                            "--database", database,
                        ],
                        environment: BrowserStage.patient([:])
                    ) { login in
                        try await BrowserStage.with(login, mock, acceptLanguage: acceptLanguage) {
                            website.connect(to: $0.login, as: clientID)
                            var stage = WebsiteStage(website: website, stage: $0)
                            try await body(&stage)
                            $0 = stage.stage
                        }
                    }
                }
            }
        }
    }

    /// From the website's page to our login page, by the button.
    func clickButton(at path: String) async throws {
        try await browser.open(website.origin + path)
        try await browser.wait(until: "document.querySelector('scan-login').shadowRoot")
        try await browser.click("scan-login")
    }

    /// The same in one call, until the code is there.
    func openLogin() async throws {
        try await clickButton(at: "/")
        try await browser.wait(for: "waiting")
    }

    /// What the website got, by name; each at most once.
    func answer() throws -> [String: String] {
        let query = try #require(website.answers.last)
        let items = URLComponents(string: "?\(query)")?.queryItems ?? []
        return try Dictionary(items.map { ($0.name, $0.value ?? "") }) { _, _ in
            throw WebDriverError(command: "callback", error: "twice", message: query)
        }
    }
}
