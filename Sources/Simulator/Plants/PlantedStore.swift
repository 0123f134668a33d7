import LoginDomain
import LoginService
import LoginStore
import Synchronization

/// The rows, through a store with one bug.
struct PlantedStore: RelayingStore {
    let stage: Stage
    let rows: MemoryLoginStore

    private var plant: Plant? { stage.plant }

    func relay<Value: Sendable>(
        _ operation: StoreOperation,
        _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        try await call(rows)
    }

    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        var attempt = attempt
        if plant == .deadlineOffByOne { attempt = attempt.living(longer: .milliseconds(1)) }
        return try await rows.openAttempt(
            attempt,
            superseding: plant == .supersedeForgotten ? nil : old,
            at: now
        )
    }

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        let plant = plant
        if plant == .lostUpdates {
            guard let before = try await rows.attempt(key) else { return nil }
            await letOthersGoOn()
            return try await rows.updateAttempt(key) { attempt in
                attempt = before
                return change(&attempt)
            }
        }
        let loses = plant == .lostWrites && stage.roll { $0.chance(0.25) }
        return try await rows.updateAttempt(key) { attempt in
            let before = attempt
            let outcome = change(&attempt)
            switch (plant, outcome) {
            case (.ownerForgotten, let outcome as Attempt.ScanOutcome) where outcome == .unavailable:
                guard case .scanned = before.state else { break }
                var fresh = before.put(in: .created)
                let second = change(&fresh)
                attempt = fresh
                return second
            case (.phoneCancelForgotten, let wasCancelled as Bool) where wasCancelled:
                attempt = before
            case (.browserCancelForgotten, is Attempt.BrowserCancelOutcome):
                if !before.hasEnded { attempt = before }
            case (.wrongNumberForgiven, let outcome as Attempt.ConfirmOutcome)
            where outcome == .wrongNumber:
                attempt = before
            case (.lostWrites, let outcome as Attempt.ConfirmOutcome)
            where outcome == .confirmed && loses:
                attempt = before
            default:
                break
            }
            return outcome
        }
    }

    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        if plant == .redeemRace, let before = try await rows.attempt(key) {
            await letOthersGoOn()
            _ = try await rows.updateAttempt(key) { attempt in attempt = before }
        }
        let isBent = plant == .redeemTwice || plant == .redeemUnconfirmed || plant == .wrongIdentity
        if isBent {
            let last = stage.lastOwner
            let plant = plant
            _ = try await rows.updateAttempt(key) { attempt in
                attempt = attempt.bent(by: plant, last)
            }
        }
        return try await rows.redeemAttempt(
            key,
            as: login,
            ending: plant == .oldSessionKept ? nil : old,
            at: now
        )
    }

    /// What a store does that reads and writes in two steps.
    private func letOthersGoOn() async {
        await stage.pause(stage.roll { Int64($0.within(0...2)) })
    }

    func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        plant == .sweeperSleeps ? [] : try await rows.expireAttempts(at: now, limit: limit)
    }

    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        let isFresh = try await rows.claimCode(code, until: until, at: now)
        return isFresh || plant == .codeClaimForgotten
    }

    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        var registration = try await rows.registerUser(identity, candidate: candidate, at: now)
        if plant == .usersMixed, let first = try await rows.users(after: nil, limit: 1).first {
            registration.user = first.user
        }
        stage.lastOwner = registration.user.id
        return registration
    }

    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        let sector = plant == .sectorsShared ? "" : sector
        let own = try await rows.subject(of: user, sector: sector, candidate: candidate)
        guard plant == .subjectsMixed else { return own }
        return stage.plantMemory.change { memory in
            let first = memory.firstSubject ?? own
            memory.firstSubject = first
            return first
        }
    }

    func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        var grant = grant
        if plant == .authTimeNow {
            let opened = grant.codeExpiresAt + (.zero - stage.options.policy.grants.code)
            grant = grant.put(
                in: grant.state,
                for: grant.client,
                grant.codeChallenge,
                authenticatedAt: opened
            )
        }
        return try await rows.openGrant(grant, answering: request)
    }

    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        let plant = plant
        return try await rows.updateGrant(key) { grant in
            let before = grant
            let outcome = change(&grant)
            switch (plant, outcome) {
            case (.codeTwice, let outcome as Grant.RedeemOutcome) where outcome == .replayed:
                grant = before.put(in: .issued, for: before.client, before.codeChallenge)
                return change(&grant)
            case (.codeForAnyone, let outcome as Grant.RedeemOutcome) where outcome == .invalid:
                for client in Website.all.compactMap({ RelyingPartyID(text: $0.id) }) {
                    grant = before.put(in: before.state, for: client, before.codeChallenge)
                    let second = change(&grant)
                    let isRedeemed = (second as? Grant.RedeemOutcome) == .redeemed
                    if isRedeemed { return second }
                }
                grant = before
            case (.verifierForgotten, let outcome as Grant.RedeemOutcome) where outcome == .invalid:
                grant = before.put(in: before.state, for: before.client, nil)
                return change(&grant)
            case (.replayForgiven, let outcome as Grant.RedeemOutcome) where outcome == .replayed:
                grant = before
            case (.givenBackLives, is Void):
                grant = before
            default:
                break
            }
            return outcome
        }
    }

    func touchSession(
        _ cookie: SecretDigest,
        at now: Timestamp
    ) async throws(LoginStoreError) {
        if plant != .sessionsUntouched { try await rows.touchSession(cookie, at: now) }
    }

    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        if plant != .logoutForgotten { try await rows.endSession(cookie) }
    }

    func revokeLogin(
        _ id: LoginID,
        of user: UserID
    ) async throws(LoginStoreError) -> Bool {
        guard plant != .revokeForgotten else {
            return try await rows.logins(of: user).contains { $0.id == id }
        }
        if plant == .revokeAnyones {
            for record in try await rows.users(after: nil, limit: 100)
            where try await rows.revokeLogin(id, of: record.user.id) {
                return true
            }
            return false
        }
        return try await rows.revokeLogin(id, of: user)
    }
}

