import LoginDomain
import LoginService

// What may be answered about an attempt.
extension ModelState {
    private func milliseconds(_ wait: Duration) -> Int64 { wait.wholeMilliseconds }

    /// The moment from which an attempt is dead in any case.
    private func deadFrom(_ attempt: ModelAttempt) -> Int64 {
        attempt.openDeparted + milliseconds(policy.attempt) + skew
    }

    /// The earliest moment at which an attempt can have ended by time.
    private func firstDeadline(_ attempt: ModelAttempt) -> Int64 {
        let attemptEnd = attempt.openArrived + milliseconds(policy.attempt)
        let scans = attempt.acts(.scan).filter(\.mayHaveHappened)
        guard let first = scans.map(\.arrived).min() else {
            return min(attemptEnd, attempt.openArrived + milliseconds(policy.scene)) - skew
        }
        return min(
            attemptEnd,
            attempt.openArrived + milliseconds(policy.scene),
            first + milliseconds(policy.confirm)
        ) - skew
    }

    // MARK: - States that are told

    mutating func push(_ view: AttemptView, _ cookie: String, after last: Int?, at now: Int64) {
        if let last, view.seq <= last {
            violate("I13", "seq \(view.seq) was pushed after \(last)", at: now)
        }
        judge(view, cookie, arrived: now, at: now)
    }

    /// A state was told: it has a cause, and nothing that was told before is taken back.
    mutating func judge(_ view: AttemptView, _ cookie: String, arrived: Int64, at now: Int64) {
        guard let attempt = attempts[cookie] else {
            return violate("I10", "somebody without an attempt was told \(view.state)", at: now)
        }
        if let number = view.number { attempts[cookie]?.numberShown = number }
        if isDisturbed(since: attempt.openArrived) { return }
        let isCaused =
            switch view.state {
            case .created: true
            case .scanned: attempt.maybe(.scan, before: now)
            case .confirmed: attempt.maybe(.confirm, before: now)
            case .cancelled:
                attempt.maybe(.phoneCancel, .browserCancel, .logout, before: now)
                    || attempt.acts(.confirm).contains { $0.typed != nil }
            case .superseded: attempt.maybe(.supersede, before: now)
            case .expired:
                now >= firstDeadline(attempt) || attempt.maybe(.complete, before: now)
            }
        if !isCaused {
            violate("I13", "\(cookie.short) was told \(view.state), and nobody did that", at: now)
        }
        guard attempt.toldAt < arrived else { return }
        if view.seq < attempt.told.seq {
            violate(
                "I12",
                "\(cookie.short) was told seq \(attempt.told.seq) and then \(view.seq)",
                at: now
            )
        } else if view.seq == attempt.told.seq, view.state != attempt.told.state {
            violate(
                "I6",
                "\(cookie.short) was told \(attempt.told.state), then \(view.state), both seq "
                    + "\(view.seq)",
                at: now
            )
        } else if attempt.told.state.hasEnded, view.state != attempt.told.state {
            violate(
                "I6",
                "\(cookie.short) was told its end \(attempt.told.state), then \(view.state)",
                at: now
            )
        }
        attempts[cookie]?.told = view
        attempts[cookie]?.toldAt = now
    }

    // MARK: - Phones

    mutating func judgeScan(
        _ number: Int,
        _ scene: String,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard case .scanned(let scanned) = answer else {
            return judgeRefusedScan(number, scene, answer, arrived, now)
        }
        newSecret(scanned.nonce.exposed, "nonce", at: now)
        guard let attempt = cookieOfScene[scene].flatMap({ attempts[$0] }),
            let scan = attempt.acts.first(where: { $0.number == number })
        else { return violate("I10", "a scene that nobody was shown was scanned", at: now) }
        let owner = phones[scan.token]?.person
        let others = attempt.acts(.scan).filter { $0.outcome == .done && $0.number != number }
        if others.contains(where: { phones[$0.token]?.person != owner }) {
            violate("I5", "two people scanned \(scene.short)", at: now)
        }
        requireLive(attempt, "scanned", arrived, now)
        judgeCard(scanned, attempt, at: now)
        if attempt.isDone(.confirm, before: arrived) {
            violate("I4", "\(scene.short) was scanned after its confirm", at: now)
        }
        if let first = others.compactMap(\.departed).min() {
            if arrived >= first + milliseconds(policy.confirm) + skew {
                violate("I16", "\(scene.short) was scanned again after its window", at: now)
            }
        } else if arrived >= attempt.openDeparted + milliseconds(policy.scene) + skew,
            !attempt.acts(.scan).contains(where: { $0.mayHaveHappened && $0.number != number })
        {
            violate("I16", "\(scene.short) was scanned after its time", at: now)
        }
    }

