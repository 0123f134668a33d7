import LoginDomain
import LoginStore
import Synchronization

extension FlawedStore {
    // MARK: - Websites

    func relyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> RelyingParty? {
        let (isGone, cameAt) = side.withLock { side in
            (side.partiesGone.contains(id), side.partiesCameAt[id])
        }
        if isGone { return nil }
        var party = try await base.relyingParty(id)
        switch flaw {
        case .websitesForgetTheirPolicy: party?.isProofKeyRequired = true
        case .websitesForgetTheirShares: party?.shares = []
        case .websitesAreFoundByAnyID where party == nil:
            party = try await base.relyingParties().first
        case .configuringMakesThemYounger: party?.createdAt = cameAt ?? .earliest
        default: break
        }
        return party
    }

    func relyingParties() async throws(LoginStoreError) -> [RelyingParty] {
        var parties = try await base.relyingParties()
        switch flaw {
        case .websitesAreListedBackwards: parties.reverse()
        case .configuringIsNotSaid:
            for index in parties.indices { parties[index].isConfigured = false }
        case .configuringMakesThemYounger:
            let cameAt = side.withLock(\.partiesCameAt)
            for index in parties.indices {
                parties[index].createdAt = cameAt[parties[index].id] ?? parties[index].createdAt
            }
        default: break
        }
        return parties
    }

    func addRelyingParty(_ party: RelyingParty) async throws(LoginStoreError) {
        if flaw == .websitesReplaceOneAnother {
            _ = try await base.removeRelyingParty(party.id)
        }
        try await base.addRelyingParty(party)
    }

    func removeRelyingParty(_ id: RelyingPartyID) async throws(LoginStoreError) -> Bool {
        switch flaw {
        case .websitesLeaveTheirTokens:
            let isThere = try await relyingParty(id) != nil
            side.withLock { _ = $0.partiesGone.insert(id) }
            return isThere
        case .websitesTakeAllTokens:
            for grant in side.withLock(\.grantsMade) {
                _ = try await base.updateGrant(.code(grant.code)) { $0.revoke() }
            }
        case .websitesAreAlwaysRemoved:
            _ = try await base.removeRelyingParty(id)
            return true
        default:
            break
        }
        return try await base.removeRelyingParty(id)
    }

    func setSecret(
        _ secret: SecretDigest,
        of id: RelyingPartyID
    ) async throws(LoginStoreError) -> Bool {
        switch flaw {
        case .secretsAreLost:
            return try await base.relyingParty(id)?.secret != nil
        case .secretsArePutOnPublicWebsites:
            _ = try await base.setSecret(secret, of: id)
            return try await base.relyingParty(id) != nil
        default:
            return try await base.setSecret(secret, of: id)
        }
    }

    func setConfigured(_ parties: [RelyingParty]) async throws(LoginStoreError) {
        var parties = parties
        let known = try await base.relyingParties()
        let ids = Set(parties.map(\.id))
        switch flaw {
        case .configuringLeavesWhatItNamedBefore:
            parties += known.filter { $0.isConfigured && !ids.contains($0.id) }
        case .configuringTakesOperatorsWebsites:
            for party in known where !party.isConfigured && !ids.contains(party.id) {
                _ = try await base.removeRelyingParty(party.id)
            }
        case .configuringOverridesOperators:
            for party in known where !party.isConfigured && ids.contains(party.id) {
                _ = try await base.removeRelyingParty(party.id)
            }
        case .configuringKeepsTokensOfOtherNames:
            for made in side.withLock(\.grantsMade) {
                if let grant = try await base.grant(.code(made.code)) { keep([grant]) }
            }
        case .configuringEndsTokens:
            try await base.setConfigured([])
        case .configuringMakesThemYounger:
            for party in parties {
                side.withLock { $0.partiesCameAt[party.id] = party.createdAt }
            }
        default:
            break
        }
        do {
            try await base.setConfigured(parties)
        } catch {
            if flaw == .configuringHappensInPart {
                let free = parties.filter { party in
                    known.contains { $0.id == party.id && $0.isConfigured }
                }
                try await base.setConfigured(free)
            }
            throw error
        }
    }

