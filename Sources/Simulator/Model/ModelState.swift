import LoginDomain
import LoginService

/// The model's memory: attempts, phones and sessions as the wires tell of them.
struct ModelState: Sendable {
    let policy: LoginPolicy
    var violations: [Violation] = []
    var logins = 0

    var lastNumber = 0
    var pending: [Int: Pending] = [:]
    /// By the browser's cookie.
    var attempts: [String: ModelAttempt] = [:]
    var cookieOfScene: [String: String] = [:]
    var phones: [String: ModelPhone] = [:]
    var codes: [String: JSCode] = [:]
    var personOfUser: [UserID: String] = [:]
    var userOfPerson: [String: UserID] = [:]
    /// When the first phone login with a person's present user was answered.
    var knownSince: [String: Int64] = [:]
    var sessions: [String: ModelSession] = [:]
    var sessionOfDigest: [SecretDigest: String] = [:]
    var sessionOfLogin: [String: String] = [:]
    var secrets: Set<String> = []
    /// The words of secrets, WeChat's among them, and those of log lines that could be a secret's.
    var secretWords: Set<String> = []
    var loggedWords: Set<String> = []
    var epochs: [Epoch] = []
    /// The nicknames that people wanted, by who they are.
    var renames: [String: [Rename]] = [:]

    /// What websites asked for, by their state.
    var asks: [String: AuthorizeAsk] = [:]
    /// When each of those came first.
    var askedAt: [String: Int64] = [:]
    /// Which ask an attempt's cookie, or a parked one, is for.
    var askOfCookie: [String: String] = [:]
    /// When an ask was answered with a cookie that waits, by its state; the newest.
    var askParkedAt: [String: Int64] = [:]
    /// When the requests came that such cookies were the answer to, by these.
    var parkedSince: [String: Int64] = [:]
    /// How many requests have come that go on with a cookie.
    var goesOn: [String: Int] = [:]
    /// The first cookie of the chain of codes that one browser was shown.
    var chainOfCookie: [String: String] = [:]
    /// By their codes.
    var grants: [String: ModelGrant] = [:]
    var accessTokens: [String: ModelToken] = [:]
    var refreshTokens: [String: ModelToken] = [:]
    var subjectOfPerson: [String: String] = [:]
    /// When that was told first.
    var subjectSince: [String: Int64] = [:]
    var personOfSubject: [String: String] = [:]
    var sectorOfSubject: [String: String] = [:]
    var issuedAt: [Issue] = []
    /// What ID tokens say of a browser's session.
    var loginNames = LoginNames()
    /// When signing keys were revoked, by their names, and when that happened at all.
    var revokedKeys: [String: Int64] = [:]
    var keysRevokedAt: [Int64] = []
    var everRevoked: Set<String> = []
    /// What an operator does to the keys is known everywhere this soon, in milliseconds.
    var keysKnownWithin: Int64 { SimulatedKeys.knownWithin + skew }

    /// How far apart the clocks of two nodes may be, in milliseconds: what is timed by one may be judged
    /// by another.
    let skew: Int64
    /// Whether WeChat may say on its own that a quota is used up.
    let isQuotaFaulty: Bool
    /// The requests by which somebody asked for what there is a limit of.
    var asked: [String: [AskedFor]] = [:]
    /// When the requests came by which somebody got what there is a limit of, by them and the node's life.
    var granted: [String: [Int64]] = [:]

    init(policy: LoginPolicy, skew: Int64, isQuotaFaulty: Bool) {
        self.policy = policy
        self.skew = skew
        self.isQuotaFaulty = isQuotaFaulty
    }

    /// A request whose answer has not left.
    struct Pending: Sendable {
        var request: WireRequest
        var arrived: Int64
        /// The node's life that it came to.
        var life: String
    }

    struct JSCode: Sendable {
        var person: String
        var isSpent = false
    }

    struct Epoch: Sendable {
        enum Kind: Sendable {
            /// The store is an older one: nothing that was under way may go on.
            case rollback
            /// The clock was moved forwards while nobody ran: lifetimes may be over early.
            case clockJump
        }
        var at: Int64
        var kind: Kind
        /// Of a rollback, when the state was that has come back.
        var from: Int64
    }

    mutating func violate(_ invariant: String, _ text: String, at now: Int64) {
        guard violations.count < 8 else { return }
        violations.append(Violation(invariant: invariant, text: text, at: now))
    }

