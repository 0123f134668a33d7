internal import Foundation

/// Where a server listens, and what the transcript calls it.
package struct ServerAddress: Sendable, Equatable {
    /// Who is meant, as the transcript says it: `login-server`, `mock-wechat`.
    package let name: String
    /// `http` or `https`.
    package let scheme: String
    /// The host without brackets.
    package let host: String
    /// The port, the scheme's own when the URL has none.
    package let port: Int

    /// Reads `http://host[:port]` or `https://host[:port]`, a closing slash allowed.
    ///
    /// Nil for any other scheme and for a URL with a path, a query, a fragment or a user.
    package init?(_ url: String, name: String) {
        guard let parts = URLComponents(string: url),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = parts.host?.lowercased(), !host.isEmpty,
            parts.path.isEmpty || parts.path == "/",
            parts.query == nil, parts.fragment == nil, parts.user == nil
        else { return nil }
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65_535).contains(port) else { return nil }
        self.name = name
        self.scheme = scheme
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    /// What goes into `Host`: the port only when it is not the scheme's own.
    package var authority: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// The web origin, as a browser sends it.
    package var origin: String { "\(scheme)://\(authority)" }
}
