import LoginDomain
import LoginService

/// A website that has its users logged in by us, as it is registered and as it knows itself.
struct Website: Sendable {
    let id: String
    let name: String
    /// Nil for one that can keep none.
    let secret: String?
    let host: String
    let isPairwise: Bool
    let allowsRefresh: Bool
    /// Where its own server asks from.
    let address: String

    var redirect: String { "https://\(host)/callback" }
    /// Which websites know a person by the same name.
    var sector: String { isPairwise ? host : "" }

    /// Has a server, a secret and refresh tokens.
    static let shop = Website(
        id: "rp_shop",
        name: "Shop",
        secret: "a-secret-of-the-shop-that-nobody-else-has-0123",
        host: "shop.example",
        isPairwise: false,
        allowsRefresh: true,
        address: "198.18.0.1"
    )
    /// Lives in the browser alone: anybody may say to be it.
    static let forum = Website(
        id: "rp_forum",
        name: "Forum",
        secret: nil,
        host: "forum.example",
        isPairwise: true,
        allowsRefresh: true,
        address: "198.18.0.2"
    )
    /// Registered as the others are, and up to no good.
    static let thief = Website(
        id: "rp_thief",
        name: "Free Pictures",
        secret: "a-secret-of-the-thief-that-is-its-own-0123456",
        host: "thief.example",
        isPairwise: false,
        allowsRefresh: true,
        address: "203.0.113.250"
    )

    static let all = [shop, forum, thief]

    static func named(_ id: String) -> Website? { all.first { $0.id == id } }

    /// Its row.
    func party(at now: Timestamp) -> RelyingParty? {
        guard let id = RelyingPartyID(text: id),
            let redirect = try? RedirectURI(registering: redirect)
        else { return nil }
        return RelyingParty(
            id: id,
            name: name,
            redirectURIs: [redirect],
            secret: secret.map(clientSecretDigest),
            isPairwise: isPairwise,
            allowsRefresh: allowsRefresh,
            createdAt: now
        )
    }
}