    /// A scan that nothing stood in the way of was refused.
    private mutating func judgeRefusedScan(
        _ number: Int,
        _ scene: String,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard case .refused(let refusal) = answer else { return }
        let attempt = cookieOfScene[scene].flatMap { attempts[$0] }
        switch refusal {
        case .sceneUnavailable:
            guard let attempt, !isDisturbed(since: attempt.openArrived),
                now < firstDeadline(attempt)
            else { return }
            let isTouched = attempt.acts.contains {
                $0.number != number && $0.mayHaveHappened && $0.arrived <= now
            }
            if !isTouched { violate("L1", "\(scene.short) is fresh and was refused", at: now) }
        case .rateLimited, .storeUnavailable, .noPhoneSession:
            return
        default:
            violate("I22", "a scan was refused with \(refusal)", at: now)
        }
    }

    mutating func judgeConfirm(
        _ number: Int,
        _ scene: String,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard case .done = answer else {
            return judgeRefusedConfirm(number, scene, answer, arrived, now)
        }
        guard let attempt = cookieOfScene[scene].flatMap({ attempts[$0] }),
            let confirm = attempt.acts.first(where: { $0.number == number })
        else { return violate("I10", "a scene that nobody was shown was confirmed", at: now) }
        requireLive(attempt, "confirmed", arrived, now)
        if attempt.isDone(.complete, before: arrived) {
            violate("I4", "\(scene.short) was confirmed after its login", at: now)
        }
        guard let scan = scan(of: confirm, in: attempt) else {
            let isScanned = attempt.maybe(.scan, before: now)
            return violate(
                isScanned ? "I8" : "I3",
                "\(scene.short) was confirmed with a nonce that this phone never got for it",
                at: now
            )
        }
        let later = attempt.acts(.scan).contains {
            $0.number != scan.number && $0.isDone(before: arrived)
                && $0.arrived > (scan.departed ?? .max)
        }
        if later { violate("I8", "\(scene.short) was confirmed with an older nonce", at: now) }
        let isRepeated = attempt.acts(.confirm).contains {
            $0.number != number && $0.mayHaveHappened && $0.arrived <= now
        }
        if !isRepeated { judgeFirstConfirm(confirm, scan, attempt, now) }
    }

    private mutating func judgeFirstConfirm(
        _ confirm: Act,
        _ scan: Act,
        _ attempt: ModelAttempt,
        _ now: Int64
    ) {
        let scans = attempt.acts(.scan).filter { $0.mayHaveHappened && $0.arrived <= now }
        let scene = attempt.scene.short
        if let first = scans.map(\.arrived).min(),
            confirm.arrived < first + milliseconds(policy.confirmDelay) - skew
        {
            violate("I3", "\(scene) was confirmed sooner than a person can", at: now)
        }
        if let first = scans.filter({ $0.outcome == .done }).compactMap(\.departed).min(),
            confirm.arrived >= first + milliseconds(policy.confirm) + skew
        {
            violate("I16", "\(scene) was confirmed after its window", at: now)
        }
        if !mayBeConfirmed(scan.launch) {
            violate("I3", "\(scene) was confirmed and not read by the camera", at: now)
        }
        if scan.needsNumber || policy.numberMatching == .always {
            if confirm.typed == nil {
                violate("I3", "\(scene) was confirmed without its number", at: now)
            } else if let shown = attempt.numberShown, confirm.typed != shown {
                violate("I3", "\(scene) was confirmed with a wrong number", at: now)
            }
        }
        // A wrong number that was refused has ended the attempt.
        if attempt.acts(.confirm).contains(where: { isWrongGuess($0, attempt, confirm) }) {
            violate("I7", "\(scene) was confirmed after a wrong number", at: now)
        }
    }

    /// Whether a code that was read so may be confirmed: under the strict policy by the camera alone, which
    /// WeChat calls 1047.
    ///
    /// Said here once more: the rule of the code under test would forgive what that forgives.
    private func mayBeConfirmed(_ launch: Int?) -> Bool {
        policy.launch != .strict || launch == 1047
    }

