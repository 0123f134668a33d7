import LoginDomain
import LoginService

// What a request and its answer mean for the model's memory.
extension ModelState {
    mutating func arrive(_ request: WireRequest, _ life: String, at now: Int64) -> Int {
        lastNumber += 1
        pending[lastNumber] = Pending(request: request, arrived: now, life: life)
        count(request)
        switch request {
        case .open(let old, _):
            if let old {
                act(old.exposed, .supersede, at: now)
                goesOn[old.exposed, default: 0] += 1
            }
        case .cancelByBrowser(let cookie):
            act(cookie.exposed, .browserCancel, at: now)
        case .complete(let cookie, let old):
            act(cookie.exposed, .complete, at: now)
            if let old { mayEnd(old.exposed, at: now) }
        case .logout(let cookie, let attempt):
            mayEnd(cookie.exposed, at: now)
            if let attempt { act(attempt.exposed, .logout, at: now) }
        case .scan(let scene, let launch, let phone):
            act(cookieOfScene[scene], .scan, at: now) {
                $0.token = phone.text
                $0.launch = launch
            }
        case .confirm(let scene, let nonce, let number, let phone):
            act(cookieOfScene[scene], .confirm, at: now) {
                $0.token = phone.text
                $0.nonce = nonce
                $0.typed = number
            }
        case .cancel(let scene, let nonce, let phone):
            act(cookieOfScene[scene], .phoneCancel, at: now) {
                $0.token = phone.text
                $0.nonce = nonce
            }
        case .revoke(let id, let phone):
            // Nobody but its owner's phone can end a login: no other excuses its end.
            if let session = sessionOfLogin[id], isOwner(phone, of: session) {
                mayEnd(session, at: now)
            }
        case .session(let cookie), .resume(let cookie):
            isShown(cookie, at: now)
        case .authorize(let ask, let cookies, _):
            // What waits in its place ends what the browser had.
            if let old = cookies.attempt {
                act(old.exposed, .supersede, at: now)
                goesOn[old.exposed, default: 0] += 1
            }
            // For an ask that is not sound nobody looks who the browser is.
            if let session = cookies.session, ask.isSound { isShown(session, at: now) }
            arriveForWebsite(request, at: now)
        case .tokens, .revokeToken:
            arriveForWebsite(request, at: now)
        case .rename(let name, let phone):
            wants(name, phone, at: now)
        case .view, .poll, .loginPhone, .logins, .userInfo, .keys:
            break
        }
        return lastNumber
    }

    /// Whoever shows a session in time keeps it, whatever becomes of the answer.
    private mutating func isShown(_ cookie: SessionCookie, at now: Int64) {
        guard let session = sessions[cookie.exposed],
            now < session.seenAt + policy.sessionIdle.wholeMilliseconds + skew
        else { return }
        sessions[cookie.exposed]?.seenAt = now
        let first = session.shows.values.min() ?? now
        sessions[cookie.exposed]?.shows[lastNumber] = min(first, now)
    }

    /// A session was shown, and is so no longer.
    private mutating func wasShown(_ number: Int, _ request: WireRequest, lives: Bool) {
        let cookie: SessionCookie? =
            switch request {
            case .session(let cookie), .resume(let cookie): cookie
            case .authorize(_, let cookies, _): cookies.session
            default: nil
            }
        guard let cookie, let first = sessions[cookie.exposed]?.shows.removeValue(forKey: number)
        else { return }
        let before = sessions[cookie.exposed]?.keptAt ?? first
        if lives { sessions[cookie.exposed]?.keptAt = max(before, first) }
    }

    mutating func vanish(_ number: Int, at now: Int64) {
        guard let gone = pending.removeValue(forKey: number) else { return }
        countNoLonger(number, gone.request, at: now)
        wasShown(number, gone.request, lives: false)
        if case .rename(_, let phone) = gone.request { renamed(number, phone, nil, at: now) }
        if let cookie = cookie(of: gone.request) {
            finish(number, cookie, .unknown, at: nil)
        }
    }

