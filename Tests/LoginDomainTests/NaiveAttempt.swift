import LoginDomain

/// A second, much plainer model of an attempt: a list of what was accepted, looked through anew
/// for every question.
///
/// It shares no line with the state machine, so that both cannot be wrong in the same way.
struct NaiveAttempt {
    private enum Fact {
        case scan(AttemptEvent, Int64)
        case confirm(Int64)
        case end(Standing)
    }

    private let policy: LoginPolicy
    private var facts: [Fact] = []

    init(policy: LoginPolicy) {
        self.policy = policy
    }

    /// Lets something happen `now` milliseconds after the attempt was made.
    mutating func happen(_ event: AttemptEvent, at now: Int64) -> String {
        let wasOver = explicitEnd != nil
        let isOver = wasOver || now >= livesUntil
        switch event {
        case .timePasses:
            if isOver, !wasOver { facts.append(.end(.expired)) }
            return "\(isOver && !wasOver)"
        case .ownerScans, .ownerScansAgainElsewhere, .strangerScans:
            lapse(isOver)
            guard !isOver, !isConfirmed, scans.allSatisfy({ $0.user == event.user }) else {
                return "unavailable"
            }
            facts.append(.scan(event, now))
            return "until \(livesUntil)"
        case .confirms, .confirmsWithWrongNonce, .confirmsFromAnotherRun,
            .confirmsWithNonceOfTheRescan, .strangerConfirmsWithTheNonce:
            lapse(isOver)
            guard !isOver, isLastScan(event), let first = firstScanAt else { return "unavailable" }
            if isConfirmed { return "repeated" }
            if now - first < policy.confirmDelay.wholeMilliseconds { return "tooFast" }
            facts.append(.confirm(now))
            return "confirmed"
        case .cancels, .cancelsWithWrongNonce, .cancelsFromAnotherRun:
            lapse(isOver)
            guard !isOver, isLastScan(event) else { return "false" }
            facts.append(.end(.cancelled))
            return "true"
        case .browserCancels:
            lapse(isOver)
            if !isOver { facts.append(.end(.cancelled)) }
            return explicitEnd == .redeemed ? "alreadyCompleted" : "over"
        case .browserAsksForNewCode:
            lapse(isOver)
            if !isOver { facts.append(.end(.superseded)) }
            return "\(!isOver)"
        case .browserCompletes:
            lapse(isOver)
            if explicitEnd == .redeemed { return "alreadyCompleted" }
            guard !isOver, isConfirmed else { return "notConfirmed" }
            facts.append(.end(.redeemed))
            return scans.first?.user == Cast.alice ? "redeemed by alice" : "redeemed"
        }
    }

    var standing: Standing {
        if let explicitEnd { return explicitEnd }
        if isConfirmed { return .confirmed }
        return scans.isEmpty ? .created : .scanned
    }

    /// One for being there, one for having been scanned, confirmed, ended.
    var seq: Int {
        1 + (scans.isEmpty ? 0 : 1) + (isConfirmed ? 1 : 0) + (explicitEnd == nil ? 0 : 1)
    }

    /// When it ends by itself if nothing more happens.
    var livesUntil: Int64 {
        let cap = policy.attempt.wholeMilliseconds
        if isConfirmed { return cap }
        if let first = firstScanAt { return min(cap, first + policy.confirm.wholeMilliseconds) }
        return min(cap, policy.scene.wholeMilliseconds)
    }

    private mutating func lapse(_ isOver: Bool) {
        if isOver, explicitEnd == nil { facts.append(.end(.expired)) }
    }

    private func isLastScan(_ event: AttemptEvent) -> Bool {
        scans.last?.phone == event.phone && scans.last?.nonce == event.nonce
    }

    private var scans: [AttemptEvent] {
        facts.compactMap { fact in
            guard case .scan(let event, _) = fact else { return nil }
            return event
        }
    }

    private var firstScanAt: Int64? {
        for case .scan(_, let moment) in facts { return moment }
        return nil
    }

    private var isConfirmed: Bool {
        for case .confirm in facts { return true }
        return false
    }

    private var explicitEnd: Standing? {
        for case .end(let standing) in facts { return standing }
        return nil
    }
}
