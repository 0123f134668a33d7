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
        change { $0.codes[code] = ModelState.JSCode(person: person) }
    }

    /// A request has come to a node.
    ///
    /// - Returns: its number, for `depart` or `vanish`.
    func arrive(_ request: WireRequest) -> Int {
        change { $0.arrive(request, at: clock.now) }
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

    /// A node has started from an older state of the store, or a clock has jumped: what was under way
    /// is dead.
    func beginEpoch(_ kind: ModelState.Epoch.Kind) {
        change { state in
            state.epochs.append(ModelState.Epoch(at: clock.now, kind: kind))
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

    /// Whether a text has a secret in it: one that went over a wire, or the AppSecret, also where other
    /// letters stand beside that.
    func holdsSecret(_ text: String) -> Bool {
        guard text.utf8.count >= Self.secretMin else { return false }
        let bytes = Array(text.utf8)
        if bytes.end(of: SimulatedWeChat.appSecret) != nil { return true }
        return state.withLock { state in
            bytes.split { !Self.isLetter($0) }
                .contains { word in
                    word.count >= Self.secretMin
                        && state.secrets.contains(String(decoding: word, as: UTF8.self))
                }
        }
    }

    /// The letters of the shortest secret, a scene.
    private static let secretMin = 24

    /// Whether a letter can be part of a secret.
    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
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
    /// `I1` to `I24`, `L1` to `L6` (security model), `R4`, or `D` for determinism.
    package var invariant: String
    package var text: String
    package var at: Int64

    package var line: String { "\(invariant) at \(Trace.stamp(at)): \(text)" }
}
