import LoginDomain
import OpenIDConnect

/// A website of the tests, and requests of it.
enum Website {
    static let issuer = "https://login.example"
    static let id = "rp_website"
    static let callback = "https://rp.example/cb"
    /// The example of RFC 7636 appendix B.
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    static func party(
        redirects: [String] = [callback],
        isPublic: Bool = false,
        isProofKeyRequired: Bool = true,
        shares: Set<OpenIDScope> = []
    ) throws -> RelyingParty? {
        guard let id = RelyingPartyID(text: id) else { return nil }
        return RelyingParty(
            id: id,
            name: "A website",
            redirectURIs: try redirects.map { try RedirectURI(registering: $0) },
            secret: isPublic ? nil : SecretDigest(bytes: Array(repeating: 7, count: 32)),
            isProofKeyRequired: isProofKeyRequired,
            shares: shares,
            createdAt: Timestamp(milliseconds: 0)
        )
    }

    /// A sound request, with members replaced or, by an empty text, taken away.
    static func query(_ changes: [String: String] = [:]) -> String {
        var members = [
            "client_id": id, "redirect_uri": callback, "response_type": "code",
            "scope": "openid profile", "state": "s-1", "nonce": "n-1",
            "code_challenge": challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { members[name] = value.isEmpty ? nil : value }
        return members.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(escaped($0.value))" }
            .joined(separator: "&")
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
            let digits = String(byte, radix: 16)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }
        .joined()
    }

    static func judge(
        _ query: String,
        _ party: RelyingParty?
    ) throws -> AuthorizationJudge.Verdict {
        AuthorizationJudge(issuer: issuer).judge(try FormParameters(query.utf8), client: party)
    }
}
