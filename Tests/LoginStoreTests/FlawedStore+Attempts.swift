import LoginDomain
import LoginStore
import LoginStoreContract
import Synchronization

extension FlawedStore {
    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        let key = old.map { AttemptKey.cookie($0) }
        var attempt = attempt
        var (supersedes, isSilent) = (true, false)
        var superseded: Attempt?
        switch flaw {
        case .openingSupersedesNothing:
            supersedes = false
        case .openingSupersedesInSilence:
            isSilent = true
        case .openingSupersedesWhatHasEnded:
            guard let key else { break }
            superseded = try await base.updateAttempt(key) { old in
                if old.hasEnded { old = old.rewritten(.superseded, seq: old.seq + 1) }
            }
            .flatMap { $0.moved ? $0.attempt : nil }
        case .openingSupersedesThoughRefused:
            guard let key else { break }
            superseded = try await base.updateAttempt(key) { $0.supersede(at: now) }
                .flatMap { $0.moved ? $0.attempt : nil }
        case .openingSupersedesInTwoSteps:
            guard let key, try await base.attempt(key)?.hasEnded == false else { break }
            await pause()
            superseded = try await base.updateAttempt(key) { old in
                old = old.rewritten(.superseded, seq: old.seq + 1)
            }?.attempt
        case .openingInsistsOnTheOldAttempt:
            guard let key else { break }
            if try await base.attempt(key) == nil { throw .unavailable("no such attempt") }
        case .openingLeavesEndsThatAreDue:
            guard let key, let deadline = try await base.attempt(key)?.deadline else { break }
            supersedes = now < deadline
        case .openingLeavesTheRequestParked:
            guard let old, let row = try await base.parked(old) else { break }
            side.withLock { $0.parked[old] = row }
        case .openingForgetsTheRequest:
            attempt = attempt.rewritten(attempt.state, seq: attempt.seq, keepsRequest: false)
        case .openingUnparksThoughRefused:
            guard let old else { break }
            try await base.unpark(old)
        case .openingForgetsTheChain:
            attempt = attempt.rewritten(attempt.state, seq: attempt.seq, chain: attempt.id)
        case .openingForgetsTheWay:
            attempt = attempt.rewritten(attempt.state, seq: attempt.seq, way: .code)
        case .openingRemembersForEver:
            let id = attempt.id
            if side.withLock({ $0.opened.contains { $0.id == id } }) { throw .duplicate }
        default:
            break
        }
        let new = attempt
        do {
            try await refuseWhatMakesRoom(old)
            let found = try await base.openAttempt(
                new,
                superseding: supersedes ? old : nil,
                at: now
            )
            side.withLock { $0.opened.append(new) }
            return isSilent ? nil : handedBack(superseded ?? found)
        } catch {
            try await afterFailure(error, of: new, superseding: key, at: now)
            guard flaw == .openingTakesDuplicates else { throw error }
            for key in [AttemptKey.cookie(new.cookie), .scene(new.scene)] {
                _ = try await base.updateAttempt(key) { $0 = new }
            }
            return nil
        }
    }

    func attempt(_ key: AttemptKey) async throws(LoginStoreError) -> Attempt? {
        let found = try await base.attempt(key)
        switch flaw {
        case .readingMixesCookiesAndScenes:
            if let found { return found }
            switch key {
            case .cookie(let digest): return try await base.attempt(.scene(digest))
            case .scene(let digest): return try await base.attempt(.cookie(digest))
            }
        case .readingFindsAnything:
            return found ?? side.withLock { $0.opened.first }
        case .readingExpires:
            return try await base.updateAttempt(key) { attempt in
                _ = attempt.expire(at: Timestamp(milliseconds: .max))
            }?.attempt
        case .forgettingLeavesScenes:
            guard case .scene(let digest) = key else { return found }
            return found ?? side.withLock { $0.opened.first { $0.scene == digest } }
        case .forgettingTakesLiveAttempts:
            return side.withLock { side in
                found.flatMap { side.hidden.contains($0.id) ? nil : $0 }
            }
        default:
            return found
        }
    }

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        guard let before = try await base.attempt(key) else {
            if flaw == .updatesRunWithoutARow, var any = side.withLock({ $0.opened.first }) {
                _ = change(&any)
            }
            return nil
        }
        switch flaw {
        case .notesNeedAChange:
            let update = changed(before, change)
            if update.attempt.state == before.state {
                return AttemptUpdate(attempt: before, moved: false, outcome: update.outcome)
            }
        case .updatesAreLost:
            return changed(before, change)
        case .updatesThatDoNotMoveAreLost:
            let update = changed(before, change)
            return update.moved ? try await base.updateAttempt(key, change) : update
        case .updatesInterleave:
            await pause()
            let update = changed(before, change)
            _ = try await base.updateAttempt(key) { $0 = update.attempt }
            return update
        case .updatesAreGivenUp:
            if Task.isCancelled { throw .unavailable("cancelled") }
        case .updatesSeeAnotherRow:
            let update = changed(before.rewritten(before.state, seq: before.seq + 100), change)
            _ = try await base.updateAttempt(key) { $0 = update.attempt }
            return update
        case .updatesTouchTheNeighbour:
            let neighbour = side.withLock { side in side.opened.first { $0.id != before.id } }
            if let neighbour {
                _ = try await base.updateAttempt(.cookie(neighbour.cookie)) {
                    $0.supersede(at: $0.createdAt)
                }
            }
        default:
            break
        }
        var update = try await base.updateAttempt(key, change)
        switch flaw {
        case .updatesAlwaysMove: update?.moved = true
        case .updatesNeverMove: update?.moved = false
        case .updatesAnswerTheRowBefore: update?.attempt = before
        case .updatesForgetTheRequest:
            if let after = update?.attempt {
                update?.attempt = after.rewritten(after.state, seq: after.seq, keepsRequest: false)
            }
        case .notesAreHandedBack: update?.attempt.noteOpening()
        default: break
        }
        return update
    }

    /// What an update would make of an attempt.
    private func changed<Outcome: Sendable>(
        _ before: Attempt,
        _ change: (inout Attempt) -> Outcome
    ) -> AttemptUpdate<Outcome> {
        var after = before
        let outcome = change(&after)
        return AttemptUpdate(attempt: after, moved: after.seq != before.seq, outcome: outcome)
    }

    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        var (login, old, now) = (login, old, now)
        let session = login.session
        switch flaw {
        case .redeemingIsLate:
            now = now - .milliseconds(1)
        case .familiesOutliveTheNextLogin:
            keep(try await offlineGrants())
        case .redeemingKeepsTheEarlierSession:
            old = nil
        case .redeemingAlwaysEndsTheEarlierSession:
            if let old { try await base.endSession(old) }
        case .redeemingInsistsOnTheEarlierSession:
            if let old, try await base.session(old) == nil { throw .unavailable("no session") }
        case .redeemingHandsCookiesOn:
            try await base.endSession(session)
        case .redeemingIsTwoSteps:
            return try await redeemInTwoSteps(key, as: login, at: now)
        case .redeemingRefusesTooEagerly:
            if try await base.session(session) != nil { throw .duplicate }
        case .redeemingLooksForCookiesAlone:
            guard case .cookie = key else { return nil }
        case .redeemingNamesLoginsAfterTheSession:
            login.client.name = ""
        default:
            break
        }
        try await refuseWhatMakesRoom(old, at: key)
        let update = try await base.redeemAttempt(key, as: login, ending: old, at: now)
        if flaw == .notesAreRepeated, case .alreadyCompleted? = update?.outcome,
            let attempt = update?.attempt
        {
            let actor = AuditActor(attempt.browser)
            let entry = AuditEntry(
                at: now,
                code: attempt.supportCode,
                what: .completed,
                actor: actor
            )
            try await base.record([entry])
        }
        switch (flaw, update?.outcome) {
        case (.redeemingMakesNoSession, _):
            try await base.endSession(session)
        case (.redeemingMakesASessionForAnybody, .some(.notConfirmed)),
            (.redeemingMakesASessionForAnybody, .some(.alreadyCompleted)):
            let user = side.withLock { $0.sessionsMade.first?.user }
            if let user { makeSession(login, of: user, at: now, besideTheRows: true) }
        case (_, .some(.redeemed(let user))):
            side.withLock { $0.cards[login.id] = login.client }
            try await bendPending(login, update?.attempt.request)
            makeSession(login, of: user, at: now, besideTheRows: false)
            if let newest = try await base.logins(of: user).first {
                side.withLock { side in
                    side.people.append(user)
                    side.loginsMade[user, default: []].append(newest)
                }
            }
        default:
            break
        }
        return update
    }

    private func redeemInTwoSteps(
        _ key: AttemptKey,
        as login: NewLogin,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        guard let before = try await base.attempt(key) else { return nil }
        let update = changed(before) { $0.redeem(at: now) }
        await pause()
        _ = try await base.updateAttempt(key) { $0 = update.attempt }
        await pause()
        if case .redeemed(let user) = update.outcome {
            makeSession(login, of: user, at: now, besideTheRows: true)
        }
        return update
    }

    private func makeSession(
        _ login: NewLogin,
        of user: UserID,
        at now: Timestamp,
        besideTheRows: Bool
    ) {
        let session = BrowserSession(
            cookie: login.session,
            user: user,
            login: login.id,
            createdAt: now,
            seenAt: now
        )
        side.withLock { side in
            side.sessionsMade.append(session)
            if besideTheRows { side.sessions[login.session] = session }
        }
    }

    func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        switch flaw {
        case .expiringIsEarly:
            return try await base.expireAttempts(at: now + .milliseconds(1), limit: limit)
        case .expiringIsLate:
            return try await base.expireAttempts(at: now - .milliseconds(1), limit: limit)
        case .expiringIsYoungestFirst:
            return try await base.expireAttempts(at: now, limit: limit).reversed()
        case .expiringHasNoLimit:
            return try await base.expireAttempts(at: now, limit: 1_000_000)
        case .expiringTellsTwice:
            let due = try await base.expireAttempts(at: now, limit: limit)
            return side.withLock { side in
                defer { side.told = due }
                return due.isEmpty ? side.told : due
            }
        case .expiringTellsOldRows:
            return try await base.expireAttempts(at: now, limit: limit)
                .map { $0.rewritten(.created, seq: $0.seq - 1) }
        case .expiringTakesWhatHasEnded:
            for attempt in side.withLock({ $0.opened }) {
                _ = try await base.updateAttempt(.cookie(attempt.cookie)) { attempt in
                    if attempt.hasEnded { attempt = attempt.rewritten(.expired, seq: attempt.seq) }
                }
            }
            return try await base.expireAttempts(at: now, limit: limit)
        default:
            return try await base.expireAttempts(at: now, limit: limit)
        }
    }
}
