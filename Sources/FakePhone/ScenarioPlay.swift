internal import HTTPTypes

/// One scenario being played: the people of its cast, and what later steps need of earlier ones.
struct ScenarioPlay {
    /// How long a push may take that follows at once from what somebody did.
    private static let pushPatience: Duration = .seconds(10)
    /// How much later than promised a code may be reported as expired.
    private static let expiryMargin: Duration = .seconds(10)
    /// How often a waiting step says that it still waits, and asks the mock's journal again.
    private static let progressInterval: Duration = .seconds(5)
    private static let journalInterval: Duration = .milliseconds(250)
    /// The longest `Retry-After` that is waited for.
    private static let retryAfterSecondsMax = 120

    private let scenario: Scenario
    private let runner: ScenarioRunner
    private let progress: (String) -> Void
    private let mock: MockControl
    private var browsers: [String: FakeBrowser] = [:]
    private var phones: [String: FakePhone] = [:]
    private var keptBodies: [String: [UInt8]] = [:]
    /// The faults that this scenario set, to be taken away by it; nil for one without an id.
    private var faults: [String?] = []
    /// The end of the mock's journal at the last mark; nil before the first.
    private var journalMark: Int?

    init(
        _ scenario: Scenario,
        runner: ScenarioRunner,
        recorder: Recorder,
        progress: @escaping (String) -> Void
    ) {
        self.scenario = scenario
        self.runner = runner
        self.progress = progress
        let line = { (name: String) in
            Line(
                name: name,
                transport: runner.transport,
                time: runner.time,
                recorder: recorder
            )
        }
        mock = MockControl(weChat: runner.weChat, line: line("scenario"))
        for member in scenario.cast {
            switch member.role {
            case .browser:
                browsers[member.name] = FakeBrowser(
                    name: member.name,
                    login: runner.login,
                    line: line(member.name),
                    dialer: runner.dialer
                )
            case .phone(let person):
                phones[member.name] = FakePhone(
                    name: member.name,
                    person: person,
                    appID: runner.appID,
                    login: runner.login,
                    weChat: runner.weChat,
                    line: line(member.name)
                )
            }
        }
    }

    /// Does one step and judges what came of it.
    mutating func perform(_ step: Scenario.Step) async throws(StepEnd) {
        do {
            if let reply = try await act(step.action) {
                if let name = step.keepBody { keptBodies[name] = reply.body }
                try judge(reply, step)
            }
        } catch let end as StepEnd {
            throw end
        } catch {
            throw .failed(expected: "the step to be possible", got: "\(error)")
        }
    }

    /// Ends what is still open.
    ///
    /// Nothing here can make a scenario fail.
    mutating func cleanUp() async {
        for member in scenario.cast where member.role == .browser {
            await browsers[member.name]?.stopWatching()
        }
        for fault in faults {
            guard let id = fault else {
                _ = try? await mock.clearFaults()
                continue
            }
            _ = try? await mock.clearFault(id: id)
        }
        faults = []
    }

    // MARK: Acting

    /// Does what a step says; the answer that `expect` is about, if there is one.
    private mutating func act(_ action: Scenario.Action) async throws -> Reply? {
        switch action {
        case .open(let name, let opening):
            return try await open(name, opening)
        case .show(let name):
            try show(try browser(name))
            return nil
        case .look(let name, let state):
            return try await look(name, state)
        case .watch(let name, let kind):
            return try await with(browser: name) { browser in
                // A watch that stands has no answer to read; 101 and 200 stand for it.
                try await browser.watch(by: kind)
                    ?? Reply(status: kind == .websocket ? 101 : 200)
            }
        case .sees(let name, let state, let seconds):
            try await sees(name, state, withinSeconds: seconds)
            return nil
        case .saw(let name, let states):
            try saw(try browser(name), states)
            return nil
        case .complete(let name):
            return try await with(browser: name) { try await $0.complete() }
        case .cancelAttempt(let name):
            return try await with(browser: name) { try await $0.cancelAttempt() }
        case .session(let name):
            return try await with(browser: name) { try await $0.session() }
        case .logout(let name):
            return try await with(browser: name) { try await $0.logout() }
        case .logIn, .scan, .confirm, .cancel, .guess:
            return try await actPhone(action)
        case .advance, .fault, .clearFaults, .mark, .asked:
            return try await actMock(action)
        }
    }

    private mutating func actPhone(_ action: Scenario.Action) async throws -> Reply? {
        switch action {
        case .logIn(let name):
            return try await with(phone: name) { try await $0.logIn() }
        case .scan(let name, let browserName, let number, let how):
            let pictures = try browser(browserName).pictures
            let index = (number ?? pictures.count) - 1
            guard pictures.indices.contains(index) else {
                throw FakePhoneError.noPicture(browser: browserName)
            }
            return try await with(phone: name) { try await $0.scan(pictures[index], how: how) }
        case .confirm(let name, let milliseconds):
            return try await phone(name).confirm(after: .milliseconds(milliseconds))
        case .cancel(let name):
            return try await phone(name).cancel()
        case .guess(let name):
            let scene = runner.dice.scene()
            return try await with(phone: name) { try await $0.guess(scene: scene) }
        default:
            return nil
        }
    }

