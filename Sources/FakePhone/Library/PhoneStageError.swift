/// Why a test could not do what it asked for.
///
/// A server that refuses is no error: that is a `StageAnswer`.
public enum PhoneStageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No `http://host[:port]` or `https://host[:port]`.
    case badAddress(String)
    /// A scenario that cannot be read: `file:line:column: what is wrong`.
    case badScenario(String)
    /// A server did not answer, or answered what the contract does not know; or a phone was to
    /// confirm what it never scanned. The text says which.
    case impossible(String)
    /// A browser saw something else than the test waited for.
    case unmet(expected: String, got: String)

    init(_ error: FakePhoneError) { self = .impossible(error.description) }

    public var description: String {
        switch self {
        case .badAddress(let text):
            "'\(text)' is no address of a server; write it as http://127.0.0.1:8080"
        case .badScenario(let text), .impossible(let text): text
        case .unmet(let expected, let got): "expected \(expected), got \(got)"
        }
    }
}
