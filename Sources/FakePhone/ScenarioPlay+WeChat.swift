extension ScenarioPlay {
    /// How often the mock's journal is asked again.
    private static let journalInterval: Duration = .milliseconds(250)
    private static let journalPatience: Duration = .seconds(5)

    func asked(_ step: Scenario.Step) async throws {
        let endpoint = try step.arguments.required("endpoint")
        let exactly = step.arguments.int("exactly")
        let most = exactly ?? step.arguments.int("at_most")
        let least = exactly ?? step.arguments.int("at_least") ?? (most == nil ? 1 : 0)
        let mark = try marked()
        let deadline = runner.time.now() + (step.within ?? Self.journalPatience)
        while true {
            let calls = try await mock.calls(of: endpoint, after: mark)
            let isTooMany = most.map { calls > $0 } ?? false
            if calls >= least, !isTooMany { return }
            // What has happened already does not unhappen.
            guard runner.time.now() < deadline, !isTooMany else {
                throw StepEnd.failed(
                    expected: "\(Verb.count(step.arguments)) calls of \(endpoint)",
                    got: "\(calls)"
                )
            }
            try await runner.time.sleep(Self.journalInterval)
        }
    }

    func askedInOrder(_ step: Scenario.Step) async throws {
        let wanted = step.arguments.texts("endpoints") ?? []
        let isOnly = step.arguments.bool("only") ?? false
        let mark = try marked()
        let deadline = runner.time.now() + (step.within ?? Self.journalPatience)
        while true {
            let calls = try await mock.calls(after: mark)
            if isOnly ? calls == wanted : Self.isFound(wanted, in: calls) { return }
            guard runner.time.now() < deadline else {
                throw StepEnd.failed(
                    expected: wanted.joined(separator: ", "),
                    got: calls.isEmpty ? "no call" : calls.joined(separator: ", ")
                )
            }
            try await runner.time.sleep(Self.journalInterval)
        }
    }

    private static func isFound(_ wanted: [String], in calls: [String]) -> Bool {
        var left = wanted[...]
        for call in calls where call == left.first { left = left.dropFirst() }
        return left.isEmpty
    }

    /// The end of the journal at the last mark; servers that serve this story alone need none.
    private func marked() throws -> Int {
        guard let mark = journalMark ?? (scenario.needsOwnServer ? 0 : nil) else {
            throw StepEnd.failed(expected: "'wechat: mark' before this step", got: "no mark")
        }
        return mark
    }
}
