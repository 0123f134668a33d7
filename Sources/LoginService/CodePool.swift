import LoginDomain

/// Codes made ahead, shown to nobody and bound to no attempt: a value with one function per event.
///
/// A code leaves by `take` and never comes back, so it is bound once. It does not age: WeChat's
/// pictures are permanent, and a life starts when a browser gets the code. All of it is in memory
/// alone: a restart, and with it another app or page, starts with an empty pool.
struct CodePool<Code: Sendable>: Sendable {
    /// How many may lie ready; 0 is no pool.
    let size: Int
    /// The oldest first.
    private var ready: [Code] = []
    /// Makers who have been told to make one.
    private var making = 0
    private var restUntil: Timestamp?

    /// How often makers look whether one is missing.
    static var lookEvery: Duration { .milliseconds(250) }

    init(size: Int) {
        self.size = size
    }

    /// How many lie ready.
    var level: Int { ready.count }

    /// A browser needs one; nil when there is none.
    mutating func take() -> Code? {
        ready.isEmpty ? nil : ready.removeFirst()
    }

    enum Step: Equatable {
        /// Make one, and say how it went: `made` or `failed`.
        case make
        case wait(Duration)
    }

    /// A maker asks what to do.
    mutating func nextStep(at now: Timestamp) -> Step {
        if let restUntil, now < restUntil { return .wait(restUntil.since(now)) }
        guard ready.count + making < size else { return .wait(Self.lookEvery) }
        making += 1
        return .make
    }

    /// A maker has one.
    mutating func made(_ code: Code) {
        making -= 1
        ready.append(code)
    }

    /// A maker has none, and none should be made for a while.
    mutating func failed(rest: Duration, at now: Timestamp) {
        making -= 1
        restUntil = max(restUntil ?? now, now + rest)
    }
}