    private mutating func actMock(_ action: Scenario.Action) async throws -> Reply? {
        switch action {
        case .advance(let seconds):
            return try await mock.advance(seconds: seconds)
        case .fault(let fault):
            let reply = try await mock.setFault(fault)
            if reply.isOK {
                let id = reply.json?["id"]
                faults.append(id?.string ?? id?.int.map(String.init))
            }
            return reply
        case .clearFaults:
            faults = []
            return try await mock.clearFaults()
        case .mark:
            journalMark = try await mock.journalEnd()
            return nil
        case .asked(let endpoint, let count, let seconds):
            try await asked(endpoint, atLeast: count, withinSeconds: seconds)
            return nil
        default:
            return nil
        }
    }

    // MARK: Steps of several calls

    private mutating func open(
        _ name: String,
        _ opening: Scenario.Opening
    ) async throws -> Reply {
        let before = try browser(name).picture
        var tries = 1
        var reply = try await with(browser: name) { try await $0.openAttempt() }
        while !reply.isOK, tries < opening.tries {
            guard reply.error == opening.retryOn else { return reply }
            guard let seconds = reply.retryAfterSeconds, seconds <= Self.retryAfterSecondsMax
            else {
                throw StepEnd.failed(
                    expected: "Retry-After, up to \(Self.retryAfterSecondsMax) s",
                    got: reply.fields[.retryAfter].map { "Retry-After: \($0)" }
                        ?? "\(reply.summary) without it"
                )
            }
            progress("try \(tries) of \(opening.tries): \(reply.summary), again in \(seconds) s")
            try await runner.time.sleep(.seconds(seconds))
            tries += 1
            reply = try await with(browser: name) { try await $0.openAttempt() }
        }
        guard reply.isOK else { return reply }
        if opening.isRenewal, try browser(name).picture == before {
            throw StepEnd.failed(expected: "a new picture", got: "the picture as before")
        }
        let lifetime = try browser(name).expiresInSeconds
        if let most = scenario.sceneSecondsMax, lifetime > most {
            throw StepEnd.skipped(
                "needs codes that live up to \(most) s, here they live \(lifetime) s "
                    + "(SCAN_LOGIN_LIFETIMES_SCENE_SECONDS)"
            )
        }
        return reply
    }

    private func show(_ browser: FakeBrowser) throws {
        guard let picture = browser.picture else {
            throw FakePhoneError.noPicture(browser: browser.name)
        }
        guard let size = picture.size, size.width > 0, size.height > 0 else {
            throw StepEnd.failed(expected: "a PNG with a size", got: "a PNG without one")
        }
        progress("\(picture.bytes.count) bytes, \(size.width) x \(size.height)")
    }

    private mutating func look(_ name: String, _ state: AttemptState?) async throws -> Reply {
        let reply = try await with(browser: name) { try await $0.attempt() }
        guard reply.isOK, let state else { return reply }
        guard let data = reply.data, let push = Push(data) else {
            throw StepEnd.failed(expected: "state, seq and expires_in", got: "something else")
        }
        guard push.state == state else {
            throw StepEnd.failed(expected: state.rawValue, got: push.state.rawValue)
        }
        return reply
    }

    private mutating func sees(
        _ name: String,
        _ state: AttemptState,
        withinSeconds: Int?
    ) async throws {
        let subject = try browser(name)
        let lifetime = subject.pushes.last?.expiresInSeconds ?? subject.expiresInSeconds
        var patience = withinSeconds.map { Duration.seconds($0) } ?? Self.pushPatience
        if state == .expired {
            if let most = runner.skipSlow, .seconds(lifetime) > most {
                throw StepEnd.skipped(
                    "would wait \(lifetime) s for a code to expire, "
                        + "longer than --skip-slow \(most.components.seconds)"
                )
            }
            if withinSeconds == nil { patience = .seconds(lifetime) + Self.expiryMargin }
        }
        let event = try await nextEvent(name, within: patience, waitingFor: state)
        switch event {
        case .push(let push) where push.state == state:
            return
        case .push(let push):
            throw StepEnd.failed(
                expected: "push \(state.rawValue)",
                got: "push \(push.state.rawValue), seq \(push.seq)"
            )
        case .nonsense(let text):
            throw StepEnd.failed(expected: "push \(state.rawValue)", got: "the message \(text)")
        case .closed(let code):
            let how = code.map { "code \($0)" } ?? "no code"
            throw StepEnd.failed(
                expected: "push \(state.rawValue)",
                got: "the watch was closed, \(how)"
            )
        case nil:
            throw StepEnd.failed(
                expected: "push \(state.rawValue)",
                got: "nothing within \(patience.inSeconds)"
            )
        }
    }

