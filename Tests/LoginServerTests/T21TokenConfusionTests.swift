import Crypto
import CryptoExtras
import Foundation
import OpenIDConnect
import TestSupport
import Testing

/// ID tokens that are none of ours, shown to us as hints.
@Suite(.timeLimit(.minutes(10))) struct T21TokenConfusionTests {
    private static func part(_ json: String) -> String { Website.base64URL(Array(json.utf8)) }

    /// A token with the claims of a real one under another head, signed in another way.
    private static func forgeries(of token: String) throws -> [String] {
        let parts = token.split(separator: ".").map(String.init)
        let kid = try SigningKey(pem: TestKeys.rsa).kid
        let input = { (head: String) in "\(part(head)).\(parts[1])" }
        var all = ["none", "None", "nOnE", "HS256"].map {
            input(#"{"alg":"\#($0)","kid":"\#(kid)","typ":"JWT"}"#) + "."
        }
        all.append("\(parts[0]).\(parts[1]).")
        // The public key as an HMAC secret.
        let rsa = try _RSA.Signing.PrivateKey(pemRepresentation: TestKeys.rsa).publicKey
        for secret in [Data(rsa.pemRepresentation.utf8), rsa.derRepresentation] {
            let text = input(#"{"alg":"HS256","kid":"\#(kid)","typ":"JWT"}"#)
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(text.utf8),
                using: SymmetricKey(data: secret)
            )
            all.append("\(text).\(Website.base64URL(Array(code)))")
        }
        // A foreign key under our name.
        let foreign = try _RSA.Signing.PrivateKey(pemRepresentation: TestKeys.otherRSA)
        for extra in ["", #","jwk":{"kty":"RSA"}"#, #","jku":"https://evil.example/k""#] {
            let text = input(#"{"alg":"RS256","kid":"\#(kid)","typ":"JWT"\#(extra)}"#)
            let signature = try foreign.signature(
                for: SHA256.hash(data: Data(text.utf8)),
                padding: .insecurePKCS1v1_5
            )
            all.append("\(text).\(Website.base64URL(Array(signature.rawRepresentation)))")
        }
        for name in ["../../dev/null", "' OR 1=1 --", String(repeating: "k", count: 3000), ""] {
            all.append(input(#"{"alg":"RS256","kid":"\#(name)","typ":"JWT"}"#) + "." + parts[2])
        }
        all.append("\(parts[0]).\(part("[]")).\(parts[2])")
        all.append("\(parts[0]).\(part(#"{"sub":"a","sub":"b"}"#)).\(parts[2])")
        all += ["", ".", "..", "...", "e30", String(repeating: "A", count: 5000)]
        return all
    }

    @Test func `T21 a forged hint ends no session and sends nobody anywhere`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let tokens = try await shop.redeem(back.code)
            let token = try #require(tokens.text("id_token"))
            var forgeries = try Self.forgeries(of: token)
            // Real, and no ID token.
            forgeries.append(try #require(tokens.text("access_token")))
            for forgery in forgeries {
                let query = Website.form([
                    ("id_token_hint", forgery),
                    ("post_logout_redirect_uri", "https://shop.example/bye"),
                ])
                let answer = try await browser.get("/end_session?\(query)")
                #expect(answer.status == 200, "\(forgery.prefix(80))")
                #expect(answer["Location"] == nil)
                #expect(answer.text.contains(#"id="logout""#))
                if !forgery.isEmpty {
                    let silent = try shop.callback(
                        try await shop.send(
                            browser,
                            ["prompt": "none", "id_token_hint": forgery]
                        )
                    )
                    #expect(silent.code == nil)
                }
            }
            #expect(try await browser.get("/session").status == 200)
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T21 the token of another issuer is none of ours`() async throws {
        // The same key, by a mistake of the operator, on two servers.
        let foreign = try await EdgeStage.with {
            $0.origin = "https://other.example"
        } _: { stage in
            let shop = try await Website.register(on: stage)
            let back = try await shop.logIn(Browser(stage), by: try await stage.phone("alice"))
            return try #require(try await shop.redeem(back.code).text("id_token"))
        }
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let answer = try await browser.get("/end_session?id_token_hint=\(foreign)")
            #expect(answer.text.contains(#"id="logout""#))
            #expect(stage.sessionsCount == 1)
        }
    }

    @Test func `T21 every ID token is RS256 under a published key`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            for _ in 0..<5 {
                let back = try shop.callback(try await shop.send(browser))
                let token = try #require(try await shop.redeem(back.code).text("id_token"))
                let jwt = try JWT(token)
                #expect(jwt.head["alg"] as? String == "RS256")
                #expect(jwt.head.keys.sorted() == ["alg", "kid", "typ"])
                #expect(try await shop.claims(token)["sub"] != nil)
            }
        }
    }
}