    private func isWrongGuess(_ act: Act, _ attempt: ModelAttempt, _ confirm: Act) -> Bool {
        guard act.outcome == .refused(.sceneUnavailable), let shown = attempt.numberShown,
            let guess = act.typed, guess != shown, let departed = act.departed,
            let scan = scan(of: act, in: attempt), scan.needsNumber
        else { return false }
        // The guess itself came in time, and with what was then the last nonce.
        let isLast = !attempt.acts(.scan).contains {
            $0.number != scan.number && $0.mayHaveHappened
                && $0.arrived >= scan.arrived && $0.arrived <= departed
        }
        guard let first = attempt.acts(.scan).filter(\.mayHaveHappened).map(\.arrived).min()
        else { return false }
        let isInTime =
            act.arrived >= first + 2 * milliseconds(policy.confirmDelay) + 1 + skew
            && departed < firstDeadline(attempt)
        return isLast && isInTime && mayBeConfirmed(scan.launch)
            && departed < confirm.arrived && !isDisturbed(since: attempt.openArrived)
    }

    /// A confirm that nothing stood in the way of was refused.
    private mutating func judgeRefusedConfirm(
        _ number: Int,
        _ scene: String,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard case .refused(.sceneUnavailable) = answer,
            let attempt = cookieOfScene[scene].flatMap({ attempts[$0] }),
            let confirm = attempt.acts.first(where: { $0.number == number }),
            let scan = scan(of: confirm, in: attempt),
            !isDisturbed(since: attempt.openArrived), now < firstDeadline(attempt),
            confirm.typed == nil || confirm.typed == attempt.numberShown
        else { return }
        let isTouched = attempt.acts.contains {
            $0.number != number && $0.number != scan.number && $0.arrived <= now
                && ($0.mayHaveHappened || $0.typed != attempt.numberShown)
        }
        if !isTouched, policy.numberMatching != .networks {
            violate("L1", "a right confirm of \(scene.short) was refused", at: now)
        }
    }

    mutating func judgePhoneCancel(_ number: Int, _ scene: String, _ arrived: Int64, _ now: Int64) {
        guard let attempt = cookieOfScene[scene].flatMap({ attempts[$0] }),
            let cancel = attempt.acts.first(where: { $0.number == number })
        else { return violate("I10", "a scene that nobody was shown was cancelled", at: now) }
        if scan(of: cancel, in: attempt) == nil {
            violate("I8", "\(scene.short) was cancelled with somebody else's nonce", at: now)
        }
        cancelled(attempt.cookie, at: now)
    }

    /// The scan that gave a phone the nonce it shows, before it showed it.
    private func scan(of act: Act, in attempt: ModelAttempt) -> Act? {
        attempt.acts(.scan).first {
            $0.outcome == .done && $0.nonce == act.nonce && $0.token == act.token
                && ($0.departed ?? .max) <= act.arrived
        }
    }

    /// An attempt that has ended goes nowhere, and neither does one whose time is over.
    private mutating func requireLive(
        _ attempt: ModelAttempt,
        _ what: String,
        _ arrived: Int64,
        _ now: Int64
    ) {
        let scene = attempt.scene.short
        if attempt.isDone(.phoneCancel, before: arrived)
            || attempt.isDone(.browserCancel, before: arrived)
        {
            violate("I7", "\(scene) was \(what) after it was cancelled", at: now)
        }
        if attempt.isDone(.supersede, before: arrived) {
            violate("I4", "\(scene) was \(what) after a newer code took its place", at: now)
        }
        if attempt.told.state.hasEnded, attempt.toldAt < arrived,
            !isDisturbed(since: attempt.openArrived)
        {
            violate("I4", "\(scene) was \(what) after it was told \(attempt.told.state)", at: now)
        }
        if arrived >= deadFrom(attempt) {
            violate("I16", "\(scene) was \(what) after its longest life", at: now)
        }
        if let rollback = rolledBack(since: attempt.openDeparted), arrived > rollback {
            violate("R4", "\(scene) was \(what) after a backup was restored", at: now)
        }
    }

    // MARK: - Browsers

