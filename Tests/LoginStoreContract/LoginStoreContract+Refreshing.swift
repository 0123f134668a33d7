import LoginDomain
import LoginStore

extension LoginStoreContract {
    /// Grants that may outlive the session that they came of.
    static let refreshing: [StoreCheck] = [
        StoreCheck("T18: a grant is found by its refresh tokens, and all of it is kept.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            for number: UInt64 in 1...2 { try await store.grantOffline(number) }
            let grant = try require(try await store.grantRow(1))
            let family = RefreshFamily(
                name: Scenery.family(1),
                newest: Scenery.turn(1),
                expiresAt: Scenery.at(21_000 + 30 * 86_400_000),
                scopes: [.openid, .profile, .offlineAccess]
            )
            try require(grant.refresh, is: family)
            try require(try await store.grant(.refresh(Scenery.family(1))), is: grant)
            try require(try await store.grant(.token(Scenery.token(1))), is: grant)
            for digest in [Scenery.turn(1), Scenery.token(1), Scenery.code(1), Scenery.family(3)] {
                try require(try await store.grant(.refresh(digest)), is: nil)
            }
            try require(try await store.grant(.token(Scenery.family(1))), is: nil)
        },
        StoreCheck("T18: an exchange takes the place of what was, and leaves the neighbour.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            for number: UInt64 in 1...2 { try await store.grantOffline(number) }
            let neighbour = try await store.grantRow(2)
            let update = try await store.exchange(1, turn: 1, for: 11, scopes: [.openid])
            try require(update?.outcome, is: .refreshed(until: Scenery.at(630_000)))
            let grant = try require(try await store.grant(.refresh(Scenery.family(1))))
            try require(update?.grant, is: grant)
            try require(grant.refresh?.newest, is: Scenery.turn(11))
            let exchanged = RefreshFamily.Exchanged(turn: Scenery.turn(1), at: Scenery.at(30_000))
            try require(grant.refresh?.exchanged, is: exchanged)
            try require(grant.tokenScopes, is: [.openid])
            try require(try await store.grant(.token(Scenery.token(1))), is: nil)
            try require(try await store.grant(.token(Scenery.token(11))), is: grant)
            try require(try await store.grantRow(2), is: neighbour)
        },
        StoreCheck("T18: the second use of a refresh token ends everything of its family.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.grantOffline(1)
            for turn: UInt64 in 1...2 {
                _ = try await store.exchange(1, turn: turn, for: turn + 1)
            }
            try require(try await store.exchange(1, turn: 1, for: 9)?.outcome, is: .replayed)
            try require(try await store.grant(.token(Scenery.token(3))), is: nil)
            try require(try await store.grant(.refresh(Scenery.family(1))), is: nil)
            try require(try await store.grantRow(1)?.state, is: .revoked)
            try require(try await store.exchange(1, turn: 3, for: 9) == nil, "it found a family")
        },
        StoreCheck("T18: whoever ends a session ends what could outlive it, and nothing else.") {
            store in
            try await store.registerParties(1...1)
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            try await store.grantOffline(1, of: 1)
            // Its code is not redeemed yet.
            try await store.openOffline(2, of: 1)
            try await store.grantOffline(3, of: 2)
            let other = try await store.grantRow(3)
            try await store.endSession(Scenery.session(1))
            for number: UInt64 in 1...2 {
                try require(try await store.grantRow(number)?.state, is: .revoked)
            }
            try require(try await store.grant(.refresh(Scenery.family(1))), is: nil)
            try require(try await store.redeemOffline(2), is: .invalid)
            try require(try await store.grantRow(3), is: other)
        },
        StoreCheck(
            "T18: a session that idles away leaves what may outlive it."
        ) {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.grantOffline(1)
            let grant = try await store.grantRow(1)
            try await store.forget(sessionsBefore(900_000), limit: 100)
            try require(try await store.session(Scenery.session(1)), is: nil)
            try require(try await store.grantRow(1), is: grant)
            try await store.endSession(Scenery.session(1))
            try require(try await store.grantRow(1)?.state, is: .revoked)
        },
        StoreCheck(
            "T18: a login that its user revokes is over, also when its session had idled."
        ) {
            store in
            try await store.registerParties(1...1)
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            try await store.grantOffline(1, of: 1)
            try await store.grantOffline(2, of: 2)
            let other = try await store.grantRow(2)
            try await store.forget(sessionsBefore(900_000), limit: 100)
            let user = Scenery.user(1)
            let id = Scenery.login(1).id
            try require(try await store.revokeLogin(id, of: Scenery.user(2)), is: false)
            try require(try await store.grantRow(1)?.refresh != nil, "somebody else ended it")
            try require(try await store.revokeLogin(id, of: user), is: true)
            try require(try await store.grantRow(1)?.state, is: .revoked)
            try require(try await store.grantRow(2), is: other)
        },
        StoreCheck("T18: a login leads to its session's digest, also when the session has idled.") {
            store in
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            for number: UInt64 in 1...2 {
                try require(
                    try await store.session(of: Scenery.login(number).id),
                    is: Scenery.session(number)
                )
            }
            try require(try await store.session(of: Scenery.login(3).id), is: nil)
            try await store.forget(sessionsBefore(900_000), limit: 100)
            try require(try await store.session(Scenery.session(1)), is: nil)
            try require(
                try await store.session(of: Scenery.login(1).id),
                is: Scenery.session(1)
            )
        },
        StoreCheck("T23: the next login in a browser ends what could outlive the one before.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.grantOffline(1)
            _ = try await store.register(2)
            try await store.open(2)
            try await store.scan(2, by: 2)
            try await store.confirm(2, by: 2)
            _ = try await store.redeemAttempt(
                .cookie(Scenery.cookie(2)),
                as: Scenery.login(2),
                ending: Scenery.session(1),
                at: Scenery.at(40_000)
            )
            try require(try await store.session(Scenery.session(2)) != nil, "no login")
            try require(try await store.grantRow(1)?.state, is: .revoked)
        },
        StoreCheck("T34: of a user's grants at a website that may outlive a session ten are alive.")
        {
            store in
            try await store.registerParties(1...2)
            // The user of the first session has two.
            for number: UInt64 in 1...2 { try await store.logIn(number) }
            try await store.open(3)
            try await store.scan(3, by: 1)
            try await store.confirm(3, by: 1)
            try await store.redeem(3)
            // Others of each kind, all of them older.
            try await store.open(grant: 1)
            try await store.openOffline(2, client: 2, at: 15_000)
            try await store.openOffline(3, of: 2, at: 15_000)
            let others = [
                try await store.grantRow(1), try await store.grantRow(2),
                try await store.grantRow(3),
            ]
            for number: UInt64 in 11...20 {
                let session: UInt64 = number.isMultiple(of: 2) ? 1 : 3
                try await store.openOffline(number, of: session, at: 20_000 + Int64(number))
                try require(try await store.redeemOffline(number), is: .redeemed)
            }
            let ten = try await store.grantRows(11...20)
            try require(ten.allSatisfy { $0?.refresh != nil }, "ten are too many")
            try await store.openOffline(21, of: 1, at: 20_021)
            try require(try await store.grantRow(11)?.state, is: .revoked)
            try require(try await store.grant(.refresh(Scenery.family(11))), is: nil)
            try require(try await store.grant(.token(Scenery.token(11))), is: nil)
            try require(try await store.grantRows(12...20), is: Array(ten.dropFirst()))
            try require(try await store.grantRow(21)?.state, is: .issued)
            // One that is over takes nobody's place.
            _ = try await store.updateGrant(.code(Scenery.code(15))) { $0.revoke() }
            try await store.openOffline(22, of: 3, at: 20_022)
            try require(try await store.grantRow(12), is: ten[1])
            // The new one stays, however old it says it is.
            try await store.openOffline(23, of: 1, at: 19_000)
            try require(try await store.grantRow(23)?.state, is: .issued)
            try require(try await store.grantRow(12)?.state, is: .revoked)
            let after = [
                try await store.grantRow(1), try await store.grantRow(2),
                try await store.grantRow(3),
            ]
            try require(after, is: others)
        },
        StoreCheck("A login says until when a website may go on with it.") { store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            func end() async throws -> Timestamp? {
                let logins = try await store.logins(of: Scenery.user(1))
                return logins.first?.refreshableUntil
            }
            try require(try await end(), is: nil)
            try await store.open(grant: 5)
            try await store.redeem(grant: 5)
            try require(try await end(), is: nil)
            try await store.openOffline(1)
            try require(try await end(), is: nil)
            _ = try await store.redeemOffline(1, at: Scenery.at(22_000))
            _ = try await store.grantOffline(2)
            let until = Scenery.at(22_000 + 30 * 86_400_000)
            try require(try await end(), is: until)
            try await store.forget(sessionsBefore(900_000), limit: 100)
            try require(try await end(), is: until)
            _ = try await store.revokeLogin(Scenery.login(1).id, of: Scenery.user(1))
            try require(try await end(), is: nil)
        },
        StoreCheck("T34: a grant with refresh tokens is forgotten when they end, and not before.") {
            store in
            try await store.registerParties(1...1)
            try await store.logIn(1)
            try await store.grantOffline(1)
            let end: Int64 = 21_000 + 30 * 86_400_000
            try await store.forget(limits(expired: end), limit: 100)
            try require(try await store.grantRow(1) != nil, "it was live")
            try await store.forget(limits(expired: end + 1), limit: 100)
            try require(try await store.grantRow(1), is: nil)
        },
    ]

