/// The verdicts for people and for programs.
package struct ConformanceReport: Sendable {
    /// How many exchanges of an attack are shown, the last ones.
    private static let exchangesMax = 12

    private let outcome: Conformance.Outcome
    private let adapter: Adapter

    package init(_ outcome: Conformance.Outcome, adapter: Adapter) {
        self.outcome = outcome
        self.adapter = adapter
    }

    // MARK: Text

    /// One line for each adversary, and one that counts them.
    package var lines: [String] {
        guard outcome.isHonestWell else { return honestFailure }
        let width = outcome.findings.map(\.scenario.name.count).max() ?? 0
        return outcome.findings.map { finding in
            let name = finding.scenario.name
            let blanks = String(repeating: " ", count: width - name.count)
            return "\(finding.threat)  \(name)\(blanks)  \(finding.verdict.inWords(finding.wants))"
        } + [summary]
    }

    /// `23 adversaries: 20 held, 1 got through, …`.
    package var summary: String {
        "\(outcome.findings.count) adversaries: \(outcome.held) held, "
            + "\(outcome.gotThrough) got through, \(outcome.notThatFar) did not get that far, "
            + "\(outcome.doesNotApply) do not apply"
            + (outcome.notPlayed == 0 ? "" : ", \(outcome.notPlayed) were not played")
    }

    private var honestFailure: [String] {
        switch outcome.honest.outcome {
        case .passed: []
        case .skipped(let why): ["the honest login cannot be played: \(why)"]
        case .failed(let failure):
            [
                "the honest login fails at '\(failure.sentence)': the adapter "
                    + "'\(adapter.name)' or the server is wrong"
            ] + Transcript.explanation(failure).map { "  \($0)" }
        }
    }

    // MARK: Markdown

    /// A page that can be handed on.
    package var markdown: String {
        var lines = ["# Adversaries against \(adapter.name)", ""]
        if !adapter.about.isEmpty { lines += [Self.upperFirst(adapter.about) + ".", ""] }
        guard outcome.isHonestWell else {
            lines += ["Nothing was judged:", "", "```"] + honestFailure + ["```", ""]
            return lines.joined(separator: "\n")
        }
        lines += [
            "**\(summary).**", "", "| threat | adversary | verdict |", "| --- | --- | --- |",
        ]
        for finding in outcome.findings {
            let verdict = finding.verdict.inWords(finding.wants)
                .replacingPipes()
            lines.append("| \(finding.threat) | \(finding.scenario.name) | \(verdict) |")
        }
        lines.append("")
        for finding in outcome.findings {
            guard case .gotThrough(let failure) = finding.verdict else { continue }
            lines += ["## \(finding.scenario.name)", ""]
            lines += [Self.upperFirst(finding.scenario.about) + ".", ""]
            lines += ["Gained: \(finding.wants).", "", "```"]
            let exchanges = finding.result.exchanges
            let more = exchanges.count - Self.exchangesMax
            if more > 0 { lines.append("… \(more) exchanges before") }
            for exchange in exchanges.suffix(Self.exchangesMax) {
                lines.append(
                    "\(exchange.from) -> \(exchange.to)  \(exchange.what)  \(exchange.outcome)"
                )
            }
            lines += ["", "\(failure.sentence)"]
            lines += ["expected: \(failure.expected)", "got:      \(failure.got)", "```", ""]
        }
        return lines.joined(separator: "\n")
    }

    private static func upperFirst(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    // MARK: JSON

    /// For programs; Fixtures/Adapters/README.md says what each member means.
    package var json: [UInt8] {
        let report: JSONValue = .object([
            "version": 1,
            "adapter": .string(adapter.name),
            "honest_login": .bool(outcome.isHonestWell),
            "held": .int(outcome.held),
            "got_through": .int(outcome.gotThrough),
            "not_that_far": .int(outcome.notThatFar),
            "does_not_apply": .int(outcome.doesNotApply),
            "not_played": .int(outcome.notPlayed),
            "adversaries": .array(outcome.findings.map(Self.json)),
        ])
        return report.bytes + [0x0A]
    }

    private static func json(_ finding: Conformance.Finding) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(finding.scenario.name),
            "threat": .string(finding.threat),
            "wants": .string(finding.wants),
            "verdict": .string(finding.verdict.name),
        ]
        switch finding.verdict {
        case .held, .notPlayed: break
        case .doesNotApply(let why): members["why"] = .string(why)
        case .gotThrough(let failure), .notThatFar(let failure):
            members["step"] = .string(failure.sentence)
            members["line"] = .int(failure.line)
            members["expected"] = .string(failure.expected)
            members["got"] = .string(failure.got)
        }
        return .object(members)
    }
}

extension Conformance.Verdict {
    /// For programs.
    package var name: String {
        switch self {
        case .held: "held"
        case .gotThrough: "got_through"
        case .notThatFar: "not_that_far"
        case .doesNotApply: "does_not_apply"
        case .notPlayed: "not_played"
        }
    }

    /// For people; `wants` is what would be gained.
    func inWords(_ wants: String) -> String {
        switch self {
        case .held: "held"
        case .gotThrough(let failure): "GOT THROUGH: \(wants) (\(failure.sentence): \(failure.got))"
        case .notThatFar(let failure):
            "did not get that far: \(failure.sentence): expected \(failure.expected), "
                + "got \(failure.got)"
        case .doesNotApply(let why): "does not apply: \(why)"
        case .notPlayed: "not played: \(ScenarioRunner.stopped)"
        }
    }
}

extension String {
    fileprivate func replacingPipes() -> String {
        split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
