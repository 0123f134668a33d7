package import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How many of something each address has open: connections, or WebSockets.
///
/// An IPv6 address counts with its /64: whoever has one has all of them (T32).
package final class AddressCounter: Sendable {
    private let perAddressMax: Int
    private let totalMax: Int
    private let state = Mutex(State())

    private struct State {
        var open: [String: Int] = [:]
        var total = 0
    }

    package init(perAddressMax: Int, totalMax: Int) {
        self.perAddressMax = perAddressMax
        self.totalMax = totalMax
    }

    /// Takes a place for a channel until it closes.
    ///
    /// - Returns: false when the address, or everybody together, has no place left.
    package func enter(_ channel: any Channel) -> Bool {
        let key = Self.key(channel.remoteAddress)
        let hasPlace = state.withLock { state in
            let open = state.open[key, default: 0]
            guard open < perAddressMax, state.total < totalMax else { return false }
            state.open[key] = open + 1
            state.total += 1
            return true
        }
        if hasPlace {
            channel.closeFuture.whenComplete { [self] _ in leave(key) }
        }
        return hasPlace
    }

    private func leave(_ key: String) {
        state.withLock { state in
            let open = state.open[key, default: 1] - 1
            state.open[key] = open == 0 ? nil : open
            state.total -= 1
        }
    }

    /// How many are open.
    package var total: Int { state.withLock { $0.total } }

    static func key(_ address: SocketAddress?) -> String {
        let text = address?.ipAddress ?? "local"
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        // ::ffff:a.b.c.d is an IPv4 peer on a dual-stack socket.
        let isMapped =
            bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return (isMapped ? bytes.suffix(4) : bytes.prefix(8))
            .map { String($0) }.joined(separator: ".")
    }
}
