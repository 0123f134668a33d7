import HTTPTransport
import Synchronization

/// One use of a pass: whether anything went out, and by when it must be over.
struct Trip {
    var isSent = false
    /// Milliseconds of the client's clock.
    let deadline: Int64
}

extension WeChatClient {
    /// The calls that are under way, at the most 64.
    package var callsInFlight: Int {
        gate.withLock { gate in WeChatCall.allCases.reduce(0) { $0 + gate.taken($1) } }
    }

    /// By when a call that begins now has to be over, whatever it waits for.
    var deadline: Int64 {
        clock.milliseconds() + configuration.timeout.milliseconds
    }

    /// Runs `body` with leave to make one kind of call, and notes what it came to.
    ///
    /// The pass is held from first to last, also while the body waits for an access token: without
    /// one there is nothing to ask.
    func passing<Value>(
        _ call: WeChatCall,
        _ urgency: WeChatUrgency = .person,
        until deadline: Int64,
        _ body: (inout Trip) async throws(WeChatError) -> Value
    ) async throws(WeChatError) -> Value {
        let pass: CallGate.Pass
        switch await admission(to: call, urgency) {
        case .pass(let given): pass = given
        case .refuse(let error):
            observer(
                WeChatExchange(call: call, result: error.label, duration: .zero, wasSent: false)
            )
            throw error
        }
        var trip = Trip(deadline: deadline)
        do {
            let value = try await body(&trip)
            finish(pass, .answered)
            return value
        } catch {
            finish(pass, outcome(of: error, in: trip, of: call))
            throw error
        }
    }

    private func admission(
        to call: WeChatCall,
        _ urgency: WeChatUrgency
    ) async -> CallGate.Admission {
        let now = clock.milliseconds()
        if let admission = gate.withLock({ $0.ask(call, urgency, at: now) }) { return admission }
        return await place(gate.withLock { $0.nextNumber() }, for: call)
    }

    private func place(_ number: Int, for call: WeChatCall) async -> CallGate.Admission {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = clock.milliseconds()
                let admission = gate.withLock {
                    $0.park(continuation, as: number, for: call, at: now)
                }
                if let admission { return continuation.resume(returning: admission) }
                // Cancelled before it was parked: the handler has found nobody.
                if Task.isCancelled { giveUp(number, for: call) }
            }
        } onCancel: {
            giveUp(number, for: call)
        }
    }

    private func giveUp(_ number: Int, for call: WeChatCall) {
        gate.withLock { $0.giveUp(number, for: call) }?
            .resume(returning: .refuse(.transport(.cancelled)))
    }

    private func finish(_ pass: CallGate.Pass, _ outcome: Breaker.Outcome) {
        let now = clock.milliseconds()
        for released in gate.withLock({ $0.finished(pass, outcome, at: now) }) {
            released.resume()
        }
    }

    /// What an error says of WeChat's health.
    private func outcome(
        of error: WeChatError,
        in trip: Trip,
        of call: WeChatCall
    ) -> Breaker.Outcome {
        guard trip.isSent else { return .unsent }
        switch error {
        case .transport(.cancelled):
            return .unknown
        case .transport, .unreadable, .refused(errcode: -1), .resting, .crowded:
            return .failed(retryAt: nil)
        case .tokenRefused where !call.takesAccessToken:
            return .answered
        case .backingOff, .tokenRefused:
            // Refused for its access token, and no newer one to be had before then.
            return .failed(retryAt: tokens.withLock { $0.repairNotBefore })
        case .quotaReached(let errcode):
            // 45011 of jscode2session is one user's, who must not stop everybody else.
            return call == .session && errcode != 45009 ? .answered : .quotaReached
        case .invalidCode, .userBlocked, .refused:
            return .answered
        }
    }

    /// What is left for one exchange.
    func timeLeft(for trip: Trip) throws(WeChatError) -> Duration {
        let left = trip.deadline - clock.milliseconds()
        // It has all gone by in the queue, or in exchanges before this one.
        guard left > 0 else { throw trip.isSent ? .transport(.timedOut) : .crowded }
        return .milliseconds(left)
    }

    /// Makes one exchange and tells the observer.
    func observed<Value>(
        _ call: WeChatCall,
        _ body: () async throws(WeChatError) -> Value
    ) async throws(WeChatError) -> Value {
        let start = clock.milliseconds()
        do {
            let value = try await body()
            tell(call, "ok", since: start)
            return value
        } catch {
            tell(call, error.label, since: start)
            throw error
        }
    }

    private func tell(_ call: WeChatCall, _ result: String, since start: Int64) {
        observer(
            WeChatExchange(
                call: call,
                result: result,
                duration: .milliseconds(clock.milliseconds() - start),
                wasSent: true
            )
        )
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
