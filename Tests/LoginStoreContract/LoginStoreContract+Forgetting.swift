import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let forgetting: [StoreCheck] = [
        StoreCheck("Ended attempts created before the limit are forgotten, and younger ones not.") {
            store in
            for number: UInt64 in 1...3 {
                try await store.open(number, at: Scenery.at(Int64(number) * 1000))
                try await store.cancel(number, at: Scenery.at(9000))
            }
            let younger = [try await store.row(2), try await store.row(3)]
            try await store.forget(limits(attempts: 2000), limit: 100)
            try require(try await store.attempt(.cookie(Scenery.cookie(1))), is: nil)
            try require(try await store.attempt(.scene(Scenery.scene(1))), is: nil)
            try require([try await store.row(2), try await store.row(3)], is: younger)
        },
        StoreCheck("T34: every way in which an attempt ends lets it be forgotten.") { store in
            try await store.logIn(1)
            try await store.open(2)
            try await store.cancel(2)
            try await store.open(3)
            try await store.open(13, superseding: 3)
            try await store.open(4)
            _ = try await store.expireAttempts(at: Scenery.at(120_000), limit: 100)
            try await store.forget(limits(attempts: 1), limit: 100)
            for number: UInt64 in [1, 2, 3, 4, 13] {
                try require(try await store.attempt(.cookie(Scenery.cookie(number))), is: nil)
            }
        },
        StoreCheck("T34: a live attempt is never forgotten, however old its row.") { store in
            _ = try await store.register(1)
            try await store.open(1)
            try await store.open(2)
            try await store.scan(2, by: 1)
            try await store.open(3)
            try await store.scan(3, by: 1)
            try await store.confirm(3, by: 1)
            let rows = [try await store.row(1), try await store.row(2), try await store.row(3)]
            try await store.forget(limits(attempts: 900_000_000), limit: 100)
            let after = [try await store.row(1), try await store.row(2), try await store.row(3)]
            try require(after, is: rows)
        },
        StoreCheck("Forgetting an attempt leaves its user and its session.") { store in
            try await store.logIn(1)
            let session = try await store.session(Scenery.session(1))
            try await store.forget(limits(attempts: 900_000), limit: 100)
            try require(try await store.attempt(.cookie(Scenery.cookie(1))), is: nil)
            try require(try await store.user(Scenery.user(1))?.id, is: Scenery.user(1))
            try require(try await store.session(Scenery.session(1)), is: session)
        },
        StoreCheck("Phone sessions that ended before the limit are forgotten, and later ones not.")
        {
            store in
            let user = try await store.register(1)
            for number: UInt64 in 1...3 {
                let end = Scenery.at(Int64(number) * 1000)
                try await store.openPhoneSession(
                    Scenery.phoneSession(number, of: user, expiresAt: end)
                )
            }
            try await store.forget(limits(expired: 2000), limit: 100)
            try require(try await store.phoneSession(Scenery.phone(1)), is: nil)
            try require(try await store.phoneSession(Scenery.phone(2))?.user, is: user)
            try require(try await store.phoneSession(Scenery.phone(3))?.user, is: user)
        },
        StoreCheck("T8: js_codes that are still remembered are not forgotten.") { store in
            let code = Scenery.nonce(1)
            _ = try await store.claimCode(code, until: Scenery.at(2000), at: Scenery.start)
            try await store.forget(limits(expired: 2000), limit: 100)
            let early = try await store.claimCode(
                code,
                until: Scenery.at(9000),
                at: Scenery.at(1999)
            )
            try require(early, is: false)
        },
        StoreCheck("js_codes that ended before the limit are forgotten.") { store in
            let code = Scenery.nonce(1)
            _ = try await store.claimCode(code, until: Scenery.at(2000), at: Scenery.start)
            try await store.forget(limits(expired: 2001), limit: 100)
            // It shows at a moment when the memory would still have refused.
            let again = try await store.claimCode(
                code,
                until: Scenery.at(2000),
                at: Scenery.at(1000)
            )
            try require(again, is: true)
        },
        StoreCheck("Sessions are forgotten for not being seen, and for their age, each alone.") {
            store in
            // Created at 3 s, 13 s and 23 s; the first was seen last.
            for number: UInt64 in 1...3 {
                try await store.logIn(number, at: Scenery.at(Int64(number - 1) * 10_000))
            }
            try await store.touchSession(Scenery.session(1), at: Scenery.at(90_000))
            func left() async throws -> [Bool] {
                var left: [Bool] = []
                for number: UInt64 in 1...3 {
                    left.append(try await store.session(Scenery.session(number)) != nil)
                }
                return left
            }
            try await store.forget(limits(seen: 13_000), limit: 100)
            try require(try await left(), is: [true, true, true])
            try await store.forget(limits(seen: 13_001), limit: 100)
            try require(try await left(), is: [true, false, true])
            try await store.forget(limits(created: 3000), limit: 100)
            try require(try await left(), is: [true, false, true])
            try await store.forget(limits(created: 3001), limit: 100)
            try require(try await left(), is: [false, false, true])
        },
        StoreCheck("Forgetting takes at most so many of each kind, and says whether that was all.")
        {
            store in
            for number: UInt64 in 1...3 {
                try await store.logIn(number)
                try await store.openPhoneSession(
                    Scenery.phoneSession(number, of: Scenery.user(number), expiresAt: Scenery.start)
                )
                _ = try await store.claimCode(
                    Scenery.nonce(number),
                    until: Scenery.at(1000),
                    at: Scenery.start
                )
            }
            let all = limits(
                attempts: 1_000_000,
                expired: 1_000_000,
                seen: 1_000_000,
                created: 1_000_000
            )
            /// How many rows of each kind are left.
            func left() async throws -> [Int] {
                var left = [0, 0, 0]
                for number: UInt64 in 1...3 {
                    let attempt = try await store.attempt(.cookie(Scenery.cookie(number)))
                    let phone = try await store.phoneSession(Scenery.phone(number))
                    let session = try await store.session(Scenery.session(number))
                    if attempt != nil { left[0] += 1 }
                    if phone != nil { left[1] += 1 }
                    if session != nil { left[2] += 1 }
                }
                return left
            }
            try require(try await store.forget(all, limit: 2), is: true)
            try require(try await left(), is: [1, 1, 1])
            try require(try await store.forget(all, limit: 2), is: false)
            try require(try await left(), is: [0, 0, 0])
            try require(try await store.forget(all, limit: 2), is: false)
        },
        StoreCheck("js_codes too are forgotten at most so many at once.") { store in
            func claimAll() async throws -> Int {
                var granted = 0
                for number: UInt64 in 1...3 {
                    let isGranted = try await store.claimCode(
                        Scenery.nonce(number),
                        until: Scenery.at(1000),
                        at: Scenery.start
                    )
                    if isGranted { granted += 1 }
                }
                return granted
            }
            try require(try await claimAll(), is: 3)
            try require(try await store.forget(limits(expired: 1001), limit: 2), is: true)
            try require(try await claimAll(), is: 2)
        },
        StoreCheck("A kind that reaches the limit alone is enough for there to be more.") { store in
            let user = try await store.register(1)
            let all = limits(attempts: 1_000_000, expired: 1_000_000, seen: 1, created: 1)
            try await store.open(1)
            try await store.cancel(1)
            try require(try await store.forget(all, limit: 1), is: true)
            try await store.openPhoneSession(
                Scenery.phoneSession(1, of: user, expiresAt: Scenery.start)
            )
            try require(try await store.forget(all, limit: 1), is: true)
            _ = try await store.claimCode(Scenery.nonce(1), until: Scenery.at(1), at: Scenery.start)
            try require(try await store.forget(all, limit: 1), is: true)
            try await store.logIn(2)
            let seen = limits(seen: 1_000_000)
            try require(try await store.forget(seen, limit: 1), is: true)
            try require(try await store.forget(all, limit: 5), is: false)
        },
        StoreCheck("What was forgotten may come again.") { store in
            try await store.logIn(1)
            var all = limits(attempts: 1_000_000, seen: 1_000_000)
            all.logins = Scenery.at(1_000_000)
            try await store.forget(all, limit: 100)
            try await store.logIn(1)
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
        },
    ]

    /// Limits of which only those that are named forget anything.
    static func limits(
        attempts: Int64? = nil,
        expired: Int64? = nil,
        seen: Int64? = nil,
        created: Int64? = nil
    ) -> ForgetLimits {
        let never = Timestamp(milliseconds: 0)
        return ForgetLimits(
            attempts: attempts.map { Scenery.at($0) } ?? never,
            expired: expired.map { Scenery.at($0) } ?? never,
            sessionsSeen: seen.map { Scenery.at($0) } ?? never,
            sessionsCreated: created.map { Scenery.at($0) } ?? never,
            logins: never
        )
    }
}
