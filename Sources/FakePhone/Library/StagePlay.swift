/// How a scenario ended that a stage played.
public struct StagePlay: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case passed
        /// Line in the file, what was expected, and what came.
        case failed(line: Int, expected: String, got: String)
        /// Why it was not played to its end; no fault of the server.
        case skipped(String)
    }

    public let name: String
    public let outcome: Outcome
    /// What happened, a line each, as `fake-phone run` prints it.
    public let transcript: [String]

    init(_ result: ScenarioResult, transcript: [String]) {
        name = result.name
        outcome =
            switch result.outcome {
            case .passed: .passed
            case .skipped(let why): .skipped(why)
            case .failed(let failure):
                .failed(line: failure.line, expected: failure.expected, got: failure.got)
            }
        self.transcript = transcript
    }
}