    /// Whether something happened since `moment` that may have ended what was under way.
    func isDisturbed(since moment: Int64) -> Bool {
        epochs.contains { $0.at >= moment }
    }

    /// When the store was last put back to an older state after `moment`; what was begun before is dead.
    func rolledBack(since moment: Int64) -> Int64? {
        epochs.last { $0.kind == .rollback && $0.at >= moment }?.at
    }

    /// Whether something that was so at `moment` may be undone: by a backup, and one that is older.
    func mayBeUndone(since moment: Int64) -> Bool {
        epochs.contains { $0.kind == .rollback && $0.from <= moment && moment <= $0.at }
    }

    /// Notes a secret that a peer was given; none comes twice (I14).
    mutating func newSecret(_ text: String, _ what: String, at now: Int64) {
        if !secrets.insert(text).inserted {
            violate("I14", "the \(what) \(text.short) was given before", at: now)
        }
        know(secret: text, what, at: now)
    }
}

/// One thing that was tried with an attempt.
struct Act: Sendable {
    enum Kind: Sendable {
        case scan
        case confirm
        case phoneCancel
        case browserCancel
        /// A logout that also gives up the attempt.
        case logout
        /// The same browser asked for a newer code.
        case supersede
        case complete
    }

    enum Outcome: Sendable, Equatable {
        /// Under way.
        case pending
        case done
        case refused(LoginRefusal)
        /// The node died over it.
        case unknown
    }

    var number: Int
    var kind: Kind
    var arrived: Int64
    var departed: Int64?
    var outcome = Outcome.pending
    /// The phone's bearer.
    var token = ""
    /// The nonce that was shown; of a scan, the one that was given.
    var nonce = ""
    var typed: Int?
    var launch: Int?
    var needsNumber = false
    /// Of a complete, who was logged in.
    var person = ""

    /// Whether it may have had its effect.
    var mayHaveHappened: Bool {
        switch outcome {
        case .pending, .done, .unknown: true
        case .refused(.storeUnavailable): true
        case .refused: false
        }
    }

    /// Whether it was acknowledged before a moment; at one and the same millisecond nobody knows the order.
    func isDone(before moment: Int64) -> Bool {
        guard outcome == .done, let departed else { return false }
        return departed < moment
    }
}

/// An attempt as its browser, and those who saw its picture, know it.
struct ModelAttempt: Sendable {
    var cookie: String
    var scene: String
    var openArrived: Int64
    var openDeparted: Int64
    var acts: [Act] = []
    /// The newest state that was told, and when.
    var told: AttemptView
    var toldAt: Int64
    /// Where the browser is that was shown the code.
    var address = ""
    /// What a phone may say that the code is for: more than one where nobody knows what it is for.
    var cards: [ClientCard] = []
    /// Whether the website's ask had waited too long when the code was asked for.
    var isAskOver = false
    var numberShown: Int?

    func acts(_ kinds: Act.Kind...) -> [Act] { acts.filter { kinds.contains($0.kind) } }

    /// Whether one of these was acknowledged before a moment.
    func isDone(_ kind: Act.Kind, before moment: Int64) -> Bool {
        acts.contains { $0.kind == kind && $0.isDone(before: moment) }
    }

    /// Whether one of these may have happened, having come before a moment.
    func maybe(_ kinds: Act.Kind..., before moment: Int64) -> Bool {
        acts.contains {
            kinds.contains($0.kind) && $0.mayHaveHappened && $0.arrived <= moment
        }
    }
}

/// A phone session as its phone knows it.
struct ModelPhone: Sendable {
    var person: String
    var user: UserID
    var arrived: Int64
    var departed: Int64
}

/// A browser's session as its browser knows it.
struct ModelSession: Sendable {
    var user: UserID
    var person: String
    var arrived: Int64
    var departed: Int64
    /// When its end was acknowledged.
    var endedAt: Int64?
    /// When a request came that may have ended it.
    var mayBeEndedAt: Int64?
    /// The last departure of an answer to somebody who showed it.
    var seenAt: Int64
    /// Who shows it is certain that it lives on from here: the arrival of one that was told that it lives, or
    /// of an earlier one that was under way then, and may have been written down later.
    var keptAt: Int64
    /// Requests under way that show it, with the arrival of the first that was under way beside them.
    var shows: [Int: Int64] = [:]
    /// Which website's ask it was made for.
    var ask: String?
    /// Whether that has its code.
    var hasResumed = false
}
