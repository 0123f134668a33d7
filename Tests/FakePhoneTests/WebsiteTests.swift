import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import FakePhone

/// A website in a scenario, and what it believes.
@Suite struct WebsiteTests {
    private static let login = ServerAddress("http://127.0.0.1:8080", name: "login-server")

    private func website(
        _ transport: ScriptedTransport = ScriptedTransport([])
    ) throws
        -> FakeWebsite
    {
        let login = try #require(Self.login)
        return FakeWebsite(
            name: "shop",
            registration: WebsiteRegistration(clientID: "rp_shop", clientSecret: "s:1"),
            login: login,
            line: Line(
                name: "shop",
                transport: transport,
                time: VirtualTime().phoneTime,
                recorder: Recorder { _ in }
            )
        )
    }

    @Test func `a request has state, nonce and a proof key, new each time`() throws {
        var shop = try website()
        let dice = Dice(seed: 1)
        let paths = (0..<2).map { _ in shop.begin("laptop", dice, ["prompt": "none"]) }
        for path in paths {
            #expect(path.hasPrefix("/authorize?client_id=rp_shop&code_challenge="))
            #expect(path.contains("&code_challenge_method=S256&"))
            #expect(path.contains("redirect_uri=https%3A%2F%2Fshop.example%2Fcallback&"))
            #expect(path.contains("&scope=openid%20profile&"))
            #expect(path.contains("&prompt=none&"))
        }
        #expect(paths[0] != paths[1])
        #expect(shop.visits["laptop"]?.verifier.count == 64)
    }

    @Test func `only an answer to its own question is taken`() throws {
        var shop = try website()
        _ = shop.begin("laptop", Dice(seed: 1), [:])
        let state = try #require(shop.visits["laptop"]?.state)
        let iss = "iss=http%3A%2F%2F127.0.0.1%3A8080"
        let own = "https://shop.example/callback"
        let bad: [String?] = [
            nil, "", "/login", "\(own)", "\(own)?code=c&state=\(state)",
            "\(own)?code=c&state=x&\(iss)", "\(own)?code=c&\(iss)",
            "\(own)?code=c&state=\(state)&iss=http%3A%2F%2Fevil.example",
            "\(own)?code=&state=\(state)&\(iss)", "\(own)?state=\(state)&\(iss)",
            "\(own)?code=c&code=d&state=\(state)&\(iss)",
            "https://evil.example/callback?code=c&state=\(state)&\(iss)",
            "\(own)evil?code=c&state=\(state)&\(iss)",
        ]
        for location in bad {
            #expect(shop.take(location, of: "laptop") == nil, "\(location ?? "nil")")
            #expect(shop.visits["laptop"]?.code == nil)
        }
        #expect(shop.take("\(own)?code=c&state=\(state)&\(iss)", of: "other") == nil)
        let refused = "\(own)?error=access_denied&error_description=x&state=\(state)&\(iss)"
        #expect(shop.take(refused, of: "laptop") == "access_denied")
        #expect(shop.take("\(own)?code=c&state=\(state)&\(iss)", of: "laptop") == "code")
        #expect(shop.visits["laptop"]?.code == "c")
    }

    @Test func `a token without a signature is not accepted`() async throws {
        let part = { (json: String) in
            Data(json.utf8).base64EncodedString().replacing("=", with: "")
                .replacing("+", with: "-").replacing("/", with: "_")
        }
        let dice = Dice(seed: 1)
        var probe = try website()
        _ = probe.begin("laptop", dice.child("x"), [:])
        let nonce = try #require(probe.visits["laptop"]?.nonce)
        let claims =
            #"{"iss":"http://127.0.0.1:8080","aud":"rp_shop","sub":"s_1","nonce":"\#(nonce)"}"#
        for (alg, signature) in [("none", ""), ("RS256", "AAAA"), ("HS256", "AAAA")] {
            let head = #"{"alg":"\#(alg)","kid":"k"}"#
            let token = "\(part(head)).\(part(claims)).\(signature)"
            let transport = ScriptedTransport([
                .init(
                    call: "POST http://127.0.0.1:8080/token",
                    status: 200,
                    body: #"{"access_token":"a","id_token":"\#(token)"}"#
                ),
                .init(
                    call: "GET http://127.0.0.1:8080/jwks.json",
                    status: 200,
                    body: #"{"keys":[{"kid":"k","alg":"RS256","kty":"RSA","n":"AQAB","e":"AQAB"}]}"#
                ),
            ])
            var shop = try website(transport)
            _ = shop.begin("laptop", dice.child("x"), [:])
            let reply = try await shop.redeem("c", of: "laptop")
            #expect(reply.status == 200)
            #expect(!reply.isOK, "\(alg)")
        }
    }

    @Test func `a story with websites is skipped where nobody starts a server`() async throws {
        let scenario = try Scenario(
            yaml: """
                cast: { laptop: browser, shop: website }
                steps:
                  - laptop: visit
                    website: shop
                """,
            file: "f.yaml"
        )
        #expect(scenario.needsOwnServer)
        let result = await (try ModelServers().runner()).run(scenario)
        #expect(
            result.outcome
                == .skipped("needs a login server of its own: fake-phone run --start FOLDER")
        )
    }

    @Test(
        arguments: [
            ("laptop: visit", "'laptop: visit' needs 'website'"),
            ("laptop: visit\n    website: laptop", "'website' must name a website of the cast"),
            ("shop: open", "shop cannot 'open'; it can redeem, userinfo, revoke"),
            ("shop: redeem\n    of: shop", "'of' must name a browser of the cast"),
        ]
    )
    func `a step that cannot be says why`(step: String, words: String) {
        do {
            _ = try Scenario(
                yaml: "cast: { laptop: browser, shop: website }\nsteps:\n  - \(step)\n",
                file: "f.yaml"
            )
            Issue.record("it was read")
        } catch {
            #expect(error.description.contains(words), "\(error.description)")
        }
    }
}
