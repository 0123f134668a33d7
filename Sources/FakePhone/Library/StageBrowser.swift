/// A browser of a stage: cookies, the picture on its screen, and what it was pushed.
public struct StageBrowser: Sendable {
    private(set) var browser: FakeBrowser

    init(_ browser: FakeBrowser) { self.browser = browser }

    /// The PNG bytes of the code on the screen; nil before the first one.
    public var picture: [UInt8]? { browser.picture?.bytes }

    /// The states that the current watch has delivered, oldest first.
    public var states: [String] { browser.pushes.map(\.state.rawValue) }

    /// `POST /attempt`: a new code on the screen.
    @discardableResult
    public mutating func open() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.openAttempt() }
    }

    /// `GET /attempt`: how it stands.
    public mutating func look() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.attempt() }
    }

    /// Watches the attempt; an earlier watch ends.
    ///
    /// - Parameter way: WebSocket, server-sent events or long poll.
    /// - Returns: 101 or 200 when the watch stands, else the refusal.
    /// - Throws: `PhoneStageError.impossible` without an answer.
    @discardableResult
    public mutating func watch(
        by way: WatchKind = .websocket
    ) async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in
            try await browser.watch(by: way) ?? Reply(status: way == .websocket ? 101 : 200)
        }
    }

    /// Waits for the next push, which must be `state`.
    ///
    /// - Throws: `PhoneStageError.unmet` when another one comes, the watch ends, or none comes in time.
    public mutating func sees(
        _ state: AttemptState,
        within patience: Duration = .seconds(10)
    ) async throws(PhoneStageError) {
        let event: WatchEvent?
        do {
            event = try await browser.nextEvent(within: patience)
        } catch {
            throw PhoneStageError(error)
        }
        let got: String
        switch event {
        case .push(let push):
            if push.state == state { return }
            got = push.state.rawValue
        case .nonsense(let text): got = "the message \(text)"
        case .closed(let code): got = "the end of the watch, \(code.map(String.init) ?? "no code")"
        case nil: got = "nothing within \(patience.inSeconds)"
        }
        throw .unmet(expected: state.rawValue, got: got)
    }

    /// `POST /attempt/complete`: collects the login.
    @discardableResult
    public mutating func complete() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.complete() }
    }

    /// `POST /attempt/cancel`.
    @discardableResult
    public mutating func cancel() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.cancelAttempt() }
    }

    /// `GET /session`: who is logged in.
    public mutating func session() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.session() }
    }

    /// `POST /session/logout`.
    @discardableResult
    public mutating func logOut() async throws(PhoneStageError) -> StageAnswer {
        try await say { browser throws(FakePhoneError) in try await browser.logout() }
    }

    /// Ends the watch, if there is one.
    public mutating func stopWatching() async { await browser.stopWatching() }

    private mutating func say(
        _ call: (inout FakeBrowser) async throws(FakePhoneError) -> Reply
    ) async throws(PhoneStageError) -> StageAnswer {
        do {
            return StageAnswer(try await call(&browser))
        } catch {
            throw PhoneStageError(error)
        }
    }
}
