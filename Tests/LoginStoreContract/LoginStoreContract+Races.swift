import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let attemptRaces: [StoreCheck] = [
        StoreCheck("T12: a hundred updates of one attempt at once are all kept, one by one.") {
            store in
            try await store.open(1)
            let key = AttemptKey.cookie(Scenery.cookie(1))
            let seqs = try await together(100) { _ in
                let update = try await store.updateAttempt(key) { attempt in
                    attempt = attempt.rewritten(attempt.state, seq: attempt.seq + 1)
                    return attempt.seq
                }
                return try require(update).outcome
            }
            try require(seqs.sorted(), is: Array(2...101))
            try require(try await store.row(1).seq, is: 101)
        },
        StoreCheck("Updates of different attempts at once do not touch each other.") { store in
            for number: UInt64 in 1...10 { try await store.open(number) }
            _ = try await together(100) { turn in
                let number = UInt64(turn % 10 + 1)
                return try await store.updateAttempt(.scene(Scenery.scene(number))) { attempt in
                    attempt = attempt.rewritten(attempt.state, seq: attempt.seq + 1)
                }?.moved
            }
            for number: UInt64 in 1...10 {
                try require(try await store.row(number).seq, is: 11)
            }
        },
        StoreCheck("T10: of a hundred phones that scan at once, one owns the attempt.") { store in
            for user: UInt64 in 1...100 { _ = try await store.register(user) }
            try await store.open(1)
            let scans = try await together(100) { turn in
                (user: UInt64(turn + 1), try await store.scan(1, by: UInt64(turn + 1)))
            }
            let winners = scans.filter { $0.1.outcome != .unavailable }
            try require(winners.count, is: 1)
            try require(scans.count { $0.1.moved }, is: 1)
            guard case .scanned(let scan) = try await store.row(1).state else {
                throw ContractViolation("not scanned", #fileID, #line)
            }
            try require(scan.owner, is: Scenery.user(winners[0].user))
            try require(try await store.row(1).seq, is: 2)
        },
        StoreCheck("T14: of a hundred completes at once, one makes a session.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            try await store.confirm(1, by: 1)
            let updates = try await together(100) { turn in
                (session: UInt64(turn), try await store.redeem(1, session: UInt64(turn)))
            }
            let winners = updates.filter { $0.1.outcome == .redeemed(Scenery.user(1)) }
            try require(winners.count, is: 1)
            try require(updates.count { $0.1.outcome == .alreadyCompleted }, is: 99)
            for session: UInt64 in 0..<100 {
                let found = try await store.session(Scenery.session(session)) != nil
                try require(found, is: session == winners[0].session)
            }
        },
        StoreCheck("T12: of cancel, complete, new code and expiry at once, one wins.") { store in
            _ = try await store.register(1)
            for number: UInt64 in 1...25 {
                try await store.open(number)
                try await store.scan(number, by: 1)
                try await store.confirm(number, by: 1)
                // The new code and the completion come at the last moment, the sweeper at the end.
                let now = Scenery.at(179_999)
                let ends = try await together(4) { turn -> Attempt.State? in
                    switch turn {
                    case 0:
                        let update = try await store.updateAttempt(.cookie(Scenery.cookie(number)))
                        {
                            $0.cancelByBrowser(at: now)
                        }
                        return try require(update).moved ? .cancelled : nil
                    case 1:
                        let update = try await store.redeem(number, at: now)
                        return update.moved ? .redeemed(Scenery.user(1)) : nil
                    case 2:
                        let next = Scenery.attempt(1000 + number, at: now)
                        let cookie = Scenery.cookie(number)
                        return try await store.openAttempt(next, superseding: cookie, at: now)?
                            .state
                    default:
                        let end = Scenery.at(180_000)
                        return try await store.expireAttempts(at: end, limit: 100)
                            .first { $0.id == Scenery.id(number) }?.state
                    }
                }
                let row = try await store.row(number)
                try require(ends.compactMap { $0 }, is: [row.state])
                try require(row.seq, is: 4)
                let hasSession = try await store.session(Scenery.session(number)) != nil
                try require(hasSession, is: row.state == .redeemed(Scenery.user(1)))
            }
        },
        StoreCheck("Of twenty tabs that ask for a new code at once, one supersedes.") { store in
            try await store.open(1)
            let superseded = try await together(20) { turn in
                try await store.openAttempt(
                    Scenery.attempt(UInt64(turn + 2)),
                    superseding: Scenery.cookie(1),
                    at: Scenery.at(1000)
                )
            }
            try require(superseded.compactMap { $0 }.map(\.state), is: [.superseded])
            try require(try await store.row(1).seq, is: 2)
        },
        StoreCheck("T2: of ten attempts with one scene at once, one is opened.") { store in
            let opened = try await together(10) { turn -> Attempt? in
                do {
                    let attempt = Scenery.attempt(UInt64(turn), scene: Scenery.scene(99))
                    _ = try await store.openAttempt(attempt, superseding: nil, at: Scenery.start)
                    return attempt
                } catch LoginStoreError.duplicate {
                    return nil
                }
            }
            let winners = opened.compactMap { $0 }
            try require(winners.count, is: 1)
            try require(try await store.attempt(.scene(Scenery.scene(99))), is: winners[0])
        },
        StoreCheck("I13: of four sweepers at once, one tells each end.") { store in
            for number: UInt64 in 1...40 { try await store.open(number) }
            // Ten slices each are enough even if all four always look at the same rows.
            let told = try await together(4) { _ in
                var told: [AttemptID] = []
                for _ in 0..<10 {
                    told += try await store.expireAttempts(at: Scenery.at(120_000), limit: 7)
                        .map(\.id)
                }
                return told
            }
            let ids = (1...40).map { Scenery.id($0).text }
            try require(told.flatMap { $0 }.map(\.text).sorted(), is: ids.sorted())
        },
        StoreCheck("I3: a session is seen only where its attempt says redeemed.") { store in
            _ = try await store.register(1)
            for number: UInt64 in 1...20 {
                try await store.open(number)
                try await store.scan(number, by: 1)
                try await store.confirm(number, by: 1)
            }
            let redeemed = Attempt.State.redeemed(Scenery.user(1))
            _ = try await together(40) { turn in
                let number = UInt64(turn / 2 + 1)
                if turn % 2 == 0 {
                    try await store.redeem(number)
                } else {
                    let before = try await store.row(number).state
                    let session = try await store.session(Scenery.session(number))
                    let after = try await store.row(number).state
                    if before == redeemed { try require(session != nil, "redeemed into nothing") }
                    if session != nil { try require(after, is: redeemed) }
                }
            }
        },
    ]

    static let userRaces: [StoreCheck] = [
        StoreCheck("Fifty registrations of one openid at once give one user.") { store in
            let registrations = try await together(50) { turn in
                try await store.registerUser(
                    try Scenery.identity(1),
                    candidate: Scenery.user(UInt64(turn)),
                    at: Scenery.start
                )
            }
            try require(registrations.count(where: \.isNew), is: 1)
            let ids = Set(registrations.map(\.user.id))
            try require(ids.count, is: 1)
            try require(registrations.first(where: \.isNew)?.user.id, is: ids.first)
        },
        StoreCheck("T8: of fifty claims of one js_code at once, one is granted.") { store in
            let granted = try await together(50) { _ in
                try await store.claimCode(
                    Scenery.nonce(1),
                    until: Scenery.at(1000),
                    at: Scenery.start
                )
            }
            try require(granted.count { $0 }, is: 1)
        },
    ]

    /// Does something so many times at once; the answers come in the order of the turns.
    static func together<Answer: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            for turn in 0..<count {
                group.addTask { (turn, try await body(turn)) }
            }
            var answers: [(Int, Answer)] = []
            for try await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
