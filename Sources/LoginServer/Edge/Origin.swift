import HTTPTypes

/// Where browsers find this server: scheme, host and port, as browsers write it in `Origin`
/// (RFC 6454 section 6.1).
package struct Origin: Sendable, Equatable, CustomStringConvertible {
    /// `https`, or `http` on loopback in development.
    package let scheme: String
    /// In lower case, without the port.
    package let host: String
    /// As it stands in `Host`: without the port where it is the scheme's own.
    package let authority: String

    /// Takes `https://login.example.com` or `http://127.0.0.1:8080`; nil for anything more or less:
    /// no path, no query, no user, no default port, no capitals.
    package init?(_ text: String) {
        guard let split = text.firstRange(of: "://") else { return nil }
        let scheme = String(text[..<split.lowerBound])
        let authority = text[split.upperBound...]
        guard scheme == "https" || scheme == "http", !authority.isEmpty else { return nil }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let host = parts.first, !host.isEmpty,
            host.utf8.allSatisfy(Self.isHostByte), host.last != ".", host.first != "."
        else { return nil }
        if parts.count == 2 {
            guard let port = UInt16(parts[1]), port > 0, String(port) == parts[1],
                port != (scheme == "https" ? 443 : 80)
            else { return nil }
        }
        self.scheme = scheme
        self.host = String(host)
        self.authority = String(authority)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }

    package var isSecure: Bool { scheme == "https" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host == "127.0.0.1" || host == "localhost" }

    /// What the login page's script connects to.
    package var webSocketOrigin: String { (isSecure ? "wss://" : "ws://") + authority }

    package var description: String { "\(scheme)://\(authority)" }

    /// Whether a request was meant for this server: exactly one `Host`, and it is ours (T25).
    ///
    /// - Throws: `misdirected` for another host; `malformed` for two, of which a proxy before us may
    ///   have looked at the other one (RFC 9112 section 3.2).
    func checkHost(of request: HTTPRequest) throws(EdgeError) {
        guard request.authority == authority else { throw .misdirected(origin: "\(self)") }
        // The first one is the authority; what is left among the fields is a second one.
        guard !request.headerFields.contains(where: { $0.name.canonicalName == "host" }) else {
            throw .malformed("A request has one Host.")
        }
    }
}
