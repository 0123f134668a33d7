/// Who may ask WeChat at the moment: a breaker and places for each kind of call, and those who wait
/// for a place.
///
/// A value with one function per event (T44).
///
/// Places are given in the order of arrival, and so nobody needs a timer: whoever is ahead came
/// earlier and is over by an earlier deadline, so that by the deadline of one who waits a place has
/// become theirs, if only to find that no time is left. What is made for stock, and may have come
/// later, holds half of the places at the most.
struct CallGate {
    /// The most that wait for one kind of call: as many as WeChat draws codes in a minute.
    static let waitersMax = 5_000

    private var lanes: [WeChatCall: Lane] = [:]
    private var lastNumber = 0

    private struct Lane {
        var breaker = Breaker()
        /// Calls under way.
        var taken = 0
        /// In the order of arrival.
        var waiters: [Waiter] = []
    }

    private struct Waiter {
        var number: Int
        var continuation: CheckedContinuation<Admission, Never>
    }

    /// Leave to ask; to be given back by `finished`.
    struct Pass: Equatable {
        var call: WeChatCall
        var startedAt: Int64
        var isProbe: Bool
    }

    enum Admission {
        case pass(Pass)
        case refuse(WeChatError)
    }

    /// Somebody whose wait is over.
    struct Released {
        var continuation: CheckedContinuation<Admission, Never>
        var admission: Admission

        func resume() { continuation.resume(returning: admission) }
    }

    /// Somebody wants to ask.
    ///
    /// - Returns: nil when they have to wait for a place: `park`.
    mutating func ask(_ call: WeChatCall, _ urgency: WeChatUrgency, at now: Int64) -> Admission? {
        let lane = lanes[call, default: Lane()]
        if let rest = lane.breaker.rest(at: now) { return .refuse(Self.error(rest)) }
        switch urgency {
        case .stock:
            guard lane.waiters.isEmpty, lane.taken < call.placesMax / 2 else {
                return .refuse(.crowded)
            }
        case .person:
            guard lane.waiters.isEmpty, lane.taken < call.placesMax else {
                return lane.waiters.count < Self.waitersMax ? nil : .refuse(.crowded)
            }
        }
        return .pass(take(call, at: now))
    }

    /// A name for somebody who is about to wait.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Keeps somebody who has to wait, and asks again: things may have changed since.
    ///
    /// - Returns: nil when they are kept and will be resumed.
    mutating func park(
        _ continuation: CheckedContinuation<Admission, Never>,
        as number: Int,
        for call: WeChatCall,
        at now: Int64
    ) -> Admission? {
        if let admission = ask(call, .person, at: now) { return admission }
        lanes[call, default: Lane()].waiters.append(
            Waiter(number: number, continuation: continuation)
        )
        return nil
    }

    /// Somebody waits no longer.
    mutating func giveUp(
        _ number: Int,
        for call: WeChatCall
    ) -> CheckedContinuation<Admission, Never>? {
        guard let index = lanes[call]?.waiters.firstIndex(where: { $0.number == number }) else {
            return nil
        }
        return lanes[call]?.waiters.remove(at: index).continuation
    }

    /// A call is over: its place is free.
    ///
    /// - Returns: those whose wait ends with it.
    mutating func finished(
        _ pass: Pass,
        _ outcome: Breaker.Outcome,
        at now: Int64
    ) -> [Released] {
        let call = pass.call
        lanes[call]?.taken -= 1
        lanes[call]?.breaker.finished(
            outcome,
            isProbe: pass.isProbe,
            startedAt: pass.startedAt,
            at: now
        )
        var released: [Released] = []
        while let lane = lanes[call], let first = lane.waiters.first {
            let admission: Admission
            if let rest = lane.breaker.rest(at: now) {
                admission = .refuse(Self.error(rest))
            } else if lane.taken < call.placesMax {
                admission = .pass(take(call, at: now))
            } else {
                break
            }
            lanes[call]?.waiters.removeFirst()
            released.append(Released(continuation: first.continuation, admission: admission))
        }
        return released
    }

    private mutating func take(_ call: WeChatCall, at now: Int64) -> Pass {
        lanes[call, default: Lane()].taken += 1
        let isProbe = lanes[call]?.breaker.passed() ?? false
        return Pass(call: call, startedAt: now, isProbe: isProbe)
    }

    private static func error(_ rest: Breaker.Rest) -> WeChatError {
        .resting(milliseconds: rest.milliseconds, isQuota: rest.isQuota)
    }

    // MARK: - For those who look

    func taken(_ call: WeChatCall) -> Int { lanes[call]?.taken ?? 0 }
    func waiting(_ call: WeChatCall) -> Int { lanes[call]?.waiters.count ?? 0 }
    func breaker(_ call: WeChatCall) -> Breaker.State {
        lanes[call]?.breaker.state ?? Breaker().state
    }
}
