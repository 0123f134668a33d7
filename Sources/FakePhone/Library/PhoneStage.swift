internal import HTTPTransport
internal import HTTPTransportAHC

/// Two running servers, and the people that a test lets loose on them.
///
/// The library's front door: another project's tests script browsers and phones against a scan
/// login, and play scenario files. The servers are its caller's; nothing is started here.
///
/// ```swift
/// try await withPhoneStage(login: "http://127.0.0.1:8080", weChat: "http://127.0.0.1:9090") { stage in
///     var laptop = stage.browser()
///     var alice = stage.phone("alice")
///     try await laptop.open()
///     try await alice.scan(laptop)
///     try await alice.confirm()
///     let login = try await laptop.complete()
///     #expect(login["user", "userid"] == alice.userID)
/// }
/// ```
public struct PhoneStage: Sendable {
    private let login: ServerAddress
    private let weChat: ServerAddress
    private let transport: any HTTPTransport
    private let dialer: any WatchDialer
    private let time: PhoneTime
    private let dice: Dice
    private let recorder = Recorder()

    init(login: ServerAddress, weChat: ServerAddress, transport: any HTTPTransport, seed: UInt64) {
        self.login = login
        self.weChat = weChat
        self.transport = transport
        time = .machine
        dice = Dice(seed: seed)
        dialer = NIOWatchDialer(time: time, dice: dice)
    }

    /// A browser with the login page open, and no cookies yet.
    ///
    /// - Parameter name: What the transcript calls it.
    /// - Returns: The browser.
    public func browser(_ name: String = "browser") -> StageBrowser {
        StageBrowser(
            FakeBrowser(name: name, login: login, line: line(name), dialer: dialer)
        )
    }

    /// A person of the mock with a phone.
    ///
    /// - Parameters:
    ///   - person: The name at the mock: alice, bob, carol and mallory are in its built-in world.
    ///   - appID: The mini-program of a phone that logs in before it scans.
    /// - Returns: The phone.
    public func phone(
        _ person: String,
        appID: String = "wx0123456789abcdef"
    ) -> StagePhone {
        StagePhone(
            FakePhone(
                name: person,
                person: person,
                appID: appID,
                login: login,
                weChat: weChat,
                line: line(person)
            )
        )
    }

    /// Plays a scenario, the text of a file as Fixtures/Scenarios/README.md describes it.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - name: What messages call the file.
    /// - Returns: How it ended, with the transcript.
    /// - Throws: `PhoneStageError.badScenario` with line and column; nothing was played then.
    public func play(
        yaml: String,
        name: String = "scenario.yaml"
    ) async throws(PhoneStageError) -> StagePlay {
        let scenario: Scenario
        do {
            scenario = try Scenario(yaml: yaml, file: name)
        } catch {
            throw .badScenario("\(error)")
        }
        let runner = ScenarioRunner(
            login: login,
            weChat: weChat,
            transport: transport,
            dialer: dialer,
            time: time,
            dice: dice
        )
        let lines = LineKeeper()
        let result = await runner.run(scenario) { lines.keep($0) }
        return StagePlay(result, transcript: lines.all)
    }

    /// Everything that browsers and phones of this stage have said to servers so far, a line each,
    /// oldest first; cookies, bearers and scenes are shortened.
    public var transcript: [String] {
        let transcript = Transcript(hasColours: false)
        return recorder.exchanges.flatMap { transcript.lines(for: .exchange($0)) }
    }

    private func line(_ name: String) -> Line {
        Line(name: name, transport: transport, time: time, recorder: recorder)
    }
}

/// Lends a stage to `body`, and closes its connections afterwards, also when `body` throws.
///
/// - Parameters:
///   - login: Where the login server listens, such as `http://127.0.0.1:8080`, without a path.
///   - weChat: Where the mock of WeChat listens.
///   - seed: The seed of everything that is thrown by dice.
///   - body: Gets the stage.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; `PhoneStageError.badAddress` for an address that is none.
public func withPhoneStage<Value>(
    login: String,
    weChat: String,
    seed: UInt64 = 1,
    _ body: (PhoneStage) async throws -> Value
) async throws -> Value {
    guard let login = ServerAddress(login, name: "login-server") else {
        throw PhoneStageError.badAddress(login)
    }
    guard let weChat = ServerAddress(weChat, name: "mock-wechat") else {
        throw PhoneStageError.badAddress(weChat)
    }
    return try await withAHCTransport { transport in
        try await body(
            PhoneStage(login: login, weChat: weChat, transport: transport, seed: seed)
        )
    }
}
