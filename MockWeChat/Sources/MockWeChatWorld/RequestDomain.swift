/// An address of the web, cut at its origin.
///
/// WeChat compares what stands in the address with what stands in the list (WeChat page "network"):
/// the port is part of it, and a port that is not registered may not be written either.
struct RequestDomain: Sendable, Equatable {
    /// Scheme and authority in small letters, such as `https://login.example:8443`.
    let origin: String
    /// Path and query; a fragment stays at home.
    let target: String

    private static let hostLetters = Set("abcdefghijklmnopqrstuvwxyz0123456789.-".utf8)
    private static let addressLetters = Set("0123456789abcdef:.".utf8)
    private static let digits = Set("0123456789".utf8)

    /// Nil for what is no plain address of http or https: with a user, a backslash, a space, a letter
    /// outside of ASCII.
    init?(_ url: String) {
        guard url.utf8.allSatisfy({ 0x21 <= $0 && $0 <= 0x7E && $0 != UInt8(ascii: "\\") }),
            let scheme = ["http://", "https://"].first(where: {
                url.lowercased().hasPrefix($0)
            })
        else { return nil }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }.lowercased()
        guard Self.isAuthority(authority) else { return nil }
        origin = scheme + authority
        let tail = rest.dropFirst(authority.count).prefix { $0 != "#" }
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
    }

    private static func isAuthority(_ text: String) -> Bool {
        var port = Substring()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            let address = text[text.index(after: text.startIndex)..<end]
            guard !address.isEmpty, address.utf8.allSatisfy(addressLetters.contains) else {
                return false
            }
            port = text[text.index(after: end)...]
        } else {
            let host = text.prefix { $0 != ":" }
            guard !host.isEmpty, host.utf8.allSatisfy(hostLetters.contains) else { return false }
            port = text[host.endIndex...]
        }
        guard let colon = port.first else { return true }
        let number = port.dropFirst()
        return colon == ":" && (1...5).contains(number.count)
            && number.utf8.allSatisfy(digits.contains)
    }
}
