import LoginDomain
import LoginStore
import Synchronization

/// The reference engine with one flaw, or with none.
final class FlawedStore: OperatorStore {
    let flaw: Flaw?
    let caps: RowCaps
    let base: MemoryLoginStore
    let side = Mutex(Side())

    init(_ flaw: Flaw?, caps: RowCaps) {
        self.flaw = flaw
        self.caps = caps
        base = MemoryLoginStore(caps: Self.caps(caps, with: flaw))
    }

    /// What a flaw remembers beside the rows.
    struct Side {
        /// Every attempt that was opened, as it was then.
        var opened: [Attempt] = []
        var told: [Attempt] = []
        var hidden: Set<AttemptID> = []
        var codes: [SecretDigest: Timestamp] = [:]
        var users: [String: Registration] = [:]
        var phones: [SecretDigest: PhoneSession] = [:]
        var phoneOfUser: [UserID: SecretDigest] = [:]
        /// Sessions that the rows do not know.
        var sessions: [SecretDigest: BrowserSession] = [:]
        var sessionsMade: [BrowserSession] = []
        var usersGone: Set<UserID> = []
        var firstIdentity: WeChatIdentity?
        var names: [UserID: NickName] = [:]
        var lastName = ""
        var pictures: [AvatarName: Avatar] = [:]
        var loginsGone: Set<LoginID> = []
        /// Whoever logged in, in order.
        var people: [UserID] = []
        /// Every login that a user ever had.
        var loginsMade: [UserID: [Login]] = [:]
        /// What each login began as.
        var cards: [LoginID: ClientCard] = [:]
        var partiesGone: Set<RelyingPartyID> = []
        var partiesCameAt: [RelyingPartyID: Timestamp] = [:]
        var subjects: [String: SubjectID] = [:]
        /// Requests that the rows no longer know.
        var parked: [SecretDigest: ParkedRow] = [:]
        /// Every request that was parked.
        var parkedMade: [SecretDigest: ParkedRow] = [:]
        /// Grants that the rows do not know.
        var grants: [SecretDigest: Grant] = [:]
        /// Every grant that was opened, as it was then.
        var grantsMade: [Grant] = []
        var grantsGone: Set<GrantID> = []
        /// Grants that should have ended, as they were.
        var grantsKept: [GrantID: Grant] = [:]
        /// Keys over the cap.
        var keys: [SealedKey] = []
    }

    /// Lets others in between, where a step should have been one.
    func pause() async {
        for _ in 0..<200 { await Task.yield() }
    }

    // MARK: - Users and phones