    /// Forgets sessions alone.
    private static func sessionsBefore(_ milliseconds: Int64) -> ForgetLimits {
        ForgetLimits(
            attempts: Scenery.start,
            expired: Scenery.start,
            sessionsSeen: Scenery.at(milliseconds),
            sessionsCreated: Scenery.start,
            logins: Scenery.start
        )
    }
}

extension OperatorStore {
    @discardableResult
    fileprivate func openOffline(
        _ number: UInt64,
        client: UInt64 = 1,
        of session: UInt64 = 1,
        at now: Int64 = 20_000
    ) async throws -> Bool {
        let grant = try Scenery.offlineGrant(
            number,
            client: client,
            of: try await sessionRow(session),
            at: Scenery.at(now)
        )
        return try await openGrant(grant, answering: .fresh)
    }

    fileprivate func grantRows(_ numbers: ClosedRange<UInt64>) async throws -> [Grant?] {
        var rows: [Grant?] = []
        for number in numbers { rows.append(try await grantRow(number)) }
        return rows
    }

    /// The website exchanges the code of a grant for the family, turn and token of its number.
    fileprivate func redeemOffline(
        _ number: UInt64,
        at now: Timestamp = Scenery.at(21_000)
    ) async throws -> Grant.RedeemOutcome? {
        let redirect = try Scenery.redirect(1).text
        return try await updateGrant(.code(Scenery.code(number))) {
            $0.redeem(
                by: Scenery.partyID(1),
                redirectURI: redirect,
                isProven: true,
                token: Scenery.token(number),
                refresh: (family: Scenery.family(number), turn: Scenery.turn(number)),
                at: now
            )
        }?.outcome
    }

    fileprivate func grantOffline(_ number: UInt64, of session: UInt64 = 1) async throws {
        try require(try await openOffline(number, of: session), is: true)
        try require(try await redeemOffline(number), is: .redeemed)
    }

    /// Shows one turn of a family for another, and the token of that number.
    fileprivate func exchange(
        _ family: UInt64,
        turn: UInt64,
        for next: UInt64,
        scopes: [OpenIDScope] = [.openid, .profile, .offlineAccess]
    ) async throws -> GrantUpdate<Grant.RefreshOutcome>? {
        try await updateGrant(.refresh(Scenery.family(family))) {
            $0.exchange(
                by: Scenery.partyID(1),
                turn: Scenery.turn(turn),
                next: Scenery.turn(next),
                token: Scenery.token(next),
                for: scopes,
                at: Scenery.at(30_000)
            )
        }
    }
}