    func subject(
        of user: UserID,
        sector: String,
        candidate: SubjectID
    ) async throws(LoginStoreError) -> SubjectID {
        switch flaw {
        case .subjectsChange:
            return candidate
        case .subjectsAreOneForAllSectors:
            return try await base.subject(of: user, sector: "", candidate: candidate)
        case .subjectsAreShared:
            do {
                return try await base.subject(of: user, sector: sector, candidate: candidate)
            } catch {
                return candidate
            }
        case .subjectsAreMadeInTwoSteps:
            let key = "\(user) \(sector)"
            if let known = side.withLock({ $0.subjects[key] }) { return known }
            await pause()
            side.withLock { $0.subjects[key] = candidate }
            return candidate
        default:
            return try await base.subject(of: user, sector: sector, candidate: candidate)
        }
    }

    // MARK: - Requests that wait

    func park(
        _ row: ParkedRow,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        var (row, old) = (row, old)
        switch flaw {
        case .parkingForgetsLanguages:
            row.parked.request.uiLocales = []
        case .parkingSupersedesNothing:
            old = nil
        case .parkingLeavesTheOlderRequest:
            if let old, let older = try await base.parked(old) {
                side.withLock { $0.parked[old] = older }
            }
        case .parkingHandsCookiesOn:
            if let old, old == row.cookie { try await base.unpark(old) }
        case .capsRefuseWhatMakesRoom where caps.parkedRequests < 10:
            var count = 0
            for parked in side.withLock({ Array($0.parkedMade.values) })
            where try await base.parked(parked.cookie) != nil { count += 1 }
            if count >= caps.parkedRequests { throw .full(.parkedRequests) }
        default:
            break
        }
        do {
            let superseded = try await base.park(row, superseding: old, at: now)
            let parked = row
            side.withLock { $0.parkedMade[parked.cookie] = parked }
            return flaw == .parkingSupersedesInSilence ? nil : superseded
        } catch {
            switch flaw {
            case .parkingTakesDuplicates where error == .duplicate:
                return nil
            case .parkingSupersedesThoughRefused:
                if let old { _ = try await updateAttempt(.cookie(old)) { $0.supersede(at: now) } }
            default:
                break
            }
            throw error
        }
    }

    func parked(_ cookie: SecretDigest) async throws(LoginStoreError) -> ParkedRow? {
        if let row = side.withLock({ $0.parked[cookie] }) { return row }
        let row = try await base.parked(cookie)
        switch flaw {
        case .parkedRequestsAreAnybodys: return row ?? side.withLock { $0.parkedMade.first?.value }
        case .forgettingLeavesRequests: return row ?? side.withLock { $0.parkedMade[cookie] }
        default: return row
        }
    }

    func unpark(_ cookie: SecretDigest) async throws(LoginStoreError) {
        if flaw == .unparkingDoesNothing { return }
        try await base.unpark(cookie)
    }

    /// What some stores make of the request of an attempt that has been redeemed.
    func bendPending(
        _ login: NewLogin,
        _ request: ParkedRequest?
    ) async throws(LoginStoreError) {
        switch flaw {
        case .redeemingForgetsTheRequest:
            try await base.dropPending(of: login.session)
        case .redeemingTakesStaleRequests:
            guard var session = try await base.session(login.session), request != nil else { break }
            session.pending = request
            let stale = session
            side.withLock { $0.sessions[login.session] = stale }
        case .redeemingForgetsTheNumber:
            guard var session = try await base.session(login.session) else { break }
            session.numberMatching = .off
            let bent = session
            side.withLock { $0.sessions[login.session] = bent }
        case .redeemingForgetsTheLink:
            guard var session = try await base.session(login.session) else { break }
            session.way = .code
            let bent = session
            side.withLock { $0.sessions[login.session] = bent }
        case .redeemingForgetsTheConsent, .redeemingTakesStaleConsents:
            guard var session = try await base.session(login.session) else { break }
            let missing = try await base.user(session.user)?.missing ?? []
            session.consent =
                flaw == .redeemingForgetsTheConsent
                ? nil : Consent(to: request, lacking: missing)
            let bent = session
            side.withLock { $0.sessions[login.session] = bent }
        case .redeemingAgreesToWhatIsMissing:
            guard var session = try await base.session(login.session), let request = session.pending
            else { break }
            session.consent = Consent(to: request, lacking: [])
            let bent = session
            side.withLock { $0.sessions[login.session] = bent }
        default:
            break
        }
    }

    // MARK: - Codes and tokens

