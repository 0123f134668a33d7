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
        StoreCheck("T4: a session keeps the strictest rule about numbers that its login met.") {
            store in
            _ = try await store.register(1)
            // A typed number meets every rule; without one those are met that were in force and wanted
            // none. The website of the request wants one across networks.
            let logins: [(number: Int?, rule: NumberMatching, isFor: Bool, met: NumberMatching)] = [
                (nil, .off, false, .off), (nil, .networks, false, .networks),
                (nil, .off, true, .networks), (nil, .always, false, .networks),
                (42, .off, false, .always), (42, .networks, true, .always),
            ]
            for (index, login) in logins.enumerated() {
                let name = UInt64(index + 1)
                try await store.open(name, for: login.isFor ? try Scenery.request(1) : nil)
                _ = try await store.updateAttempt(.scene(Scenery.scene(name))) {
                    $0.scan(
                        by: Scenery.user(1),
                        phone: Scenery.phone(1),
                        nonce: Scenery.nonce(1),
                        number: login.number,
                        at: Scenery.at(10_000),
                        policy: Scenery.policy
                    )
                }
                _ = try await store.updateAttempt(.scene(Scenery.scene(name))) {
                    $0.confirm(
                        phone: Scenery.phone(1),
                        nonce: Scenery.nonce(1),
                        number: login.number,
                        at: Scenery.at(12_000),
                        policy: Scenery.policy
                    )
                }
                var new = Scenery.login(name)
                new.numberMatching = login.rule
                _ = try await store.redeemAttempt(
                    .cookie(Scenery.cookie(name)),
                    as: new,
                    ending: nil,
                    at: Scenery.at(13_000)
                )
                try await store.touchSession(Scenery.session(name), at: Scenery.at(14_000))
                try require(try await store.sessionRow(name).numberMatching, is: login.met)
            }
        },
        StoreCheck("T4: a session knows whether its login came by a link, and so do its grants.") {
            store in
            _ = try await store.register(1)
            try await store.registerParties(1...1)
            for (name, way) in zip(1...2 as ClosedRange<UInt64>, [AttemptWay.link, .code]) {
                _ = try await store.openAttempt(
                    Scenery.attempt(name, way: way),
                    superseding: nil,
                    at: Scenery.start
                )
                _ = try await store.updateAttempt(.scene(Scenery.scene(name))) {
                    $0.scan(
                        by: Scenery.user(1),
                        phone: Scenery.phone(1),
                        nonce: Scenery.nonce(1),
                        launch: way == .link ? LaunchPolicy.link : LaunchPolicy.camera,
                        at: Scenery.at(10_000),
                        policy: Scenery.policy
                    )
                }
                _ = try await store.updateAttempt(.scene(Scenery.scene(name))) { attempt in
                    attempt.confirm(
                        phone: Scenery.phone(1),
                        nonce: Scenery.nonce(1),
                        from: attempt.browser.address,
                        at: Scenery.at(12_000),
                        policy: Scenery.policy
                    )
                }
                _ = try await store.redeemAttempt(
                    .cookie(Scenery.cookie(name)),
                    as: Scenery.login(name),
                    ending: nil,
                    at: Scenery.at(13_000)
                )
                try await store.touchSession(Scenery.session(name), at: Scenery.at(14_000))
                try require(try await store.sessionRow(name).way, is: way)
                try await store.open(grant: name, of: name)
                try await store.redeem(grant: name)
                try require(try await store.grantRow(name)?.way, is: way)
            }
            let logins = try await store.logins(of: Scenery.user(1))
            try require(Set(logins.compactMap { $0.session?.way }), is: [.link, .code])
        },
        StoreCheck("A login's owner agrees to a phone number where they have given one by then.") {
            store in
            var request = try Scenery.request(1)
            request.request.scopes = [.openid, .wechat, .phone]
            let client = Scenery.partyID(1)
            try await store.logIn(1, for: request)
            let without = try await store.sessionRow(1)
            try require(without.consent, is: Consent(client: client, shares: [.wechat]))
            try require(without.pending, is: request)
            _ = try await store.register(2)
            _ = try await store.setPhoneNumber(Scenery.phoneNumber(2), of: Scenery.user(2))
            // What is given later changes nothing of what was agreed to.
            _ = try await store.setPhoneNumber(Scenery.phoneNumber(1), of: Scenery.user(1))
            try require(try await store.sessionRow(1).consent, is: without.consent)
            try await store.logIn(2, for: request)
            try require(
                try await store.sessionRow(2).consent,
                is: Consent(client: client, shares: [.wechat, .phone])
            )
            request.request.scopes = [.openid, .phone]
            try await store.logIn(3, for: request)
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
            let first = try await store.open(grant: 1, answering: .pending)
            try require(try await store.grantRow(1), is: try require(first))
            try require(try await store.sessionRow(1).pending, is: nil)
            try require(try await store.sessionRow(2).pending, is: try Scenery.request(1))
            try require(try await store.open(grant: 2, answering: .pending), is: nil)
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
            try require(try await store.open(grant: 3, of: 2, answering: .pending), is: nil)
        },
        StoreCheck("T18: nothing is granted to a session that is gone.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            let session = try await store.sessionRow(1)
            try await store.endSession(session.cookie)
            for request in [AnsweredRequest.fresh, .pending] {
                let grant = try Scenery.grant(1, client: 1, of: session)
                let isOpen = try await store.openGrant(grant, answering: request)
                try require(isOpen, is: false)
                try require(try await store.grantRow(1), is: nil)
            }
        },
        StoreCheck("Nothing is granted to a website that is gone, and the request stays.") {
            store in
            try await store.logIn(1, for: try Scenery.request(1))
            for request in [AnsweredRequest.fresh, .pending] {
                try require(try await store.open(grant: 1, answering: request), is: nil)
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
                    _ = try await store.openGrant(twin, answering: .pending)
                }
                try require(try await store.sessionRow(1), is: session)
                try require(try await store.grantRow(1), is: first)
                try require(try await store.grantRow(2), is: nil)
            }
            for number: UInt64 in 3...4 { try await store.open(grant: number) }
            try await requireFull(.grants) {
                try await store.open(grant: 5, answering: .pending)
            }
            try require(try await store.sessionRow(1), is: session)
            try require(try await store.grantRow(5), is: nil)
            for number: UInt64 in [1, 3, 4] { _ = try require(try await store.grantRow(number)) }
        },
        StoreCheck("T3: a request that waits is taken once, with the grant that answers it.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1, for: try Scenery.request(1))
            for number: UInt64 in 11...12 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            let waiting = AnsweredRequest.parked(Scenery.cookie(11))
            let first = try require(try await store.open(grant: 1, answering: waiting))
            try require(try await store.grantRow(1), is: first)
            try require(try await store.parked(Scenery.cookie(11)), is: nil)
            try require(try await store.parked(Scenery.cookie(12)), is: try Scenery.parked(12))
            try require(try await store.sessionRow(1).pending, is: try Scenery.request(1))
            for cookie: UInt64 in [11, 1, 99] {
                let gone = AnsweredRequest.parked(Scenery.cookie(cookie))
                try require(try await store.open(grant: 2, answering: gone), is: nil)
                try require(try await store.grantRow(2), is: nil)
            }
        },
        StoreCheck("T3: of many that would take a request that waits one does.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            let row = try Scenery.parked(11)
            _ = try await store.park(row, superseding: nil, at: Scenery.start)
            let session = try await store.sessionRow(1)
            let opened = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number: UInt64 in 1...8 {
                    group.addTask {
                        let grant = try Scenery.grant(number, client: 1, of: session)
                        let waiting = AnsweredRequest.parked(Scenery.cookie(11))
                        return try await store.openGrant(grant, answering: waiting)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try require(opened, is: 1)
        },
        StoreCheck("A request waits on where nothing is granted for it.", caps: caps) { store in
            try await store.registerParties(1...1)
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            try await store.open(grant: 1)
            let row = try Scenery.parked(11)
            _ = try await store.park(row, superseding: nil, at: Scenery.start)
            let waiting = AnsweredRequest.parked(Scenery.cookie(11))
            let gone = try await store.sessionRow(2)
            try await store.endSession(gone.cookie)
            let late = try Scenery.grant(2, client: 1, of: gone)
            try require(try await store.openGrant(late, answering: waiting), is: false)
            try require(try await store.open(grant: 2, client: 9, answering: waiting), is: nil)
            let session = try await store.sessionRow(1)
            let twin = try Scenery.grant(2, client: 1, of: session, code: Scenery.code(1))
            try await requireDuplicate {
                _ = try await store.openGrant(twin, answering: waiting)
            }
            for number: UInt64 in 3...4 { try await store.open(grant: number) }
            try await requireFull(.grants) { try await store.open(grant: 5, answering: waiting) }
            try require(try await store.parked(Scenery.cookie(11)), is: row)
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