    /// A cancel was acknowledged: no login comes of this attempt, in whatever order they came.
    mutating func cancelled(_ cookie: String, at now: Int64) {
        guard let attempt = attempts[cookie], !isDisturbed(since: attempt.openArrived) else {
            return
        }
        if attempt.acts(.complete).contains(where: { $0.outcome == .done }) {
            violate("I7", "\(cookie.short) was cancelled and logged in", at: now)
        }
    }

    mutating func completed(
        _ number: Int,
        _ cookie: String,
        _ login: CompletedLogin,
        ending old: SessionCookie?,
        _ arrived: Int64,
        _ now: Int64
    ) {
        logins += 1
        newSecret(login.session.exposed, "session cookie", at: now)
        let person = personOfUser[login.user.id]
        if let old { end(old.exposed, at: now) }
        sessions[login.session.exposed] = ModelSession(
            user: login.user.id,
            person: person ?? "",
            arrived: arrived,
            departed: now,
            seenAt: now,
            keptAt: arrived,
            ask: askOfCookie[cookie]
        )
        if let person { judgeUser(login.user, as: person, nil, arrived, now) }
        if login.redirect == LoginService.resumePath, askOfCookie[cookie] == nil {
            violate(
                "I10",
                "\(cookie.short) was sent on to a website that nobody came from",
                at: now
            )
        }
        sessionOfDigest[login.session.digest] = login.session.exposed
        guard let attempt = attempts[cookie] else {
            return violate("I10", "a cookie that no browser got was logged in", at: now)
        }
        if attempt.isAskOver, login.redirect == LoginService.resumePath {
            violate("I16", "a website's ask has waited too long for \(cookie.short)", at: now)
        }
        let others = attempt.acts(.complete).filter { $0.outcome == .done && $0.number != number }
        if !others.isEmpty { violate("I1", "\(cookie.short) was logged in twice", at: now) }
        requireLive(attempt, "logged in", arrived, now)
        if attempt.acts(.phoneCancel, .browserCancel).contains(where: { $0.outcome == .done }),
            !isDisturbed(since: attempt.openArrived)
        {
            violate("I7", "\(cookie.short) was logged in and cancelled", at: now)
        }
        if attempt.isDone(.logout, before: arrived) {
            violate("I7", "\(cookie.short) was logged in after a logout", at: now)
        }
        judgeIdentity(attempt, login, person, now)
        judgeHistory(cookie, at: now)
    }

    /// The identity is that of a phone that scanned this scene and confirmed it afterwards.
    private mutating func judgeIdentity(
        _ attempt: ModelAttempt,
        _ login: CompletedLogin,
        _ person: String?,
        _ now: Int64
    ) {
        let confirms = attempt.acts(.confirm).filter {
            $0.mayHaveHappened && $0.arrived <= now && scan(of: $0, in: attempt) != nil
        }
        guard !confirms.isEmpty else {
            return violate("I3", "\(attempt.cookie.short) was logged in without a confirm", at: now)
        }
        guard let person, confirms.contains(where: { phones[$0.token]?.person == person }) else {
            return violate(
                "I2",
                "\(attempt.cookie.short) was logged in as \(person ?? "nobody known"), confirmed by "
                    + "\(confirms.compactMap { phones[$0.token]?.person })",
                at: now
            )
        }
    }

    /// A complete was refused: where a confirm was acknowledged, something must have come between.
    mutating func refusedComplete(
        _ number: Int,
        _ cookie: String,
        _ refusal: LoginRefusal,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard let attempt = attempts[cookie], !isDisturbed(since: attempt.openArrived) else {
            return
        }
        let others = attempt.acts(.complete).contains {
            $0.number != number && $0.mayHaveHappened && $0.arrived <= now
        }
        switch refusal {
        case .noAttempt:
            if !mayBeForgotten(attempt, at: now) {
                violate("I12", "the attempt of cookie \(cookie.short) is gone", at: now)
            }
        case .alreadyCompleted:
            if !others { violate("I12", "\(cookie.short) was logged in by nobody", at: now) }
        case .notConfirmed:
            let isLost =
                attempt.isDone(.confirm, before: arrived) && !others
                && !attempt.maybe(
                    .phoneCancel,
                    .browserCancel,
                    .logout,
                    .supersede,
                    before: now
                ) && now < attempt.openArrived + milliseconds(policy.attempt) - skew
            if isLost { violate("I12", "the confirm of \(cookie.short) was forgotten", at: now) }
        default:
            return
        }
    }
}
