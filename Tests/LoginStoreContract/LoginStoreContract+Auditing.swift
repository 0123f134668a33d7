import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let auditing: [StoreCheck] = [
        StoreCheck("A login is in the audit log step by step, with who did each.") { store in
            let user = try await store.register(1)
            let attempt = try await store.openNoting(1)
            let actor = AuditActor(
                user: user,
                address: "198.51.100.7",
                userAgent: "'\u{1}\"",
                launch: 1047
            )
            let scan = try await store.updateAttempt(.scene(attempt.scene)) { attempt in
                attempt.noting(by: actor, at: Scenery.at(10_000)) {
                    $0.scan(
                        by: user,
                        phone: Scenery.phone(1),
                        nonce: Scenery.nonce(1),
                        at: Scenery.at(10_000),
                        policy: Scenery.policy
                    )
                }
            }
            try require(try require(scan).attempt.notes, is: [])
            try await store.confirm(1, by: 1)
            let redeemed = try await store.redeem(1)
            try require(redeemed.attempt.notes, is: [])
            // A second try makes no second entry.
            try await store.redeem(1, session: 2)
            let code = attempt.supportCode
            let opened = AuditEntry(
                at: Scenery.start,
                code: code,
                what: .opened,
                actor: AuditActor(attempt.browser)
            )
            let scanned = AuditEntry(
                at: Scenery.at(10_000),
                code: code,
                what: .scanned,
                actor: actor
            )
            let completed = AuditEntry(
                at: Scenery.at(13_000),
                code: code,
                what: .completed,
                actor: AuditActor(attempt.browser, user: user)
            )
            try require(try await store.timeline(code), is: [opened, scanned, completed])
            try require(try await store.row(1).notes, is: [])
        },
        StoreCheck("What a store does to attempts by itself is in the audit log too.") { store in
            try await store.openNoting(1)
            let superseded = try await store.openAttempt(
                Scenery.attempt(2),
                superseding: Scenery.cookie(1),
                at: Scenery.at(5000)
            )
            try require(try require(superseded).notes, is: [])
            let expired = try await store.expireAttempts(at: Scenery.at(120_000), limit: 10)
            try require(expired.map(\.notes), is: [[]])
            try require(
                try await store.timeline(Scenery.attempt(1).supportCode).map(\.what),
                is: [.opened, .superseded]
            )
            let ends = try await store.timeline(Scenery.attempt(2).supportCode)
            try require(ends.map(\.what), is: [.expired])
            try require(ends.map(\.at), is: [Scenery.at(120_000)])
        },
        StoreCheck("I12: what did not happen is not in the audit log.") { store in
            try await store.openNoting(1)
            var twin = Scenery.attempt(2, scene: Scenery.scene(1))
            twin.noteOpening()
            let refused = twin
            try await requireDuplicate {
                _ = try await store.openAttempt(
                    refused,
                    superseding: Scenery.cookie(1),
                    at: Scenery.at(1000)
                )
            }
            try require(try await store.timeline(twin.supportCode), is: [])
            try require(
                try await store.timeline(Scenery.attempt(1).supportCode).map(\.what),
                is: [.opened]
            )
        },
        StoreCheck("A note is written even when nothing else changes.") { store in
            let attempt = try await store.openNoting(1)
            let entry = refusal(of: attempt.supportCode, at: 2000)
            let update = try await store.updateAttempt(.cookie(attempt.cookie)) {
                $0.notes.append(entry)
            }
            try require(try require(update).moved, is: false)
            try require(try await store.timeline(attempt.supportCode).last, is: entry)
            try require(try await store.row(1).notes, is: [])
        },
        StoreCheck("Refusals that are recorded keep their order, each at its attempt.") { store in
            let (one, other) = (Scenery.attempt(1).supportCode, Scenery.attempt(2).supportCode)
            let entries = [
                refusal(of: one, at: 3000), refusal(of: other, at: 2000), refusal(of: nil, at: 1),
                refusal(of: one, at: 1000),
            ]
            try await store.record(entries)
            try await store.record([refusal(of: one, at: 4000)])
            try require(
                try await store.timeline(one).map(\.at),
                is: [Scenery.at(3000), Scenery.at(1000), Scenery.at(4000)]
            )
            try require(try await store.timeline(other), is: [entries[1]])
        },
        StoreCheck("Old entries of the audit log are forgotten, the oldest first, so many at once.")
        { store in
            let code = Scenery.attempt(1).supportCode
            try await store.record((1...5).map { refusal(of: code, at: $0 * 1000) })
            let before = Scenery.at(4000)
            var forgotten = try await store.forgetAudit(before: before, limit: 2)
            try require(forgotten, is: ForgottenAudit(aged: 2, crowded: 0))
            try require(try await store.timeline(code).first?.at, is: Scenery.at(3000))
            forgotten = try await store.forgetAudit(before: before, limit: 2)
            try require(forgotten, is: ForgottenAudit(aged: 1, crowded: 0))
            try require(
                try await store.timeline(code).map(\.at),
                is: [Scenery.at(4000), Scenery.at(5000)]
            )
            forgotten = try await store.forgetAudit(before: before, limit: 2)
            try require(forgotten, is: ForgottenAudit(aged: 0, crowded: 0))
        },
    ]

    static let operators: [StoreCheck] = [
        StoreCheck("Users are listed by id, page by page, with when they came.") { store in
            for number: UInt64 in [3, 1, 2] {
                _ = try await store.registerUser(
                    try Scenery.identity(number),
                    candidate: Scenery.user(number),
                    at: Scenery.at(Int64(number))
                )
            }
            let ids = (1...3).map { Scenery.user($0) }.sorted { $0.text < $1.text }
            let page = try await store.users(after: nil, limit: 2)
            try require(page.map(\.user.id), is: Array(ids.prefix(2)))
            let rest = try await store.users(after: ids[1], limit: 2)
            try require(rest.map(\.user.id), is: [ids[2]])
            for record in page + rest {
                let number = try require((1...3).first { Scenery.user($0) == record.user.id })
                try require(record.createdAt, is: Scenery.at(Int64(number)))
                try require(record.user, is: User(id: record.user.id))
            }
            try require(try await store.users(after: ids[2], limit: 2), is: [])
        },
        StoreCheck("A user's role can be changed, and nobody else's changes.") { store in
            let users = [try await store.register(1), try await store.register(2)]
            try require(try await store.setRole("admin", of: users[0]), is: true)
            try require(try await store.user(users[0]), is: User(id: users[0], role: "admin"))
            try require(try await store.user(users[1]), is: User(id: users[1]))
            // And stays when the user comes again.
            _ = try await store.register(1)
            try require(try await store.user(users[0])?.role, is: "admin")
            try require(try await store.setRole("admin", of: Scenery.user(9)), is: false)
            try require(try await store.user(Scenery.user(9)), is: nil)
        },
    ]

    private static func refusal(of code: SupportCode?, at milliseconds: Int64) -> AuditEntry {
        AuditEntry(
            at: Scenery.at(milliseconds),
            code: code,
            what: .scanRefused,
            reason: .anotherUser,
            actor: AuditActor(user: Scenery.user(7), address: "2001:db8::7")
        )
    }
}

extension OperatorStore {
    /// Opens an attempt of that number, which says so in the audit log.
    @discardableResult
    fileprivate func openNoting(_ number: UInt64) async throws -> Attempt {
        var attempt = Scenery.attempt(number)
        attempt.noteOpening()
        let opened = attempt
        _ = try await openAttempt(opened, superseding: nil, at: Scenery.start)
        return Scenery.attempt(number)
    }
}