    /// Waits in short pieces, so that a long wait says that it is one.
    private mutating func nextEvent(
        _ name: String,
        within patience: Duration,
        waitingFor state: AttemptState
    ) async throws -> WatchEvent? {
        var waited = Duration.zero
        while waited < patience {
            let piece = min(Self.progressInterval, patience - waited)
            let event = try await with(browser: name) { try await $0.nextEvent(within: piece) }
            if let event { return event }
            waited += piece
            progress(
                "\(name) waits for \(state.rawValue): "
                    + "\(waited.inSeconds) of at most \(patience.inSeconds)"
            )
        }
        return nil
    }

    private func saw(_ browser: FakeBrowser, _ states: [AttemptState]) throws {
        let pushes = browser.pushes
        let expected = states.map(\.rawValue).joined(separator: ", ")
        guard pushes.map(\.state) == states else {
            throw StepEnd.failed(
                expected: expected,
                got: pushes.isEmpty
                    ? "nothing" : pushes.map(\.state.rawValue).joined(separator: ", ")
            )
        }
        for (earlier, later) in zip(pushes, pushes.dropFirst()) where later.seq != earlier.seq + 1 {
            throw StepEnd.failed(
                expected: "seq to grow by one with each push",
                got: pushes.map { String($0.seq) }.joined(separator: ", ")
            )
        }
    }

    private func asked(
        _ endpoint: String,
        atLeast count: Int,
        withinSeconds seconds: Int
    ) async throws {
        guard let journalMark else {
            throw StepEnd.failed(expected: "'wechat: mark' before this step", got: "no mark")
        }
        let deadline = runner.time.now() + .seconds(seconds)
        while true {
            let calls = try await mock.calls(of: endpoint, after: journalMark)
            if calls >= count { return }
            guard runner.time.now() < deadline else {
                throw StepEnd.failed(
                    expected: "at least \(count) calls of \(endpoint)",
                    got: "\(calls)"
                )
            }
            try await runner.time.sleep(Self.journalInterval)
        }
    }

    // MARK: Judging

    private func judge(_ reply: Reply, _ step: Scenario.Step) throws {
        let expectation = step.expectation
        try judgeStatus(reply, expectation)
        if expectation.retryAfter, reply.retryAfterSeconds == nil {
            throw StepEnd.failed(
                expected: "Retry-After in whole seconds",
                got: reply.fields[.retryAfter] ?? "no such field"
            )
        }
        if let redirect = expectation.redirect {
            let got = reply.data?["redirect"]?.string
            guard got == redirect else {
                throw StepEnd.failed(expected: "redirect \(redirect)", got: got ?? "none")
            }
        }
        if let name = expectation.userOfPhone {
            let expected = try phone(name).session?.user["userid"]?.string
            let got = reply.data?["user"]?["userid"]?.string
            guard let expected, expected == got else {
                throw StepEnd.failed(
                    expected: "the user of \(name), \(expected ?? "who is not logged in")",
                    got: got ?? "no user"
                )
            }
        }
        if let name = expectation.bodyAs {
            guard reply.body == keptBodies[name] else {
                throw StepEnd.failed(
                    expected: "the bytes of '\(name)': \(text(keptBodies[name] ?? []))",
                    got: text(reply.body)
                )
            }
        }
    }

    private func judgeStatus(_ reply: Reply, _ expectation: Scenario.Expectation) throws {
        if expectation.status == nil, expectation.error == nil {
            // 101 is how a WebSocket that stands looks.
            guard reply.isOK || reply.status == 101 else {
                throw StepEnd.failed(expected: "success", got: reply.summary)
            }
            return
        }
        let fits =
            (expectation.status ?? reply.status) == reply.status
            && (expectation.error ?? reply.error) == reply.error
        guard fits else {
            let expected = [expectation.status.map(String.init), expectation.error]
            throw StepEnd.failed(
                expected: expected.compactMap(\.self).joined(separator: " "),
                got: reply.summary
            )
        }
    }

    private func text(_ body: [UInt8]) -> String {
        body.isEmpty ? "nothing" : String(decoding: body.prefix(300), as: UTF8.self)
    }

    // MARK: The cast

    // A parsed scenario names nobody outside its cast; these errors are for one made by hand.

    private func browser(_ name: String) throws -> FakeBrowser {
        guard let browser = browsers[name] else {
            throw StepEnd.failed(expected: "a browser '\(name)'", got: "nobody")
        }
        return browser
    }

    private func phone(_ name: String) throws -> FakePhone {
        guard let phone = phones[name] else {
            throw StepEnd.failed(expected: "a phone '\(name)'", got: "nobody")
        }
        return phone
    }

    private mutating func with<Value>(
        browser name: String,
        _ body: (inout FakeBrowser) async throws -> Value
    ) async throws -> Value {
        var subject = try browser(name)
        defer { browsers[name] = subject }
        return try await body(&subject)
    }

    private mutating func with<Value>(
        phone name: String,
        _ body: (inout FakePhone) async throws -> Value
    ) async throws -> Value {
        var subject = try phone(name)
        defer { phones[name] = subject }
        return try await body(&subject)
    }
}
