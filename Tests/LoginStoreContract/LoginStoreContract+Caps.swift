import LoginDomain
import LoginStore

extension LoginStoreContract {
    /// Three of everything.
    static let caps: RowCaps = {
        var caps = RowCaps()
        caps.liveAttempts = 3
        caps.endedAttempts = 3
        caps.phoneSessions = 3
        caps.usedCodes = 3
        caps.browserSessions = 3
        caps.parkedRequests = 3
        caps.grants = 3
        caps.relyingParties = 3
        caps.auditEntries = 3
        return caps
    }()

    static let capping: [StoreCheck] = [
        StoreCheck(
            "T34: over the cap no attempt is opened, and no live one makes room.",
            caps: caps
        ) { store in
            for number: UInt64 in 1...3 { try await store.open(number) }
            let rows = [try await store.row(1), try await store.row(2), try await store.row(3)]
            try await requireFull(.attempts) { try await store.open(4) }
            try require(try await store.attempt(.cookie(Scenery.cookie(4))), is: nil)
            try require(try await store.attempt(.scene(Scenery.scene(4))), is: nil)
            let after = [try await store.row(1), try await store.row(2), try await store.row(3)]
            try require(after, is: rows)
            // One that ends makes room for one.
            try await store.cancel(2)
            try await store.open(4)
            try await requireFull(.attempts) { try await store.open(5) }
            _ = try await store.expireAttempts(at: Scenery.at(120_000), limit: 1)
            try await store.open(5)
            try await requireFull(.attempts) { try await store.open(6) }
        },
        StoreCheck(
            "T34: at the cap a browser may still have a newer code for its old one.",
            caps: caps
        ) { store in
            for number: UInt64 in 1...3 { try await store.open(number) }
            let superseded = try await store.openAttempt(
                Scenery.attempt(4),
                superseding: Scenery.cookie(1),
                at: Scenery.at(1000)
            )
            try require(superseded?.state, is: .superseded)
            try require(try await store.row(4).state, is: .created)
            // Its old one has ended now, and makes no room twice.
            try await requireFull(.attempts) {
                _ = try await store.openAttempt(
                    Scenery.attempt(5),
                    superseding: Scenery.cookie(1),
                    at: Scenery.at(1000)
                )
            }
        },
        StoreCheck("T34: logins make room again as they are completed.", caps: caps) { store in
            for number: UInt64 in 1...3 { try await store.logIn(number) }
            for number: UInt64 in 4...6 { try await store.open(number) }
            try await requireFull(.attempts) { try await store.open(7) }
        },
        StoreCheck(
            "T34: what has ended fills up too, until it is forgotten, the oldest first.",
            caps: caps
        ) { store in
            for number: UInt64 in 1...6 {
                try await store.open(number, at: Scenery.at(Int64(number)))
                try await store.cancel(number)
            }
            try await requireFull(.endedAttempts) { try await store.open(7) }
            let nothing = ForgetLimits(
                attempts: Timestamp.earliest,
                expired: Timestamp.earliest,
                sessionsSeen: Timestamp.earliest,
                sessionsCreated: Timestamp.earliest,
                logins: Timestamp.earliest
            )
            try require(try await store.forget(nothing, limit: 2), is: true)
            try require(try await store.forget(nothing, limit: 2), is: false)
            for number: UInt64 in 1...6 {
                let row = try await store.attempt(.cookie(Scenery.cookie(number)))
                try require(row != nil, is: number > 3)
            }
            for number: UInt64 in 7...9 { try await store.open(number) }
            // The live ones do not make room for the ended ones either.
            try await store.forget(nothing, limit: 100)
            for number: UInt64 in 4...9 { _ = try await store.row(number) }
        },
        StoreCheck(
            "T34: over the cap no phone session is opened, and none ends for it.",
            caps: caps
        ) { store in
            let user = try await store.register(1)
            for number: UInt64 in 1...3 {
                try await store.openPhoneSession(Scenery.phoneSession(number, of: user))
            }
            try await requireFull(.phoneSessions) {
                try await store.openPhoneSession(Scenery.phoneSession(4, of: user))
            }
            for number: UInt64 in 1...4 {
                let row = try await store.phoneSession(Scenery.phone(number))
                try require(row != nil, is: number < 4)
            }
            let old = ForgetLimits(
                attempts: Timestamp.earliest,
                expired: Scenery.at(900_001),
                sessionsSeen: Timestamp.earliest,
                sessionsCreated: Timestamp.earliest,
                logins: Timestamp.earliest
            )
            try await store.forget(old, limit: 1)
            try await store.openPhoneSession(Scenery.phoneSession(4, of: user))
        },
        StoreCheck(
            "T34: over the cap no js_code is taken, and none is forgotten for it.",
            caps: caps
        ) { store in
            func claim(_ number: UInt64, at now: Int64) async throws -> Bool {
                try await store.claimCode(
                    Scenery.nonce(number),
                    until: Scenery.at(now + 1000),
                    at: Scenery.at(now)
                )
            }
            for number: UInt64 in 1...3 { try require(try await claim(number, at: 0), is: true) }
            try await requireFull(.usedCodes) { _ = try await claim(4, at: 0) }
            for number: UInt64 in 1...3 { try require(try await claim(number, at: 0), is: false) }
            // A memory that has ended has its row already.
            try require(try await claim(1, at: 1000), is: true)
        },
        StoreCheck("T34: over the cap nobody logs in, and the attempt stays confirmed.", caps: caps)
        { store in
            for number: UInt64 in 1...3 { try await store.logIn(number) }
            _ = try await store.register(4)
            try await store.open(4)
            try await store.scan(4, by: 4)
            let confirmed = try await store.confirm(4, by: 4).attempt
            try await requireFull(.browserSessions) { try await store.redeem(4) }
            try require(try await store.row(4), is: confirmed)
            try require(try await store.session(Scenery.session(4)), is: nil)
            // What is refused for another reason is refused for that one.
            let again = try await store.redeem(1, session: 9)
            try require(again.outcome, is: .alreadyCompleted)
            // A browser whose own session ends makes its own room.
            let update = try await store.redeem(4, ending: 1)
            try require(update.outcome, is: .redeemed(Scenery.user(4)))
            for number: UInt64 in 1...4 {
                let session = try await store.session(Scenery.session(number))
                try require(session != nil, is: number > 1)
            }
        },
        StoreCheck(
            "T34: over its cap the audit log loses its oldest entries, and says so.",
            caps: caps
        ) { store in
            let code = Scenery.attempt(1).supportCode
            let entries = (1...7).map { number in
                AuditEntry(
                    at: Scenery.at(number),
                    code: code,
                    what: .scanRefused,
                    actor: .nobody
                )
            }
            try await store.record(entries)
            let before = Scenery.at(3)
            var forgotten = try await store.forgetAudit(before: before, limit: 3)
            try require(forgotten, is: ForgottenAudit(aged: 2, crowded: 1))
            forgotten = try await store.forgetAudit(before: before, limit: 3)
            try require(forgotten, is: ForgottenAudit(aged: 0, crowded: 1))
            try require(try await store.timeline(code), is: Array(entries.suffix(3)))
        },
    ]

    /// Asks that the store refuses for want of room.
    static func requireFull(
        _ kind: RowKind,
        file: StaticString = #fileID,
        line: Int = #line,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch LoginStoreError.full(let found) {
            return try require(found, is: kind, file: file, line: line)
        }
        throw ContractViolation("one too many was taken", file, line)
    }
}
