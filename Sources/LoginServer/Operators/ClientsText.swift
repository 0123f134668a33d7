import Foundation
package import LoginDomain

/// Websites, for people and for programs: what `login-server clients` prints.
package enum ClientsText {
    /// Id, kind, PKCE, whose it is, where it takes logins, and its name, with tabs between.
    package static func line(_ party: RelyingParty) -> String {
        [
            party.id.text, party.secret == nil ? "public" : "confidential",
            party.isProofKeyRequired ? "pkce" : "pkce=optional",
            party.isConfigured ? "configured" : "registered",
            party.redirectURIs.map(\.text).joined(separator: " "), party.name,
        ].joined(separator: "\t")
    }

    /// One JSON object, without line breaks and without its secret.
    package static func json(_ party: RelyingParty) throws -> String {
        struct Line: Encodable {
            var clientId: String
            var name: String
            var redirectUris: [String]
            var postLogoutRedirectUris: [String]
            var `public`: Bool
            var pkce: String
            var pairwise: Bool
            var numberMatching: String
            var shares: [String]
            var refreshTokens: Bool
            var configured: Bool
            var createdAt: String
        }
        return try encode(
            Line(
                clientId: party.id.text,
                name: party.name,
                redirectUris: party.redirectURIs.map(\.text),
                postLogoutRedirectUris: party.postLogoutRedirectURIs.map(\.text),
                public: party.secret == nil,
                pkce: party.isProofKeyRequired ? "required" : "optional",
                pairwise: party.isPairwise,
                numberMatching: party.numberMatching.rawValue,
                shares: OpenIDScope.allCases.filter(party.shares.contains).map(\.rawValue),
                refreshTokens: party.allowsRefresh,
                configured: party.isConfigured,
                createdAt: party.createdAt.rfc3339
            )
        )
    }

    /// What a website is told once: one JSON object, with its secret, where it has one.
    package static func credentials(
        _ id: RelyingPartyID,
        _ secret: ClientSecret?
    ) throws -> String {
        struct Line: Encodable {
            var clientId: String
            var clientSecret: String?
        }
        return try encode(Line(clientId: id.text, clientSecret: secret?.exposed))
    }

    private static func encode(_ line: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
