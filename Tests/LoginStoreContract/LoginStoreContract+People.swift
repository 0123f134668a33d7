import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let codes: [StoreCheck] = [
        StoreCheck("T8: a js_code is taken once, for as long as it is remembered.") { store in
            let code = Scenery.nonce(1)
            func claim(_ code: SecretDigest, at now: Int64) async throws -> Bool {
                try await store.claimCode(code, until: Scenery.at(now + 1000), at: Scenery.at(now))
            }
            try require(try await claim(code, at: 0), is: true)
            try require(try await claim(code, at: 0), is: false)
            try require(try await claim(code, at: 999), is: false)
            // Another code is another matter.
            try require(try await claim(Scenery.nonce(2), at: 999), is: true)
            // The refusal did not make the memory longer.
            try require(try await claim(code, at: 1000), is: true)
            // And a new claim is remembered anew.
            try require(try await claim(code, at: 1999), is: false)
            try require(try await claim(code, at: 2000), is: true)
        }
    ]

    static let users: [StoreCheck] = [
        StoreCheck("An identity that is new becomes a user, under the id that was offered.") {
            store in
            let registration = try await store.registerUser(
                try Scenery.identity(1),
                candidate: Scenery.user(1),
                at: Scenery.start
            )
            let user = User(id: Scenery.user(1), role: "user", nickName: "", avatar: nil)
            try require(registration, is: Registration(user: user, isNew: true))
            try require(try await store.user(Scenery.user(1)), is: user)
        },
        StoreCheck("An identity that is known is found, whatever id is offered.") { store in
            _ = try await store.register(1)
            _ = try await store.register(2)
            // A fresh id, somebody else's, and the very same: an answer may have been lost.
            for candidate: UInt64 in [9, 2, 1] {
                let again = try await store.registerUser(
                    try Scenery.identity(1),
                    candidate: Scenery.user(candidate),
                    at: Scenery.at(5000)
                )
                try require(again.user.id, is: Scenery.user(1))
                try require(again.isNew, is: false)
            }
            try require(try await store.user(Scenery.user(9)), is: nil)
        },
        StoreCheck("T7: two identities are two users, even with one unionid.") { store in
            let registrations = [
                try await store.registerUser(
                    try Scenery.identity(1, unionID: "one"),
                    candidate: Scenery.user(1),
                    at: Scenery.start
                ),
                try await store.registerUser(
                    try Scenery.identity(2, unionID: "one"),
                    candidate: Scenery.user(2),
                    at: Scenery.start
                ),
            ]
            try require(registrations.map(\.isNew), is: [true, true])
            try require(registrations.map(\.user.id), is: [Scenery.user(1), Scenery.user(2)])
        },
        StoreCheck("A unionid may come later or be left out; the user is the same.") { store in
            for unionID in [nil, "one", nil, "two"] {
                let found = try await store.registerUser(
                    try Scenery.identity(1, unionID: unionID),
                    candidate: Scenery.user(1),
                    at: Scenery.start
                )
                try require(found.user.id, is: Scenery.user(1))
            }
        },
        StoreCheck("A user's identity is the openid they registered with and their last unionid.") {
            store in
            try require(try await store.identity(of: Scenery.user(1)), is: nil)
            for (number, unionID): (UInt64, String?) in [
                (1, nil), (2, "union-two"), (1, "union-one"), (1, nil), (2, "union-2"),
            ] {
                _ = try await store.registerUser(
                    try Scenery.identity(number, unionID: unionID),
                    candidate: Scenery.user(number),
                    at: Scenery.start
                )
                if number == 1, unionID == nil { continue }
                let known = try await store.identity(of: Scenery.user(number))
                try require(known, is: try Scenery.identity(number, unionID: unionID))
            }
            let first = try await store.identity(of: Scenery.user(1))
            try require(first, is: try Scenery.identity(1, unionID: "union-one"))
            try require(try await store.identity(of: Scenery.user(9)), is: nil)
        },
        StoreCheck("A user without a unionid has none.") { store in
            _ = try await store.register(1)
            try require(
                try await store.identity(of: Scenery.user(1)),
                is: try Scenery.identity(1)
            )
        },
        StoreCheck("A user's id is nobody else's, and then nobody is registered.") { store in
            _ = try await store.register(1)
            try await requireDuplicate {
                _ = try await store.registerUser(
                    try Scenery.identity(2),
                    candidate: Scenery.user(1),
                    at: Scenery.start
                )
            }
            let later = try await store.registerUser(
                try Scenery.identity(2),
                candidate: Scenery.user(2),
                at: Scenery.start
            )
            try require(later.isNew, is: true)
        },
        StoreCheck("There is no user where none was registered.") { store in
            _ = try await store.register(1)
            try require(try await store.user(Scenery.user(2)), is: nil)
        },
    ]

    static let phones: [StoreCheck] = [
        StoreCheck("A phone's session is found by its bearer's digest, whole.") { store in
            let user = try await store.register(1)
            let session = Scenery.phoneSession(1, of: user)
            try await store.openPhoneSession(session)
            try require(try await store.phoneSession(Scenery.phone(1)), is: session)
            try require(try await store.phoneSession(Scenery.phone(2)), is: nil)
        },
        StoreCheck("A phone's session is found after its end too.") { store in
            let user = try await store.register(1)
            let session = Scenery.phoneSession(1, of: user, expiresAt: Scenery.at(-1))
            try await store.openPhoneSession(session)
            try require(try await store.phoneSession(Scenery.phone(1)), is: session)
        },
        StoreCheck("A user may have many phone sessions.") { store in
            let user = try await store.register(1)
            let sessions = (1...3).map { Scenery.phoneSession($0, of: user) }
            for session in sessions { try await store.openPhoneSession(session) }
            for session in sessions {
                try require(try await store.phoneSession(session.token), is: session)
            }
        },
        StoreCheck("I9: a bearer names one phone session, and the first stays.") { store in
            let (alice, mallory) = (try await store.register(1), try await store.register(2))
            let session = Scenery.phoneSession(1, of: alice)
            try await store.openPhoneSession(session)
            try await requireDuplicate {
                try await store.openPhoneSession(Scenery.phoneSession(1, of: mallory))
            }
            try require(try await store.phoneSession(Scenery.phone(1)), is: session)
        },
    ]

    static let sessions: [StoreCheck] = [
        StoreCheck("There is no session where nobody logged in.") { store in
            try await store.logIn(1)
            try require(try await store.session(Scenery.session(2)), is: nil)
        },
        StoreCheck("A session that was shown says when, and nothing else of it changes.") { store in
            try await store.logIn(1)
            try await store.logIn(2)
            var session = try require(try await store.session(Scenery.session(1)))
            let other = try await store.session(Scenery.session(2))
            session.seenAt = Scenery.at(500_000)
            try await store.touchSession(Scenery.session(1), at: Scenery.at(500_000))
            try require(try await store.session(Scenery.session(1)), is: session)
            try require(try await store.session(Scenery.session(2)), is: other)
        },
        StoreCheck("A session is found long after its end too.") { store in
            try await store.logIn(1)
            try await store.touchSession(Scenery.session(1), at: Scenery.at(-1_000_000_000))
            let session = try await store.session(Scenery.session(1))
            try require(session?.seenAt, is: Scenery.at(-1_000_000_000))
        },
        StoreCheck("Ending a session ends that one alone; ending it again does nothing.") { store in
            try await store.logIn(1)
            _ = try await store.register(1)
            try await store.open(2)
            try await store.scan(2, by: 1)
            try await store.confirm(2, by: 1)
            try await store.redeem(2)
            let other = try await store.session(Scenery.session(2))
            for _ in 0..<2 {
                try await store.endSession(Scenery.session(1))
                try require(try await store.session(Scenery.session(1)), is: nil)
                try require(try await store.session(Scenery.session(2)), is: other)
            }
        },
        StoreCheck("I21: a session that has ended is not brought back by being shown.") { store in
            try await store.logIn(1)
            try await store.endSession(Scenery.session(1))
            try await store.touchSession(Scenery.session(1), at: Scenery.at(20_000))
            try require(try await store.session(Scenery.session(1)), is: nil)
        },
        StoreCheck("Ending a session leaves its attempt redeemed and its user there.") { store in
            try await store.logIn(1)
            let row = try await store.row(1)
            try await store.endSession(Scenery.session(1))
            try require(try await store.row(1), is: row)
            try require(try await store.user(Scenery.user(1))?.id, is: Scenery.user(1))
        },
    ]
}
