/// The report that people read: what happened, line by line, and a table at the end.
package struct Transcript: Sendable {
    /// Whether lines carry terminal colours.
    package let hasColours: Bool

    package init(hasColours: Bool) {
        self.hasColours = hasColours
    }

    private enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case grey = "90"
        case bold = "1"
    }

    /// The lines for one event, each without its line break.
    package func lines(for event: RunEvent) -> [String] {
        switch event {
        case .began(let scenario):
            let about = scenario.about.isEmpty ? "" : ": \(scenario.about)"
            return [paint(scenario.name, .bold) + about]
        case .step(let number, let sentence):
            return ["\(pad(String(number), 4, onLeft: true))  \(sentence)"]
        case .exchange(let exchange):
            return [self.line(for: exchange)]
        case .progress(let text):
            return [paint("        \(text)", .grey)]
        case .ended(let result):
            return ending(result)
        }
    }

    /// The table of all scenarios, and one line that counts them.
    package func summary(_ results: [ScenarioResult]) -> [String] {
        let width = max(8, results.map(\.name.count).max() ?? 0)
        var lines = ["\(pad("scenario", width))  \(pad("result", 7))  steps      time"]
        for result in results {
            let word =
                switch result.outcome {
                case .passed: paint("passed ", .green)
                case .failed: paint("FAILED ", .red)
                case .skipped: paint("skipped", .yellow)
                }
            let steps = pad(String(result.steps), 5, onLeft: true)
            let time = pad(result.duration.inSeconds, 8, onLeft: true)
            var line = "\(pad(result.name, width))  \(word)  \(steps)  \(time)"
            if case .skipped(let why) = result.outcome { line += "  \(why)" }
            lines.append(line)
        }
        let passed = results.count { $0.outcome == .passed }
        let skipped = results.count { $0.isSkipped }
        let failed = results.count - passed - skipped
        lines.append("\(passed) passed, \(failed) failed, \(skipped) skipped")
        return lines
    }

    /// The line that begins with `laptop -> login-server`.
    private func line(for exchange: Exchange) -> String {
        let who = pad("\(exchange.from) -> \(exchange.to)", 26)
        let what = pad(shortened(exchange.what), 46)
        let time = exchange.milliseconds.map { "  \($0) ms" } ?? ""
        return "        " + paint("\(who)  \(what)  ", .grey) + exchange.outcome
            + paint(time, .grey)
    }

    private func ending(_ result: ScenarioResult) -> [String] {
        switch result.outcome {
        case .passed:
            return [
                paint("      passed", .green)
                    + ", \(result.steps) steps in \(result.duration.inSeconds)", "",
            ]
        case .skipped(let why):
            return [paint("      skipped", .yellow) + ": \(why)", ""]
        case .failed(let failure):
            var lines = [
                paint("      FAILED", .red)
                    + " at step \(failure.step), \(result.file):\(failure.line): \(failure.sentence)"
            ]
            lines += Self.explanation(failure).map { "        \($0)" }
            return lines + [""]
        }
    }

    /// What was expected, what came, and what was said last; without colours.
    package static func explanation(_ failure: ScenarioResult.Failure) -> [String] {
        var lines = ["expected: \(failure.expected)", "got:      \(failure.got)"]
        if !failure.lastExchanges.isEmpty { lines.append("the last exchanges:") }
        for exchange in failure.lastExchanges {
            lines.append(
                "  \(exchange.from) -> \(exchange.to)  \(exchange.what)  \(exchange.outcome)"
            )
            lines += exchange.details.map { "    \($0)" }
        }
        return lines
    }

    /// A path whose query is long loses the end of it.
    private func shortened(_ what: String) -> String {
        what.count > 60 ? what.prefix(59) + "…" : what
    }

    private func pad(_ text: String, _ width: Int, onLeft: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return onLeft ? blanks + text : text + blanks
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        guard hasColours, !text.isEmpty else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}

extension ScenarioResult {
    fileprivate var isSkipped: Bool {
        guard case .skipped = outcome else { return false }
        return true
    }
}
