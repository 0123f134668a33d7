import MockWeChatWorld
import NIOCore
import NIOHTTP1

/// Keeps pages of other sites away from the control plane.
///
/// The mock knows no password, but a developer's browser reaches it and so does every page in there.
/// Programs send no `Origin` and are not asked for one.
struct OriginGate: Sendable {
    /// What only a page of the mock's own can send: a page elsewhere would have to ask first, by a
    /// preflight that nobody answers (Fetch, "CORS-preflight fetch").
    static let header = "X-Mock-Phone"

    /// Names that the mock was given, in small letters.
    let ownNames: [String]

    init(host: String, publicURL: String?) {
        ownNames =
            [host.lowercased()] + (publicURL.map { [Self.host(of: Self.authority(of: $0))] } ?? [])
    }

    /// Refuses a request that a page of another site makes.
    func checkOrigin(of request: MockRequest) throws(ControlError) {
        for origin in request.headers["origin"] {
            let own = request.headers.first(name: "host")?.lowercased() ?? ""
            guard !own.isEmpty, Self.authority(of: origin) == own else {
                throw .foreignOrigin(origin)
            }
        }
    }

    /// Refuses a request under a name that somebody else may have made to point here (DNS rebinding).
    ///
    /// An address is not looked up, and a name without a dot or below one of these is nobody's to
    /// register.
    func checkHost(of request: MockRequest) throws(ControlError) {
        let host = Self.host(of: request.headers.first(name: "host")?.lowercased() ?? "")
        let isAddress = host.hasPrefix("[") || (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let isInside =
            !host.contains(".")
            || [".localhost", ".local", ".internal", ".test", ".home.arpa"].contains {
                host.hasSuffix($0)
            }
        guard !host.isEmpty, isAddress || isInside || ownNames.contains(host) else {
            throw .foreignHost(host)
        }
    }

    /// Refuses a request that the virtual phone's page did not make.
    func checkHeader(of request: MockRequest) throws(ControlError) {
        guard request.headers[Self.header] == ["1"] else {
            throw .notFromThePhone(header: Self.header)
        }
    }

    private static func authority(of url: String) -> String {
        let rest = url.lowercased().split(separator: "://", maxSplits: 1)
        return rest.count == 2 ? String(rest[1].prefix { $0 != "/" }) : ""
    }

    /// An authority without its port.
    private static func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return authority.prefix { $0 != "]" } + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
