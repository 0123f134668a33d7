import NIOCore

/// How long a peer takes with what it sends: a value that events move and that says what is due when.
///
/// The times are absolute: no byte renews them (T31).
struct RequestClock {
    private let limits: ConnectionLimits
    private var phase: Phase

    private enum Phase {
        /// Nothing has come since the connection began. Next: header, body.
        case silent(since: NIODeadline)
        /// Every answer is out, and nothing has come since. Next: header, body.
        case idle(since: NIODeadline)
        /// The beginning of a request is here. Next: body.
        case header(since: NIODeadline)
        /// Its header is here. Next: whole.
        case body(since: NIODeadline, head: NIODeadline, bytes: Int)
        /// The request is here, and what is due is the answer. Next: idle, header, body.
        case whole
    }

    /// What was not there in time.
    enum Late {
        case nothingAsked
        case header
        case request
    }

    init(limits: ConnectionLimits, at now: NIODeadline) {
        self.limits = limits
        self.phase = .silent(since: now)
    }

    /// Bytes of a request that nothing was known of.
    mutating func requestBegan(at now: NIODeadline) {
        switch phase {
        // What says nothing at all has no more time than what begins at once.
        case .silent(let since): phase = .header(since: since)
        case .idle, .whole: phase = .header(since: now)
        case .header, .body: return
        }
    }

    mutating func headArrived(at now: NIODeadline) {
        let since =
            switch phase {
            case .silent(let since), .header(let since): since
            case .idle, .whole, .body: now
            }
        phase = .body(since: since, head: now, bytes: 0)
    }

    mutating func bodyArrived(_ count: Int) {
        guard case .body(let since, let head, let bytes) = phase else { return }
        phase = .body(since: since, head: head, bytes: bytes + count)
    }

    mutating func requestEnded() {
        phase = .whole
    }

    /// The last answer is out.
    mutating func allAnswered(at now: NIODeadline) {
        if case .whole = phase { phase = .idle(since: now) }
    }

    /// What is late, and from when on; nil where the peer has all the time there is.
    var due: (at: NIODeadline, late: Late)? {
        switch phase {
        case .silent(let since): return (since + limits.header, .nothingAsked)
        case .idle(let since): return (since + limits.idle, .nothingAsked)
        case .header(let since): return (since + limits.header, .header)
        case .body(let since, let head, let bytes):
            let speed = Int64(max(limits.bodyBytesPerSecondMin, 1))
            let lasts = TimeAmount.nanoseconds(Int64(bytes) * 1_000_000_000 / speed)
            return (min(since + limits.request, head + max(limits.bodyGrace, lasts)), .request)
        case .whole: return nil
        }
    }
}
