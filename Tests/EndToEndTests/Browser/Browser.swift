import FakePhone
import Foundation
import HTTPTypes

/// One browser, over WebDriver (W3C WebDriver 2, and chromedriver's `goog/cdp` and `se/log`).
struct Browser {
    /// How long a page may take to become what a test waits for.
    private static let patience: Duration = .seconds(45)

    private let driver: ServerAddress
    private let line: Line
    /// `/session/<id>`.
    private let path: String

    /// Starts a browser.
    static func start(
        _ driver: ServerAddress,
        _ line: Line,
        capabilities: JSONValue
    ) async throws -> Browser {
        let value = try await send(
            .post,
            "/session",
            ["capabilities": ["alwaysMatch": capabilities]],
            to: driver,
            line
        )
        let id = value["sessionId"]?.string ?? ""
        return Browser(driver: driver, line: line, path: "/session/\(id)")
    }

    /// Ends the browser.
    func quit() async throws {
        try await send(.delete, "")
    }

    // MARK: - Pages

    /// Opens an address, and returns once the page has loaded.
    func open(_ url: String) async throws {
        try await send(.post, "/url", ["url": .string(url)])
    }

    func url() async throws -> String {
        try await send(.get, "/url").string ?? ""
    }

    /// Runs a script in the page; a promise that it returns is waited for.
    @discardableResult
    func run(_ script: String, _ arguments: JSONValue...) async throws -> JSONValue {
        try await send(
            .post,
            "/execute/sync",
            ["script": .string(script), "args": .array(arguments)]
        )
    }

    /// The value of an expression.
    func value(_ expression: String) async throws -> JSONValue {
        try await run("return \(expression)")
    }

    /// The text that a person sees of an element.
    func text(_ selector: String) async throws -> String {
        try await run("return document.querySelector(arguments[0]).innerText", .string(selector))
            .string ?? ""
    }

    /// Waits until the page has a state, here or on the page that it goes to.
    func wait(for state: String) async throws {
        try await wait(until: "document.documentElement.dataset.state === '\(state)'")
    }

    /// Waits until an expression is true; it is asked again whenever the page changes.
    func wait(until condition: String) async throws {
        let start = line.time.now()
        while true {
            let left = Self.patience - (line.time.now() - start)
            let found: JSONValue
            do {
                found = try await run(
                    Self.waiting(for: condition),
                    .int(max(0, left.milliseconds))
                )
            } catch let error as WebDriverError
                where error.error == "javascript error" && left > .zero
            {
                // The page went to the next one: the same question is asked there.
                continue
            }
            guard case .bool(true) = found else {
                throw WebDriverError(
                    command: "wait",
                    error: "timeout",
                    message: "never \(condition), but \(found.string ?? "nothing")"
                )
            }
            return
        }
    }

    private static func waiting(for condition: String) -> String {
        """
        return new Promise((resolve) => {
          const done = (value) => {
            clearTimeout(timer);
            observer.disconnect();
            resolve(value);
          };
          const look = () => { if (\(condition)) done(true); };
          const page = () => `${location} in state ${document.documentElement.dataset.state}`;
          const timer = setTimeout(() => done(page()), arguments[0]);
          const observer = new MutationObserver(look);
          observer.observe(document, {
            subtree: true, childList: true, attributes: true, characterData: true,
          });
          look();
        });
        """
    }

    /// What is on the screen.
    func screenshot() async throws -> Picture {
        let png = try await send(.get, "/screenshot").string ?? ""
        guard let picture = Picture(dataURL: "data:image/png;base64,\(png)") else {
            throw WebDriverError(command: "screenshot", error: "no picture", message: "")
        }
        return picture
    }

    // MARK: - Hands

    func click(_ selector: String) async throws {
        try await send(.post, "/element/\(element(selector))/click", [:])
    }

    /// Types into a field; a field for a file gets the file of that path.
    func type(_ text: String, into selector: String) async throws {
        try await send(.post, "/element/\(element(selector))/value", ["text": .string(text)])
    }

    /// Presses and releases keys one after the other, as characters of WebDriver's table.
    func press(_ keys: Key...) async throws {
        let strokes = keys.flatMap { key in
            ["keyDown", "keyUp"].map { type -> JSONValue in
                ["type": .string(type), "value": .string(key.rawValue)]
            }
        }
        try await send(
            .post,
            "/actions",
            ["actions": .array([["type": "key", "id": "keys", "actions": .array(strokes)]])]
        )
    }

    enum Key: String {
        case tab = "\u{E004}"
        case enter = "\u{E007}"
    }

