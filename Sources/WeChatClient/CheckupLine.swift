/// What a checkup found out about one thing, in a line for the operator.
package struct CheckupLine: Sendable, Equatable, CustomStringConvertible {
    package enum Verdict: String, Sendable {
        case well = "ok"
        case wrong = "WRONG"
        /// Something before it is wrong, so nobody knows.
        case unknown = "-"
    }

    package var verdict: Verdict
    /// What was looked at, in a word or two.
    package var subject: String
    package var words: String

    package init(_ verdict: Verdict, _ subject: String, _ words: String) {
        self.verdict = verdict
        self.subject = subject
        self.words = words
    }

    package var description: String {
        let mark = verdict.rawValue
        return mark + String(repeating: " ", count: 6 - mark.count) + subject + ": " + words
    }
}
