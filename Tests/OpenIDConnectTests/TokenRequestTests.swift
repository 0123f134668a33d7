import Foundation
import LoginDomain
import OpenIDConnect
import Testing

struct TokenRequestTests {
    private static let form =
        "grant_type=authorization_code&code=c1&redirect_uri=https://rp.example"

    @Test func `a request is read`() throws {
        let request = try TokenRequest(FormParameters("\(Self.form)&foo=bar".utf8))
        #expect(request.code == "c1")
        #expect(request.redirectURI == "https://rp.example")
        #expect(request.proof.meets(nil))
        #expect(!request.proof.meets(Website.challenge))
    }

    @Test(
        arguments: [
            ("", .invalidRequest(.grantType)),
            ("grant_type=password&username=a&password=b", .unsupportedGrantType),
            ("grant_type=refresh_token&refresh_token=x", .unsupportedGrantType),
            ("grant_type=authorization_code&redirect_uri=x", .invalidRequest(.code)),
            ("grant_type=authorization_code&code=c", .invalidRequest(.redirectURI)),
            ("\(form)&code=c2", .repeatedParameter), ("\(form)&foo=1&foo=2", .repeatedParameter),
        ] as [(String, OAuthError)]
    )
    func `a request that is none is told why`(form: String, error: OAuthError) {
        #expect(throws: error) { try TokenRequest(FormParameters(form.utf8)) }
    }

    @Test(
        arguments: [
            (Website.verifier, Website.challenge, true), (nil, nil, true),
            (nil, Website.challenge, false), (Website.verifier, nil, false),
            (Website.challenge, Website.challenge, false), ("short", Website.challenge, false),
            ("short", nil, false), (String(repeating: "a", count: 129), Website.challenge, false),
            (String(repeating: "+", count: 43), Website.challenge, false),
        ] as [(String?, String?, Bool)]
    )
    func `T19: a code goes with its verifier, and without a challenge with none`(
        verifier: String?,
        challenge: String?,
        isMet: Bool
    ) throws {
        let more = verifier.map { "&code_verifier=\(Website.escaped($0))" } ?? ""
        let request = try TokenRequest(FormParameters((Self.form + more).utf8))
        #expect(request.proof.meets(challenge) == isMet)
    }

    // MARK: Who the client is

    private static func basic(_ text: String) -> String {
        "Basic \(Data(text.utf8).base64EncodedString())"
    }

    @Test func `a client says who it is in a field, in the body, or without a secret`() throws {
        let basic = try Self.credentials([Self.basic("rp_a:s%2Bc%3A+r")], "")
        #expect(basic.client.text == "rp_a")
        #expect(basic.method == .basic)
        #expect(basic.presentedSecret == "s+c: r")
        let post = try Self.credentials([], "client_id=rp_a&client_secret=s")
        #expect(post.method == .post)
        #expect(post.presentedSecret == "s")
        let none = try Self.credentials([], "client_id=rp_a")
        #expect(none.method == .unproven)
        #expect(none.presentedSecret == nil)
        #expect(
            try Self.credentials(
                ["basic " + Data("rp_a:s".utf8).base64EncodedString()],
                "client_id=rp_a"
            ).method == .basic
        )
    }

    @Test(
        arguments: [
            ([], ""), ([], "client_secret=s"), ([], "client_id=a b"),
            (["Bearer x"], "client_id=rp_a"),
            (["Basic !!"], ""), ([basic("rp_a")], ""), ([basic("rp_a:")], ""), ([basic(":s")], ""),
            ([basic("rp_a:s")], "client_id=rp_b"), ([basic("rp_a:s")], "client_secret=s"),
            ([basic("rp_a:s"), basic("rp_a:s")], ""), ([basic("rp_a:%")], ""),
            ([], "client_id=rp_a&client_id=rp_a"),
            ([], "client_id=rp_a&client_secret=a&client_secret=b"),
            ([], "client_id=rp_a&client_assertion=x&client_assertion_type=y"),
            ([""], "client_id=rp_a"),
        ] as [([String], String)]
    )
    func `T16: a client that says it twice, in two ways or not at all is nobody`(
        fields: [String],
        form: String
    ) {
        #expect(throws: OAuthError.invalidClient) { try Self.credentials(fields, form) }
    }

    @Test func `T35: credentials print no secret`() throws {
        let credentials = try Self.credentials([], "client_id=rp_a&client_secret=canary")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("canary"))
        }
    }

    private static func credentials(
        _ fields: [String],
        _ form: String
    ) throws -> ClientCredentials {
        try ClientCredentials(authorization: fields, parameters: FormParameters(form.utf8))
    }
}
