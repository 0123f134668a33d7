package import LoginDomain

/// What an operator says of a website, before it is judged.
package struct ClientDraft: Sendable {
    package var id: RelyingPartyID
    package var name: String
    package var redirectURIs: [String]
    package var postLogoutRedirectURIs: [String]
    /// Nil for a public client.
    package var secret: SecretDigest?
    package var isProofKeyRequired = true
    package var isPairwise = false
    package var numberMatching = NumberMatching.off
    package var shares: Set<OpenIDScope> = []
    package var allowsRefresh = false
    package var isConfigured = false

    package init(
        id: RelyingPartyID,
        name: String,
        redirectURIs: [String],
        postLogoutRedirectURIs: [String] = [],
        secret: SecretDigest?
    ) {
        self.id = id
        self.name = name
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.secret = secret
    }

    /// What is wrong with it, a line each.
    package struct Flaws: Error, Sendable, Equatable {
        package var lines: [String]
    }

    /// The names of its parts, as where it was said has them.
    package struct Words: Sendable {
        var name: String
        var redirectURI: String
        var postLogoutRedirectURI: String
        var proofKey: String
        var pairwise: String

        package static let flags = Words(
            name: "--name",
            redirectURI: "--redirect-uri",
            postLogoutRedirectURI: "--post-logout-redirect-uri",
            proofKey: "--pkce",
            pairwise: "--pairwise"
        )
        package static let file = Words(
            name: "name",
            redirectURI: "redirect_uris",
            postLogoutRedirectURI: "post_logout_redirect_uris",
            proofKey: "pkce",
            pairwise: "pairwise"
        )
    }

    /// Makes a website of it.
    ///
    /// - Parameters:
    ///   - allowsLoopback: Whether `http` addresses of this very machine will do: in development.
    ///   - words: What the operator calls its parts.
    ///   - now: When it came.
    /// - Returns: The website.
    /// - Throws: Everything that is wrong with it.
    package func judged(
        allowsLoopback: Bool,
        in words: Words,
        at now: Timestamp
    ) throws(Flaws) -> RelyingParty {
        var lines: [String] = []
        func addresses(_ texts: [String], _ word: String) -> [RedirectURI] {
            if texts.count > RelyingParty.urisMax {
                lines.append("\(word): there may be \(RelyingParty.urisMax), not \(texts.count).")
            }
            return texts.compactMap { text in
                do throws(RedirectURI.Flaw) {
                    return try RedirectURI(registering: text, allowsLoopback: allowsLoopback)
                } catch {
                    lines.append("\(word): \(shown(text)): \(error.reason).")
                    return nil
                }
            }
        }
        let redirects = addresses(redirectURIs, words.redirectURI)
        let others = addresses(postLogoutRedirectURIs, words.postLogoutRedirectURI)
        if redirectURIs.isEmpty {
            lines.append("\(words.redirectURI) is missing: where the website takes logins.")
        }
        if secret == nil, !isProofKeyRequired {
            lines.append(
                "\(words.proofKey): a public website has nothing but PKCE to prove its codes with; "
                    + "it cannot be optional."
            )
        }
        if isPairwise, Set(redirects.map(\.host)).count > 1 {
            lines.append(
                "\(words.pairwise): the addresses of \(words.redirectURI) must all be of one host."
            )
        }
        let party = RelyingParty(
            id: id,
            name: name,
            redirectURIs: redirects,
            postLogoutRedirectURIs: others,
            secret: secret,
            isProofKeyRequired: isProofKeyRequired,
            isPairwise: isPairwise,
            numberMatching: numberMatching,
            shares: shares,
            allowsRefresh: allowsRefresh,
            isConfigured: isConfigured,
            createdAt: now
        )
        guard let party, lines.isEmpty else {
            if !RelyingParty.isName(name) {
                lines.insert(
                    "\(words.name): a name has 1 to \(RelyingParty.nameCharactersMax) characters that "
                        + "people can read, and no space at its ends.",
                    at: 0
                )
            }
            throw Flaws(lines: lines)
        }
        return party
    }

    /// An address in a line for the operator.
    private func shown(_ text: String) -> String {
        let line = text.unicodeScalars.prefix(100).map { scalar in
            scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F
                ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }
        return line.isEmpty ? "an empty address" : line.joined()
    }
}
