import FakePhone
import Foundation
import HTTPTransportAHC
import Subprocess
import SystemPackage

/// A real Chromium without a window, driven through its chromedriver.
///
/// Both come from Debian's packages `chromium` and `chromium-driver`, which `CI/setup` installs.
enum Chromium {
    /// Chromium or its driver is not on this machine; a test that needs them fails.
    struct Missing: Error, CustomStringConvertible {
        var program: String
        var description: String {
            "\(program) is not installed, so the pages were not tested; CI/setup installs it"
        }
    }

    /// Lends a browser with a profile of its own, and deletes it.
    ///
    /// `acceptLanguage` is what the browser's owner reads, `zh-CN` for example.
    static func with<Value: Sendable>(
        acceptLanguage: String,
        _ body: (Browser) async throws -> Value
    ) async throws -> Value {
        let chromium = try find(["chromium", "chromium-browser", "google-chrome"])
        return try await Programs.withFolder { folder in
            try await withDriver(keepingFilesIn: folder) { driver in
                try await withAHCTransport { transport in
                    let line = Line(
                        name: "test",
                        transport: transport,
                        time: PhoneTime(ContinuousClock()),
                        recorder: Recorder()
                    )
                    let browser = try await Browser.start(
                        driver,
                        line,
                        capabilities: capabilities(chromium, acceptLanguage)
                    )
                    let value: Result<Value, any Error>
                    do {
                        value = .success(try await body(browser))
                    } catch {
                        value = .failure(error)
                    }
                    // The driver ends its Chromium now; ended itself, it would leave it behind.
                    try await browser.quit()
                    return try value.get()
                }
            }
        }
    }

    private static func capabilities(
        _ chromium: String,
        _ acceptLanguage: String
    ) -> JSONValue {
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--force-color-profile=srgb", "--window-size=1280,800",
            "--accept-lang=\(acceptLanguage)",
        ]
        return [
            "goog:chromeOptions": [
                "binary": .string(chromium),
                "args": .array(arguments.map(JSONValue.string)),
            ],
            "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
        ]
    }

    private static func find(_ names: [String]) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        for name in names {
            for folder in path.split(separator: ":") {
                let file = "\(folder)/\(name)"
                if FileManager.default.isExecutableFile(atPath: file) { return file }
            }
        }
        throw Missing(program: names[0])
    }

    /// Ports below those that Linux gives to callers, whose closed connections hold theirs for a minute.
    private static let driverPorts = 15_000..<32_000

    /// Runs a chromedriver while `body` does.
    private static func withDriver<Value: Sendable>(
        keepingFilesIn folder: String,
        _ body: (ServerAddress) async throws -> Value
    ) async throws -> Value {
        // Left to itself it picks a free port of ::1, and gives up when 127.0.0.1 has that one in use.
        for _ in 0..<20 {
            if let value = try await onceWithDriver(keepingFilesIn: folder, body) { return value }
        }
        throw ProgramFailed(description: "chromedriver ended before it listened")
    }

    /// The same, with nil for a chromedriver that ended before it listened.
    private static func onceWithDriver<Value: Sendable>(
        keepingFilesIn folder: String,
        _ body: (ServerAddress) async throws -> Value
    ) async throws -> Value? {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(3))]
        let result = try await run(
            .path(FilePath(find(["chromedriver"]))),
            arguments: ["--port=\(Int.random(in: driverPorts))"],
            // Where it makes the profile.
            environment: .inherit.updating(["TMPDIR": folder]),
            platformOptions: options,
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution -> Result<Value, any Error>? in
            var driver: ServerAddress?
            for try await line in execution.standardOutput.strings() {
                if let port = line.firstMatch(of: /successfully on port ([0-9]+)/)?.1 {
                    driver = ServerAddress("http://127.0.0.1:\(port)", name: "chromedriver")
                    break
                }
            }
            guard let driver else { return nil }
            let value: Result<Value, any Error>
            do {
                value = .success(try await body(driver))
            } catch {
                value = .failure(error)
            }
            try? execution.send(signal: .terminate)
            return value
        }
        return try result.closureResult?.get()
    }
}
