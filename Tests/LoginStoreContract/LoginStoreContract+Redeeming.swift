import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let redeeming: [StoreCheck] = [
        StoreCheck("Redeeming ends the attempt and makes the session, for the phone's owner.") {
            store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            try await store.confirm(1, by: 1)
            let update = try await store.redeem(1, session: 5, at: Scenery.at(13_000))
            try require(update.outcome, is: .redeemed(Scenery.user(1)))
            try require(update.moved, is: true)
            try require(update.attempt.state, is: .redeemed(Scenery.user(1)))
            try require(try await store.row(1), is: update.attempt)
            try require(
                try await store.session(Scenery.session(5)),
                is: BrowserSession(
                    cookie: Scenery.session(5),
                    user: Scenery.user(1),
                    login: Scenery.login(1, session: 5).id,
                    createdAt: Scenery.at(13_000),
                    seenAt: Scenery.at(13_000)
                )
            )
        },
        StoreCheck("Redeeming finds the attempt by its scene too.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            try await store.confirm(1, by: 1)
            let update = try await store.redeemAttempt(
                .scene(Scenery.scene(1)),
                as: Scenery.login(1),
                ending: nil,
                at: Scenery.at(13_000)
            )
            try require(update?.outcome, is: .redeemed(Scenery.user(1)))
        },
        StoreCheck("T23: the browser's earlier session ends in the same step, whoever's it was.") {
            store in
            try await store.logIn(1)
            try await store.logIn(3)
            _ = try await store.register(2)
            try await store.open(2)
            try await store.scan(2, by: 2)
            try await store.confirm(2, by: 2)
            try await store.redeem(2, ending: 1)
            try require(try await store.session(Scenery.session(1)), is: nil)
            try require(try await store.session(Scenery.session(2))?.user, is: Scenery.user(2))
            try require(try await store.session(Scenery.session(3))?.user, is: Scenery.user(3))
        },
        StoreCheck("Redeeming is not troubled by an earlier session that is gone.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            try await store.confirm(1, by: 1)
            let update = try await store.redeem(1, ending: 99)
            try require(update.outcome, is: .redeemed(Scenery.user(1)))
        },
        StoreCheck("T11: no session comes of an attempt that is not confirmed.") { store in
            try await store.logIn(9)
            try await store.open(1)
            try await store.open(2)
            try await store.scan(2, by: 9)
            try await store.open(3)
            try await store.cancel(3)
            try await store.open(4)
            try await store.open(14, superseding: 4)
            for number: UInt64 in 1...4 {
                let before = try await store.row(number)
                let update = try await store.redeem(number, ending: 9)
                try require(update.outcome, is: .notConfirmed)
                try require(update.moved, is: false)
                try require(try await store.row(number), is: before)
                try require(try await store.session(Scenery.session(number)), is: nil)
            }
            // And the browser keeps the login it had.
            try require(try await store.session(Scenery.session(9))?.user, is: Scenery.user(9))
        },
        StoreCheck("T12: no session comes of an attempt at the very instant of its end.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            try await store.confirm(1, by: 1)
            let update = try await store.redeem(1, at: Scenery.at(180_000))
            try require(update.outcome, is: .notConfirmed)
            try require(update.moved, is: true)
            try require(update.attempt.state, is: .expired)
            try require(try await store.row(1), is: update.attempt)
            try require(try await store.session(Scenery.session(1)), is: nil)
        },
        StoreCheck("T14: redeeming happens once.") { store in
            try await store.logIn(1)
            try await store.logIn(2)
            let before = try await store.row(1)
            let again = try await store.redeem(1, session: 3, ending: 2)
            try require(again.outcome, is: .alreadyCompleted)
            try require(again.moved, is: false)
            try require(try await store.row(1), is: before)
            try require(try await store.session(Scenery.session(3)), is: nil)
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
            try require(try await store.session(Scenery.session(2))?.user, is: Scenery.user(2))
        },
        StoreCheck("There is nothing to redeem where there is no attempt.") { store in
            try await store.logIn(1)
            // Even into a session that is there: nothing is tried.
            for session: UInt64 in 1...2 {
                let update = try await store.redeemAttempt(
                    .cookie(Scenery.cookie(99)),
                    as: Scenery.login(session),
                    ending: Scenery.session(1),
                    at: Scenery.at(13_000)
                )
                try require(update == nil, "redeemed nothing")
            }
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
            try require(try await store.session(Scenery.session(2)), is: nil)
        },
        StoreCheck("T23: a session's cookie is never handed on, and then nothing happens at all.") {
            store in
            try await store.logIn(1)
            try await store.logIn(2)
            _ = try await store.register(3)
            try await store.open(3)
            try await store.scan(3, by: 3)
            let confirmed = try await store.confirm(3, by: 3).attempt
            // Neither somebody else's, nor the one that ends in this step.
            for old: UInt64 in 1...2 {
                try await requireDuplicate { try await store.redeem(3, session: 1, ending: old) }
                try require(try await store.row(3), is: confirmed)
                for number: UInt64 in 1...2 {
                    let session = try await store.session(Scenery.session(number))
                    try require(session?.user, is: Scenery.user(number))
                }
            }
            // With a cookie of its own it goes on.
            try require(try await store.redeem(3).outcome, is: .redeemed(Scenery.user(3)))
        },
        StoreCheck("A cookie that is taken does not matter where no session is made.") { store in
            try await store.logIn(1)
            try await store.open(2)
            try require(try await store.redeem(2, session: 1).outcome, is: .notConfirmed)
            try require(try await store.redeem(1, session: 1).outcome, is: .alreadyCompleted)
        },
    ]

    static let cancelling: [StoreCheck] = [
        StoreCheck("T43: a call says how it ended, even to a task that has been cancelled.") {
            store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    try require(Task.isCancelled, is: true)
                    try await store.logIn(1)
                    try require(try await store.row(1).seq, is: 4)
                }
                try await group.waitForAll()
            }
            try require(try await store.row(1).state, is: .redeemed(Scenery.user(1)))
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
        }
    ]

    static let expiring: [StoreCheck] = [
        StoreCheck("T13: ends are written down at their deadline and not before it.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.open(2)
            try await store.scan(2, by: 1, at: Scenery.at(20_000))
            try await store.open(3)
            try await store.scan(3, by: 1, at: Scenery.at(20_000))
            try await store.confirm(3, by: 1, at: Scenery.at(30_000))
            // The deadline is that of the state an attempt is in now.
            let deadlines: [(number: UInt64, deadline: Int64)] = [
                (2, 80_000), (1, 120_000), (3, 180_000),
            ]
            for (number, deadline) in deadlines {
                let before = try await store.row(number)
                let early = try await store.expireAttempts(at: Scenery.at(deadline - 1), limit: 10)
                try require(early, is: [])
                try require(try await store.row(number), is: before)
                let due = try await store.expireAttempts(at: Scenery.at(deadline), limit: 10)
                try require(due.map(\.id), is: [before.id])
                try require(due.map(\.state), is: [.expired])
                try require(due.map(\.seq), is: [before.seq + 1])
                try require(due, is: [try await store.row(number)])
            }
            // Each end is told once.
            let again = try await store.expireAttempts(at: Scenery.at(9_000_000), limit: 10)
            try require(again, is: [])
        },
        StoreCheck("Ends are written down oldest first, at most so many at once.") { store in
            // Opened in another order than they end.
            let order: [UInt64] = [3, 1, 5, 2, 4]
            for number in order {
                try await store.open(number, at: Scenery.at(Int64(number) * 1000))
            }
            let all = Scenery.at(200_000)
            var slices: [[AttemptID]] = []
            for _ in 0..<4 {
                slices.append(try await store.expireAttempts(at: all, limit: 2).map(\.id))
            }
            let ids = (0...5).map { Scenery.id($0) }
            try require(slices, is: [[ids[1], ids[2]], [ids[3], ids[4]], [ids[5]], []])
        },
        StoreCheck("What has ended otherwise does not expire.") { store in
            try await store.logIn(1)
            try await store.open(2)
            try await store.cancel(2)
            try await store.open(3)
            try await store.open(4, superseding: 3)
            let rows = [
                try await store.row(1), try await store.row(2), try await store.row(3),
            ]
            let due = try await store.expireAttempts(at: Scenery.at(9_000_000), limit: 10)
            try require(due.map(\.id), is: [Scenery.id(4)])
            let after = [
                try await store.row(1), try await store.row(2), try await store.row(3),
            ]
            try require(after, is: rows)
        },
    ]
}
