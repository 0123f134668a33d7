import LoginDomain
import LoginStore

extension LoginStoreContract {
    /// A website's request on the session that was made for it.
    static let pending: [StoreCheck] = [
        StoreCheck("T3: a login's request is its session's, and the login is the website's.") {
            store in
            let request = try Scenery.request(1)
            try await store.logIn(1, for: request)
            let session = try await store.sessionRow(1)
            try require(session.pending, is: request)
            try require(session.login, is: Scenery.login(1).id)
            let logins = try await store.logins(of: Scenery.user(1))
            try require(logins.map(\.client), is: [request.client])
            try require(logins.map(\.session), is: [session])
        },
        StoreCheck("What a login's owner agreed to is its session's, as long as that lives.") {
            store in
            let request = try Scenery.request(1)
            try await store.logIn(1, for: request)
            let consent = Consent(client: Scenery.partyID(1), shares: [.wechat])
            try require(try await store.sessionRow(1).consent, is: consent)
            try await store.dropPending(of: Scenery.session(1))
            try await store.touchSession(Scenery.session(1), at: Scenery.at(9000))
            try require(try await store.sessionRow(1).consent, is: consent)
            // Neither to a request that needs no consent, nor to one that waited too long.
            try await store.logIn(2, for: try Scenery.bareRequest(1))
            try require(try await store.sessionRow(2).consent, is: nil)
            try await store.logIn(3, at: Scenery.at(700_000), for: request)
            try require(try await store.sessionRow(3).consent, is: nil)
        },
        StoreCheck("A plain login has no request, and is the site's.") { store in
            try await store.logIn(1)
            try require(try await store.sessionRow(1).pending, is: nil)
            let logins = try await store.logins(of: Scenery.user(1))
            try require(logins.map(\.client), is: [Scenery.login(1).client])
        },
        StoreCheck("A request that has waited too long is nobody's, and the login is the site's.") {
            store in
            // It dies at 600 s; the one login is complete a millisecond before, the other at it.
            let request = try Scenery.request(1)
            for (number, at): (UInt64, Int64) in [(1, 596_999), (2, 597_000)] {
                try await store.logIn(number, at: Scenery.at(at), for: request)
            }
            try require(try await store.sessionRow(1).pending, is: request)
            try require(try await store.sessionRow(2).pending, is: nil)
            let logins = try await store.logins(of: Scenery.user(2))
            try require(logins.map(\.client), is: [Scenery.login(2).client])
        },
        StoreCheck("A session's request stays when the browser shows its session.") { store in
            let request = try Scenery.request(1)
            try await store.logIn(1, for: request)
            try await store.touchSession(Scenery.session(1), at: Scenery.at(9000))
            let session = try await store.sessionRow(1)
            try require(session.pending, is: request)
            try require(session.login, is: Scenery.login(1).id)
        },
        StoreCheck("A session's request is taken once, with the grant that answers it.") { store in
            try await store.registerParties(1...1)
            for number: UInt64 in 1...2 {
                try await store.logIn(number, for: try Scenery.request(1))
            }
            let first = try await store.open(grant: 1, takingPending: true)
            try require(try await store.grantRow(1), is: try require(first))
            try require(try await store.sessionRow(1).pending, is: nil)
            try require(try await store.sessionRow(2).pending, is: try Scenery.request(1))
            try require(try await store.open(grant: 2, takingPending: true), is: nil)
            try require(try await store.grantRow(2), is: nil)
            try require(try await store.grantRow(1), is: try require(first))
        },
        StoreCheck("A grant that answers another request leaves the session's.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            _ = try require(try await store.open(grant: 1))
            try require(try await store.sessionRow(1).pending, is: try Scenery.request(1))
            try await store.logIn(2)
            _ = try require(try await store.open(grant: 2, of: 2))
            try require(try await store.open(grant: 3, of: 2, takingPending: true), is: nil)
        },
        StoreCheck("T18: nothing is granted to a session that is gone.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            let session = try await store.sessionRow(1)
            try await store.endSession(session.cookie)
            for isPending in [false, true] {
                let grant = try Scenery.grant(1, client: 1, of: session)
                let isOpen = try await store.openGrant(grant, takingPending: isPending)
                try require(isOpen, is: false)
                try require(try await store.grantRow(1), is: nil)
            }
        },
        StoreCheck("Nothing is granted to a website that is gone, and the request stays.") {
            store in
            try await store.logIn(1, for: try Scenery.request(1))
            for isPending in [false, true] {
                try require(try await store.open(grant: 1, takingPending: isPending), is: nil)
                try require(try await store.grantRow(1), is: nil)
            }
            try require(try await store.sessionRow(1).pending, is: try Scenery.request(1))
        },
        StoreCheck("A grant that is refused takes no request.", caps: caps) { store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            try await store.open(grant: 1)
            let session = try await store.sessionRow(1)
            let first = try await store.grantRow(1)
            let twins = [
                try Scenery.grant(2, client: 1, of: session, code: Scenery.code(1)),
                try Scenery.grant(2, client: 1, of: session, id: Scenery.grantID(1)),
            ]
            for twin in twins {
                try await requireDuplicate {
                    _ = try await store.openGrant(twin, takingPending: true)
                }
                try require(try await store.sessionRow(1), is: session)
                try require(try await store.grantRow(1), is: first)
                try require(try await store.grantRow(2), is: nil)
            }
            for number: UInt64 in 3...4 { try await store.open(grant: number) }
            try await requireFull(.grants) {
                try await store.open(grant: 5, takingPending: true)
            }
            try require(try await store.sessionRow(1), is: session)
            try require(try await store.grantRow(5), is: nil)
            for number: UInt64 in [1, 3, 4] { _ = try require(try await store.grantRow(number)) }
        },
        StoreCheck("A session's request can be let go, and no other's goes with it.") { store in
            for number: UInt64 in 1...2 {
                try await store.logIn(number, for: try Scenery.request(1))
            }
            try await store.dropPending(of: Scenery.session(1))
            try await store.dropPending(of: Scenery.session(1))
            try await store.dropPending(of: Scenery.session(99))
            try require(try await store.sessionRow(1).pending, is: nil)
            try require(try await store.sessionRow(2).pending, is: try Scenery.request(1))
        },
    ]
}
