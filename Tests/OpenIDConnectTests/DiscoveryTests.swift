import Foundation
import OpenIDConnect
import Testing

/// OpenID Connect Discovery section 3, and the suite's oidcc-discovery-endpoint-verification.
struct DiscoveryTests {
    private static func document() throws -> [String: Any] {
        let bytes = Discovery.document(issuer: Website.issuer)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func `every endpoint is the issuer's own`() throws {
        let document = try Self.document()
        #expect(document["issuer"] as? String == Website.issuer)
        let endpoints = document.filter { $0.key.hasSuffix("_endpoint") || $0.key == "jwks_uri" }
        #expect(endpoints.count == 6)
        for (name, address) in endpoints {
            #expect((address as? String)?.hasPrefix("\(Website.issuer)/") == true, "\(name)")
        }
    }

    @Test(arguments: [
        ("response_types_supported", ["code"]),
        ("subject_types_supported", ["public", "pairwise"]),
        ("id_token_signing_alg_values_supported", ["RS256", "ES256"]),
        ("scopes_supported", ["openid", "profile", "wechat", "phone", "offline_access"]),
        ("code_challenge_methods_supported", ["S256"]),
        ("grant_types_supported", ["authorization_code", "refresh_token"]),
        ("response_modes_supported", ["query"]),
        ("acr_values_supported", ["urn:scan-login:wechat-scan", "urn:scan-login:wechat-link"]),
    ])
    func `what is supported is said`(member: String, values: [String]) throws {
        #expect(try Self.document()[member] as? [String] == values)
    }

    @Test(arguments: [
        ("request_uri_parameter_supported", false), ("request_parameter_supported", false),
        ("claims_parameter_supported", false),
        ("authorization_response_iss_parameter_supported", true),
    ])
    func `what is not supported is said, too`(member: String, value: Bool) throws {
        #expect(try Self.document()[member] as? Bool == value)
    }

    @Test func `nothing is said of display, which is ignored`() throws {
        #expect(try Self.document()["display_values_supported"] == nil)
    }

    @Test func `T25: it is the same bytes each time`() {
        let first = Discovery.document(issuer: Website.issuer)
        for _ in 0..<20 { #expect(Discovery.document(issuer: Website.issuer) == first) }
    }
}
