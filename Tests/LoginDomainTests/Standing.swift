import LoginDomain

/// Where an attempt can stand, and what each event then does: the whole state machine as a table,
/// written from the contract and not from the code.
enum Standing: String, CaseIterable, Sendable {
    case created
    case scanned
    case confirmed
    case redeemed
    case cancelled
    case expired
    case superseded

    /// An attempt that stands so.
    func attempt(seq: Int) -> Attempt {
        let state: Attempt.State =
            switch self {
            case .created: .created
            case .scanned: .scanned(Cast.scan())
            case .confirmed: .confirmed(Cast.scan())
            case .redeemed: .redeemed(Cast.alice)
            case .cancelled: .cancelled
            case .expired: .expired
            case .superseded: .superseded
            }
        return Cast.attempt(in: state, seq: seq)
    }

    /// When it ends by itself, in milliseconds after the attempt was made.
    var deadline: Int64? {
        switch self {
        case .created: 120_000
        case .scanned: Cast.scannedAt + 60_000
        case .confirmed: 180_000
        case .redeemed, .cancelled, .expired, .superseded: nil
        }
    }

    /// What an attempt that stands so says to an event before its deadline, and where it stands
    /// afterwards.
    func answer(to event: AttemptEvent, at now: Int64) -> Answer {
        switch self {
        case .created: Self.answerOfCreated(event, at: now)
        case .scanned: Self.answerOfScanned(event)
        case .confirmed: Self.answerOfConfirmed(event)
        case .redeemed, .cancelled, .expired, .superseded: answerOfEnded(event)
        }
    }

    struct Answer: Equatable {
        var says: String
        /// Nil: no change at all, or only of the nonce.
        var moves: Standing?
    }

    private static func answerOfCreated(_ event: AttemptEvent, at now: Int64) -> Answer {
        switch event {
        case .timePasses: Answer(says: "false")
        // The first phone to scan owns the attempt, whoever it is (T10).
        case .ownerScans, .ownerScansAgainElsewhere, .strangerScans:
            Answer(says: "until \(min(now + 60_000, 180_000))", moves: .scanned)
        // No confirm without a scan (T11).
        case .confirms, .confirmsWithWrongNonce, .confirmsFromAnotherRun,
            .confirmsWithNonceOfTheRescan, .strangerConfirmsWithTheNonce:
            Answer(says: "unavailable")
        case .cancels, .cancelsWithWrongNonce, .cancelsFromAnotherRun: Answer(says: "false")
        case .browserCancels: Answer(says: "over", moves: .cancelled)
        case .browserAsksForNewCode: Answer(says: "true", moves: .superseded)
        case .browserCompletes: Answer(says: "notConfirmed")
        }
    }

    private static func answerOfScanned(_ event: AttemptEvent) -> Answer {
        switch event {
        case .timePasses: Answer(says: "false")
        // The nonce changes; no window opens anew.
        case .ownerScans, .ownerScansAgainElsewhere:
            Answer(says: "until \(Cast.scannedAt + 60_000)")
        case .strangerScans: Answer(says: "unavailable")
        case .confirms: Answer(says: "confirmed", moves: .confirmed)
        case .confirmsWithWrongNonce, .confirmsFromAnotherRun, .confirmsWithNonceOfTheRescan,
            .strangerConfirmsWithTheNonce:
            Answer(says: "unavailable")
        case .cancels: Answer(says: "true", moves: .cancelled)
        case .cancelsWithWrongNonce, .cancelsFromAnotherRun: Answer(says: "false")
        case .browserCancels: Answer(says: "over", moves: .cancelled)
        case .browserAsksForNewCode: Answer(says: "true", moves: .superseded)
        case .browserCompletes: Answer(says: "notConfirmed")
        }
    }

    private static func answerOfConfirmed(_ event: AttemptEvent) -> Answer {
        switch event {
        case .timePasses: Answer(says: "false")
        case .ownerScans, .ownerScansAgainElsewhere, .strangerScans: Answer(says: "unavailable")
        // The same confirm again, after a lost answer: the same answer, no second event (T9).
        case .confirms: Answer(says: "repeated")
        case .confirmsWithWrongNonce, .confirmsFromAnotherRun, .confirmsWithNonceOfTheRescan,
            .strangerConfirmsWithTheNonce:
            Answer(says: "unavailable")
        // Cancel is allowed until redeemed.
        case .cancels: Answer(says: "true", moves: .cancelled)
        case .cancelsWithWrongNonce, .cancelsFromAnotherRun: Answer(says: "false")
        case .browserCancels: Answer(says: "over", moves: .cancelled)
        case .browserAsksForNewCode: Answer(says: "true", moves: .superseded)
        case .browserCompletes: Answer(says: "redeemed by alice", moves: .redeemed)
        }
    }

    /// What has ended stays as it is (I6).
    private func answerOfEnded(_ event: AttemptEvent) -> Answer {
        switch event {
        case .timePasses: Answer(says: "false")
        case .ownerScans, .ownerScansAgainElsewhere, .strangerScans: Answer(says: "unavailable")
        case .confirms, .confirmsWithWrongNonce, .confirmsFromAnotherRun,
            .confirmsWithNonceOfTheRescan, .strangerConfirmsWithTheNonce:
            Answer(says: "unavailable")
        case .cancels, .cancelsWithWrongNonce, .cancelsFromAnotherRun: Answer(says: "false")
        case .browserCancels: Answer(says: self == .redeemed ? "alreadyCompleted" : "over")
        case .browserAsksForNewCode: Answer(says: "false")
        case .browserCompletes:
            Answer(says: self == .redeemed ? "alreadyCompleted" : "notConfirmed")
        }
    }
}

extension Attempt {
    var standing: Standing {
        switch state {
        case .created: .created
        case .scanned: .scanned
        case .confirmed: .confirmed
        case .redeemed: .redeemed
        case .cancelled: .cancelled
        case .expired: .expired
        case .superseded: .superseded
        }
    }
}
