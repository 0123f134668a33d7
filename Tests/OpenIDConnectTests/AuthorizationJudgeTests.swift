import LoginDomain
import OpenIDConnect
import Testing

struct AuthorizationJudgeTests {
    @Test func `a sound request is read whole`() throws {
        let query = Website.query(["max_age": "60", "ui_locales": "zh-CN en", "extra": "foobar"])
        guard case .sound(let request) = try Website.judge(query, try Website.party()) else {
            Issue.record("it was refused")
            return
        }
        #expect(request.client.text == Website.id)
        #expect(request.redirectURI.text == Website.callback)
        #expect(request.scopes == [.openid, .profile])
        #expect(request.state == "s-1")
        #expect(request.nonce == "n-1")
        #expect(request.codeChallenge == Website.challenge)
        #expect(request.prompt == .ifNeeded)
        #expect(request.maxAge == .seconds(60))
        #expect(request.uiLocales == ["zh-CN", "en"])
    }

    @Test(arguments: [
        "/cb/", "/CB", "/cb?x=1", "/cb#f", "/", "/cb/../cb", "/%2e%2e/cb", "/c%62",
    ])
    func `T20: an address beside the registered one gets a page, never a redirect`(
        path: String
    ) throws {
        try Self.expectPage("https://rp.example\(path)")
    }

    @Test(arguments: [
        "//rp.example/cb", "https://rp.example:443/cb", "https://rp.example./cb",
        "https://RP.example/cb", "https://rp.example@evil/cb", #"https://rp.example\@evil/cb"#,
        "https://evil/https://rp.example/cb", "https://rp.example/cb ", " https://rp.example/cb",
        "https://rp\u{FF0E}example/cb", "https://rp\u{3002}example/cb", "http://rp.example/cb",
        "javascript:alert(1)", "https://rp.example/cb" + String(repeating: "a", count: 30_000), "",
    ])
    func `T20: another address gets a page, never a redirect`(address: String) throws {
        try Self.expectPage(address)
    }

    @Test(arguments: [
        ("https://rp.example/K", "https://rp.example/\u{212A}"),
        ("https://rp.example/a;b", "https://rp.example/a\u{37E}b"),
    ])
    func `T20: an address that Unicode holds equal to the registered one is another`(
        registered: String,
        asked: String
    ) throws {
        #expect(registered == asked, "this is why")
        let party = try Website.party(redirects: [registered])
        let verdict = try Website.judge(Website.query(["redirect_uri": asked]), party)
        #expect(verdict == .page(.unknownRedirect))
    }

    private static func expectPage(_ address: String) throws {
        for redirects in [[Website.callback], [Website.callback, "https://rp.example/other"]] {
            let party = try Website.party(redirects: redirects)
            let verdict = try Website.judge(Website.query(["redirect_uri": address]), party)
            #expect(verdict == .page(.unknownRedirect))
        }
    }

    @Test func `T20: an address that is missing or comes twice gets a page`() throws {
        for redirects in [[Website.callback], [Website.callback, "https://rp.example/other"]] {
            let party = try Website.party(redirects: redirects)
            for query in [
                Website.query(["redirect_uri": ""]),
                Website.query() + "&redirect_uri=https://evil.example/",
                Website.query() + "&redirect_uri=" + Website.callback,
            ] {
                #expect(try Website.judge(query, party) == .page(.unknownRedirect))
            }
        }
    }