    mutating func depart(_ number: Int, _ answer: WireAnswer, scene: String?, at now: Int64) {
        guard let past = pending.removeValue(forKey: number) else { return }
        let request = past.request
        countNoLonger(number, request, at: now)
        if case .session = answer { wasShown(number, request, lives: true) }
        wasShown(number, request, lives: false)
        if case .refused(.rateLimited) = answer { judgeLimit(request, past.arrived, now) }
        if case .refused(.sceneUnavailable) = answer { judgeGuess(request, past, now) }
        if let cookie = cookie(of: request) {
            switch answer {
            case .refused(let refusal): finish(number, cookie, .refused(refusal), at: now)
            // Answered at once: what the browser has under way goes on.
            case .authorized: finish(number, cookie, .refused(.noRequest), at: now)
            default: finish(number, cookie, .done, at: now, answer)
            }
        }
        switch (request, answer) {
        case (.open(let old, let address), .opened(let opened)):
            took(opened, scene ?? "", past.arrived, now)
            goOn(opened.cookie.exposed, after: old?.exposed, from: address, at: now)
            judgeCode(opened.cookie.exposed, from: address, past, now)
        case (.authorize, _), (.resume, _), (.tokens, _), (.revokeToken, _), (.userInfo, _):
            departForWebsite(number, request, answer, past.arrived, now)
        case (.view(let cookie), .view(let view)), (.poll(let cookie, _, _), .view(let view)):
            judge(view, cookie.exposed, arrived: past.arrived, at: now)
        case (.complete(let cookie, let old), .completed(let login)):
            completed(number, cookie.exposed, login, ending: old, past.arrived, now)
        case (.complete(let cookie, _), .refused(let refusal)):
            refusedComplete(number, cookie.exposed, refusal, past.arrived, now)
        case (.view(let cookie), .refused(.noAttempt)),
            (.poll(let cookie, _, _), .refused(.noAttempt)),
            (.cancelByBrowser(let cookie), .refused(.noAttempt)):
            missed(cookie.exposed, at: now)
        case (.cancelByBrowser(let cookie), .done):
            cancelled(cookie.exposed, at: now)
        case (.session(let cookie), _):
            judgeSession(cookie.exposed, answer, past.arrived, now)
        case (.logout(let cookie, _), .done):
            end(cookie.exposed, at: now)
        case (.loginPhone(let code, _), .phone(let login)):
            loggedIn(code, login, past.arrived, now)
        case (.scan(let scene, _, let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            judgeScan(number, scene, answer, past.arrived, now)
        case (.confirm(let scene, _, _, let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            judgeConfirm(number, scene, answer, past.arrived, now)
        case (.cancel(let scene, _, let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            if case .done = answer { judgePhoneCancel(number, scene, past.arrived, now) }
        case (.logins(let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            if case .logins(let logins) = answer { note(logins, of: phone, at: now) }
        case (.rename(_, let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            renamed(number, phone, answer, at: now)
        case (.revoke(let id, let phone), _):
            judgePhone(phone, answer, past.arrived, now)
            if case .done = answer { revoked(id, by: phone, at: now) }
        default:
            break
        }
    }

    // MARK: - Acts

    private mutating func act(
        _ cookie: String?,
        _ kind: Act.Kind,
        at now: Int64,
        _ fill: (inout Act) -> Void = { _ in }
    ) {
        guard let cookie, attempts[cookie] != nil else { return }
        var act = Act(number: lastNumber, kind: kind, arrived: now)
        fill(&act)
        attempts[cookie]?.acts.append(act)
    }

    private mutating func finish(
        _ number: Int,
        _ cookie: String,
        _ outcome: Act.Outcome,
        at now: Int64?,
        _ answer: WireAnswer? = nil
    ) {
        guard let index = attempts[cookie]?.acts.firstIndex(where: { $0.number == number })
        else { return }
        attempts[cookie]?.acts[index].outcome = outcome
        attempts[cookie]?.acts[index].departed = now
        if case .scanned(let scanned) = answer {
            attempts[cookie]?.acts[index].nonce = scanned.nonce.exposed
            attempts[cookie]?.acts[index].needsNumber = scanned.isNumberRequired
        }
        if case .completed(let login) = answer {
            attempts[cookie]?.acts[index].person = personOfUser[login.user.id] ?? "nobody known"
        }
    }

    private func cookie(of request: WireRequest) -> String? {
        switch request {
        case .open(let old, _): return old?.exposed
        case .authorize(_, let cookies, _): return cookies.attempt?.exposed
        case .cancelByBrowser(let cookie), .complete(let cookie, _): return cookie.exposed
        case .logout(_, let attempt): return attempt?.exposed
        case .scan(let scene, _, _), .confirm(let scene, _, _, _), .cancel(let scene, _, _):
            return cookieOfScene[scene]
        case .view, .poll, .session, .loginPhone, .logins, .revoke, .rename, .resume, .tokens,
            .revokeToken, .userInfo, .keys:
            return nil
        }
    }

    private mutating func took(
        _ opened: OpenedAttempt,
        _ scene: String,
        _ arrived: Int64,
        _ now: Int64
    ) {
        newSecret(opened.cookie.exposed, "attempt cookie", at: now)
        newSecret(scene, "scene", at: now)
        cookieOfScene[scene] = opened.cookie.exposed
        attempts[opened.cookie.exposed] = ModelAttempt(
            cookie: opened.cookie.exposed,
            scene: scene,
            openArrived: arrived,
            openDeparted: now,
            told: opened.view,
            toldAt: now
        )
    }

    /// A known attempt was called unknown.
    private mutating func missed(_ cookie: String, at now: Int64) {
        guard let attempt = attempts[cookie], !isDisturbed(since: attempt.openArrived),
            !mayBeForgotten(attempt, at: now)
        else { return }
        violate("I12", "the attempt of cookie \(cookie.short) is gone", at: now)
    }

    /// Whether an attempt is so old that its row may be deleted.
    func mayBeForgotten(_ attempt: ModelAttempt, at now: Int64) -> Bool {
        now >= attempt.openArrived + policy.endedAttempt.wholeMilliseconds - skew
    }
}
