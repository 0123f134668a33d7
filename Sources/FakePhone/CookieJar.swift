/// The cookies of one browser at one server.
///
/// The jar never needs to know a cookie's name. It honours `Path`, `Secure` and `Max-Age=0`;
/// any other lifetime is left to the server, which has to enforce it anyway.
package struct CookieJar: Sendable, Equatable {
    /// One cookie.
    package struct Cookie: Sendable, Equatable {
        package var name: String
        package var value: String
        package var path: String
        package var isSecure: Bool
    }

    /// In the order in which they were first set.
    package private(set) var cookies: [Cookie] = []

    package init() {}

    /// Takes in one `Set-Cookie` value.
    ///
    /// One that is no cookie, or breaks the rules of its
    /// `__Host-` or `__Secure-` name, is ignored, as browsers do.
    package mutating func store(_ setCookie: String) {
        guard let parsed = Self.parse(setCookie) else { return }
        let place = cookies.firstIndex {
            $0.name == parsed.cookie.name && $0.path == parsed.cookie.path
        }
        switch (place, parsed.isDeletion) {
        case (let place?, true): cookies.remove(at: place)
        case (let place?, false): cookies[place] = parsed.cookie
        case (nil, true): break
        case (nil, false): cookies.append(parsed.cookie)
        }
    }

    /// The value of `Cookie` for a request.
    ///
    /// - Parameters:
    ///   - path: the request's path, without its query.
    ///   - isSecure: whether the way there is https, or loopback, which browsers trust as much.
    /// - Returns: nil when no cookie goes with the request.
    package func header(path: String, isSecure: Bool) -> String? {
        // Longer paths first (RFC 6265, 5.4).
        let matching = cookies.enumerated()
            .filter { Self.path(path, isUnder: $0.element.path) }
            .filter { isSecure || !$0.element.isSecure }
            .sorted { ($1.element.path.count, $0.offset) < ($0.element.path.count, $1.offset) }
        guard !matching.isEmpty else { return nil }
        return matching.map { "\($0.element.name)=\($0.element.value)" }.joined(separator: "; ")
    }

    private static func path(_ path: String, isUnder cookiePath: String) -> Bool {
        if path == cookiePath { return true }
        guard path.hasPrefix(cookiePath) else { return false }
        return cookiePath.hasSuffix("/") || path.dropFirst(cookiePath.count).first == "/"
    }

    private static func parse(_ setCookie: String) -> (cookie: Cookie, isDeletion: Bool)? {
        let parts = setCookie.split(separator: ";", omittingEmptySubsequences: false)
        guard let pair = parts.first, let equals = pair.firstIndex(of: "=") else { return nil }
        let name = trimmed(pair[..<equals])
        guard !name.isEmpty else { return nil }
        var cookie = Cookie(
            name: name,
            value: trimmed(pair[pair.index(after: equals)...]),
            path: "/",
            isSecure: false
        )
        var isDeletion = false
        var hasDomain = false
        for part in parts.dropFirst() {
            let halves = part.split(separator: "=", maxSplits: 1).map(trimmed)
            let value = halves.count > 1 ? halves[1] : ""
            switch halves.first?.lowercased() {
            case "path" where value.hasPrefix("/"): cookie.path = value
            case "secure": cookie.isSecure = true
            case "domain": hasDomain = !value.isEmpty
            case "max-age": isDeletion = (Int(value) ?? 1) <= 0
            default: break
            }
        }
        if name.hasPrefix("__Host-") {
            guard cookie.isSecure, cookie.path == "/", !hasDomain else { return nil }
        }
        if name.hasPrefix("__Secure-") {
            guard cookie.isSecure else { return nil }
        }
        return (cookie, isDeletion)
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let tail = text.drop(while: isBlank)
        let end = tail.lastIndex { !isBlank($0) }
        return end.map { String(tail[...$0]) } ?? ""
    }
}
