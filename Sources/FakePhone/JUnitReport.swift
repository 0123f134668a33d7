/// Results as JUnit XML, the form that CI servers read.
package struct JUnitReport: Sendable {
    package let xml: String

    package init(_ results: [ScenarioResult]) {
        var failed = 0
        var skipped = 0
        var total = Duration.zero
        var cases: [String] = []
        for result in results {
            total += result.duration
            let opening =
                "    <testcase classname=\"scenarios\" name=\"\(Self.escaped(result.name))\" "
                + "file=\"\(Self.escaped(result.file))\" time=\"\(Self.seconds(result.duration))\""
            switch result.outcome {
            case .passed:
                cases.append("\(opening)/>")
            case .skipped(let why):
                skipped += 1
                cases.append(
                    "\(opening)>\n      <skipped message=\"\(Self.escaped(why))\"/>\n    </testcase>"
                )
            case .failed(let failure):
                failed += 1
                let message =
                    "step \(failure.step), line \(failure.line), \(failure.sentence): "
                    + "expected \(failure.expected), got \(failure.got)"
                let text = Transcript.explanation(failure).joined(separator: "\n")
                cases.append(
                    "\(opening)>\n      <failure message=\"\(Self.escaped(message))\">"
                        + "\(Self.escaped(text))</failure>\n    </testcase>"
                )
            }
        }
        let counts =
            "tests=\"\(results.count)\" failures=\"\(failed)\" skipped=\"\(skipped)\" "
            + "time=\"\(Self.seconds(total))\""
        let lines =
            [
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                "<testsuites \(counts)>",
                "  <testsuite name=\"scenarios\" errors=\"0\" \(counts)>",
            ] + cases + ["  </testsuite>", "</testsuites>", ""]
        xml = lines.joined(separator: "\n")
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    /// Text that is safe between quotes and between tags; characters XML 1.0 forbids become `?`.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped += "?"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
