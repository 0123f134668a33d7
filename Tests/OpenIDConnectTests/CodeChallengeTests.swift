import OpenIDConnect
import Testing

struct CodeChallengeTests {
    /// RFC 7636 appendix B.
    @Test func `the example of the RFC holds`() throws {
        let challenge = try #require(CodeChallenge(Website.challenge))
        #expect(challenge.isMet(by: try #require(CodeVerifier(Website.verifier))))
    }

    @Test func `T19: another verifier does not meet it`() throws {
        let challenge = try #require(CodeChallenge(Website.challenge))
        for verifier in [
            String(Website.verifier.dropLast()) + "l", Website.challenge, Website.verifier + "A",
        ] {
            #expect(!challenge.isMet(by: try #require(CodeVerifier(verifier))))
        }
    }

    @Test(arguments: [
        "a", String(repeating: "a", count: 42), String(repeating: "a", count: 129),
        String(repeating: "a", count: 43) + "+", String(repeating: "\u{E9}", count: 43),
    ])
    func `T19: a verifier outside of the grammar is none`(text: String) {
        #expect(CodeVerifier(text) == nil)
    }

    @Test func `T35: a verifier prints nothing`() throws {
        let verifier = try #require(CodeVerifier(Website.verifier))
        var dumped = ""
        dump(verifier, to: &dumped)
        for text in ["\(verifier)", String(reflecting: verifier), dumped] {
            #expect(!text.contains(Website.verifier))
        }
    }
}
