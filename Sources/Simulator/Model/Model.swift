import LoginDomain
import LoginService
import Synchronization

/// What must be true of a login, judged from outside: a second, naive account of what happened that
/// sees what goes over the simulated wires and nothing of what lies behind them.
///
/// A request whose answer nobody saw is a "maybe" and never a "no". Every moment here is the clock of
/// the simulation, in milliseconds: of a request the arrival at a node, of an answer the departure.
final class Model: Sendable {
    private let state: Mutex<ModelState>
    private let clock: VirtualClock
    private let isOver = Atomic(false)

    init(options: SwarmOptions, clock: VirtualClock) {
        self.clock = clock
        state = Mutex(
            ModelState(
                policy: options.policy,
                skew: options.skew,
                isQuotaFaulty: options.weChatErrors > 0
            )
        )
    }

    // MARK: - The wires

    /// A person's phone got a js_code from WeChat.
    func gaveCode(_ code: String, to person: String) {
        change { state in
            state.codes[code] = ModelState.JSCode(person: person)
            state.know(secret: code, "js_code", at: clock.now)
        }
    }

    /// WeChat gave a node an access token.
    func gaveAccessToken(_ token: String) {
        change { $0.know(secret: token, "access token of WeChat's", at: clock.now) }
    }

    /// A request has come to a node; `life` names the node's life.
    ///
    /// - Returns: its number, for `depart` or `vanish`.
    func arrive(_ request: WireRequest, at life: String) -> Int {
        change { $0.arrive(request, life, at: clock.now) }
    }

    /// A node's answer has left it.
    func depart(_ number: Int, _ answer: WireAnswer, shown: String? = nil) {
        change { $0.depart(number, answer, scene: shown, at: clock.now) }
    }

    /// A node has died over a request.
    func vanish(_ number: Int) {
        change { $0.vanish(number, at: clock.now) }
    }

    /// A node has pushed a state to the watcher of a cookie; `last` is the seq before it on the same
    /// connection.
    func push(_ view: AttemptView, to cookie: AttemptCookie, after last: Int?) {
        change { $0.push(view, cookie.exposed, after: last, at: clock.now) }
    }

    /// An operator has revoked signing keys.
    func revoked(_ kids: [String]) {
        change { state in
            for kid in kids { state.revokedKeys[kid] = clock.now }
            state.everRevoked.formUnion(kids)
            state.keysRevokedAt.append(clock.now)
        }
    }

    /// Whether an ID token that came at `moment` need not be one that the keys of now can check: its key
    /// was revoked, or a node had not heard yet of the one that took over then, or a clock was moved by
    /// more than a key is kept.
    func excuses(idToken text: String, of moment: Int64) -> Bool {
        state.withLock { state in
            let kid = IDTokenText(text)?.kid ?? ""
            // The token and the keys may both have been long on their ways.
            let window = state.keysKnownWithin + 2 * SimulatedNetwork.travelMax
            return state.everRevoked.contains(kid)
                || state.keysRevokedAt.contains { $0 > moment - window }
                || state.epochs.contains { $0.at > moment - window }
        }
    }

    /// A node has started from an older state of the store, that of the moment `from`, or a clock has jumped:
    /// what was under way is dead.
    func beginEpoch(_ kind: ModelState.Epoch.Kind, from: Int64? = nil) {
        change { state in
            let now = clock.now
            state.epochs.append(ModelState.Epoch(at: now, kind: kind, from: from ?? now))
            // What was revoked after a backup comes back with it: the operator is told so.
            if kind == .rollback { state.revokedKeys = [:] }
        }
    }

    /// The run is over.
    func finish() {
        change { $0.judgeHistories(at: clock.now) }
    }

    // MARK: - Verdicts

    /// Something that must not be.
    func violate(_ invariant: String, _ text: String) {
        change { $0.violate(invariant, text, at: clock.now) }
    }

    /// A line is about to be written into a log: no secret is in it that went over a wire, or that will, nor
    /// the AppSecret, also where other letters stand beside that (I20).
    func logs(_ line: String) {
        let bytes = Array(line.utf8)
        guard bytes.count >= SecretWords.lettersMin else { return }
        let hasAppSecret = bytes.end(of: SimulatedWeChat.appSecret) != nil
        let words = SecretWords.words(of: bytes)
        guard hasAppSecret || !words.isEmpty else { return }
        change { state in
            if hasAppSecret { state.violate("I20", "the AppSecret was logged", at: clock.now) }
            state.logged(words, at: clock.now)
        }
    }

    var violations: [Violation] { state.withLock { $0.violations } }
    /// Whether something has been violated; cheap.
    var hasFailed: Bool { isOver.load(ordering: .relaxed) }
    /// Logins that were completed.
    var logins: Int { state.withLock { $0.logins } }

    private func change<Value>(_ body: (inout ModelState) -> Value) -> Value {
        state.withLock { state in
            let value = body(&state)
            if !state.violations.isEmpty { isOver.store(true, ordering: .relaxed) }
            return value
        }
    }
}

/// An invariant that did not hold.
package struct Violation: Sendable, Equatable {
    /// `I1` to `I25`, `L1` to `L6` (security model), `R4`, or `D` for determinism.
    package var invariant: String
    package var text: String
    package var at: Int64

    package var line: String { "\(invariant) at \(Trace.stamp(at)): \(text)" }
}
