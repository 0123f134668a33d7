/// Results as JSON, for programs.
///
/// Fixtures/Scenarios/README.md says what each member means.
package struct JSONReport: Sendable {
    package let bytes: [UInt8]

    package init(_ results: [ScenarioResult], seed: UInt64) {
        let outcomes = results.map(\.outcome.word)
        let report: JSONValue = .object([
            "version": 1,
            // JSON numbers lose digits beyond 2^53.
            "seed": .string(String(seed)),
            "passed": .int(outcomes.count { $0 == "passed" }),
            "failed": .int(outcomes.count { $0 == "failed" }),
            "skipped": .int(outcomes.count { $0 == "skipped" }),
            "scenarios": .array(results.map(Self.scenario)),
        ])
        bytes = report.bytes + [0x0A]
    }

    private static func scenario(_ result: ScenarioResult) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(result.name),
            "file": .string(result.file),
            "outcome": .string(result.outcome.word),
            "duration_ms": .int(result.duration.milliseconds),
            "steps": .int(result.steps),
            "exchanges": .array(result.exchanges.map(exchange)),
        ]
        switch result.outcome {
        case .passed: break
        case .skipped(let why): members["why"] = .string(why)
        case .failed(let failure):
            members["failure"] = .object([
                "step": .int(failure.step),
                "line": .int(failure.line),
                "sentence": .string(failure.sentence),
                "expected": .string(failure.expected),
                "got": .string(failure.got),
                "got_through": .bool(failure.gotThrough),
            ])
        }
        return .object(members)
    }

    /// Its details are redacted already.
    private static func exchange(_ exchange: Exchange) -> JSONValue {
        var members: [String: JSONValue] = [
            "from": .string(exchange.from),
            "to": .string(exchange.to),
            "what": .string(exchange.what),
            "outcome": .string(exchange.outcome),
        ]
        if let milliseconds = exchange.milliseconds { members["ms"] = .int(milliseconds) }
        if !exchange.details.isEmpty {
            members["details"] = .array(exchange.details.map { .string($0) })
        }
        return .object(members)
    }
}

extension ScenarioResult.Outcome {
    /// `passed`, `failed` or `skipped`.
    package var word: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }
}
