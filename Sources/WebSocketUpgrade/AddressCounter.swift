package import NIOCore
import Synchronization

/// How many of something each address has open: connections, WebSockets, or requests.
///
/// An IPv6 address counts with its /64 (T32).
package final class AddressCounter: Sendable {
    private let perAddressMax: Int
    private let totalMax: Int
    private let state = Mutex(State())

    private struct State {
        var open: [String: Int] = [:]
        var total = 0
        var refused = 0
    }

    package init(perAddressMax: Int, totalMax: Int) {
        self.perAddressMax = perAddressMax
        self.totalMax = totalMax
    }

    /// Takes a place for a channel until it closes, in the name of its peer.
    ///
    /// A peer that `isShared` by many clients is only counted among all.
    /// - Returns: false when the address, or everybody together, has no place left.
    package func enter(_ channel: any Channel, isShared: Bool = false) -> Bool {
        let key = isShared ? nil : Self.key(channel.remoteAddress)
        guard take(key) else { return false }
        channel.closeFuture.whenComplete { [self] _ in leave(key) }
        return true
    }

    /// Takes a place for an address, until the place is let go of.
    ///
    /// - Returns: nil when there is none left.
    package func place(for address: String) -> Place? {
        let key = Self.key(address)
        return take(key) ? Place(counter: self, key: key) : nil
    }

    /// A place that is taken for as long as somebody holds it.
    package final class Place: Sendable {
        private let counter: AddressCounter
        private let key: String

        fileprivate init(counter: AddressCounter, key: String) {
            self.counter = counter
            self.key = key
        }

        deinit {
            counter.leave(key)
        }
    }

    private func take(_ key: String?) -> Bool {
        state.withLock { state in
            let open = key.map { state.open[$0, default: 0] } ?? 0
            guard open < perAddressMax, state.total < totalMax else {
                state.refused += 1
                return false
            }
            if let key { state.open[key] = open + 1 }
            state.total += 1
            return true
        }
    }

    private func leave(_ key: String?) {
        state.withLock { state in
            if let key {
                let open = state.open[key, default: 1] - 1
                state.open[key] = open == 0 ? nil : open
            }
            state.total -= 1
        }
    }

    /// How many are open.
    package var total: Int { state.withLock { $0.total } }

    /// How many found no place since the start.
    package var refused: Int { state.withLock { $0.refused } }

    static func key(_ address: SocketAddress?) -> String {
        key(address?.ipAddress ?? "local")
    }

    private static func key(_ text: String) -> String {
        IPAddress(text)?.network ?? text
    }
}
