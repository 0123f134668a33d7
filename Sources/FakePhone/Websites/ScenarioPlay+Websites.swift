internal import HTTPTypes

extension ScenarioPlay {
    // MARK: A browser on its way

    /// The website sends a browser to be logged in.
    mutating func visit(_ step: Scenario.Step) async throws -> Reply {
        let name = try step.arguments.required("website")
        var website = try website(name)
        var more: [String: String] = [:]
        for option in ["prompt", "scope", "login_hint"] {
            more[option] = step.arguments.text(option)
        }
        more["redirect_uri"] = step.arguments.text("redirect")
        more["max_age"] = step.arguments.int("max_age").map(String.init)
        let path = website.begin(step.who, dice.child("\(name) \(step.line)"), more)
        websites[name] = website
        return try await go(step, to: path, for: name)
    }

    /// The browser goes somewhere on its way to the website.
    mutating func go(
        _ step: Scenario.Step,
        to path: String,
        for name: String,
        back usual: String? = nil
    ) async throws -> Reply {
        let twist = try await twist(step)
        var reply = try await with(browser: step.who) { browser in
            try await browser.request(
                RawRequest(method: .get, path: path, fields: [:], body: []),
                twist: twist
            )
        }
        let wanted = step.arguments.text("back") ?? usual
        let got: String
        if (300..<400).contains(reply.status) {
            var website = try website(name)
            let came = website.take(reply.fields[.location], of: step.who)
            websites[name] = website
            if let elsewhere = step.arguments.text("redirect") {
                // Who wants browsers sent there has got it, whatever goes along.
                reply.isAccepted = reply.fields[.location]?.hasPrefix(elsewhere) ?? false
            } else {
                reply.isAccepted = came != nil && came == wanted
            }
            got =
                came.map { "back with \($0)" } ?? "sent to \(reply.fields[.location] ?? "nowhere")"
        } else {
            reply.isAccepted = reply.isOK && wanted == nil
            got = reply.summary
        }
        guard step.expectation == nil, !reply.isOK else { return reply }
        throw StepEnd.failed(
            expected: wanted.map { "\(step.who) back at \(name) with \($0)" } ?? "the login page",
            got: got
        )
    }

    /// The website sends a browser to be logged out.
    mutating func leave(_ step: Scenario.Step) async throws -> Reply {
        let name = try step.arguments.required("website")
        let hasProof = step.arguments.bool("proof") ?? true
        let path = try website(name).goodbyePath(step.who, hasProof: hasProof)
        let twist = try await twist(step)
        var reply = try await with(browser: step.who) { browser in
            try await browser.request(
                RawRequest(method: .get, path: path, fields: [:], body: []),
                twist: twist
            )
        }
        let goodbye = FakeWebsite.goodbye(of: name) + "?state=bye"
        reply.isAccepted = hasProof ? reply.fields[.location] == goodbye : reply.status == 200
        return reply
    }

    // MARK: A website's server

    func website(_ name: String) throws -> FakeWebsite {
        guard let website = websites[name] else {
            throw StepEnd.skipped(ScenarioRunner.needsStart)
        }
        return website
    }

    mutating func redeem(_ step: Scenario.Step) async throws -> Reply {
        let browser = try step.arguments.required("of")
        var website = try website(step.who)
        let source = try step.arguments.text("code_of").map { try self.website($0) } ?? website
        guard let code = source.visits[browser]?.code else {
            throw StepEnd.failed(expected: "\(browser) back with a code", got: "no code")
        }
        let isThief = source.name != website.name
        // It takes whatever went along with the code.
        if isThief { website.visits[browser] = source.visits[browser] }
        let reply = try await website.redeem(
            code,
            of: browser,
            verifier: step.arguments.text("verifier"),
            callback: isThief ? FakeWebsite.callback(of: source.name) : nil
        )
        websites[step.who] = website
        return reply
    }

    mutating func userInfo(_ step: Scenario.Step) async throws -> Reply {
        let reply = try await website(step.who).userInfo(of: step.arguments.required("of"))
        guard reply.isOK, let person = step.arguments.text("knows") else { return reply }
        let subject = reply.json?["sub"]?.string ?? ""
        let known = subjects[person]
        let others = subjects.filter { $0.key != person && $0.value == subject }.keys.sorted()
        guard !subject.isEmpty, known == nil || known == subject, others.isEmpty else {
            throw StepEnd.failed(
                expected: "\(step.who) to know \(person)",
                got: others.first.map { "it is \($0)" } ?? "another subject than before",
                gotThrough: step.isAttack
            )
        }
        subjects[person] = subject
        return reply
    }

    func revokeToken(_ step: Scenario.Step) async throws -> Reply {
        try await website(step.who).revoke(of: step.arguments.required("of"))
    }

    /// Registers the websites of the cast.
    mutating func registerWebsites() async throws(StepEnd) {
        for member in scenario.cast where member.role == .website {
            guard let register = stage.control?.register else {
                throw .skipped(ScenarioRunner.needsStart)
            }
            do throws(StageError) {
                websites[member.name] = FakeWebsite(
                    name: member.name,
                    registration: try await register(
                        member.name,
                        FakeWebsite.callback(of: member.name),
                        FakeWebsite.goodbye(of: member.name)
                    ),
                    login: stage.login,
                    line: Line(
                        name: member.name,
                        transport: runner.transport,
                        time: runner.time,
                        recorder: recorder
                    )
                )
            } catch {
                throw .failed(expected: "\(member.name) to be registered", got: error.description)
            }
        }
    }
}
