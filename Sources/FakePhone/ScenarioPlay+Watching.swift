internal import HTTPTypes

extension ScenarioPlay {
    /// How long a push may take that follows at once from what somebody did.
    private static let pushPatience: Duration = .seconds(10)
    /// How much later than promised a code may be reported as expired.
    private static let expiryMargin: Duration = .seconds(10)
    /// How often a waiting step says that it still waits.
    private static let progressInterval: Duration = .seconds(5)
    /// The longest `Retry-After` that is waited for.
    private static let retryAfterSecondsMax = 120

    /// `open` and `renew`.
    mutating func open(_ step: Scenario.Step) async throws -> Reply {
        let name = step.who
        let tries = step.arguments.int("tries") ?? 1
        let retryOn = step.arguments.text("retry_on") ?? "wechat_unavailable"
        let twist = try await twist(step)
        var number = 1
        var reply = try await with(browser: name) { try await $0.openAttempt(twist: twist) }
        while !reply.isOK, number < tries {
            guard reply.error == retryOn else { return reply }
            guard let seconds = reply.retryAfterSeconds, seconds <= Self.retryAfterSecondsMax
            else {
                throw StepEnd.failed(
                    expected: "Retry-After, up to \(Self.retryAfterSecondsMax) s",
                    got: reply.fields[.retryAfter].map { "Retry-After: \($0)" }
                        ?? "\(reply.summary) without it"
                )
            }
            progress("try \(number) of \(tries): \(reply.summary), again in \(seconds) s")
            try await runner.time.sleep(.seconds(seconds))
            number += 1
            reply = try await with(browser: name) { try await $0.openAttempt(twist: twist) }
        }
        guard reply.isOK else { return reply }
        lastSeq[name] = nil
        let lifetime = try browser(name).expiresInSeconds
        if let most = scenario.sceneSecondsMax, lifetime > most {
            throw StepEnd.skipped(
                "needs codes that live up to \(most) s, here they live \(lifetime) s "
                    + "(SCAN_LOGIN_LIFETIMES_SCENE_SECONDS)"
            )
        }
        return reply
    }

    /// `watch`; nil where a design's pages are told nothing.
    mutating func watch(_ step: Scenario.Step) async throws -> Reply? {
        let wanted = step.arguments.choice("by", of: WatchKind.self)
        guard let kind = wanted ?? runner.adapter.watching?.usual else {
            progress("left out: the design has no watch")
            return nil
        }
        let twist = try await twist(step)
        return try await with(browser: step.who) { browser in
            // A watch that stands has no answer to read; 101 and 200 stand for it.
            try await browser.watch(by: kind, twist: twist)
                ?? Reply(status: kind == .websocket ? 101 : 200)
        }
    }

    /// Ends a watch without a word to the server, as a lost net does.
    mutating func dropWatch(_ name: String) async throws {
        try await with(browser: name) { await $0.stopWatching() }
    }

    mutating func reconnect(_ step: Scenario.Step) async throws {
        let before = lastSeq[step.who] ?? 0
        if let reply = try await watch(step), !reply.isGranted {
            throw StepEnd.failed(expected: "a watch", got: reply.summary)
        }
        let patience = step.within ?? Self.pushPatience
        let push = try await push(step.who, within: patience, waitingFor: "the first push")
        guard push.seq >= before else {
            throw StepEnd.failed(expected: "seq \(before) or more", got: "seq \(push.seq)")
        }
        if let state = step.arguments.text("state"), push.state.rawValue != state {
            throw StepEnd.failed(
                expected: "push \(state)",
                got: "push \(push.state.rawValue), seq \(push.seq)"
            )
        }
    }

    mutating func sees(_ step: Scenario.Step) async throws {
        let subject = try browser(step.who)
        let state = try step.arguments.required("state")
        let lifetime = subject.pushes.last?.expiresInSeconds ?? subject.expiresInSeconds
        var patience = step.within ?? Self.pushPatience
        if state == AttemptState.expired.rawValue {
            if let most = runner.skipSlow, .seconds(lifetime) > most {
                throw StepEnd.skipped(
                    "would wait \(lifetime) s for a code to expire, "
                        + "longer than --skip-slow \(most.components.seconds)"
                )
            }
            if step.within == nil { patience = .seconds(lifetime) + Self.expiryMargin }
        }
        let push = try await push(step.who, within: patience, waitingFor: state)
        guard push.state.rawValue == state else {
            throw StepEnd.failed(
                expected: "push \(state)",
                got: "push \(push.state.rawValue), seq \(push.seq)"
            )
        }
        if let seq = step.arguments.int("seq"), push.seq != seq {
            throw StepEnd.failed(expected: "seq \(seq)", got: "seq \(push.seq)")
        }
    }

    mutating func closed(_ step: Scenario.Step) async throws {
        let patience = step.within ?? Self.pushPatience
        var event: WatchEvent?
        // Pushes that nobody waited for come before it.
        repeat {
            event = try await nextEvent(step.who, within: patience, waitingFor: "the end")
        } while event.isPush
        let wanted = step.arguments.int("code")
        let expected = "the end of the watch" + (wanted.map { ", code \($0)" } ?? "")
        guard case .closed(let code) = event else {
            throw StepEnd.failed(
                expected: expected,
                got: event.map(Self.words) ?? "nothing within \(patience.inSeconds)"
            )
        }
        if let wanted, code != wanted {
            throw StepEnd.failed(expected: expected, got: code.map { "code \($0)" } ?? "no code")
        }
    }

    /// The next push; anything else fails.
    private mutating func push(
        _ name: String,
        within patience: Duration,
        waitingFor what: String
    ) async throws -> Push {
        let event = try await nextEvent(name, within: patience, waitingFor: what)
        guard case .push(let push) = event else {
            throw StepEnd.failed(
                expected: what == "the first push" ? what : "push \(what)",
                got: event.map(Self.words) ?? "nothing within \(patience.inSeconds)"
            )
        }
        lastSeq[name] = push.seq
        return push
    }

    private static func words(_ event: WatchEvent) -> String {
        switch event {
        case .push(let push): "push \(push.state.rawValue), seq \(push.seq)"
        case .nonsense(let text): "the message \(text)"
        case .closed(let code):
            "the watch was closed, \(code.map { "code \($0)" } ?? "no code")"
        }
    }

    /// Waits in short pieces, so that a long wait says that it is one.
    private mutating func nextEvent(
        _ name: String,
        within patience: Duration,
        waitingFor what: String
    ) async throws -> WatchEvent? {
        var waited = Duration.zero
        while waited < patience {
            let piece = min(Self.progressInterval, patience - waited)
            let event = try await with(browser: name) { try await $0.nextEvent(within: piece) }
            if let event { return event }
            try Task.checkCancellation()
            waited += piece
            progress(
                "\(name) waits for \(what): "
                    + "\(waited.inSeconds) of at most \(patience.inSeconds)"
            )
        }
        return nil
    }
}

extension WatchEvent? {
    fileprivate var isPush: Bool {
        guard case .push = self else { return false }
        return true
    }
}