    func claimCode(
        _ code: SecretDigest,
        until: Timestamp,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Bool {
        switch flaw {
        case .codesAreAlwaysGranted:
            return true
        case .capsForgetCodes:
            let limits = ForgetLimits(
                attempts: .earliest,
                expired: Timestamp(milliseconds: .max),
                sessionsSeen: .earliest,
                sessionsCreated: .earliest,
                logins: .earliest
            )
            do {
                return try await base.claimCode(code, until: until, at: now)
            } catch {
                _ = try await base.forget(limits, limit: 1)
                throw error
            }
        case .codesAreNeverGrantedAgain:
            return try await base.claimCode(code, until: until + .seconds(9_000_000), at: now)
        case .codesAreRememberedTooLong:
            return try await base.claimCode(code, until: until + .milliseconds(1), at: now)
        case .codesAreRememberedLongerByRefusals:
            return side.withLock { side in
                let isTaken = side.codes[code].map { now < $0 } ?? false
                side.codes[code] = until
                return !isTaken
            }
        case .codesAreClaimedInTwoSteps:
            let isTaken = side.withLock { side in side.codes[code].map { now < $0 } ?? false }
            await pause()
            if !isTaken { side.withLock { $0.codes[code] = until } }
            return !isTaken
        default:
            return try await base.claimCode(code, until: until, at: now)
        }
    }

    func registerUser(
        _ identity: WeChatIdentity,
        candidate: UserID,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Registration {
        let given = identity
        side.withLock { $0.firstIdentity = $0.firstIdentity ?? given }
        var identity = identity
        switch flaw {
        case .usersAreFoundByTheOfferedID:
            if let user = try await base.user(candidate) {
                return Registration(user: user, isNew: false)
            }
        case .usersAreFoundByTheirUnionID:
            identity.openID = identity.unionID ?? identity.openID
        case .usersChangeWithTheirUnionID:
            identity.openID += identity.unionID ?? ""
        case .usersAreRegisteredInTwoSteps:
            let openID = identity.openID
            if let known = side.withLock({ $0.users[openID] }) {
                return Registration(user: known.user, isNew: false)
            }
            await pause()
            let made = Registration(user: User(id: candidate), isNew: true)
            side.withLock { $0.users[openID] = made }
            return made
        default:
            break
        }
        var registration = try await base.registerUser(identity, candidate: candidate, at: now)
        switch flaw {
        case .usersAreAlwaysNew: registration.isNew = true
        case .usersAreNewWhenTheirOwnIDIsOffered:
            registration.isNew = registration.user.id == candidate
        case .usersHaveAName: registration.user.nickName = "user"
        default: break
        }
        return registration
    }

    func user(_ id: UserID) async throws(LoginStoreError) -> User? {
        if side.withLock({ $0.usersGone.contains(id) }) { return nil }
        var user = try await base.user(id)
        if flaw == .namesGoToEverybody, let name = side.withLock({ $0.lastName }) as String? {
            user?.nickName = name
        }
        return flaw == .usersAreMadeByLooking ? user ?? User(id: id) : user
    }

    func identity(of id: UserID) async throws(LoginStoreError) -> WeChatIdentity? {
        guard let identity = try await base.identity(of: id) else { return nil }
        let unionID = flaw == .identitiesForgetTheUnionID ? nil : identity.unionID
        if flaw == .identitiesAreAnybodys { return side.withLock(\.firstIdentity) }
        return WeChatIdentity(openID: identity.openID, unionID: unionID)
    }

    func openPhoneSession(_ session: PhoneSession) async throws(LoginStoreError) {
        side.withLock { $0.phoneOfUser[session.user] = session.token }
        switch flaw {
        case .phonesReplaceOneAnother:
            side.withLock { $0.phones[session.token] = session }
        case .phonesForgetTheirBeginning:
            var session = session
            session.createdAt = session.expiresAt
            try await base.openPhoneSession(session)
        default:
            try await base.openPhoneSession(session)
        }
    }

    func phoneSession(_ token: SecretDigest) async throws(LoginStoreError) -> PhoneSession? {
        if let session = side.withLock({ $0.phones[token] }) { return session }
        guard let session = try await base.phoneSession(token) else { return nil }
        switch flaw {
        case .phonesAreHiddenAfterTheirEnd where session.expiresAt < session.createdAt:
            return nil
        case .phonesOfAUserReplaceOneAnother
        where side.withLock({ $0.phoneOfUser[session.user] != token }):
            return nil
        default:
            return session
        }
    }

    // MARK: - Browsers

    func session(_ cookie: SecretDigest) async throws(LoginStoreError) -> BrowserSession? {
        if let session = side.withLock({ $0.sessions[cookie] }) { return session }
        let session = try await base.session(cookie)
        switch flaw {
        case .sessionsAreMixedUp:
            return session ?? side.withLock { $0.sessionsMade.last }
        case .sessionsAreHiddenWhenIdle:
            return session.flatMap { $0.seenAt < $0.createdAt ? nil : $0 }
        case .pendingIsLostWhenSeen where session.map({ $0.seenAt > $0.createdAt }) ?? false:
            return session.map { session in
                var session = session
                session.pending = nil
                return session
            }
        default:
            return session
        }
    }

    func touchSession(_ cookie: SecretDigest, at now: Timestamp) async throws(LoginStoreError) {
        switch flaw {
        case .sessionsAreNotSeen:
            return
        case .sessionsComeBack:
            side.withLock { side in
                var session = side.sessionsMade.first { $0.cookie == cookie }
                session?.seenAt = now
                side.sessions[cookie] = session
            }
        default:
            try await base.touchSession(cookie, at: now)
        }
    }

    func endSession(_ cookie: SecretDigest) async throws(LoginStoreError) {
        let (user, all) = side.withLock { side in
            (side.sessionsMade.first { $0.cookie == cookie }?.user, side.sessionsMade)
        }
        let offline = try await offlineGrants()
        switch flaw {
        case .familiesOutliveTheirSession:
            keep(offline.filter { $0.refresh != nil })
        case .familiesLeaveUnusedCodes:
            keep(offline.filter { $0.state == .issued })
        case .familiesEndWithAnySession:
            for grant in offline {
                _ = try await base.updateGrant(.code(grant.code)) { $0.revoke() }
            }
        default:
            break
        }
        switch flaw {
        case .sessionsNeverEnd:
            return
        case .sessionsOfTheUserAllEnd:
            for session in all where session.user == user {
                try await base.endSession(session.cookie)
            }
        case .grantsEndWithTheirSession:
            try await base.endSession(cookie)
            for grant in side.withLock({ $0.grantsMade }) where grant.session == cookie {
                side.withLock { _ = $0.grantsGone.insert(grant.id) }
            }
        case .sessionsTakeTheirUserAlong:
            if let user { side.withLock { _ = $0.usersGone.insert(user) } }
            try await base.endSession(cookie)
        default:
            try await base.endSession(cookie)
        }
    }

    // MARK: - Profiles

    func setNickName(_ name: NickName, of id: UserID) async throws(LoginStoreError) -> User? {
        side.withLock { $0.lastName = name.text }
        switch flaw {
        case .namesAreNotKept:
            var user = try await base.user(id)
            user?.nickName = name.text
            return user
        case .namesAreGivenToStrangers:
            return try await base.setNickName(name, of: id) ?? User(id: id, nickName: name.text)
        default:
            return try await base.setNickName(name, of: id)
        }
    }

    func setAvatar(_ avatar: Avatar, of id: UserID) async throws(LoginStoreError) -> User? {
        switch flaw {
        case .picturesAreNotKept:
            var user = try await base.user(id)
            user?.avatar = avatar.name
            return user
        case .picturesStayForEver:
            side.withLock { $0.pictures[avatar.name] = avatar }
        case .picturesOfOthersGoToo:
            side.withLock { $0.pictures = [avatar.name: avatar] }
        case .picturesOfStrangersAreKept:
            side.withLock { $0.pictures[avatar.name] = avatar }
            let user = try await base.setAvatar(avatar, of: id)
            if user != nil { side.withLock { $0.pictures[avatar.name] = nil } }
            return user
        default:
            break
        }
        return try await base.setAvatar(avatar, of: id)
    }

    func setPhoneNumber(
        _ number: PhoneNumber?,
        of id: UserID
    ) async throws(LoginStoreError) -> User? {
        switch flaw {
        case .numbersAreNotKept:
            var user = try await base.user(id)
            user?.phoneNumber = number
            return user
        case .numbersAreNeverTakenBack where number == nil:
            var user = try await base.user(id)
            user?.phoneNumber = nil
            return user
        case .numbersAreGivenToStrangers:
            return try await base.setPhoneNumber(number, of: id)
                ?? User(id: id, phoneNumber: number)
        case .numbersGoToEverybody:
            for user in try await base.users(after: nil, limit: 100) {
                _ = try await base.setPhoneNumber(number, of: user.user.id)
            }
            return try await base.user(id)
        default:
            return try await base.setPhoneNumber(number, of: id)
        }
    }

    func avatar(_ name: AvatarName) async throws(LoginStoreError) -> Avatar? {
        if flaw == .picturesOfOthersGoToo { return side.withLock { $0.pictures[name] } }
        if let kept = side.withLock({ $0.pictures[name] }) { return kept }
        return try await base.avatar(name)
    }

    // MARK: - Logins

    func session(of login: LoginID) async throws(LoginStoreError) -> SecretDigest? {
        try await base.session(of: login)
    }

    func logins(of user: UserID) async throws(LoginStoreError) -> [Login] {
        let gone = side.withLock(\.loginsGone)
        var logins = try await base.logins(of: user).filter { !gone.contains($0.id) }
        switch flaw {
        case .loginsAreOldestFirst:
            logins.reverse()
        case .loginsOfEverybodyAreTold:
            for other in side.withLock(\.people) where other != user {
                logins += try await base.logins(of: other)
            }
        case .loginsHaveNoLimit:
            return side.withLock { $0.loginsMade[user] ?? [] }.reversed()
        case .redeemingNamesTheSiteAlone:
            let cards = side.withLock(\.cards)
            for index in logins.indices {
                logins[index].client = cards[logins[index].id] ?? logins[index].client
            }
        case .familiesAreKeptFromLogins:
            for index in logins.indices { logins[index].refreshableUntil = nil }
        case .loginsHideTheirSession:
            for index in logins.indices { logins[index].session = nil }
        default:
            break
        }
        return logins
    }

    func revokeLogin(_ id: LoginID, of user: UserID) async throws(LoginStoreError) -> Bool {
        let (people, sessions) = side.withLock { ($0.people, $0.sessionsMade) }
        switch flaw {
        case .familiesOutliveTheirLogin:
            keep(try await offlineGrants())
            return try await base.revokeLogin(id, of: user)
        case .revokingDoesNothing:
            return try await base.logins(of: user).contains { $0.id == id }
        case .revokingReachesOthers:
            for person in people where try await base.revokeLogin(id, of: person) { return true }
            return false
        case .revokingEndsEverything:
            for session in sessions where session.user == user {
                try await base.endSession(session.cookie)
            }
            return try await base.revokeLogin(id, of: user)
        case .revokingForgetsTheLogin:
            let isThere = try await base.revokeLogin(id, of: user)
            if isThere { side.withLock { _ = $0.loginsGone.insert(id) } }
            return isThere
        default:
            return try await base.revokeLogin(id, of: user)
        }
    }

    // MARK: - Housekeeping

    func forget(_ before: ForgetLimits, limit: Int) async throws(LoginStoreError) -> Bool {
        var before = before
        var limit = limit
        switch flaw {
        case .forgettingDoesNothing:
            return false
        case .familiesEndWhenSessionsIdle:
            for grant in try await offlineGrants() {
                guard let session = try await base.session(grant.session),
                    session.seenAt < before.sessionsSeen
                else { continue }
                _ = try await base.updateGrant(.code(grant.code)) { $0.revoke() }
            }
        case .familiesAreForgottenEarly:
            for grant in try await offlineGrants() {
                guard case .redeemed(_, let until) = grant.state, until < before.expired else {
                    continue
                }
                side.withLock { _ = $0.grantsGone.insert(grant.id) }
            }
        case .forgettingTakesLiveAttempts:
            side.withLock { side in
                let old = side.opened.filter { $0.createdAt < before.attempts }
                side.hidden.formUnion(old.map(\.id))
            }
        case .forgettingTakesWhatIsAtTheLimit:
            before.attempts = before.attempts + .milliseconds(1)
            before.expired = before.expired + .milliseconds(1)
            before.sessionsSeen = before.sessionsSeen + .milliseconds(1)
            before.sessionsCreated = before.sessionsCreated + .milliseconds(1)
            before.logins = before.logins + .milliseconds(1)
        case .forgettingTakesSessionsOfAttempts:
            for session in side.withLock({ $0.sessionsMade }) {
                try await base.endSession(session.cookie)
            }
        case .forgettingHasNoLimit:
            limit = 1_000_000
        case .forgettingLeavesWhatExpired:
            before.expired = Timestamp(milliseconds: 0)
        case .forgettingLeavesLogins:
            before.logins = Timestamp(milliseconds: 0)
        case .forgettingTakesLiveCodes:
            before.expired = before.expired + .seconds(3600)
        case .forgettingLooksAtOneAgeOfSessions:
            before.sessionsCreated = Timestamp(milliseconds: 0)
        default:
            break
        }
        let mayBeMore = try await base.forget(before, limit: limit)
        switch flaw {
        case .forgettingTakesGrantsWithTheirCode:
            side.withLock { side in
                let old = side.grantsMade.filter { $0.codeExpiresAt < before.expired }
                side.grantsGone.formUnion(old.map(\.id))
            }
            return mayBeMore
        case .forgettingNeverSaysMore: return false
        case .forgettingAlwaysSaysMore: return true
        default: return mayBeMore
        }
    }
}
