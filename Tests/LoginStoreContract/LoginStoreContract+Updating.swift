import LoginDomain
import LoginStore
import Synchronization

extension LoginStoreContract {
    static let updating: [StoreCheck] = [
        StoreCheck("An update answers what its function said, and the row as it is now.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            let update = try await store.scan(1, by: 1)
            try require(update.outcome, is: .scanned(until: Scenery.at(70_000)))
            try require(update.moved, is: true)
            try require(update.attempt.seq, is: 2)
            try require(try await store.row(1), is: update.attempt)
            try require(try await store.attempt(.scene(Scenery.scene(1))), is: update.attempt)
        },
        StoreCheck("The function of an update sees the row.") { store in
            let attempt = try await store.open(1)
            let seen = try await store.updateAttempt(.scene(Scenery.scene(1))) { $0 }
            try require(seen?.outcome, is: attempt)
        },
        StoreCheck("Every state is kept whole: who, which phone, which nonce, when, until when.") {
            store in
            for user: UInt64 in 1...2 { _ = try await store.register(user) }
            let lives: [(number: UInt64, live: (UInt64) async throws -> Attempt.State)] = [
                (1, { _ in .created }),
                (2, { try await store.scan($0, by: 2).attempt.state }),
                (
                    3,
                    { number in
                        try await store.scan(number, by: 2)
                        return try await store.confirm(number, by: 2).attempt.state
                    }
                ),
                (
                    4,
                    { number in
                        try await store.scan(number, by: 1)
                        try await store.confirm(number, by: 1)
                        return try await store.redeem(number).attempt.state
                    }
                ),
                (5, { try await store.cancel($0).state }),
                (
                    6,
                    { number in
                        try await store.open(100 + number, superseding: number)
                        return .superseded
                    }
                ),
                (
                    7,
                    { number in
                        let key = AttemptKey.scene(Scenery.scene(number))
                        let update = try await store.updateAttempt(key) {
                            $0.expire(at: Scenery.at(120_000))
                        }
                        return try require(update).attempt.state
                    }
                ),
            ]
            let scan = Attempt.Scan(
                owner: Scenery.user(2),
                phone: Scenery.phone(2),
                nonce: Scenery.nonce(2),
                at: Scenery.at(10_000),
                expiresAt: Scenery.at(70_000)
            )
            let wanted: [Attempt.State] = [
                .created, .scanned(scan), .confirmed(scan), .redeemed(Scenery.user(1)),
                .cancelled, .superseded, .expired,
            ]
            for ((number, live), state) in zip(lives, wanted) {
                try await store.open(number)
                try require(try await live(number), is: state)
                try require(try await store.row(number).state, is: state)
            }
        },
        StoreCheck("An update that moves no seq says so, and is kept all the same.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.scan(1, by: 1)
            let rescan = try await store.scan(1, by: 1, nonce: 7)
            try require(rescan.moved, is: false)
            guard case .scanned(let scan) = try await store.row(1).state else {
                throw ContractViolation("not scanned", #fileID, #line)
            }
            try require(scan.nonce, is: Scenery.nonce(7))
            try require(try await store.row(1), is: rescan.attempt)
        },
        StoreCheck("An update whose function changes nothing changes nothing.") { store in
            let attempt = try await store.open(1)
            let update = try await store.updateAttempt(.cookie(attempt.cookie)) { _ in "looked" }
            try require(update?.outcome, is: "looked")
            try require(update?.moved, is: false)
            try require(update?.attempt, is: attempt)
            try require(try await store.row(1), is: attempt)
        },
        StoreCheck("An update of an attempt that is not there does not run its function.") {
            store in
            try await store.open(1)
            let ran = Mutex(false)
            for key in [AttemptKey.cookie(Scenery.cookie(2)), .scene(Scenery.scene(2))] {
                let update = try await store.updateAttempt(key) { attempt in
                    ran.withLock { $0 = true }
                    return attempt.cancelByBrowser(at: Scenery.start)
                }
                try require(update == nil, "an update of nothing")
            }
            try require(ran.withLock { $0 }, is: false)
            try require(try await store.row(1), is: Scenery.attempt(1))
        },
        StoreCheck("An update touches its own attempt and no other.") { store in
            let first = try await store.open(1)
            let third = try await store.open(3)
            try await store.open(2)
            try await store.cancel(2)
            try require(try await store.row(1), is: first)
            try require(try await store.row(3), is: third)
        },
    ]
}
