import HTTPTypes
package import WebSocketUpgrade

/// The proxies whose `X-Forwarded-For` is believed: none unless the operator names them (T29).
package struct TrustedProxies: Sendable, Equatable, CustomStringConvertible {
    private let networks: [IPNetwork]

    package init(_ networks: [IPNetwork] = []) {
        self.networks = networks
    }

    package func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    package var description: String {
        networks.isEmpty ? "none" : networks.map(\.description).joined(separator: ", ")
    }
}

/// Who a request comes from.
///
/// Each proxy appends the address that it saw. So the list is read from its end, for as long as it
/// was a proxy of ours that wrote; what stands before that the client may have written itself.
struct ClientAddresses: Sendable {
    let proxies: TrustedProxies
    let counts: EdgeCounts

    /// Whether many clients come from this address, because it is a proxy of ours.
    func isProxy(_ peer: String) -> Bool {
        IPAddress(peer).map(proxies.contains) ?? false
    }

    /// The address of the client behind `peer`, which is the other end of the socket.
    ///
    /// - Throws: `malformed` for a list of which the part that counts has no address.
    func client(of peer: String, _ fields: HTTPFields) throws(EdgeError) -> String {
        guard isProxy(peer) else {
            if Self.forwardingFields.contains(where: { fields.contains($0) }) {
                counts.note(.forwardingIgnored)
            }
            return peer
        }
        let hops = fields[values: .xForwardedFor]
            .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var client = peer
        for hop in hops.reversed() {
            guard let address = Self.address(in: hop) else {
                throw .malformed("X-Forwarded-For must be a list of addresses.")
            }
            client = address.description
            guard proxies.contains(address) else { break }
        }
        return client
    }

    /// An address, perhaps with a port, in brackets where it is of IPv6.
    ///
    /// A zone means something on the proxy's machine alone; `unknown` and names are no address.
    private static func address(in hop: Substring) -> IPAddress? {
        let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = hop.drop(while: blanks)
        while let last = text.last, blanks(last) { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            let inside = text[text.index(after: text.startIndex)..<end]
            return inside.contains(":") ? IPAddress(inside) : nil
        }
        if let colon = text.firstIndex(of: ":"), text.contains(".") {
            // One colon: IPv4 with a port. More: IPv6 that ends like IPv4.
            if text[text.index(after: colon)...].contains(":") { return IPAddress(text) }
            guard isPort(text[colon...]) else { return nil }
            return IPAddress(text[..<colon])
        }
        return IPAddress(text)
    }

    private static func isPort(_ text: Substring) -> Bool {
        let digits = text.dropFirst()
        return text.first == ":" && (1...5).contains(digits.count)
            && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && UInt16(digits) != nil
    }

    private static let forwardingFields: [HTTPField.Name] = [
        .xForwardedFor, .xForwardedHost, .xForwardedProto, .forwarded, .xRealIP, .cfConnectingIP,
    ]
}