    @Test(arguments: ["tab\tin", "line\nbreak", "nul\0", "cr\rlf\n"])
    func `T20: a control character in an address is no parameter at all`(text: String) {
        #expect(throws: FormParameters.Flaw.malformed) {
            try FormParameters(
                Website.query(["redirect_uri": Website.callback + text]).utf8
            )
        }
    }

    @Test func `a client that is unknown, missing or named twice gets a page`() throws {
        let party = try Website.party()
        #expect(try Website.judge(Website.query(), nil) == .page(.unknownClient))
        for query in [
            Website.query(["client_id": ""]), Website.query(["client_id": "rp_other"]),
            Website.query(["client_id": "../../etc"]), Website.query() + "&client_id=rp_other",
        ] {
            #expect(try Website.judge(query, party) == .page(.unknownClient))
        }
    }

    struct Bad: CustomTestStringConvertible, Sendable {
        var changes: [String: String]
        var error: OAuthError
        var testDescription: String { "\(changes) \(error.code)" }

        init(_ changes: [String: String], _ error: OAuthError) {
            self.changes = changes
            self.error = error
        }
    }

    @Test(arguments: [
        Bad(["response_type": ""], .invalidRequest(.responseType)),
        Bad(["response_type": "token"], .unsupportedResponseType),
        Bad(["response_type": "code id_token"], .unsupportedResponseType),
        Bad(["response_mode": "fragment"], .invalidRequest(.responseMode)),
        Bad(["response_mode": "form_post"], .invalidRequest(.responseMode)),
        Bad(["scope": ""], .invalidRequest(.scope)),
        Bad(["scope": "profile"], .invalidScope),
        Bad(["scope": "OpenID"], .invalidScope),
        Bad(["request": "e30.e30."], .requestNotSupported),
        Bad(["request_uri": "https://rp.example/r"], .requestURINotSupported),
        Bad(["registration": "{}"], .registrationNotSupported),
        Bad(["prompt": "none login"], .invalidRequest(.prompt)),
        Bad(["prompt": "create"], .invalidRequest(.prompt)),
        Bad(["max_age": "-1"], .invalidRequest(.maxAge)),
        Bad(["max_age": "abc"], .invalidRequest(.maxAge)),
        Bad(["max_age": "1e99"], .invalidRequest(.maxAge)),
        Bad(["max_age": "9223372036854775808"], .invalidRequest(.maxAge)),
        Bad(["max_age": "\u{664}"], .invalidRequest(.maxAge)),
        Bad(["nonce": "\u{E9}"], .invalidRequest(.nonce)),
        Bad(["nonce": String(repeating: "n", count: 2049)], .invalidRequest(.nonce)),
        // T19: without proof, nothing.
        Bad(
            ["code_challenge": "", "code_challenge_method": ""],
            .invalidRequest(.codeChallenge)
        ),
        Bad(["code_challenge_method": "plain"], .invalidRequest(.codeChallengeMethod)),
        Bad(["code_challenge_method": ""], .invalidRequest(.codeChallengeMethod)),
        Bad(["code_challenge": ""], .invalidRequest(.codeChallenge)),
        Bad(["code_challenge": String(repeating: "a", count: 42)], .invalidRequest(.codeChallenge)),
        Bad(
            ["code_challenge": String(repeating: "A", count: 129)],
            .invalidRequest(.codeChallenge)
        ),
        Bad(
            ["code_challenge": String(repeating: "A", count: 42) + "!"],
            .invalidRequest(.codeChallenge)
        ),
    ])
    func `T20: what is wrong is told at the registered address, with state and issuer`(
        bad: Bad
    ) throws {
        let verdict = try Website.judge(Website.query(bad.changes), try Website.party())
        guard case .refused(let response) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(response.outcome == .failed(bad.error))
        #expect(response.location.hasPrefix(Website.callback + "?error=\(bad.error.code)&"))
        #expect(response.location.hasSuffix("&state=s-1&iss=https%3A%2F%2Flogin.example"))
    }

    @Test(arguments: ["state", "scope", "prompt", "foo"])
    func `T20: a parameter that comes twice is an error`(name: String) throws {
        let query = Website.query() + "&\(name)=openid&\(name)=x"
        let verdict = try Website.judge(query, try Website.party())
        guard case .refused(let response) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(response.outcome == .failed(.repeatedParameter))
    }

    @Test func `a state outside of its grammar or too long gets a page`() throws {
        let party = try Website.party()
        for state in ["\u{E9}", String(repeating: "s", count: 2049)] {
            #expect(try Website.judge(Website.query(["state": state]), party) == .page(.malformed))
        }
    }

    @Test(
        arguments: [
            ([:], .ifNeeded), (["prompt": "none"], .silent), (["prompt": "login"], .always),
            (["prompt": "select_account"], .always), (["prompt": "login consent"], .always),
            (["prompt": "consent"], .always), (["max_age": "0"], .always),
            (["max_age": "1"], .ifNeeded), (["prompt": "none", "max_age": "0"], .silent),
        ] as [([String: String], AuthorizationRequest.Prompt)]
    )
    func `prompt and max_age say whether a session will do`(
        changes: [String: String],
        prompt: AuthorizationRequest.Prompt
    ) throws {
        let verdict = try Website.judge(Website.query(changes), try Website.party())
        guard case .sound(let request) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(request.prompt == prompt)
    }

    @Test func `T19: a client with optional proof may leave it away, and no other`() throws {
        let bare = Website.query([
            "code_challenge": "", "code_challenge_method": "",
        ])
        let optional = try Website.party(isProofKeyRequired: false)
        guard case .sound(let request) = try Website.judge(bare, optional) else {
            Issue.record("it was refused")
            return
        }
        #expect(request.codeChallenge == nil)
        #expect(try Website.party(isPublic: true, isProofKeyRequired: false) == nil)
    }

    @Test func `an answer goes behind the query that was registered`() throws {
        for (uri, start) in [
            ("https://rp.example/cb", "?"), ("https://rp.example/cb?a=1", "&"),
            ("https://rp.example/cb?", ""), ("https://rp.example/cb?a=1&", ""),
        ] {
            let response = AuthorizationResponse(
                redirectURI: try RedirectURI(registering: uri),
                outcome: .code("c"),
                state: "a b&c=d%",
                issuer: Website.issuer
            )
            #expect(
                response.location
                    == "\(uri)\(start)code=c&state=a%20b%26c%3Dd%25&iss=https%3A%2F%2Flogin.example"
            )
        }
    }

    @Test func `what a developer is told stays within the grammar of its field`() {
        let all =
            OAuthError.Parameter.allCases.map(OAuthError.invalidRequest) + [
                .repeatedParameter, .unsupportedResponseType, .invalidScope, .accessDenied,
                .loginRequired, .requestNotSupported, .requestURINotSupported,
                .registrationNotSupported, .temporarilyUnavailable, .serverError, .invalidClient,
                .invalidGrant, .unsupportedGrantType,
            ]
        for error in all {
            // RFC 6749 appendix A.8.
            #expect(
                error.description.utf8.allSatisfy {
                    (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C
                }
            )
        }
    }
}
