/// One try to log one browser in.
///
/// The browser is known by the secret in its attempt cookie, the phone finds the attempt by the
/// scene in the code picture; neither can stand in for the other (T2, T5). Only the digests of
/// both are kept.
package struct Attempt: Sendable, Equatable {
    package let id: AttemptID
    /// The first attempt of this browser's row of attempts, each of which superseded the one
    /// before; the first names itself.
    package let chain: AttemptID
    package let cookie: SecretDigest
    package let scene: SecretDigest
    package let browser: BrowserFacts
    /// How the phone comes to it.
    package let way: AttemptWay
    /// The website's request that this login is for; nil for a plain one.
    package let request: ParkedRequest?
    package let createdAt: Timestamp
    /// When an unscanned code dies.
    package let sceneExpiresAt: Timestamp
    /// When the attempt dies whatever its state.
    package let capAt: Timestamp
    /// Changes only through the events of `Attempt+StateMachine.swift`.
    package internal(set) var state: State
    /// 1 at the start, and one more with each change of state.
    package internal(set) var seq: Int
    /// What a change wants written into the audit log beside it.
    ///
    /// A store writes it in the same step and hands the attempt back without it.
    package var notes: [AuditEntry] = []

    /// Opens an attempt: a code nobody has scanned yet.
    package init(
        id: AttemptID,
        chain: AttemptID,
        cookie: SecretDigest,
        scene: SecretDigest,
        browser: BrowserFacts,
        way: AttemptWay = .code,
        request: ParkedRequest? = nil,
        at now: Timestamp,
        policy: LoginPolicy
    ) {
        self.id = id
        self.chain = chain
        self.cookie = cookie
        self.scene = scene
        self.browser = browser
        self.way = way
        self.request = request
        self.createdAt = now
        self.capAt = now + policy.attempt
        self.sceneExpiresAt = min(now + policy.scene, now + policy.attempt)
        self.state = .created
        self.seq = 1
    }

    /// Takes an attempt back from a row.
    ///
    /// For stores.
    package init(
        id: AttemptID,
        chain: AttemptID,
        cookie: SecretDigest,
        scene: SecretDigest,
        browser: BrowserFacts,
        way: AttemptWay = .code,
        request: ParkedRequest? = nil,
        createdAt: Timestamp,
        sceneExpiresAt: Timestamp,
        capAt: Timestamp,
        state: State,
        seq: Int
    ) {
        self.id = id
        self.chain = chain
        self.cookie = cookie
        self.scene = scene
        self.browser = browser
        self.way = way
        self.request = request
        self.createdAt = createdAt
        self.sceneExpiresAt = sceneExpiresAt
        self.capAt = capAt
        self.state = state
        self.seq = seq
    }
}

extension Attempt {
    /// The website's request that this login is for, while it may be answered.
    package func liveRequest(at now: Timestamp) -> ParkedRequest? {
        request.flatMap { $0.isLive(at: now) ? $0 : nil }
    }
}

/// Names an attempt among ourselves: rows, watchers, logs.
///
/// It opens nothing and no peer sees it.
package struct AttemptID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = Base64URL.encode(randomBytes(12, using: &dice))
    }

    /// Takes an id back from a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.utf8.count == 16, Base64URL.isAlphabet(text) else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// What the server itself saw of a browser when the attempt began: the phone's owner is shown
/// this, and never what the phone or the browser says of it later (T4).
package struct BrowserFacts: Sendable, Equatable {
    package var address: String
    package var userAgent: String

    package init(address: String, userAgent: String) {
        self.address = address
        self.userAgent = userAgent
    }
}

/// What a browser may learn of its attempt, and all of it: no identity is in here (T15).
package struct AttemptView: Sendable, Equatable {
    package var state: PublicState
    package var seq: Int
    /// Whole seconds until the present state ends by itself; 0 once the attempt has ended.
    package var expiresIn: Int
    /// What the browser shows for the phone to type, while scanned and where it is asked for.
    ///
    /// Answered to the cookie's holder and never pushed.
    package var number: Int?

    package init(state: PublicState, seq: Int, expiresIn: Int, number: Int? = nil) {
        self.state = state
        self.seq = seq
        self.expiresIn = expiresIn
        self.number = number
    }

    /// The states a browser is told.
    ///
    /// A redeemed attempt is told as `expired`: whoever shows its cookie again learns that it is
    /// over, and not that somebody logged in (T14).
    package enum PublicState: String, Sendable, CaseIterable {
        case created
        case scanned
        case confirmed
        case cancelled
        case expired
        case superseded

        package var hasEnded: Bool {
            switch self {
            case .created, .scanned, .confirmed: false
            case .cancelled, .expired, .superseded: true
            }
        }
    }
}
