import Yams

/// What a run may spend of WeChat's quotas: a YAML file of paths, each with `calls` or `per_minute`.
///
/// ```yaml
/// /cgi-bin/stable_token: { calls: 2 }
/// /wxa/getwxacodeunlimit: { calls: 500, per_minute: 100 }
/// ```
package struct Budget: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        let endpoint: String
        /// All calls of a run, of all apps together, the refused ones and those a fault ate too.
        let calls: Int?
        /// The most that succeed in one clock minute.
        let perMinute: Int?
    }

    let lines: [Line]

    /// Reads a budget file.
    ///
    /// - Throws: What is wrong, where, and what was expected.
    package init(yaml: String) throws(DescriptionError) {
        let root = try SourceNode(yaml: yaml, expected: "a budget")
        var lines: [Line] = []
        for (path, reader) in try SourceReader(node: root, path: "").map() {
            guard Endpoint.at(path) != nil else {
                let known = Endpoint.all.map(\.path).joined(separator: ", ")
                throw reader.wrong("one of \(known) as the name")
            }
            let members = try reader.members(["calls", "per_minute"])
            let range = 0...1_000_000_000
            let line = Line(
                endpoint: path,
                calls: try members["calls"]?.integer(range),
                perMinute: try members["per_minute"]?.integer(range)
            )
            guard line.calls != nil || line.perMinute != nil else {
                throw reader.wrong("calls or per_minute")
            }
            lines.append(line)
        }
        self.lines = lines
    }
}

extension World {
    /// One sentence for each line of a budget that the run so far has gone over.
    package func overruns(of budget: Budget) -> [String] {
        budget.lines.flatMap { line in
            let counter = spent[line.endpoint] ?? CallCounter()
            var sentences: [String] = []
            if let limit = line.calls, counter.calls > limit {
                sentences.append(
                    "\(line.endpoint): \(counter.calls) calls, the budget has \(limit)"
                )
            }
            if let limit = line.perMinute, counter.minutePeak > limit {
                sentences.append(
                    "\(line.endpoint): \(counter.minutePeak) calls in one minute, "
                        + "the budget has \(limit)"
                )
            }
            return sentences
        }
    }
}
