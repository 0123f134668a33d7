import LoginDomain
import LoginStore
import Synchronization

extension LoginStoreContract {
    static let grants: [StoreCheck] = [
        StoreCheck("A grant is found by its code as it was opened, and not by a token.") { store in
            try await store.registerParties(1...2)
            try await store.logIn(1)
            let grant = try require(try await store.open(grant: 1))
            try require(try await store.grant(.code(Scenery.code(1))), is: grant)
            try require(try await store.grant(.token(Scenery.token(1))), is: nil)
            try require(try await store.grant(.token(Scenery.code(1))), is: nil)
            try require(try await store.grant(.code(Scenery.code(2))), is: nil)
            // With as little in it as can be.
            let bare = Grant(
                id: Scenery.grantID(2),
                request: try Scenery.bareRequest(2).request,
                session: try await store.sessionRow(1),
                code: Scenery.code(2),
                at: Scenery.at(20_000)
            )
            _ = try await store.openGrant(bare, takingPending: false)
            try require(try await store.grant(.code(Scenery.code(2))), is: bare)
        },
        StoreCheck("A redeemed grant is found by its code and by its token.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            for number: UInt64 in 1...2 { try await store.open(grant: number) }
            let neighbour = try await store.grantRow(2)
            let update = try await store.redeem(grant: 1)
            try require(update.outcome, is: .redeemed)
            let until = Scenery.at(621_000)
            let state = Grant.State.redeemed(token: Scenery.token(1), until: until)
            try require(update.grant.state, is: state)
            try require(try await store.grant(.code(Scenery.code(1))), is: update.grant)
            try require(try await store.grant(.token(Scenery.token(1))), is: update.grant)
            try require(try await store.grant(.code(Scenery.token(1))), is: nil)
            try require(try await store.grantRow(2), is: neighbour)
        },
        StoreCheck("T17: the second use of a code ends its token; the grant says so for good.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            for number: UInt64 in 1...2 {
                try await store.open(grant: number)
                try await store.redeem(grant: number)
            }
            let neighbour = try await store.grantRow(2)
            // Also after a long time.
            let replay = try await store.redeem(grant: 1, token: 9, at: Scenery.at(500_000))
            try require(replay.outcome, is: .replayed)
            for token: UInt64 in [1, 9] {
                try require(try await store.grant(.token(Scenery.token(token))), is: nil)
            }
            try require(try await store.grantRow(1)?.state, is: .revoked)
            try require(try await store.redeem(grant: 1, token: 9).outcome, is: .invalid)
            try require(try await store.grantRow(2), is: neighbour)
            try require(try await store.grant(.token(Scenery.token(2))), is: neighbour)
        },
        StoreCheck("T16: a code that another website tried is burnt.") { store in
            try await store.registerParties(1...2)
            try await store.logIn(1)
            try await store.open(grant: 1)
            try require(try await store.redeem(grant: 1, client: 2).outcome, is: .invalid)
            try require(try await store.redeem(grant: 1, client: 1).outcome, is: .invalid)
            try require(try await store.grant(.token(Scenery.token(1))), is: nil)
            try require(try await store.grantRow(1)?.state, is: .revoked)
        },
        StoreCheck("A grant that is changed by its token is changed.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.open(grant: 1)
            try await store.redeem(grant: 1)
            let update = try await store.updateGrant(.token(Scenery.token(1))) { grant in
                grant.revoke()
                return "said"
            }
            try require(update?.outcome, is: "said")
            try require(update?.grant.state, is: .revoked)
            try require(try await store.grant(.token(Scenery.token(1))), is: nil)
            try require(try await store.grantRow(1), is: try require(update).grant)
        },
        StoreCheck("A grant that is not there is not changed, and the change does not run.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.open(grant: 1)
            let ran = Mutex(false)
            for key in [GrantKey.code(Scenery.code(9)), .token(Scenery.token(1))] {
                let update = try await store.updateGrant(key) { grant in
                    ran.withLock { $0 = true }
                    grant.revoke()
                }
                try require(update == nil, "an update of nothing")
            }
            try require(ran.withLock { $0 }, is: false)
            try require(try await store.grantRow(1)?.state, is: .issued)
        },
        StoreCheck("A grant outlives the session that it came of, for who asks after it.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.open(grant: 1)
            let grant = try await store.redeem(grant: 1).grant
            try await store.endSession(Scenery.session(1))
            try require(try await store.grant(.token(Scenery.token(1))), is: grant)
        },
    ]

    static let forgettingOfWebsites: [StoreCheck] = [
        StoreCheck("T34: a grant is forgotten when nothing of it can be used, and not before.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            // Of each three the code ends at 80 s; the token of the second at 621 s.
            for number: UInt64 in 1...3 { try await store.open(grant: number) }
            try await store.redeem(grant: 2)
            _ = try await store.updateGrant(.code(Scenery.code(3))) { $0.revoke() }
            func left() async throws -> [Bool] {
                var left: [Bool] = []
                for number: UInt64 in 1...3 {
                    left.append(try await store.grantRow(number) != nil)
                }
                return left
            }
            try await store.forget(limits(expired: 80_000), limit: 100)
            try require(try await left(), is: [true, true, true])
            try await store.forget(limits(expired: 80_001), limit: 100)
            try require(try await left(), is: [false, true, false])
            try await store.forget(limits(expired: 621_000), limit: 100)
            try require(try await store.grant(.token(Scenery.token(2))) != nil, "it was live")
            try await store.forget(limits(expired: 621_001), limit: 100)
            try require(try await left(), is: [false, false, false])
            try require(try await store.grant(.token(Scenery.token(2))), is: nil)
        },
        StoreCheck("T34: a request is forgotten when it has waited too long, and not before.") {
            store in
            for number: UInt64 in 1...2 {
                let row = try Scenery.parked(number, at: Scenery.at(Int64(number) * 1000))
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            try await store.forget(limits(expired: 601_000), limit: 100)
            try require(try await store.parked(Scenery.cookie(1)) != nil, "it was live")
            try await store.forget(limits(expired: 601_001), limit: 100)
            try require(try await store.parked(Scenery.cookie(1)), is: nil)
            try require(try await store.parked(Scenery.cookie(2)) != nil, "it was live")
        },
        StoreCheck("Requests and grants too are forgotten at most so many at once.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            for number: UInt64 in 11...13 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            func left() async throws -> [Int] {
                var left = [0, 0]
                for number: UInt64 in 11...13 {
                    if try await store.parked(Scenery.cookie(number)) != nil { left[0] += 1 }
                    if try await store.grantRow(number) != nil { left[1] += 1 }
                }
                return left
            }
            let all = limits(expired: 1_000_000)
            try require(try await store.forget(all, limit: 2), is: true)
            try require(try await left(), is: [1, 0])
            for number: UInt64 in 11...13 { try await store.open(grant: number) }
            try require(try await store.forget(all, limit: 2), is: true)
            try require(try await left(), is: [0, 1])
            try require(try await store.forget(all, limit: 2), is: false)
            try require(try await left(), is: [0, 0])
        },
        StoreCheck("What was forgotten of websites leaves room for others.", caps: caps) { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            func fill(_ numbers: ClosedRange<UInt64>) async throws {
                for number in numbers {
                    try await store.open(grant: number)
                    let row = try Scenery.parked(number + 10)
                    _ = try await store.park(row, superseding: nil, at: Scenery.start)
                }
            }
            try await fill(1...3)
            try await requireFull(.grants) { try await fill(4...4) }
            try await store.forget(limits(expired: 1_000_000), limit: 100)
            try await fill(5...7)
            try await requireFull(.parkedRequests) {
                let row = try Scenery.parked(18)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
        },
    ]

    static let signingKeys: [StoreCheck] = [
        StoreCheck("Signing keys are told as they were added, the oldest first, then by name.") {
            store in
            try require(try await store.signingKeys(), is: [])
            let keys = [
                Scenery.key(2, at: Scenery.at(2000)), Scenery.key(3, at: Scenery.at(1000)),
                Scenery.key(1, at: Scenery.at(2000)), Scenery.key(4, at: Scenery.start),
            ]
            for key in keys { try await store.addSigningKey(key) }
            try require(
                try await store.signingKeys(),
                is: [keys[3], keys[1], keys[2], keys[0]]
            )
        },
        StoreCheck("The name of a signing key is given once, and the first stays as it is.") {
            store in
            try await store.addSigningKey(Scenery.key(1))
            try await requireDuplicate {
                try await store.addSigningKey(Scenery.key(1, at: Scenery.at(9000)))
            }
            try require(try await store.signingKeys(), is: [Scenery.key(1)])
        },
        StoreCheck("A signing key that is removed is gone, and the others stay.") { store in
            for number: UInt64 in 1...2 { try await store.addSigningKey(Scenery.key(number)) }
            try require(try await store.removeSigningKey("kid-9"), is: false)
            try require(try await store.removeSigningKey("kid-1"), is: true)
            try require(try await store.removeSigningKey("kid-1"), is: false)
            try require(try await store.signingKeys(), is: [Scenery.key(2)])
        },
        StoreCheck("T34: there are so many signing keys and no more.") { store in
            let count = UInt64(SealedKey.countMax)
            for number in 1...count { try await store.addSigningKey(Scenery.key(number)) }
            try await requireFull(.signingKeys) {
                try await store.addSigningKey(Scenery.key(count + 1))
            }
            try require(try await store.signingKeys().count, is: Int(count))
            _ = try await store.removeSigningKey("kid-1")
            try await store.addSigningKey(Scenery.key(count + 1))
        },
    ]

    static let websiteRaces: [StoreCheck] = [
        StoreCheck("T17: of fifty uses of one code at once, one gives a token, and it is dead.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.open(grant: 1)
            let updates = try await together(50) { turn in
                try await store.redeem(grant: 1, token: UInt64(turn))
            }
            try require(updates.count { $0.outcome == .redeemed }, is: 1)
            try require(updates.count { $0.outcome == .replayed }, is: 1)
            for token: UInt64 in 0..<50 {
                try require(try await store.grant(.token(Scenery.token(token))), is: nil)
            }
            try require(try await store.grantRow(1)?.state, is: .revoked)
        },
        StoreCheck("Of twenty answers to one session's request at once, one is given.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            let grants = try await together(20) { turn in
                try await store.open(grant: UInt64(turn), takingPending: true)
            }
            let given = grants.compactMap { $0 }
            try require(given.count, is: 1)
            var found: [Grant] = []
            for number: UInt64 in 0..<20 {
                if let grant = try await store.grantRow(number) { found.append(grant) }
            }
            try require(found, is: given)
        },
        StoreCheck("A website that is removed while it is given codes keeps none.") { store in
            try await store.logIn(1)
            for round: UInt64 in 1...5 {
                try await store.registerParties(1...1)
                _ = try await together(9) { turn in
                    if turn == 4 {
                        _ = try await store.removeRelyingParty(Scenery.partyID(1))
                    } else {
                        try await store.open(grant: round * 10 + UInt64(turn))
                    }
                }
                for turn: UInt64 in 0..<9 {
                    try require(try await store.grantRow(round * 10 + turn), is: nil)
                }
            }
        },
        StoreCheck("Fifty first looks at one user's name at once find one name.") { store in
            let user = try await store.register(1)
            let subjects = try await together(50) { turn in
                try await store.subject(
                    of: user,
                    sector: "",
                    candidate: Scenery.subject(UInt64(turn))
                )
            }
            try require(Set(subjects).count, is: 1)
        },
    ]
}
