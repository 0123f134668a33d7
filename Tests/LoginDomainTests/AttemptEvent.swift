import LoginDomain

/// Everything that can happen to an attempt, with every way in which a phone can be the wrong one.
enum AttemptEvent: String, CaseIterable, Sendable {
    case timePasses
    case ownerScans
    case ownerScansAgainElsewhere
    case strangerScans
    case confirms
    case confirmsWithWrongNonce
    case confirmsFromAnotherRun
    case confirmsWithNonceOfTheRescan
    case strangerConfirmsWithTheNonce
    case cancels
    case cancelsWithWrongNonce
    case cancelsFromAnotherRun
    case browserCancels
    case browserAsksForNewCode
    case browserCompletes

    /// Lets it happen.
    ///
    /// - Returns: what the state machine said, as text.
    func happen(
        to attempt: inout Attempt,
        at now: Timestamp,
        policy: LoginPolicy = Cast.policy
    ) -> String {
        switch self {
        case .timePasses:
            "\(attempt.expire(at: now))"
        case .ownerScans, .ownerScansAgainElsewhere, .strangerScans:
            switch attempt.scan(
                by: user,
                phone: phone,
                nonce: nonce,
                at: now,
                policy: policy
            ) {
            case .scanned(let until): "until \(until.milliseconds - Cast.start.milliseconds)"
            case .unavailable: "unavailable"
            }
        case .confirms, .confirmsWithWrongNonce, .confirmsFromAnotherRun,
            .confirmsWithNonceOfTheRescan, .strangerConfirmsWithTheNonce:
            "\(attempt.confirm(phone: phone, nonce: nonce, at: now, policy: policy))"
        case .cancels, .cancelsWithWrongNonce, .cancelsFromAnotherRun:
            "\(attempt.cancel(phone: phone, nonce: nonce, at: now))"
        case .browserCancels:
            "\(attempt.cancelByBrowser(at: now))"
        case .browserAsksForNewCode:
            "\(attempt.supersede(at: now))"
        case .browserCompletes:
            switch attempt.redeem(at: now) {
            case .redeemed(let user): user == Cast.alice ? "redeemed by alice" : "redeemed"
            case .notConfirmed: "notConfirmed"
            case .alreadyCompleted: "alreadyCompleted"
            }
        }
    }

    /// Whose phone it is.
    var user: UserID {
        switch self {
        case .strangerScans, .strangerConfirmsWithTheNonce: Cast.mallory
        default: Cast.alice
        }
    }

    /// Which run of the mini-program it comes from.
    var phone: SecretDigest {
        switch self {
        case .strangerScans, .strangerConfirmsWithTheNonce: Cast.malloryPhone
        case .ownerScansAgainElsewhere, .confirmsFromAnotherRun, .confirmsWithNonceOfTheRescan,
            .cancelsFromAnotherRun:
            Cast.otherPhone
        default: Cast.phone
        }
    }

    /// The nonce it gets, or shows.
    var nonce: SecretDigest {
        switch self {
        case .ownerScansAgainElsewhere, .confirmsWithNonceOfTheRescan: Cast.laterNonce
        case .strangerScans, .confirmsWithWrongNonce, .cancelsWithWrongNonce: Cast.wrongNonce
        default: Cast.nonce
        }
    }
}
