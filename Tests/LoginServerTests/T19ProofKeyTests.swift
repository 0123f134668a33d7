import TestSupport
import Testing

/// PKCE left out, weakened, or guessed.
@Suite(.timeLimit(.minutes(10))) struct T19ProofKeyTests {
    private static let badChallenges: [[String: String?]] = [
        ["code_challenge": nil, "code_challenge_method": nil], ["code_challenge": nil],
        ["code_challenge_method": nil], ["code_challenge_method": "plain"],
        ["code_challenge_method": "s256"], ["code_challenge_method": "S512"],
        ["code_challenge": String(Website.challenge.dropLast())],
        ["code_challenge": String(repeating: "A", count: 129)],
        ["code_challenge": String(repeating: "+", count: 43)],
    ]

    @Test(arguments: badChallenges.indices)
    func `T19 a request without a sound challenge gets no code`(number: Int) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            _ = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let back = try shop.callback(try await shop.send(browser, Self.badChallenges[number]))
            #expect(back.error == "invalid_request")
            #expect(back.code == nil)
            #expect(back.parameters["state"] == "state-1")
        }
    }

    private static let badVerifiers: [String?] = [
        nil, "", "A", String(Website.verifier.reversed()), String(repeating: "A", count: 129),
        Website.verifier + " ", Website.verifier + "=", Website.challenge,
    ]

    @Test(arguments: badVerifiers)
    func `T19 a wrong verifier burns the code`(verifier: String?) async throws {
        try await EdgeStage.with { stage in
            let shop = try await Website.register(on: stage)
            let browser = Browser(stage)
            let back = try await shop.logIn(browser, by: try await stage.phone("alice"))
            let wrong = try await shop.redeem(back.code, by: nil, ["code_verifier": verifier])
            #expect(wrong.status == 400)
            #expect(wrong.error == "invalid_grant")
            #expect(try await shop.redeem(back.code).error == "invalid_grant")
        }
    }

    @Test func `T19 no challenge and a verifier do not go together`() async throws {
        try await EdgeStage.with { stage in
            let old = try await Website.register(on: stage) { $0.isProofKeyRequired = false }
            let browser = Browser(stage)
            let back = try await old.logIn(browser, by: try await stage.phone("alice"))
            let answer = try await old.redeem(
                back.code,
                by: nil,
                ["code_verifier": Website.verifier]
            )
            #expect(answer.error == "invalid_grant")
            let again = try old.callback(try await old.send(browser))
            #expect(try await old.redeem(again.code).status == 200)
            // Where it sent a challenge, it must keep to it.
            let strict: [String: String?] = [
                "code_challenge": Website.challenge, "code_challenge_method": "S256",
            ]
            let proven = try old.callback(try await old.send(browser, strict))
            #expect(try await old.redeem(proven.code).error == "invalid_grant")
        }
    }
}
