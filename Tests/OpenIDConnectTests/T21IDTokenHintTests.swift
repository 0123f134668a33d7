import Crypto
import CryptoExtras
import Foundation
import LoginDomain
import OpenIDConnect
import Testing

struct T21IDTokenHintTests {
    private static let head = #"{"alg":"RS256","kid":"KID","typ":"JWT"}"#
    private static let payload =
        #"{"iss":"https://login.example","sub":"s_1","aud":"rp_website","sid":"sid-1"}"#

    @Test func `T21: a token of ours is believed, however old`() throws {
        let (rsa, ec) = (try #require(Keys.rsa), try #require(Keys.ec))
        for key in [rsa, ec] {
            let hint = try Self.read(try IDTokenTests.token().signed(by: key), [rsa, ec])
            #expect(hint.subject == "s_1")
            #expect(hint.audience == Website.id)
            #expect(hint.session == "sid-1")
        }
    }

    @Test(arguments: ["none", "None", "nOnE", "NONE", "HS256", "RS384", "PS256", "", "rs256"])
    func `T21: an algorithm that is not ours is not believed`(algorithm: String) throws {
        let key = try #require(Keys.rsa)
        let head = Self.head.replacing("RS256", with: algorithm)
        for signature in ["", "AAAA"] {
            let text = try Self.forged(head, Self.payload, signature: signature)
            #expect(throws: IDTokenHint.Flaw.head) { try Self.read(text, [key]) }
        }
        // Without a signature, there are not even three parts worth reading.
        let cut = try IDTokenTests.token().signed(by: key).split(separator: ".").prefix(2)
        #expect(throws: IDTokenHint.Flaw.notCompact) {
            try Self.read(cut.joined(separator: "."), [key])
        }
    }

    @Test func `T21: a signature made with our public key as a password is not believed`() throws {
        let key = try #require(Keys.rsa)
        let raw = try #require(Keys.raw)
        let passwords = [
            Data(raw.publicKey.pemRepresentation.utf8), raw.publicKey.derRepresentation,
        ]
        for password in passwords {
            for algorithm in ["HS256", "RS256"] {
                let head = Self.head.replacing("RS256", with: algorithm)
                let input = try Self.input(head, Self.payload)
                let mac = HMAC<SHA256>.authenticationCode(
                    for: Data(input.utf8),
                    using: SymmetricKey(data: password)
                )
                #expect(throws: IDTokenHint.Flaw.self) {
                    try Self.read("\(input).\(Base64URL.encode(Array(mac)))", [key])
                }
            }
        }
    }

    @Test func `T21: a foreign key under our name is not believed`() throws {
        let (ours, foreign) = (try #require(Keys.rsa), try #require(Keys.foreign))
        let text = try IDTokenTests.token().signed(by: foreign)
        #expect(throws: IDTokenHint.Flaw.unknownKey) { try Self.read(text, [ours]) }
        let parts = text.split(separator: ".")
        let renamed = try Self.input(Self.head, Self.payload) + ".\(parts[2])"
        #expect(throws: IDTokenHint.Flaw.signature) { try Self.read(renamed, [ours]) }
    }

    @Test(arguments: [
        #""jku":"https://evil.example/""#, #""jwk":"{}""#, #""x5u":"https://evil.example/""#,
        #""x5c":"x""#, #""crit":"exp""#, #""b64":"false""#, #""crit":["exp"]"#,
    ])
    func `T21: a head that names a key, a place or a rule is not believed`(member: String) throws {
        let head = String(Self.head.dropLast()) + ",\(member)}"
        let text = try Self.forged(head, Self.payload, signature: "AAAA")
        #expect(throws: IDTokenHint.Flaw.head) {
            try Self.read(text, [try #require(Keys.rsa)])
        }
    }

    @Test(arguments: ["../../dev/null", "' OR 1=1 --", String(repeating: "k", count: 1024), ""])
    func `T21: a name of no key is not believed`(kid: String) throws {
        let text = try Self.forged(
            Self.head.replacing("KID", with: kid),
            Self.payload,
            signature: "AAAA"
        )
        #expect(throws: IDTokenHint.Flaw.unknownKey) {
            try Self.read(text, [try #require(Keys.rsa)])
        }
    }

    @Test func `T21: a signature of zeros is not believed`() throws {
        let ec = try #require(Keys.ec)
        let head = Self.head.replacing("RS256", with: "ES256").replacing("KID", with: ec.kid)
        let zeros = Base64URL.encode(Array(repeating: 0, count: 64))
        let text = try Self.forged(head, Self.payload, signature: zeros)
        #expect(throws: IDTokenHint.Flaw.signature) { try Self.read(text, [ec]) }
    }

    @Test(arguments: ["[]", "1", #""x""#, "", "{}", #"{"iss":1}"#])
    func `T21: what is signed but no token of ours is not believed`(payload: String) throws {
        let key = try #require(Keys.rsa)
        #expect(throws: IDTokenHint.Flaw.payload) {
            try Self.read(key.sign(Array(payload.utf8)), [key])
        }
    }

    @Test func `T21: another issuer's token is not believed, nor one of two subjects`() throws {
        let key = try #require(Keys.rsa)
        let other = Self.payload.replacing("login.example", with: "other.example")
        #expect(throws: IDTokenHint.Flaw.issuer) {
            try Self.read(key.sign(Array(other.utf8)), [key])
        }
        // Signed by somebody else or not at all, a second subject changes nothing.
        let two = String(Self.payload.dropLast()) + #","sub":"s_2"}"#
        let text = try Self.forged(Self.head, two, signature: "AAAA")
        #expect(throws: IDTokenHint.Flaw.signature) { try Self.read(text, [key]) }
    }

    @Test(arguments: ["", ".", "..", "...", "a.b", "a.b.c.d", "e30.e30.!", " e30.e30.e30"])
    func `T21: what is no compact token is not believed`(text: String) throws {
        let key = try #require(Keys.rsa)
        #expect(throws: IDTokenHint.Flaw.self) { try Self.read(text, [key]) }
    }

    @Test func `T30: a token has at most 4 KiB`() throws {
        let key = try #require(Keys.rsa)
        let text = key.sign(Array(repeating: 0x20, count: IDTokenHint.bytesMax))
        #expect(throws: IDTokenHint.Flaw.tooLong) { try Self.read(text, [key]) }
    }

    private static func read(_ text: String, _ keys: [SigningKey]) throws -> IDTokenHint {
        try IDTokenHint(text, issuer: Website.issuer, keys: keys.map(\.publicKey))
    }

    private static func input(_ head: String, _ payload: String) throws -> String {
        let head = head.replacing("KID", with: try #require(Keys.rsa).kid)
        return "\(Base64URL.encode(Array(head.utf8))).\(Base64URL.encode(Array(payload.utf8)))"
    }

    private static func forged(
        _ head: String,
        _ payload: String,
        signature: String
    ) throws -> String {
        "\(try input(head, payload)).\(signature)"
    }
}
