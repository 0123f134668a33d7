/// The states of a login attempt, as the login server names them.
public enum AttemptState: String, Sendable, CaseIterable {
    case created
    case scanned
    case confirmed
    case cancelled
    case expired
    case superseded

    /// Whether no other state can follow on this attempt.
    public var isLast: Bool {
        switch self {
        case .created, .scanned, .confirmed: false
        case .cancelled, .expired, .superseded: true
        }
    }
}

/// One message about a login attempt: the state, its number, and how long it lasts.
package struct Push: Sendable, Equatable {
    package let state: AttemptState
    /// Grows by one with each change of state, from 1.
    package internal(set) var seq: Int
    /// How long the attempt still lives, in seconds; 0 once it has ended.
    package let expiresInSeconds: Int
    /// What else an adapter reads out of it: a user's id, where a design pushes one.
    package let values: [String: String]

    package init(
        state: AttemptState,
        seq: Int,
        expiresInSeconds: Int,
        values: [String: String] = [:]
    ) {
        self.values = values
        self.state = state
        self.seq = seq
        self.expiresInSeconds = expiresInSeconds
    }

    /// Reads `{"type" or "state", "seq", "expires_in"}`; nil when a member is missing or wrong.
    package init?(_ json: JSONValue) {
        guard let name = (json["type"] ?? json["state"])?.string,
            let state = AttemptState(rawValue: name),
            let seq = json["seq"]?.int,
            let seconds = json["expires_in"]?.int
        else { return nil }
        self.init(state: state, seq: seq, expiresInSeconds: seconds)
    }
}
