import Crypto
import CryptoExtras
import Foundation
import LoginDomain
import OpenIDConnect
import Testing

struct IDTokenTests {
    @Test(arguments: ["rsa", "ec"])
    func `a token says who logged in where and when, and is signed by a published key`(
        kind: String
    ) throws {
        let key = try #require(kind == "rsa" ? Keys.rsa : Keys.ec)
        let text = try Self.token().signed(by: key)
        let parts = text.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let head = try Self.object(parts[0])
        #expect(head["alg"] as? String == (kind == "rsa" ? "RS256" : "ES256"))
        #expect(head["kid"] as? String == key.kid)
        #expect(head["typ"] as? String == "JWT")
        #expect(head.count == 3)

        let payload = try Self.object(parts[1])
        #expect(payload["iss"] as? String == Website.issuer)
        #expect(payload["sub"] as? String == "s_1")
        #expect(payload["aud"] as? String == Website.id)
        #expect(payload["iat"] as? Int == 1_000)
        #expect(payload["exp"] as? Int == 1_600)
        #expect(payload["auth_time"] as? Int == 990)
        #expect(payload["nonce"] as? String == "n-1")
        #expect(payload["sid"] as? String == "sid-1")
        #expect(payload["acr"] as? String == "urn:scan-login:wechat-scan")
        #expect(payload["amr"] as? [String] == ["mca"])
        // OpenID Connect Core appendix A.3: this access token, this at_hash.
        #expect(payload["at_hash"] as? String == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(payload.count == 11)
    }

    @Test func `a login by a link says so, and claims no second channel`() throws {
        let key = try #require(Keys.ec)
        var token = try Self.token()
        token.way = .link
        let parts = token.signed(by: key).split(separator: ".").map(String.init)
        let payload = try Self.object(parts[1])
        #expect(payload["acr"] as? String == "urn:scan-login:wechat-link")
        #expect(payload["amr"] == nil)
        #expect(payload.count == 10)
    }

    /// The public half goes through the set, as it would at a client; RFC 7518 section 6.3.
    @Test func `a client verifies the signature by the published numbers alone`() throws {
        let key = try #require(Keys.rsa)
        let set = try #require(
            try JSONSerialization.jsonObject(with: Data(JWKSet.document([key.publicKey])))
                as? [String: [[String: String]]]
        )
        let jwk = try #require(set["keys"]?.first)
        #expect(jwk["use"] == "sig")
        #expect(jwk["alg"] == "RS256")
        #expect(jwk["kid"] == key.kid)
        let modulus = try #require(jwk["n"].flatMap { Base64URL.decode($0) })
        let exponent = try #require(jwk["e"].flatMap { Base64URL.decode($0) })
        let published = try _RSA.Signing.PublicKey(n: modulus, e: exponent)
        let parts = try Self.token().signed(by: key).split(separator: ".").map(String.init)
        let signature = try #require(Base64URL.decode(parts[2]))
        #expect(
            published.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8)),
                padding: .insecurePKCS1v1_5
            )
        )
    }

    @Test func `T22: the set holds no private member, and every key its own name`() throws {
        let keys = [Keys.rsa, Keys.ec, Keys.foreign].compactMap(\.self)
        try #require(keys.count == 3)
        let bytes = JWKSet.document(keys.map(\.publicKey))
        let set = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: [[String: String]]]
        )
        let jwks = try #require(set["keys"])
        #expect(Set(jwks.compactMap { $0["kid"] }).count == 3)
        for jwk in jwks {
            let members = Set(jwk.keys)
            #expect(members.isDisjoint(with: ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]))
        }
        #expect(jwks[1]["crv"] == "P-256")
        #expect(jwks[1]["x"].flatMap { Base64URL.decode($0) }?.count == 32)
    }

    /// RFC 7638 section 3.1.
    @Test func `a key's name is its thumbprint`() throws {
        let numbers = try #require(
            Base64URL.decode(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6"
                    + "tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4"
                    + "QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91C"
                    + "bOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44"
                    + "-csFCur-kEgU8awapJzKnqDKgw"
            )
        )
        let key = try _RSA.Signing.PublicKey(n: numbers, e: [1, 0, 1] as [UInt8])
        #expect(
            try PublicKey(pem: key.pemRepresentation).kid
                == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        )
    }

    @Test func `a key that is too short, broken or of another kind is none`() throws {
        let short = try #require(Keys.short)
        #expect(throws: SigningKey.Flaw.tooShort) { try SigningKey(pem: short) }
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
            #expect(throws: SigningKey.Flaw.unreadable) { try SigningKey(pem: text) }
        }
        let curve = P384.Signing.PrivateKey().pemRepresentation
        #expect(throws: SigningKey.Flaw.unreadable) { try SigningKey(pem: curve) }
    }

    @Test func `T35: a key prints its name and nothing else`() throws {
        let key = try #require(Keys.ec)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "key \(key.kid)")
        #expect(!dumped.contains("P256"))
        #expect(!String(reflecting: key).contains("P256"))
    }

    static func token() throws -> IDToken {
        IDToken(
            issuer: Website.issuer,
            subject: "s_1",
            audience: try #require(RelyingPartyID(text: Website.id)),
            issuedAt: Timestamp(milliseconds: 1_000_999),
            authenticatedAt: Timestamp(milliseconds: 990_000),
            way: .code,
            nonce: "n-1",
            session: "sid-1",
            accessToken: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        )
    }

    private static func object(_ part: String) throws -> [String: Any] {
        let bytes = try #require(Base64URL.decode(part))
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
}
