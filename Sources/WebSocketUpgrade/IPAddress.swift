#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An address of IPv4 or IPv6, as a value.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen.
    let bytes: [UInt8]

    /// Takes `192.0.2.1` or `2001:db8::1`; nil for anything more or less, zones too.
    ///
    /// `::ffff:192.0.2.1`, an IPv4 peer on a socket for both, is `192.0.2.1`.
    package init?(_ text: some StringProtocol) {
        // The C functions would stop at a zero byte and take what stands before it.
        guard text.utf8.count < 46, !text.utf8.contains(0) else { return nil }
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, String(text), &four) == 1 {
            bytes = four
            return
        }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(text), &sixteen) == 1 else { return nil }
        let isMapped =
            sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
        bytes = isMapped ? Array(sixteen.suffix(4)) : sixteen
    }

    /// What counts as one peer: the address, or of IPv6 its /64, because whoever has one address of
    /// it has all of them (T32).
    package var network: String {
        bytes.prefix(bytes.count == 4 ? 4 : 8).map { String($0) }.joined(separator: ".")
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// A range of addresses in CIDR notation (RFC 4632).
package struct IPNetwork: Sendable, Equatable, CustomStringConvertible {
    private let base: IPAddress
    private let bits: Int

    /// Takes `10.0.0.0/8`, `2001:db8::/32` or a single address; nil for anything else, also for an
    /// address with bits behind the network's: one of the two is a slip.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = parts.first.flatMap({ IPAddress($0) }) else { return nil }
        let most = base.bytes.count * 8
        var bits = most
        if parts.count == 2 {
            guard let number = Int(parts[1]), String(number) == parts[1],
                (0...most).contains(number)
            else { return nil }
            bits = number
        }
        guard base.bytes == Self.masked(base.bytes, bits) else { return nil }
        self.base = base
        self.bits = bits
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == base.bytes.count
            && Self.masked(address.bytes, bits) == base.bytes
    }

    private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }

    package var description: String { "\(base)/\(bits)" }
}