extension Grant {
    /// The same grant in another state, for another website and another challenge.
    fileprivate func put(
        in state: State,
        for client: RelyingPartyID,
        _ challenge: String?,
        authenticatedAt moment: Timestamp? = nil
    ) -> Grant {
        Grant(
            id: id,
            client: client,
            user: user,
            session: session,
            login: login,
            redirectURI: redirectURI,
            scopes: scopes,
            nonce: nonce,
            codeChallenge: challenge,
            authenticatedAt: moment ?? authenticatedAt,
            way: way,
            code: code,
            codeExpiresAt: codeExpiresAt,
            state: state,
            refresh: refresh
        )
    }
}

extension Attempt {
    /// The same attempt in another state, past its state machine.
    func put(in state: State) -> Attempt {
        Attempt(
            id: id,
            chain: chain,
            cookie: cookie,
            scene: scene,
            browser: browser,
            way: way,
            request: request,
            createdAt: createdAt,
            sceneExpiresAt: sceneExpiresAt,
            capAt: capAt,
            state: state,
            seq: seq
        )
    }

    /// The same attempt with later deadlines.
    func living(longer: Duration) -> Attempt {
        var attempt = Attempt(
            id: id,
            chain: chain,
            cookie: cookie,
            scene: scene,
            browser: browser,
            way: way,
            request: request,
            createdAt: createdAt,
            sceneExpiresAt: sceneExpiresAt + longer,
            capAt: capAt + longer,
            state: state,
            seq: seq
        )
        attempt.notes = notes
        return attempt
    }

    /// The same attempt as a store with a bug has it when its login is collected.
    fileprivate func bent(by plant: Plant?, _ last: UserID?) -> Attempt {
        switch (plant, state) {
        case (.redeemTwice, .redeemed(let user)):
            let scan = Scan(
                owner: user,
                phone: cookie,
                nonce: cookie,
                at: createdAt,
                expiresAt: capAt
            )
            return put(in: .confirmed(scan))
        case (.redeemUnconfirmed, .scanned(let scan)):
            return put(in: .confirmed(scan))
        case (.wrongIdentity, .confirmed(var scan)):
            scan.owner = last ?? scan.owner
            return put(in: .confirmed(scan))
        default:
            return self
        }
    }
}
