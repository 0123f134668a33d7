internal import HTTPTransport
internal import HTTPTypes

extension ScenarioPlay {
    // MARK: What is borrowed, forged, repeated

    /// What is another's or made up in this step's call.
    mutating func twist(_ step: Scenario.Step) async throws -> Twist {
        var variables: [String: String] = [:]
        for variable in step.borrowed.keys.sorted() {
            // Where a design has no nonce, nobody can need another's.
            guard let owner = step.borrowed[variable], runner.adapter.knows(variable) else {
                continue
            }
            variables[variable] = try await value(variable, of: owner)
        }
        return Twist(variables: variables, forged: step.forged, origin: step.origin)
    }

    /// A named variable of somebody in the cast.
    private mutating func value(_ variable: String, of name: String) async throws -> String {
        let value: String?
        if scenario.cast.first(where: { $0.name == name })?.isBrowser == true {
            if try browser(name).variables[variable] == nil, ["scene", "launch"].contains(variable)
            {
                try await readScene(of: name)
            }
            value = try browser(name).variables[variable]
        } else {
            value = try phone(name).variables[variable]
        }
        guard let value else {
            if variable == "cookie", runner.adapter != .scanLogin {
                throw FakePhoneError.notInDesign("cookie that could be borrowed")
            }
            throw StepEnd.failed(
                expected: "\(name) to have a \(variable) that can be borrowed",
                got: "none"
            )
        }
        return value
    }

    /// Whoever can look at a screen can know its scene.
    private mutating func readScene(of name: String) async throws {
        let people = scenario.cast.compactMap { member -> String? in
            guard case .phone(let person) = member.role else { return nil }
            return person
        }
        let weChat = stage.weChat
        let reply = try await with(browser: name) {
            try await $0.readScene(by: people.last ?? "mallory", at: weChat)
        }
        guard reply.isOK else {
            throw StepEnd.failed(expected: "a scene in the picture of \(name)", got: reply.summary)
        }
    }

    /// The time of day as pages see it.
    var nowMilliseconds: Int { runner.time.timeOfDay() }

    /// The scene that a guesser tries at this guess, counted from 1.
    ///
    /// A design that makes scenes from the clock has them tried backwards from `now`.
    func scene(guess number: Int, since now: Int) -> String {
        guard let template = runner.adapter.guess else { return dice.scene() }
        return template.filled(with: ["earlier_ms": String(now - number + 1)])
    }

    /// Sends again what somebody sent to the login server.
    ///
    /// - Returns: of all answers the first that was granted, or else the last refusal, one that says
    ///   more than that the server is busy if there is any.
    func replay(_ step: Scenario.Step) async throws -> Reply {
        let only = step.arguments.text("only")
        let of = try step.arguments.required("of")
        try checkOperation(only, of: of)
        var granted: Reply?
        var last: Reply?
        for sent in recorder.calls(from: of, to: stage.login) where sent.isMeant(by: only) {
            var reply = try await line(step.who).resend(sent)
            let call = sent.purpose?.call
            reply.isAccepted = (call?.success ?? runner.adapter.success).accepts(reply)
            if reply.isGranted {
                for taking in call?.take ?? [] {
                    reply.values[taking.name] = taking.value(in: reply)
                }
                granted = granted ?? reply
            }
            if !reply.isBusy || last == nil { last = reply }
        }
        guard let reply = granted ?? last else {
            throw StepEnd.failed(expected: "something that \(of) has sent", got: "nothing")
        }
        return reply
    }

    /// Nobody can have sent what their design does not have.
    private func checkOperation(_ only: String?, of name: String) throws {
        guard let only, !only.hasPrefix("/") else { return }
        let isBrowser = scenario.cast.first { $0.name == name }?.isBrowser == true
        let isThere =
            isBrowser
            ? Adapter.BrowserOperation(rawValue: only).map { runner.adapter.browser[$0] != nil }
            : Adapter.PhoneOperation(rawValue: only).map { runner.adapter.phone[$0] != nil }
        guard isThere == true else {
            throw FakePhoneError.notInDesign("'\(only)' of a \(isBrowser ? "browser" : "phone")")
        }
    }

    /// A raw call, with `{name}` replaced by one's own or a borrowed variable.
    mutating func request(_ step: Scenario.Step) async throws -> Reply {
        let twist = try await twist(step)
        var fields: HTTPFields = [:]
        let written = step.arguments.fields("fields") ?? [:]
        for name in written.keys.sorted() {
            guard let field = HTTPField.Name(name) else {
                throw StepEnd.failed(expected: "the name of a header field", got: "'\(name)'")
            }
            fields.append(HTTPField(name: field, value: written[name] ?? ""))
        }
        let methodName = step.arguments.text("method") ?? "GET"
        guard let method = HTTPRequest.Method(methodName) else {
            throw StepEnd.failed(expected: "an HTTP method", got: "'\(methodName)'")
        }
        let raw = RawRequest(
            method: method,
            path: try step.arguments.required("path"),
            fields: fields,
            body: Array((step.arguments.text("body") ?? "").utf8)
        )
        let reply: Reply
        if scenario.cast.first(where: { $0.name == step.who })?.isBrowser == true {
            reply = try await with(browser: step.who) { try await $0.request(raw, twist: twist) }
        } else {
            reply = try await phone(step.who).request(raw, twist: twist)
        }
        if step.arguments.bool("if_there") == true, [404, 405, 501].contains(reply.status) {
            throw FakePhoneError.notInDesign("\(method.rawValue) \(raw.pathAlone)")
        }
        return reply
    }

    // MARK: What a person types and reads

    func readingTime(_ step: Scenario.Step) -> Duration {
        step.arguments.int("after_ms").map { .milliseconds($0) } ?? runner.adapter.readingTime
    }

    /// The number that is typed at a confirm; nil when none is.
    mutating func number(_ step: Scenario.Step) async throws -> String? {
        guard let text = step.arguments.text("number") else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard let name = words.last, words.count > 1 else { return text }
        guard let shown = try await shownNumber(name) else {
            // Whoever has to type a wrong one where none is shown types any.
            if words.first == "wrong", scenario.adversary != nil { return "00" }
            throw StepEnd.failed(expected: "\(name) to show a number", got: "none")
        }
        guard words.first == "wrong" else { return shown }
        // Another number of as many digits.
        return String(shown.map { $0 == "9" ? "0" : Character(String((Int(String($0)) ?? 0) + 1)) })
    }

    /// The number on a browser's screen: what the adapter takes as `number`, or our own server's.
    private mutating func shownNumber(_ name: String) async throws -> String? {
        guard runner.adapter.browser[.look] != nil else { return nil }
        let reply = try await with(browser: name) { try await $0.attempt(twist: .honest) }
        return reply.values["number"] ?? reply.data?["number"]?.asText
    }

    mutating func logins(_ step: Scenario.Step) async throws -> Reply {
        let twist = try await twist(step)
        let reply = try await phone(step.who).logins(twist: twist)
        if reply.isOK { logins[step.who] = reply.data?["logins"]?.array ?? [] }
        return reply
    }
}
