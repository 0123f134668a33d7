import LoginDomain
import TestSupport
import Testing

/// Random lives of an attempt, told twice: by the state machine and by a plainer model.
struct AttemptPropertyTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `T12: random orders of events agree with a plainer model`(batch: UInt64) throws {
        for seed in batch * 250..<(batch + 1) * 250 {
            try Self.live(seed: seed)
        }
    }

    @Test func `the random lives reach every state and every answer`() throws {
        var seen: Set<String> = []
        for seed: UInt64 in 0..<2000 {
            try Self.live(seed: seed) { event, said, standing in
                seen.insert("\(standing)")
                // Without the times, which are as many as there are seeds.
                seen.insert("\(event): \(said.hasPrefix("until") ? "until" : said)")
            }
        }
        let wanted = Self.everyAnswer.union(Standing.allCases.map { "\($0)" })
        #expect(seen == wanted)
    }

    /// What each event can be answered at all, by the table of states.
    private static var everyAnswer: Set<String> {
        let confirms: [AttemptEvent: [String]] = [
            .confirms: ["confirmed", "repeated", "tooFast", "unavailable"],
            .confirmsWithNonceOfTheRescan: ["confirmed", "repeated", "tooFast", "unavailable"],
            .confirmsWithWrongNonce: ["unavailable"],
            .confirmsFromAnotherRun: ["unavailable"],
            .strangerConfirmsWithTheNonce: ["unavailable"],
        ]
        let others: [AttemptEvent: [String]] = [
            .timePasses: ["true", "false"],
            .ownerScans: ["until", "unavailable"],
            .ownerScansAgainElsewhere: ["until", "unavailable"],
            .strangerScans: ["until", "unavailable"],
            .cancels: ["true", "false"],
            .cancelsWithWrongNonce: ["false"],
            .cancelsFromAnotherRun: ["false"],
            .browserCancels: ["over", "alreadyCompleted"],
            .browserAsksForNewCode: ["true", "false"],
            .browserCompletes: ["redeemed by alice", "notConfirmed", "alreadyCompleted"],
        ]
        let both = confirms.merging(others) { first, _ in first }
        return Set(both.flatMap { event, says in says.map { "\(event): \($0)" } })
    }

    /// Plays one life; a difference names its seed.
    private static func live(
        seed: UInt64,
        watch: (AttemptEvent, String, Standing) -> Void = { _, _, _ in }
    ) throws {
        var dice = SeededDice(seed: seed)
        let policy = policy(using: &dice)
        var attempt = Cast.attempt(policy: policy)
        var model = NaiveAttempt(policy: policy)
        var now: Int64 = 0
        var owner: UserID?
        for step in 0..<24 {
            now += wait(for: attempt, at: now, using: &dice)
            let event = try #require(deck.randomElement(using: &dice))
            let life = "seed \(seed), step \(step): \(event) at \(now)"
            let before = attempt
            let said = event.happen(to: &attempt, at: Cast.at(now), policy: policy)
            try #require(said == model.happen(event, at: now), "\(life)")
            try #require(attempt.standing == model.standing, "\(life)")
            try #require(attempt.seq == model.seq, "\(life)")
            if !attempt.hasEnded {
                try #require(attempt.deadline == Cast.at(model.livesUntil), "\(life)")
            }
            // I6: what has ended never changes. I5: at most one owner in a whole life.
            if before.hasEnded { try #require(attempt == before, "\(life)") }
            if let first = owner ?? attempt.owner, let present = attempt.owner {
                try #require(first == present, "\(life)")
                owner = first
            }
            watch(event, said, attempt.standing)
        }
    }

    /// Ends are rarer than the rest, so that lives are long enough to be interesting.
    private static let deck: [AttemptEvent] = {
        let rare: Set<AttemptEvent> = [
            .cancels, .browserCancels, .browserAsksForNewCode, .strangerScans,
        ]
        return AttemptEvent.allCases.flatMap { event in
            Array(repeating: event, count: rare.contains(event) ? 1 : 4)
        }
    }()

    private static func policy(using dice: inout SeededDice) -> LoginPolicy {
        var policy = LoginPolicy()
        if Bool.random(using: &dice) {
            policy.scene = .seconds(Int.random(in: 1...200, using: &dice))
            policy.confirm = .seconds(Int.random(in: 1...100, using: &dice))
            policy.attempt = .seconds(Int.random(in: 1...200, using: &dice))
            policy.confirmDelay = .milliseconds(Int.random(in: 0...2000, using: &dice))
        }
        return policy
    }

    /// Mostly a little later; often at the very edge of something.
    private static func wait(
        for attempt: Attempt,
        at now: Int64,
        using dice: inout SeededDice
    ) -> Int64 {
        switch Int.random(in: 0..<10, using: &dice) {
        case 0:
            guard let deadline = attempt.deadline else { return 0 }
            let left = deadline.milliseconds - Cast.at(now).milliseconds
            return max(0, left + Int64.random(in: -1...1, using: &dice))
        case 1: return Int64.random(in: 0...60_000, using: &dice)
        case 2...4: return Int64.random(in: 0...2000, using: &dice)
        default: return Int64.random(in: 0...20, using: &dice)
        }
    }
}

extension Attempt {
    /// Who owns it, where its state says so.
    fileprivate var owner: UserID? {
        switch state {
        case .scanned(let scan), .confirmed(let scan): scan.owner
        case .redeemed(let user): user
        case .created, .cancelled, .expired, .superseded: nil
        }
    }
}
