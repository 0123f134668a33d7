import TestSupport
import Testing

/// Whether anybody but the configuration says who we are.
@Suite(.timeLimit(.minutes(10))) struct T25DiscoveryTests {
    private static let poisons: [Call.Field] = [
        Call.Field("X-Forwarded-Host", "evil.example"), Call.Field("X-Forwarded-Proto", "http"),
        Call.Field("Forwarded", "host=evil.example;proto=http"),
        Call.Field("X-Original-URL", "/evil"), Call.Field("X-Host", "evil.example"),
        Call.Field("Origin", "https://evil.example"),
    ]

    @Test func `T25 discovery is the same bytes whatever a request says`() async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            for target in ["/.well-known/openid-configuration", "/jwks.json"] {
                let plain = try await stage.send(Call("GET", target))
                #expect(plain.status == 200)
                #expect(plain["Vary"] == nil)
                for poison in Self.poisons {
                    let answer = try await stage.send(Call("GET", target, [poison]))
                    #expect(answer.body == plain.body)
                    #expect(answer.lines == plain.lines)
                }
                let other = try await stage.send(Call("GET", target, host: "evil.example"))
                #expect(other.status == 421)
                #expect(!other.text.contains("evil"))
            }
            for poison in Self.poisons where poison.name != "Origin" {
                let back = try shop.callback(
                    try await Browser(stage).get(shop.target(["prompt": "none"]), [poison])
                )
                #expect(back.parameters["iss"] == "https://login.example")
                #expect(!back.location.contains("evil"))
            }
        }
    }

    @Test func `T25 every address of discovery is there`() async throws {
        try await EdgeStage.with { stage in
            _ = try await Website.register(on: stage)
            let answer = try await stage.send(Call("GET", "/.well-known/openid-configuration"))
            let names = [
                "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
                "end_session_endpoint", "revocation_endpoint",
            ]
            for name in names {
                let address = try #require(answer.text(name))
                let prefix = "https://login.example"
                #expect(address.hasPrefix(prefix + "/"))
                let path = String(address.dropFirst(prefix.count))
                let status = try await stage.send(Call("GET", path)).status
                #expect(status != 404, "\(path)")
            }
        }
    }
}
