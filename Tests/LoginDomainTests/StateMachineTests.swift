import LoginDomain
import Testing

/// Every state, every event, and every side of a deadline.
struct StateMachineTests {
    private static let seq = 5

    struct Case: Sendable, CustomStringConvertible {
        var standing: Standing
        var event: AttemptEvent
        var description: String { "\(standing), \(event)" }
    }

    static let cases = Standing.allCases.flatMap { standing in
        AttemptEvent.allCases.map { Case(standing: standing, event: $0) }
    }

    @Test(arguments: cases)
    func `T12: each event before, at and after the deadline of each state`(_ each: Case) {
        let (standing, event) = (each.standing, each.event)
        guard let deadline = standing.deadline else {
            // What has ended answers the same for ever.
            for now: Int64 in [20_000, 120_000, 180_000, 9_000_000] {
                Self.check(standing, event, at: now, standing.answer(to: event, at: now))
            }
            return
        }
        for now in [Cast.scannedAt + 5000, deadline - 1] {
            Self.check(standing, event, at: now, standing.answer(to: event, at: now))
        }
        // At the very instant of the deadline, expired wins: the event meets an ended attempt.
        for now in [deadline, deadline + 1, deadline + 9_000_000] {
            var answer = Standing.expired.answer(to: event, at: now)
            answer.moves = .expired
            if event == .timePasses { answer.says = "true" }
            Self.check(standing, event, at: now, answer)
        }
    }

    private static func check(
        _ standing: Standing,
        _ event: AttemptEvent,
        at now: Int64,
        _ answer: Standing.Answer
    ) {
        let before = standing.attempt(seq: seq)
        var after = before
        let says = event.happen(to: &after, at: Cast.at(now))
        #expect(says == answer.says, "at \(now)")
        #expect(after.standing == answer.moves ?? standing, "at \(now)")
        #expect(after.seq == (answer.moves == nil ? seq : seq + 1), "at \(now)")
        #expect(after.state == expectedState(event, at: now, from: before, to: after.standing))
        // Nothing else of an attempt ever changes.
        #expect(after == Cast.attempt(in: after.state, seq: after.seq))
    }

    /// Everything that a state must carry.
    private static func expectedState(
        _ event: AttemptEvent,
        at now: Int64,
        from before: Attempt,
        to standing: Standing
    ) -> Attempt.State {
        switch (before.state, standing) {
        case (.created, .scanned):
            return .scanned(
                Attempt.Scan(
                    owner: event.user,
                    phone: event.phone,
                    nonce: event.nonce,
                    at: Cast.at(now),
                    expiresAt: Cast.at(now + 60_000)
                )
            )
        case (.scanned(var scan), .scanned):
            if event == .ownerScans || event == .ownerScansAgainElsewhere {
                scan.phone = event.phone
                scan.nonce = event.nonce
            }
            return .scanned(scan)
        case (.scanned(let scan), .confirmed): return .confirmed(scan)
        case (_, .redeemed): return .redeemed(Cast.alice)
        case (_, .cancelled): return .cancelled
        case (_, .expired): return .expired
        case (_, .superseded): return .superseded
        case (_, .created), (_, .scanned), (_, .confirmed): return before.state
        }
    }
}
