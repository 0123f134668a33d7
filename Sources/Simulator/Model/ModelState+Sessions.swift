import LoginDomain
import LoginService

// What may be answered about phones and sessions.
extension ModelState {
    // MARK: - Phones

    mutating func loggedIn(_ code: String, _ login: PhoneLogin, _ arrived: Int64, _ now: Int64) {
        newSecret(login.token.exposed, "phone session", at: now)
        guard let known = codes[code] else {
            return violate("I9", "a js_code that WeChat never gave logged a phone in", at: now)
        }
        if known.isSpent {
            violate("I9", "one js_code logged two phones in", at: now)
        }
        codes[code]?.isSpent = true
        let person = known.person
        if let other = personOfUser[login.user.id], other != person {
            violate("I9", "\(person) and \(other) are one user", at: now)
        }
        // Only a backup from before somebody was known takes from them who they are.
        let since = knownSince[person]
        if let other = userOfPerson[person], other != login.user.id {
            if !mayBeUndone(since: since ?? now) {
                violate("I9", "\(person) is two users", at: now)
            }
            knownSince[person] = now
        }
        if login.isNew, let since, since < arrived, !mayBeUndone(since: since) {
            violate("I9", "\(person) was registered twice", at: now)
        }
        personOfUser[login.user.id] = person
        userOfPerson[person] = login.user.id
        if knownSince[person] == nil { knownSince[person] = now }
        judgeUser(login.user, as: person, nil, arrived, now)
        phones[login.token.exposed] = ModelPhone(
            person: person,
            user: login.user.id,
            arrived: arrived,
            departed: now
        )
    }

    /// A phone's bearer was taken or refused.
    mutating func judgePhone(
        _ bearer: PhoneBearer,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        let life = policy.phoneSession.wholeMilliseconds
        let phone = phones[bearer.text]
        switch answer {
        case .refused(.noPhoneSession):
            guard let phone, !isDisturbed(since: phone.arrived), now < phone.arrived + life - skew
            else { return }
            violate("I12", "the phone session of \(phone.person) was forgotten", at: now)
        case .refused:
            return
        default:
            guard let phone else {
                return violate("I9", "a bearer that no phone got was taken", at: now)
            }
            if arrived >= phone.departed + life + skew {
                violate("I16", "the phone session of \(phone.person) outlived its time", at: now)
            }
            if let rollback = rolledBack(since: phone.departed), arrived > rollback {
                violate("R4", "a phone session outlived a restored backup", at: now)
            }
        }
    }

    mutating func note(_ logins: [RecentLogin], of bearer: PhoneBearer, at now: Int64) {
        let user = phones[bearer.text]?.user
        for recent in logins {
            guard let cookie = recent.login.session.flatMap({ sessionOfDigest[$0.cookie] })
            else { continue }
            sessionOfLogin[recent.login.id.text] = cookie
            if let session = sessions[cookie], session.user != user {
                violate("I9", "somebody was shown a login of \(session.person)", at: now)
            }
        }
    }

    /// Whether a phone is of the person whose browser has a session.
    func isOwner(_ bearer: PhoneBearer, of cookie: String) -> Bool {
        guard let session = sessions[cookie] else { return false }
        return phones[bearer.text]?.user == session.user
    }

    mutating func revoked(_ id: String, by bearer: PhoneBearer, at now: Int64) {
        guard let cookie = sessionOfLogin[id] else { return }
        if let session = sessions[cookie], !isOwner(bearer, of: cookie) {
            violate("I9", "somebody ended a login of \(session.person)", at: now)
        }
        end(cookie, at: now)
    }

    // MARK: - Browsers' sessions

    /// A request came that may end a session.
    mutating func mayEnd(_ cookie: String, at now: Int64) {
        if sessions[cookie]?.mayBeEndedAt == nil { sessions[cookie]?.mayBeEndedAt = now }
    }

    /// The end of a session was acknowledged.
    mutating func end(_ cookie: String, at now: Int64) {
        if sessions[cookie]?.endedAt == nil { sessions[cookie]?.endedAt = now }
    }

    mutating func judgeSession(
        _ cookie: String,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard let session = sessions[cookie] else {
            if case .session = answer {
                violate("I15", "a session that no browser got was shown", at: now)
            }
            return
        }
        let (idle, life) = (
            policy.sessionIdle.wholeMilliseconds, policy.session.wholeMilliseconds
        )
        switch answer {
        case .session(let live):
            if live.user.id != session.user {
                violate("I9", "the session of \(session.person) is somebody else's", at: now)
            }
            judgeUser(live.user, as: session.person, session.user, arrived, now)
            if let ended = session.endedAt, ended < arrived {
                violate("I21", "a session of \(session.person) lives after its end", at: now)
            }
            if arrived >= session.departed + life + skew
                || arrived >= session.seenAt + idle + skew
            {
                violate("I16", "a session of \(session.person) outlived its time", at: now)
            }
            if let rollback = rolledBack(since: session.departed), arrived > rollback {
                violate("R4", "a session outlived a restored backup", at: now)
            }
        case .refused(.noSession):
            if isYoung(session, now) {
                violate("I12", "a session of \(session.person) was forgotten", at: now)
            }
        default:
            return
        }
    }

    /// How late the server may write down that somebody has shown a session, in milliseconds.
    private var writtenWithin: Int64 { min(60_000, policy.sessionIdle.wholeMilliseconds / 4) }

    /// Whether a session is certainly alive: somebody was told so not long ago.
    func isYoung(_ session: ModelSession?, _ now: Int64) -> Bool {
        // A clock that was moved on since it began has made it older than it looks.
        guard let session, session.mayBeEndedAt == nil, !isDisturbed(since: session.arrived)
        else { return false }
        let idleAt = session.keptAt - writtenWithin + policy.sessionIdle.wholeMilliseconds
        return now < min(idleAt, session.arrived + policy.session.wholeMilliseconds) - skew
    }
}
