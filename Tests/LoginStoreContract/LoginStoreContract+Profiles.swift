import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let profiles: [StoreCheck] = [
        StoreCheck("A nickname is the user's own, and the last one counts.") { store in
            _ = try await store.register(1)
            _ = try await store.register(2)
            for number: UInt64 in [1, 2] {
                let user = try await store.setNickName(
                    try Scenery.nickName(number),
                    of: Scenery.user(1)
                )
                try require(user?.nickName, is: "李雷 \(number)")
                try require(try await store.user(Scenery.user(1)), is: user)
            }
            try require(try await store.user(Scenery.user(2))?.nickName, is: "")
        },
        StoreCheck("A nickname may be taken away again.") { store in
            _ = try await store.register(1)
            _ = try await store.setNickName(try Scenery.nickName(1), of: Scenery.user(1))
            _ = try await store.setNickName(try NickName(composed: ""), of: Scenery.user(1))
            try require(try await store.user(Scenery.user(1))?.nickName, is: "")
        },
        StoreCheck("A picture is found by its name, whole, and its user has that name.") { store in
            _ = try await store.register(1)
            _ = try await store.register(2)
            for number: UInt64 in 1...2 {
                let user = try await store.setAvatar(
                    Scenery.avatar(number),
                    of: Scenery.user(number)
                )
                try require(user?.avatar, is: Scenery.avatar(number).name)
                try require(try await store.user(Scenery.user(number)), is: user)
            }
            for number: UInt64 in 1...2 {
                let avatar = Scenery.avatar(number)
                try require(try await store.avatar(avatar.name), is: avatar)
            }
            try require(try await store.avatar(Scenery.avatar(3).name), is: nil)
        },
        StoreCheck("A new picture takes the old one's place, and nobody else's.") { store in
            for number: UInt64 in 1...2 {
                _ = try await store.register(number)
                _ = try await store.setAvatar(Scenery.avatar(number), of: Scenery.user(number))
            }
            _ = try await store.setAvatar(Scenery.avatar(3), of: Scenery.user(1))
            try require(try await store.user(Scenery.user(1))?.avatar, is: Scenery.avatar(3).name)
            try require(try await store.avatar(Scenery.avatar(1).name), is: nil)
            try require(try await store.avatar(Scenery.avatar(2).name), is: Scenery.avatar(2))
        },
        StoreCheck("A phone number is the user's own, and the last one counts.") { store in
            _ = try await store.register(1)
            _ = try await store.register(2)
            for number: UInt64 in [1, 2] {
                let user = try await store.setPhoneNumber(
                    Scenery.phoneNumber(number),
                    of: Scenery.user(1)
                )
                try require(user?.phoneNumber, is: Scenery.phoneNumber(number))
                try require(try await store.user(Scenery.user(1)), is: user)
            }
            try require(try await store.user(Scenery.user(2))?.phoneNumber, is: nil)
        },
        StoreCheck("A phone number may be taken back, and nobody else's goes with it.") { store in
            for number: UInt64 in 1...2 {
                _ = try await store.register(number)
                _ = try await store.setPhoneNumber(
                    Scenery.phoneNumber(number),
                    of: Scenery.user(number)
                )
            }
            for _ in 0..<2 {
                let user = try await store.setPhoneNumber(nil, of: Scenery.user(1))
                try require(user, is: User(id: Scenery.user(1)))
                try require(try await store.user(Scenery.user(1)), is: user)
            }
            try require(
                try await store.user(Scenery.user(2))?.phoneNumber,
                is: Scenery.phoneNumber(2)
            )
        },
        StoreCheck("Nobody who is no user gets a name or a picture.") { store in
            _ = try await store.register(1)
            let stranger = Scenery.user(9)
            let name = try Scenery.nickName(1)
            try require(try await store.setNickName(name, of: stranger), is: nil)
            try require(try await store.setAvatar(Scenery.avatar(1), of: stranger), is: nil)
            try require(try await store.avatar(Scenery.avatar(1).name), is: nil)
            let number = Scenery.phoneNumber(1)
            try require(try await store.setPhoneNumber(number, of: stranger), is: nil)
            try require(try await store.user(stranger), is: nil)
        },
        StoreCheck("A name, a picture and a number stay when their user comes again.") { store in
            _ = try await store.register(1)
            _ = try await store.setPhoneNumber(Scenery.phoneNumber(1), of: Scenery.user(1))
            _ = try await store.setNickName(try Scenery.nickName(1), of: Scenery.user(1))
            let user = try await store.setAvatar(Scenery.avatar(1), of: Scenery.user(1))
            let again = try await store.registerUser(
                try Scenery.identity(1),
                candidate: Scenery.user(2),
                at: Scenery.at(5000)
            )
            try require(again.user, is: try require(user))
        },
    ]

    static let logins: [StoreCheck] = [
        StoreCheck("A login is told to its user: website, browser, time and session.") { store in
            try await store.logIn(1)
            let attempt = try await store.row(1)
            let session = try await store.session(Scenery.session(1))
            try require(
                try await store.logins(of: Scenery.user(1)),
                is: [
                    Login(
                        id: Scenery.login(1).id,
                        client: ClientCard(name: "Site 1", host: "site1.example"),
                        browser: attempt.browser,
                        at: Scenery.at(3000),
                        session: session
                    )
                ]
            )
        },
        StoreCheck("Logins are told to nobody else, and the newest first.") { store in
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            for number: UInt64 in 3...5 {
                try await store.logInAgain(number, user: 1, at: Scenery.at(Int64(number) * 1000))
            }
            let ids = try await store.logins(of: Scenery.user(1)).map(\.id)
            try require(ids, is: ([5, 4, 3, 1] as [UInt64]).map { Scenery.login($0).id })
            try require(try await store.logins(of: Scenery.user(2)).count, is: 1)
            try require(try await store.logins(of: Scenery.user(9)).count, is: 0)
        },
        StoreCheck("A login whose session has ended is told without one.") { store in
            try await store.logIn(1)
            try await store.endSession(Scenery.session(1))
            let logins = try await store.logins(of: Scenery.user(1))
            try require(logins.map(\.id), is: [Scenery.login(1).id])
            try require(logins.map(\.session), is: [nil])
        },
        StoreCheck("T34: of a user's logins the newest fifty stay.") { store in
            _ = try await store.register(1)
            try await store.logIn(99)
            let count = UInt64(Login.perUserMax) + 3
            for number in 1...count {
                // Most of them in one instant: the order is theirs, not the clock's.
                try await store.logInAgain(number, user: 1, at: Scenery.at(number > 40 ? 1000 : 0))
            }
            let ids = try await store.logins(of: Scenery.user(1)).map(\.id)
            try require(ids, is: (4...count).reversed().map { Scenery.login($0).id })
            try require(try await store.logins(of: Scenery.user(99)).count, is: 1)
            // What is no longer told lives on.
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
        },
        StoreCheck("I21: revoking a login ends its session and no other, and the login stays told.")
        {
            store in
            try await store.logIn(1)
            try await store.logInAgain(2, user: 1, at: Scenery.at(5000))
            for _ in 0..<2 {
                let isThere = try await store.revokeLogin(Scenery.login(1).id, of: Scenery.user(1))
                try require(isThere, is: true)
                try require(try await store.session(Scenery.session(1)), is: nil)
                try require(
                    try await store.session(Scenery.session(2))?.user,
                    is: Scenery.user(1)
                )
                let logins = try await store.logins(of: Scenery.user(1))
                try require(logins.map(\.id), is: [Scenery.login(2).id, Scenery.login(1).id])
            }
        },
        StoreCheck("T4: nobody revokes somebody else's login, or one that is none.") { store in
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            for (login, user): (UInt64, UInt64) in [(1, 2), (9, 1), (1, 9)] {
                let isThere = try await store.revokeLogin(
                    Scenery.login(login).id,
                    of: Scenery.user(user)
                )
                try require(isThere, is: false)
            }
            for number: UInt64 in 1...2 {
                try require(
                    try await store.session(Scenery.session(number))?.user,
                    is: Scenery.user(number)
                )
            }
        },
        StoreCheck("Old logins are forgotten; those of that very moment stay.") { store in
            try await store.logIn(1)
            try await store.logInAgain(2, user: 1, at: Scenery.at(5000))
            try await store.logInAgain(3, user: 1, at: Scenery.at(9000))
            var limits = Scenery.forgetNothing
            limits.logins = Scenery.at(8000)
            _ = try await store.forget(limits, limit: 100)
            try require(
                try await store.logins(of: Scenery.user(1)).map(\.id),
                is: [Scenery.login(3).id, Scenery.login(2).id]
            )
            try require(try await store.session(Scenery.session(1))?.user, is: Scenery.user(1))
        },
    ]
}

extension Scenery {
    /// Nil for a number with more than three digits.
    static func phoneNumber(_ number: UInt64) -> PhoneNumber? {
        PhoneNumber(e164: "+8613800000\(100 + number)")
    }

    fileprivate static var forgetNothing: ForgetLimits {
        let never = Timestamp(milliseconds: 0)
        return ForgetLimits(
            attempts: never,
            expired: never,
            sessionsSeen: never,
            sessionsCreated: never,
            logins: never
        )
    }
}

extension LoginStore {
    /// Logs another browser in by a user who is there: attempt and session have that number.
    fileprivate func logInAgain(_ number: UInt64, user: UInt64, at now: Timestamp) async throws {
        try await open(number, at: now)
        try await scan(number, by: user, at: now + .seconds(1))
        try await confirm(number, by: user, at: now + .seconds(2))
        try await redeem(number, at: now + .seconds(3))
    }
}
