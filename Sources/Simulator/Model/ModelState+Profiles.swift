import LoginDomain
import LoginService

/// A nickname that somebody wanted.
struct Rename: Sendable {
    var number: Int
    var name: String
    var arrived: Int64
    /// When it was answered, or its node died over it: it has happened by then, or never will.
    var departed: Int64?
    /// Whether it was acknowledged; otherwise it may have happened.
    var isDone = false
}

// Whom others are told of, and what a phone is told of a code: all of it, and not only a number.
extension ModelState {
    // MARK: - Nicknames

    mutating func wants(_ name: String, _ bearer: PhoneBearer, at now: Int64) {
        guard let person = phones[bearer.text]?.person else { return }
        let rename = Rename(number: lastNumber, name: name, arrived: now)
        renames[person, default: []].append(rename)
    }

    /// A wish for a nickname was answered; with nil, the node died over it.
    mutating func renamed(
        _ number: Int,
        _ bearer: PhoneBearer,
        _ answer: WireAnswer?,
        at now: Int64
    ) {
        guard let person = phones[bearer.text]?.person,
            let index = renames[person]?.firstIndex(where: { $0.number == number })
        else { return }
        switch answer {
        case .done:
            renames[person]?[index].departed = now
            renames[person]?[index].isDone = true
        case nil, .refused(.storeUnavailable):
            renames[person]?[index].departed = now
        default:
            renames[person]?.remove(at: index)
        }
    }

    /// Whether somebody may have been called so when a request came, or later until now.
    private func mayBeCalled(_ name: String, _ person: String, _ arrived: Int64) -> Bool {
        let renames = renames[person] ?? []
        let isOver = { (moment: Int64) in
            renames.contains { later in
                later.isDone && later.arrived > moment && (later.departed ?? .max) < arrived
                    && !mayBeUndone(since: later.departed ?? .max)
            }
        }
        if name.isEmpty, !isOver(.min) { return true }
        return renames.contains { $0.name == name && !isOver($0.departed ?? .max) }
    }

    /// Somebody was told of a user: it is all of that person, and nothing of anybody else.
    mutating func judgeUser(
        _ told: User,
        as person: String,
        _ id: UserID?,
        _ arrived: Int64,
        _ now: Int64
    ) {
        // Nobody here has a picture or a number, and no operator gives roles.
        let meant = User(id: id ?? told.id, role: "user", nickName: told.nickName)
        if told != meant {
            violate("I9", "\(person) is told of as a \(told.role), \(told.id)", at: now)
        }
        if !mayBeCalled(told.nickName, person, arrived) {
            violate("I9", "\(person) is called '\(told.nickName)'", at: now)
        }
    }

    // MARK: - Codes

    /// How long a website's ask waits for its browser to ask for a code, in milliseconds.
    private static let parkedWithin: Int64 = 600_000
    /// How long it waits on the session for the browser to come by, in milliseconds.
    static let resumedWithin: Int64 = 60_000

    /// What a phone says of a code that no website asked for.
    static let ownCard = ClientCard(name: "Simulated", host: SimulatedKeys.host)

    /// A browser was given a cookie for a website's ask that waits.
    mutating func parked(
        _ cookie: String,
        after old: String?,
        _ ask: AuthorizeAsk,
        _ arrived: Int64,
        _ now: Int64
    ) {
        parkedSince[cookie] = arrived
        askParkedAt[ask.state] = now
        chainOfCookie[cookie] =
            old.flatMap { isKnown($0, at: now) ? chainOfCookie[$0] : nil }
            ?? cookie
    }

    /// Whether the server certainly knew a cookie until now that it is asked to go on with.
    private func isKnown(_ cookie: String, at now: Int64) -> Bool {
        if let attempt = attempts[cookie] {
            return !isDisturbed(since: attempt.openArrived) && !mayBeForgotten(attempt, at: now)
        }
        // One that waits for its first code is used up by that.
        guard let since = parkedSince[cookie], goesOn[cookie, default: 0] <= 1 else { return false }
        return !isDisturbed(since: since) && now < since + Self.parkedWithin - skew
    }

    /// A browser was shown a code after another cookie of its own: what that was for, this one is for.
    mutating func goOn(_ cookie: String, after old: String?, from address: String, at now: Int64) {
        attempts[cookie]?.address = address
        attempts[cookie]?.cards = [Self.ownCard]
        chainOfCookie[cookie] = cookie
        guard let old else { return }
        let isKnown = isKnown(old, at: now)
        if isKnown { chainOfCookie[cookie] = chainOfCookie[old] ?? cookie }
        guard let state = askOfCookie[old], let ask = asks[state],
            let site = Website.named(ask.client)
        else { return }
        askOfCookie[cookie] = state
        var cards = attempts[old]?.cards ?? [ClientCard(name: site.name, host: site.host)]
        if !isKnown, !cards.contains(Self.ownCard) { cards.append(Self.ownCard) }
        attempts[cookie]?.cards = cards
        guard let opened = attempts[cookie]?.openArrived, let parked = askParkedAt[state] else {
            return
        }
        attempts[cookie]?.isAskOver = opened >= parked + Self.parkedWithin + skew
    }

    /// A phone was told what a code is for, and where it hangs (I25).
    mutating func judgeCard(_ scanned: ScannedAttempt, _ attempt: ModelAttempt, at now: Int64) {
        let scene = attempt.scene.short
        if attempt.isAskOver, scanned.client != Self.ownCard {
            violate("I16", "\(scene) is for an ask that has waited too long", at: now)
        } else if !attempt.cards.contains(scanned.client) {
            violate("I25", "\(scene) is said to be for \(scanned.client.name)", at: now)
        }
        if scanned.browser.address != attempt.address {
            violate("I25", "\(scene) is said to hang at \(scanned.browser.address)", at: now)
        }
    }
}