    // MARK: - What assistive technology is told

    /// An element's accessible name.
    func label(_ selector: String) async throws -> String {
        try await send(.get, "/element/\(element(selector))/computedlabel").string ?? ""
    }

    func role(_ selector: String) async throws -> String {
        try await send(.get, "/element/\(element(selector))/computedrole").string ?? ""
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await send(
            .post,
            "/element",
            ["using": "css selector", "value": .string(selector)]
        )
        // The key's name is a constant of the standard.
        return found["element-6066-11e4-a52e-4f735466cecf"]?.string ?? ""
    }

    // MARK: - Tabs

    func tab() async throws -> JSONValue {
        try await send(.get, "/window")
    }

    /// Every tab and window that is open.
    func tabs() async throws -> [JSONValue] {
        try await send(.get, "/window/handles").array ?? []
    }

    /// Waits until so many are open.
    func wait(forTabs count: Int) async throws -> [JSONValue] {
        let start = line.time.now()
        while true {
            let tabs = try await tabs()
            if tabs.count == count { return tabs }
            guard line.time.now() - start < Self.patience else {
                throw WebDriverError(
                    command: "wait",
                    error: "timeout",
                    message: "never \(count) windows, but \(tabs.count)"
                )
            }
        }
    }

    /// Opens an empty tab and goes there.
    func newTab() async throws {
        let tab = try await send(.post, "/window/new", ["type": "tab"])
        try await go(to: tab["handle"] ?? .null)
    }

    /// Opens an empty window and goes there.
    func newWindow() async throws {
        let window = try await send(.post, "/window/new", ["type": "window"])
        try await go(to: window["handle"] ?? .null)
    }

    func go(to tab: JSONValue) async throws {
        try await send(.post, "/window", ["handle": tab])
    }

    // MARK: - The browser's own tools

    /// A command of the Chrome DevTools Protocol.
    @discardableResult
    func tools(_ command: String, _ parameters: JSONValue = [:]) async throws -> JSONValue {
        try await send(
            .post,
            "/goog/cdp/execute",
            ["cmd": .string(command), "params": parameters]
        )
    }

    /// Runs a script in every page from now on, before the page's own.
    func prepare(_ script: String) async throws {
        try await tools("Page.addScriptToEvaluateOnNewDocument", ["source": .string(script)])
    }

    /// A window of so many CSS pixels, on a screen that has `scale` dots for each.
    func resize(_ width: Int, _ height: Int, scale: Int = 1) async throws {
        try await tools(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .int(width), "height": .int(height), "deviceScaleFactor": .int(scale),
                "mobile": false,
            ]
        )
    }

    /// What the browser's owner prefers: `prefers-color-scheme`, `prefers-reduced-motion`.
    func prefer(_ features: [String: String]) async throws {
        let list = features.keys.sorted().map { name -> JSONValue in
            ["name": .string(name), "value": .string(features[name] ?? "")]
        }
        try await tools("Emulation.setEmulatedMedia", ["features": .array(list)])
    }

    /// Takes the network away, or gives it back.
    func network(isThere: Bool) async throws {
        try await tools(
            "Network.emulateNetworkConditions",
            [
                "offline": .bool(!isThere), "latency": 0, "downloadThroughput": -1,
                "uploadThroughput": -1,
            ]
        )
    }

    /// What the console has said since it was last asked.
    func console() async throws -> [String] {
        try await log("browser").map { $0["message"]?.string ?? "" }
    }

    /// What went over the network since it was last asked.
    func network() async throws -> [NetworkEvent] {
        try await log("performance").compactMap(NetworkEvent.init)
    }

    private func log(_ type: String) async throws -> [JSONValue] {
        try await send(.post, "/se/log", ["type": .string(type)]).array ?? []
    }

    // MARK: - The wire

    @discardableResult
    private func send(
        _ method: HTTPRequest.Method,
        _ command: String,
        _ body: JSONValue? = nil
    ) async throws -> JSONValue {
        try await Self.send(method, path + command, body, to: driver, line)
    }

    private static func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSONValue?,
        to driver: ServerAddress,
        _ line: Line
    ) async throws -> JSONValue {
        let reply = try await line.say(
            method,
            path,
            to: driver,
            body: body?.bytes ?? [],
            patience: patience * 2
        )
        let value = reply.json?["value"] ?? .null
        guard reply.isOK else {
            throw WebDriverError(
                command: path,
                error: value["error"]?.string ?? "\(reply.status)",
                message: value["message"]?.string ?? ""
            )
        }
        return value
    }
}
