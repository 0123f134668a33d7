import Synchronization

/// What the edge has cut off or read over since the start, for whoever watches the server.
package final class EdgeCounts: Sendable {
    package enum Event: String, Sendable, CaseIterable {
        /// A header that was not whole in time.
        case headerLate = "header_late"
        /// A request that was not whole in time, or whose body came too slowly.
        case bodyLate = "body_late"
        /// A connection on which nothing was asked any more.
        case idle = "idle"
        /// A peer that did not read what was sent to it.
        case stalled = "stalled"
        /// A peer that went on sending a body whose answer was out.
        case drained = "drained"
        case targetTooLong = "target_too_long"
        case headersTooLarge = "headers_too_large"
        case bodyTooLarge = "body_too_large"
        /// Bytes that are no request.
        case malformed = "malformed"
        /// Header fields that say whom a request was forwarded for, from a peer that is no proxy of
        /// ours.
        case forwardingIgnored = "forwarding_ignored"
    }

    private let counts = Mutex<[Event: Int]>([:])

    package init() {}

    package func note(_ event: Event) {
        counts.withLock { $0[event, default: 0] += 1 }
    }

    package subscript(event: Event) -> Int {
        counts.withLock { $0[event, default: 0] }
    }
}