    func openGrant(
        _ grant: Grant,
        answering request: AnsweredRequest
    ) async throws(LoginStoreError) -> Bool {
        let hasSession = try await base.session(grant.session) != nil
        let isPending = request == .pending
        var answered = request
        switch flaw {
        case .pendingIsTakenTwice where isPending, .parkedIsTakenTwice where !isPending:
            answered = .fresh
        case .pendingIsTakenInTwoSteps where isPending:
            let isThere = try await base.session(grant.session)?.pending != nil
            await pause()
            guard isThere else { return false }
            answered = .fresh
        case .parkedIsTakenInTwoSteps:
            guard case .parked(let cookie) = request else { break }
            let isThere = try await base.parked(cookie) != nil
            await pause()
            guard isThere else { return false }
            answered = .fresh
            try await base.unpark(cookie)
        case .familiesHaveNoCap:
            keep(try await offlineGrants())
        case .familiesOfASessionAreCounted:
            keep(try await offlineGrants().filter { $0.session != grant.session })
        case .familiesOfAllWebsitesAreCounted where grant.isOffline:
            let live = try await offlineGrants().filter {
                $0.user == grant.user && $0.state != .revoked
            }
            for old in live.sorted(by: { $0.codeExpiresAt < $1.codeExpiresAt })
                .dropLast(Grant.offlineMax - 1)
            {
                _ = try await base.updateGrant(.code(old.code)) { $0.revoke() }
            }
        case .parkedIsTakenThoughRefused where !hasSession:
            if case .parked(let cookie) = request { try await base.unpark(cookie) }
        default:
            break
        }
        do {
            let isOpen = try await base.openGrant(grant, answering: answered)
            if isOpen { side.withLock { $0.grantsMade.append(grant) } }
            switch flaw {
            case .pendingIsTakenByAnyGrant,
                .pendingIsTakenInTwoSteps where isPending:
                try await base.dropPending(of: grant.session)
            case .grantsNeedNoSession where !hasSession,
                .grantsNeedNoWebsite where hasSession && !isOpen && !isPending:
                side.withLock { $0.grants[grant.code] = grant }
                return true
            default:
                break
            }
            return isOpen
        } catch {
            switch flaw {
            case .pendingIsTakenThoughRefused:
                try await base.dropPending(of: grant.session)
            case .grantsReplaceOneAnother where error == .duplicate:
                let update = try await base.updateGrant(.code(grant.code)) { $0 = grant }
                return update != nil
            default:
                break
            }
            throw error
        }
    }

    /// A grant whose refresh tokens have lost something.
    private func forgetful(_ grant: Grant) -> Grant {
        guard let family = grant.refresh else { return grant }
        let forgetsScopes = flaw == .familiesForgetTheirScopes
        return grant.bent(
            nonce: grant.nonce,
            refresh: RefreshFamily(
                name: family.name,
                newest: family.newest,
                exchanged: forgetsScopes ? family.exchanged : nil,
                expiresAt: family.expiresAt,
                scopes: forgetsScopes ? grant.scopes : family.scopes
            )
        )
    }

    /// Every grant that may outlive its session, as it is now.
    func offlineGrants() async throws(LoginStoreError) -> [Grant] {
        var found: [Grant] = []
        for made in side.withLock(\.grantsMade) where made.isOffline {
            if let grant = try await base.grant(.code(made.code)) { found.append(grant) }
        }
        return found
    }

    /// Remembers grants as they are, and tells of them so from now on.
    func keep(_ grants: [Grant]) {
        side.withLock { side in
            for grant in grants where grant.state != .revoked { side.grantsKept[grant.id] = grant }
        }
    }

    func dropPending(of session: SecretDigest) async throws(LoginStoreError) {
        switch flaw {
        case .pendingIsNeverDropped:
            return
        case .pendingIsDroppedForAll:
            for made in side.withLock(\.sessionsMade) {
                try await base.dropPending(of: made.cookie)
            }
        default:
            try await base.dropPending(of: session)
        }
    }

