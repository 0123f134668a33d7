import LoginDomain
import LoginStore
import Synchronization

/// One node's way to the rows that all nodes share, with everything that can go wrong on it: stalls,
/// failures before and after the change, changes that run twice, and the node's own death.
final class SimulatedStore: RelayingStore {
    private let stage: Stage
    private let life: NodeLife
    private let rows: any OperatorStore

    init(stage: Stage, life: NodeLife) {
        self.stage = stage
        self.life = life
        rows = stage.plant == nil ? stage.rows : PlantedStore(stage: stage, rows: stage.rows)
    }

    func relay<Value: Sendable>(
        _ operation: StoreOperation,
        _ call: (any OperatorStore) async throws(LoginStoreError) -> Value
    ) async throws(LoginStoreError) -> Value {
        try await admit()
        let value = try await call(rows)
        try settle()
        try await takeMoment()
        return value
    }

    /// What can go wrong before an operation.
    private func admit() async throws(LoginStoreError) {
        try checkAlive()
        if stage.strikes(stage.options.storeStalls, .storeStall) {
            let most = max(1, stage.options.storeStallMax)
            let wait = stage.roll { Int64($0.within(1...most)) }
            // Uncancelled, as a database is: what was begun says how it ended.
            await stage.pause(wait)
            try checkAlive()
        }
        try await takeMoment()
        if life.diesAtStore(before: true) { throw die() }
        if stage.strikes(stage.options.storeFailures, .storeFailure) {
            throw .unavailable("simulated, before")
        }
    }

    /// What can go wrong after one, which was done all the same.
    private func settle() throws(LoginStoreError) {
        if life.diesAtStore(before: false) { throw die() }
        if stage.strikes(stage.options.storeLostAcknowledgements, .storeLostAcknowledgement) {
            throw .unavailable("simulated, after")
        }
        try checkAlive()
    }

    /// The most milliseconds that an operation takes before its change, and after it, where nothing goes
    /// wrong.
    private static let momentMax = 2

    /// Lets others go on: what a caller knew before may not be so any more.
    private func takeMoment() async throws(LoginStoreError) {
        let share = stage.options.storeMoments
        guard share > 0, stage.roll({ $0.chance(share) }) else { return }
        await stage.pause(stage.roll { Int64($0.within(0...Self.momentMax)) })
        try checkAlive()
    }

    private func checkAlive() throws(LoginStoreError) {
        if !life.isAlive { throw .unavailable("dead") }
    }

    private func die() -> LoginStoreError {
        stage.coverage.reach("fault: \(Fault.crashAtStore.rawValue)")
        stage.killNode(life.slot)
        return .unavailable("dead")
    }

    // MARK: - What is watched

    func updateAttempt<Outcome: Sendable>(
        _ key: AttemptKey,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginStoreError) -> AttemptUpdate<Outcome>? {
        let runsTwice = stage.strikes(stage.options.storeConflicts, .storeConflict)
        let coverage = stage.coverage
        return try await relay(.updateAttempt) { rows async throws(LoginStoreError) in
            try await rows.updateAttempt(key) { attempt in
                if runsTwice {
                    var lost = attempt
                    _ = change(&lost)
                }
                let before = attempt.state.word
                let outcome = change(&attempt)
                coverage.reach("\(before) × \(Self.event(outcome))")
                return outcome
            }
        }
    }

    func redeemAttempt(
        _ key: AttemptKey,
        as login: NewLogin,
        ending old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> AttemptUpdate<Attempt.RedeemOutcome>? {
        if let attempt = try? await stage.rows.attempt(key) {
            stage.coverage.reach("\(attempt.state.word) × complete")
        }
        return try await relay(.redeemAttempt) { rows async throws(LoginStoreError) in
            try await rows.redeemAttempt(key, as: login, ending: old, at: now)
        }
    }

    func openAttempt(
        _ attempt: Attempt,
        superseding old: SecretDigest?,
        at now: Timestamp
    ) async throws(LoginStoreError) -> Attempt? {
        if let old, let before = try? await stage.rows.attempt(.cookie(old)) {
            stage.coverage.reach("\(before.state.word) × supersede")
        }
        return try await relay(.openAttempt) { rows async throws(LoginStoreError) in
            try await rows.openAttempt(attempt, superseding: old, at: now)
        }
    }

    func expireAttempts(
        at now: Timestamp,
        limit: Int
    ) async throws(LoginStoreError) -> [Attempt] {
        // Four times a second at each node: without the detour of a closure.
        try await admit()
        let expired = try await rows.expireAttempts(at: now, limit: limit)
        try settle()
        for attempt in expired {
            // Each state has its seq on the way to its end.
            let before = ["created", "created", "created", "scanned", "confirmed"]
            stage.coverage.reach("\(before[min(attempt.seq, 4)]) × expire")
        }
        return expired
    }

    private static func event(_ outcome: some Sendable) -> String {
        switch outcome {
        case is Attempt.ScanOutcome: "scan"
        case is Attempt.ConfirmOutcome: "confirm"
        case is Attempt.BrowserCancelOutcome: "cancel by browser"
        case is Bool: "cancel by phone"
        default: "another event"
        }
    }
}

extension Attempt.State {
    /// The state in one word.
    var word: String {
        switch self {
        case .created: "created"
        case .scanned: "scanned"
        case .confirmed: "confirmed"
        case .redeemed: "redeemed"
        case .cancelled: "cancelled"
        case .expired: "expired"
        case .superseded: "superseded"
        }
    }
}
