/// What was done to one attempt, and whether some order of it, one thing after the other and without a
/// fault, leads to what was answered (I24).
///
/// It knows the order of a login and no time: deadlines are the model's other rules.
package struct AttemptHistory: Sendable {
    /// One thing that was done.
    package struct Step: Sendable {
        package enum Kind: Sendable, Equatable {
            /// `nonce` is what the phone was given; nil where nobody knows.
            case scan(person: String, phone: String, nonce: String?)
            case confirm(phone: String, nonce: String)
            case phoneCancel(phone: String, nonce: String)
            case browserCancel
            /// A newer code, or a logout: what was collected before it stays so.
            case giveUp
            case complete(person: String)
        }

        package var kind: Kind
        package var arrived: Int64
        /// When its answer left; nil where it had none.
        package var departed: Int64?
        /// Whether it was acknowledged; otherwise it may have happened.
        package var isCertain: Bool

        package init(_ kind: Kind, arrived: Int64, departed: Int64?, isCertain: Bool = true) {
            self.kind = kind
            self.arrived = arrived
            self.departed = departed
            self.isCertain = isCertain
        }
    }

    private enum State: Hashable {
        case created
        case scanned(person: String, phone: String, nonce: String?)
        case confirmed(person: String, phone: String, nonce: String?)
        case redeemed
        case over
    }

    private struct Place: Hashable {
        var placed: UInt64
        var state: State
    }

    private let steps: [Step]
    private var seen: Set<Place> = []

    package init(_ steps: [Step]) {
        self.steps = steps
    }

    /// The most steps of which all orders are tried.
    private static let stepsMax = 40

    /// Whether there is an order in which each acknowledged step succeeds, none of the others matters more
    /// than it may, and none comes before what had been answered when it came.
    package var isPossible: Bool {
        guard steps.count <= Self.stepsMax else { return true }
        var search = self
        return search.goesOn(0, .created)
    }

    private mutating func goesOn(_ placed: UInt64, _ state: State) -> Bool {
        let isLeft = { (index: Int) in placed & (1 << UInt64(index)) == 0 }
        let left = steps.indices.filter(isLeft)
        guard left.contains(where: { steps[$0].isCertain }) else { return true }
        guard seen.insert(Place(placed: placed, state: state)).inserted else { return false }
        let newest = steps.indices.filter { !isLeft($0) }.map { steps[$0].arrived }.max() ?? .min
        for index in left {
            let step = steps[index]
            let isTooEarly = left.contains {
                steps[$0].isCertain && (steps[$0].departed ?? .max) < step.arrived
            }
            let isTooLate = (step.departed ?? .max) < newest
            if isTooEarly || isTooLate { continue }
            guard let next = Self.state(state, after: step.kind) else { continue }
            if goesOn(placed | 1 << UInt64(index), next) { return true }
        }
        return false
    }

    /// - Returns: nil where the step cannot succeed.
    private static func state(_ state: State, after kind: Step.Kind) -> State? {
        switch (kind, state) {
        case (.scan(let person, let phone, let nonce), .created):
            return .scanned(person: person, phone: phone, nonce: nonce)
        case (.scan(let person, let phone, let nonce), .scanned(let owner, _, _))
        where person == owner:
            return .scanned(person: person, phone: phone, nonce: nonce)
        case (.confirm(let phone, let nonce), .scanned(let person, let own, let last)),
            (.confirm(let phone, let nonce), .confirmed(let person, let own, let last)):
            guard phone == own, nonce == last else { return nil }
            return .confirmed(person: person, phone: phone, nonce: nonce)
        case (.phoneCancel(let phone, let nonce), .scanned(_, let own, let last)),
            (.phoneCancel(let phone, let nonce), .confirmed(_, let own, let last)):
            return phone == own && nonce == last ? .over : nil
        case (.browserCancel, .redeemed):
            return nil
        case (.giveUp, .redeemed):
            return .redeemed
        case (.browserCancel, _), (.giveUp, _):
            return .over
        case (.complete(let person), .confirmed(let owner, _, _)) where person == owner:
            return .redeemed
        default:
            return nil
        }
    }
}

extension ModelState {
    /// Whether the login that an attempt led to is one that could have been without a fault.
    mutating func judgeHistory(_ cookie: String, at now: Int64) {
        guard let attempt = attempts[cookie], !isDisturbed(since: attempt.openArrived),
            attempt.acts(.complete).contains(where: { $0.outcome == .done })
        else { return }
        let steps = attempt.acts.compactMap { act -> AttemptHistory.Step? in
            guard act.mayHaveHappened else { return nil }
            let isDone = act.outcome == .done
            let kind: AttemptHistory.Step.Kind =
                switch act.kind {
                case .scan:
                    .scan(
                        person: phones[act.token]?.person ?? "nobody",
                        phone: act.token,
                        nonce: isDone ? act.nonce : nil
                    )
                case .confirm: .confirm(phone: act.token, nonce: act.nonce)
                case .phoneCancel: .phoneCancel(phone: act.token, nonce: act.nonce)
                case .browserCancel: .browserCancel
                case .logout, .supersede: .giveUp
                case .complete: .complete(person: act.person)
                }
            return AttemptHistory.Step(
                kind,
                arrived: act.arrived,
                departed: act.departed,
                isCertain: isDone
            )
        }
        if !AttemptHistory(steps).isPossible {
            violate("I24", "no order of what was done to \(cookie.short) is a login", at: now)
        }
    }

    /// The run is over: what was answered since a login fits it too.
    mutating func judgeHistories(at now: Int64) {
        for cookie in attempts.keys.sorted() { judgeHistory(cookie, at: now) }
    }
}