    func grant(_ key: GrantKey) async throws(LoginStoreError) -> Grant? {
        var grant = try await base.grant(key)
        if case .code(let digest) = key { grant = grant ?? side.withLock { $0.grants[digest] } }
        if let found = grant, side.withLock({ $0.grantsGone.contains(found.id) }) { return nil }
        if let found = grant, found.state == .revoked,
            let kept = side.withLock({ $0.grantsKept[found.id] })
        {
            return kept
        }
        switch (flaw, key) {
        case (.grantsAreFoundByTheirCodeAlone, .token), (.familiesAreNotFound, .refresh):
            return nil
        case (.familiesAreFoundByTheirToken, .token(let digest)):
            if grant == nil { grant = try await base.grant(.refresh(digest)) }
            return grant
        case (.familiesForgetWhatWasExchanged, _), (.familiesForgetTheirScopes, _):
            return grant.map(forgetful)
        case (.grantsMixCodesAndTokens, .token(let digest)):
            if grant == nil { grant = try await base.grant(.code(digest)) }
            return grant
        case (.grantsMixCodesAndTokens, .code(let digest)):
            if grant == nil { grant = try await base.grant(.token(digest)) }
            return grant
        case (.grantsForgetTheirNonce, _):
            return grant?.withoutNonce
        case (.grantsAreHiddenWhenRevoked, _):
            return grant?.state == .revoked ? nil : grant
        case (.forgettingLeavesGrants, .code(let digest)):
            return grant ?? side.withLock { $0.grantsMade.first { $0.code == digest } }
        case (.tokensOutliveASecondUse, .token(let digest)):
            return grant ?? side.withLock { $0.grants[digest] }
        default:
            return grant
        }
    }

    func updateGrant<Outcome: Sendable>(
        _ key: GrantKey,
        _ change: @escaping @Sendable (inout Grant) -> Outcome
    ) async throws(LoginStoreError) -> GrantUpdate<Outcome>? {
        guard let before = try await base.grant(key) else {
            if flaw == .grantUpdatesRunWithoutARow, var any = side.withLock({ $0.grantsMade.first })
            {
                _ = change(&any)
            }
            return nil
        }
        switch flaw {
        case .grantUpdatesAreLost:
            return changed(before, change)
        case .grantUpdatesInterleave:
            await pause()
            let update = changed(before, change)
            _ = try await base.updateGrant(key) { $0 = update.grant }
            return update
        case .grantUpdatesTouchTheNeighbour:
            for other in side.withLock(\.grantsMade) where other.id != before.id {
                _ = try await base.updateGrant(.code(other.code)) { $0.revoke() }
            }
        case .tokensOutliveASecondUse:
            if let token = before.token { side.withLock { $0.grants[token] = before } }
        default:
            break
        }
        var update = try await base.updateGrant(key, change)
        if flaw == .grantUpdatesAnswerTheRowBefore { update?.grant = before }
        return update
    }

    /// What an update would make of a grant.
    private func changed<Outcome: Sendable>(
        _ before: Grant,
        _ change: (inout Grant) -> Outcome
    ) -> GrantUpdate<Outcome> {
        var after = before
        let outcome = change(&after)
        return GrantUpdate(grant: after, outcome: outcome)
    }

    // MARK: - Signing keys

    func signingKeys() async throws(LoginStoreError) -> [SealedKey] {
        let keys = try await base.signingKeys() + side.withLock(\.keys)
        switch flaw {
        case .keysAreYoungestFirst: return keys.reversed()
        case .keysAreToldByName: return keys.sorted { $0.kid < $1.kid }
        default: return keys
        }
    }

    func addSigningKey(_ key: SealedKey) async throws(LoginStoreError) {
        if flaw == .keysReplaceOneAnother { _ = try await base.removeSigningKey(key.kid) }
        do {
            try await base.addSigningKey(key)
        } catch {
            guard flaw == .keysHaveNoCap, error == .full(.signingKeys) else { throw error }
            side.withLock { $0.keys.append(key) }
        }
    }

    func removeSigningKey(_ kid: String) async throws(LoginStoreError) -> Bool {
        switch flaw {
        case .keysAreNeverRemoved:
            return try await base.signingKeys().contains { $0.kid == kid }
        case .keysAreAlwaysRemoved:
            _ = try await base.removeSigningKey(kid)
            return true
        default:
            return try await base.removeSigningKey(kid)
        }
    }
}

extension Grant {
    fileprivate var withoutNonce: Grant { bent(nonce: nil, refresh: refresh) }

    fileprivate func bent(nonce: String?, refresh: RefreshFamily?) -> Grant {
        Grant(
            id: id,
            client: client,
            user: user,
            session: session,
            login: login,
            redirectURI: redirectURI,
            scopes: scopes,
            nonce: nonce,
            codeChallenge: codeChallenge,
            authenticatedAt: authenticatedAt,
            way: way,
            code: code,
            codeExpiresAt: codeExpiresAt,
            state: state,
            refresh: refresh
        )
    }
}
