import LoginDomain
import LoginStore
import Synchronization

extension FlawedStore {
    static func caps(_ caps: RowCaps, with flaw: Flaw?) -> RowCaps {
        let step: Int
        switch flaw {
        case .capsAreOneTooLarge: step = 1
        case .capsAreOneTooSmall: step = -1
        default: return caps
        }
        var bent = caps
        bent.liveAttempts += step
        bent.endedAttempts += step
        bent.phoneSessions += step
        bent.usedCodes += step
        bent.browserSessions += step
        bent.parkedRequests += step
        bent.grants += step
        bent.relyingParties += step
        bent.auditEntries += step
        return bent
    }

    // MARK: - Caps

    /// At the cap, some stores do not see that the newcomer's own old one goes.
    func refuseWhatMakesRoom(_ old: SecretDigest?) async throws(LoginStoreError) {
        let opened = side.withLock { $0.opened }
        var live = 0
        for attempt in opened {
            if try await base.attempt(.cookie(attempt.cookie))?.hasEnded == false { live += 1 }
        }
        switch flaw {
        case .capsRefuseWhatMakesRoom where old != nil && live >= caps.liveAttempts:
            throw .full(.attempts)
        case .capsCountWhatHasEnded where opened.count >= caps.liveAttempts:
            throw .full(.attempts)
        default:
            break
        }
    }

    func refuseWhatMakesRoom(
        _ old: SecretDigest?,
        at key: AttemptKey
    ) async throws(LoginStoreError) {
        guard flaw == .capsRefuseWhatMakesRoom, old != nil, caps.browserSessions < 10,
            case .confirmed? = try await base.attempt(key)?.state
        else { return }
        throw .full(.browserSessions)
    }

    /// What some stores do although they have refused to open an attempt.
    func afterFailure(
        _ error: LoginStoreError,
        of new: Attempt,
        superseding old: AttemptKey?,
        at now: Timestamp
    ) async throws(LoginStoreError) {
        switch (flaw, error) {
        case (.notesOutliveAFailure, _):
            try await base.record(new.notes)
        case (.capsEndLogins, .full(.attempts)):
            for attempt in side.withLock({ $0.opened.prefix(1) }) {
                _ = try await base.updateAttempt(.cookie(attempt.cookie)) {
                    $0.supersede(at: now)
                }
            }
        case (.capsSupersedeThoughRefused, .full(.endedAttempts)):
            _ = try await base.forget(
                ForgetLimits(
                    attempts: Timestamp(milliseconds: .max),
                    expired: .earliest,
                    sessionsSeen: .earliest,
                    sessionsCreated: .earliest,
                    logins: .earliest
                ),
                limit: 1000
            )
        default:
            break
        }
    }

    // MARK: - The audit log

    func handedBack(_ attempt: Attempt?) -> Attempt? {
        guard flaw == .notesAreHandedBack, var attempt else { return attempt }
        attempt.noteOpening()
        return attempt
    }

    func record(_ entries: [AuditEntry]) async throws(LoginStoreError) {
        switch flaw {
        case .recordingIsBackwards: try await base.record(entries.reversed())
        case .recordingKeepsOne: try await base.record(Array(entries.prefix(1)))
        default: try await base.record(entries)
        }
    }

    func forgetAudit(
        before: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> ForgottenAudit {
        let nothing = ForgottenAudit(aged: 0, crowded: 0)
        switch flaw {
        case .auditIsNeverForgotten:
            return nothing
        case .auditIsForgottenTooEarly:
            return try await base.forgetAudit(before: before + .milliseconds(1), limit: limit)
        case .auditIsForgottenWithoutLimit:
            return try await base.forgetAudit(before: before, limit: 1_000_000)
        case .auditIsForgottenInSilence:
            _ = try await base.forgetAudit(before: before, limit: limit)
            return nothing
        default:
            return try await base.forgetAudit(before: before, limit: limit)
        }
    }

    func timeline(_ code: SupportCode) async throws(LoginStoreError) -> [AuditEntry] {
        if flaw == .timelinesAreMixed { return base.audit }
        let entries = try await base.timeline(code)
        let missing: AuditEntry.What
        switch flaw {
        case .openingIsNotNoted: missing = .opened
        case .scanningIsNotNoted: missing = .scanned
        case .supersedingIsNotNoted: missing = .superseded
        case .expiringIsNotNoted: missing = .expired
        case .redeemingIsNotNoted: missing = .completed
        case .actorsAreForgotten:
            return entries.map { entry in
                var entry = entry
                entry.actor.launch = nil
                return entry
            }
        default:
            return entries
        }
        return entries.filter { $0.what != missing }
    }

    // MARK: - Operators

    func users(
        after id: UserID?,
        limit: Int
    ) async throws(LoginStoreError) -> [UserRecord] {
        switch flaw {
        case .usersAreListedFromTheBeginning:
            return try await base.users(after: nil, limit: limit)
        case .usersAreListedBackwards:
            return try await base.users(after: id, limit: limit).reversed()
        case .usersAreListedWithoutLimit:
            return try await base.users(after: id, limit: 1_000_000)
        case .usersForgetWhenTheyCame:
            return try await base.users(after: id, limit: limit).map {
                UserRecord(user: $0.user, createdAt: .earliest)
            }
        default:
            return try await base.users(after: id, limit: limit)
        }
    }

    func setRole(_ role: String, of user: UserID) async throws(LoginStoreError) -> Bool {
        switch flaw {
        case .rolesAreLost:
            return try await base.user(user) != nil
        case .rolesOfEverybodyChange:
            for record in try await base.users(after: nil, limit: 1_000_000) {
                _ = try await base.setRole(role, of: record.user.id)
            }
            return try await base.user(user) != nil
        case .rolesOfNobodyChange:
            _ = try await base.setRole(role, of: user)
            return true
        default:
            return try await base.setRole(role, of: user)
        }
    }
}
