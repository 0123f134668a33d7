import Foundation
import LoginDomain
import TestSupport
import Testing

/// The modules of the OpenID Foundation's conformance suite that an OpenID Provider of our kind is
/// tested by (plans Basic OP, Config OP, RP-Initiated Logout OP), one case each under its own name,
/// and ours for what those leave out.
///
/// What a module sends and must be answered is from the suite's sources
/// (`openid-certification/conformance-suite`); this is not that suite, and no certificate.
@Suite(.timeLimit(.minutes(10))) struct OpenIDChecklistTests {
    struct Module: Sendable, CustomTestStringConvertible {
        var name: String
        var outcome: Outcome

        enum Outcome: Sendable {
            case runs(@Sendable (Case) async throws -> Void)
            /// The suite skips it itself, for this reason, which is a member of discovery.
            case skipped(because: String, @Sendable (Answer) -> Bool)
        }

        var testDescription: String { name }

        init(_ name: String, _ run: @escaping @Sendable (Case) async throws -> Void) {
            self.name = name
            self.outcome = .runs(run)
        }

        init(
            _ name: String,
            skippedBecause reason: String,
            _ holds: @escaping @Sendable (Answer) -> Bool
        ) {
            self.name = name
            self.outcome = .skipped(because: reason, holds)
        }
    }

    /// What a module works with.
    struct Case: Sendable {
        var stage: EdgeStage
        var website: Website
        var other: Website
        var browser: Browser
        var phone: Phone

        func logIn(_ changes: [String: String?] = [:]) async throws -> Website.Callback {
            try await website.logIn(browser, by: phone, changes)
        }

        /// The whole happy flow with the checks that the suite makes in each.
        @discardableResult
        func happy(
            _ changes: [String: String?] = [:],
            by proof: Website.Proof? = nil
        ) async throws -> [String: Any] {
            let back = try await logIn(changes)
            return try await check(back, changes, by: proof).claims
        }

        @discardableResult
        func check(
            _ back: Website.Callback,
            _ changes: [String: String?] = [:],
            by proof: Website.Proof? = nil
        ) async throws -> (claims: [String: Any], info: Answer) {
            let state = changes["state"] ?? "state-1"
            #expect(back.parameters["state"] == state)
            #expect(back.parameters["iss"] == "https://login.example")
            let code = try #require(back.code)
            // 256 bits of base64url.
            #expect(code.count == 43)
            #expect(Set(code).count > 15)
            let tokens = try await website.redeem(code, by: proof)
            #expect(tokens.status == 200)
            #expect(tokens["Content-Type"] == "application/json; charset=utf-8")
            #expect(tokens["Cache-Control"] == "no-store")
            #expect(tokens.number("expires_in") == 600)
            let claims = try await website.claims(tokens.text("id_token"))
            let now = Int(stage.time.now().milliseconds / 1000)
            #expect(claims["iss"] as? String == "https://login.example")
            #expect(claims["aud"] as? String == website.id)
            #expect(claims["nonce"] as? String == changes["nonce"] ?? "nonce-1")
            #expect(try #require(claims["exp"] as? Int) == now + 600)
            #expect(try #require(claims["iat"] as? Int) == now)
            #expect(try #require(claims["auth_time"] as? Int) <= now)
            #expect(claims["acr"] as? String == "urn:scan-login:wechat-scan")
            #expect(claims["amr"] as? [String] == ["mca"])
            #expect((claims["sub"] as? String)?.isEmpty == false)
            #expect(Set(claims.keys).isDisjoint(with: ["name", "picture", "role", "email"]))
            let info = try await website.userInfo(tokens.text("access_token"))
            #expect(info.status == 200)
            #expect(info["Content-Type"] == "application/json; charset=utf-8")
            #expect(info.text("sub") == claims["sub"] as? String)
            return (claims, info)
        }

        /// The website sends the browser, and it comes straight back.
        func silent(_ changes: [String: String?] = [:]) async throws -> Website.Callback {
            try website.callback(try await website.send(browser, changes))
        }

        /// A website that may have refresh tokens.
        func refreshing() async throws -> Website {
            try await Website.register(on: stage) {
                $0.id = "refreshing"
                $0.callbacks = ["https://refreshing.example/cb"]
                $0.allowsRefresh = true
            }
        }

        func discovery() async throws -> Answer {
            try await stage.send(Call("GET", "/.well-known/openid-configuration"))
        }

        /// An error page, and no way to the website.
        func expectPage(_ answer: Answer) {
            #expect((400..<500).contains(answer.status))
            #expect(answer["Location"] == nil)
            #expect(answer["Content-Type"] == "text/html; charset=utf-8")
        }
    }

    @Test(arguments: basic + configuration + logout + ours)
    func `an OpenID Provider passes`(module: Module) async throws {
        try await EdgeStage.with { stage in
            let website = try await Website.register(on: stage)
            let other = try await Website.register(on: stage) {
                $0.id = "other"
                $0.callbacks = ["https://other.example/cb"]
                $0.secret = "the-other-secret-0123456789abcdef01"
            }
            let subject = Case(
                stage: stage,
                website: website,
                other: other,
                browser: Browser(stage),
                phone: try await stage.phone("alice")
            )
            switch module.outcome {
            case .runs(let run): try await run(subject)
            case .skipped(let reason, let holds):
                let discovery = try await subject.discovery()
                #expect(holds(discovery), "skipped although not: \(reason)")
            }
        }
    }

    private static func lacks(_ scope: String) -> @Sendable (Answer) -> Bool {
        { (($0.member("scopes_supported") as? [String])?.contains(scope)) == false }
    }

    // MARK: - oidcc-basic-certification-test-plan

    private static let basic: [Module] = [
        Module("oidcc-server") { try await $0.happy(by: .basic) },
        Module("oidcc-response-type-missing") { test in
            let back = try await test.silent(["response_type": nil])
            #expect(back.error == "invalid_request")
        },
        Module("oidcc-idtoken-signature") { test in
            let tokens = try await test.website.redeem(try await test.logIn().code)
            let head = try JWT(tokens.text("id_token") ?? "").head
            #expect(head["alg"] as? String == "RS256")
            #expect(head["kid"] is String)
        },
        Module("oidcc-idtoken-unsigned", skippedBecause: "alg none is not on offer") {
            ($0.member("id_token_signing_alg_values_supported") as? [String])?
                .contains("none") == false
        },
        Module("oidcc-userinfo-get") { try await $0.happy() },
        Module("oidcc-userinfo-post-header") { test in
            let token = try await test.website.redeem(try await test.logIn().code)
                .text("access_token")
            let field = Call.Field("Authorization", "Bearer \(token ?? "")")
            let answer = try await test.stage.send(Call("POST", "/userinfo", [field], body: []))
            #expect(answer.status == 200)
        },
        // A warning in the suite: a token in a body is in more logs than one in a header.
        Module("oidcc-userinfo-post-body") { test in
            let token = try await test.website.redeem(try await test.logIn().code)
                .text("access_token")
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let body = Array("access_token=\(token ?? "")".utf8)
            let answer = try await test.stage.send(Call("POST", "/userinfo", [form], body: body))
            #expect(answer.status == 401)
        },
        Module("oidcc-ensure-request-without-nonce-succeeds-for-code-flow") {
            try await $0.happy(["nonce": nil])
        },
        Module("oidcc-scope-profile") { test in
            _ = try await test.phone.setNickName(#""Alice""#)
            let back = try await test.logIn(["scope": "openid profile"])
            #expect(try await test.check(back).info.text("name") == "Alice")
            let bare = try await test.silent(["scope": "openid"])
            #expect(try await test.check(bare).info.names("") == ["sub"])
        },
        Module("oidcc-scope-email", skippedBecause: "no such scope", lacks("email")),
        Module("oidcc-scope-address", skippedBecause: "no such scope", lacks("address")),
        Module("oidcc-scope-phone", skippedBecause: "no such scope", lacks("phone")),
        Module("oidcc-scope-all", skippedBecause: "no such scope", lacks("email")),
        Module("oidcc-alternate-happy-flow") { try await $0.happy(["scope": "profile openid"]) },
        Module("oidcc-display-page") { try await $0.happy(["display": "page"]) },
        Module("oidcc-display-popup") { try await $0.happy(["display": "popup"]) },
        Module("oidcc-prompt-login") { test in
            let first = try await test.happy()
            test.stage.time.advance(by: .seconds(2))
            let second = try await test.happy(["prompt": "login"])
            let times = [first, second].map { $0["auth_time"] as? Int ?? 0 }
            #expect(times[1] > times[0])
            #expect(first["sub"] as? String == second["sub"] as? String)
        },
        Module("oidcc-prompt-none-not-logged-in") { test in
            let state = String(repeating: "s", count: 128)
            let back = try await test.silent(["prompt": "none", "state": state])
            #expect(back.error == "login_required")
            #expect(back.code == nil)
            #expect(back.parameters["state"] == state)
        },
        Module("oidcc-prompt-none-logged-in") { test in
            let first = try await test.happy()
            test.stage.time.advance(by: .seconds(2))
            let second = try await test.check(try await test.silent(["prompt": "none"])).claims
            #expect(first["sub"] as? String == second["sub"] as? String)
            #expect(first["auth_time"] as? Int == second["auth_time"] as? Int)
        },
        Module("oidcc-max-age-1") { test in
            let first = try await test.happy()
            test.stage.time.advance(by: .seconds(2))
            let second = try await test.happy(["max_age": "1"])
            let times = [first, second].map { $0["auth_time"] as? Int ?? 0 }
            #expect(times[1] > times[0])
        },
        Module("oidcc-max-age-10000") { test in
            let first = try await test.happy(["max_age": "15000"])
            let second = try await test.check(try await test.silent(["max_age": "10000"])).claims
            #expect(first["auth_time"] as? Int == second["auth_time"] as? Int)
        },
        Module("oidcc-ensure-request-with-unknown-parameter-succeeds") {
            try await $0.happy(["extra": "foobar"])
        },
        Module("oidcc-id-token-hint") { test in
            let tokens = try await test.website.redeem(try await test.logIn().code)
            let hint = tokens.text("id_token")
            let back = try await test.silent(["prompt": "none", "id_token_hint": hint])
            let claims = try await test.check(back).claims
            #expect(claims["sub"] as? String == (try JWT(hint ?? "")).claims["sub"] as? String)
        },
        Module("oidcc-login-hint") { try await $0.happy(["login_hint": "alice@example.com"]) },
        Module("oidcc-ui-locales") { try await $0.happy(["ui_locales": "se"]) },
        Module("oidcc-claims-locales") { try await $0.happy(["claims_locales": "se"]) },
        Module("oidcc-ensure-request-with-acr-values-succeeds") { test in
            let claims = try await test.happy(["acr_values": "1 2"])
            #expect(claims["acr"] is String)
        },
        Module("oidcc-codereuse") { test in
            let back = try await test.logIn()
            try await test.check(back)
            let again = try await test.website.redeem(back.code)
            #expect(again.status == 400)
            #expect(again.error == "invalid_grant")
        },
        Module("oidcc-codereuse-30seconds") { test in
            let back = try await test.logIn()
            let token = try await test.website.redeem(back.code).text("access_token")
            test.stage.time.advance(by: .seconds(30))
            #expect(try await test.website.redeem(back.code).error == "invalid_grant")
            #expect(try await test.website.userInfo(token).status == 401)
        },
        Module("oidcc-ensure-registered-redirect-uri") { test in
            let changes: [String: String?] = ["redirect_uri": "https://shop.example/other"]
            test.expectPage(try await test.website.send(test.browser, changes))
        },
        Module("oidcc-ensure-post-request-succeeds") { test in
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let body = Array(Website.form(test.website.parameters()).utf8)
            let posted = try await test.browser.post("/authorize", [form], body: body)
            #expect(posted.status == 303)
            let target = try #require(posted["Location"])
            #expect(try await test.browser.get(target).status == 200)
            try await test.phone.agree(to: try await test.browser.open())
            _ = try await test.browser.complete()
            let answer = try await test.browser.get("/authorize/resume")
            try await test.check(try test.website.callback(answer))
        },
        Module("oidcc-server-client-secret-post") { try await $0.happy(by: .post) },
        Module("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported") {
            test in
            let back = try await test.silent(["request_uri": "https://shop.example/r"])
            #expect(back.error == "request_uri_not_supported")
        },
        Module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported") {
            test in
            let back = try await test.silent(["request": "e30.e30."])
            #expect(back.error == "request_not_supported")
        },
        Module("oidcc-ensure-request-object-with-redirect-uri") { test in
            let changes: [String: String?] = [
                "redirect_uri": "https://shop.example/other", "request": "e30.e30.",
            ]
            test.expectPage(try await test.website.send(test.browser, changes))
        },
        Module("oidcc-claims-essential") { test in
            _ = try await test.phone.setNickName(#""Alice""#)
            let claims = #"{"userinfo":{"name":{"essential":true}}}"#
            let back = try await test.logIn(["claims": claims])
            #expect(try await test.check(back).info.text("name") == "Alice")
        },
        Module("oidcc-refresh-token") { test in
            let website = try await test.refreshing()
            let scope: [String: String?] = ["scope": "openid offline_access", "prompt": "consent"]
            let back = try await website.logIn(test.browser, by: test.phone, scope)
            let first = try await website.redeem(back.code)
            let before = try await website.claims(first.text("id_token"))
            test.stage.time.advance(by: .seconds(2))
            let token = first.text("refresh_token")
            // The suite's second client brings the first one's.
            let foreign = try await test.other.refresh(token)
            #expect(foreign.status == 400)
            #expect(["unauthorized_client", "invalid_grant"].contains(foreign.error))
            let second = try await website.refresh(token)
            #expect(second.status == 200)
            #expect(second["Cache-Control"] == "no-store")
            #expect(second.text("token_type") == "Bearer")
            #expect(second.text("access_token") != first.text("access_token"))
            #expect(second.text("refresh_token") != token)
            let after = try await website.claims(second.text("id_token"))
            for name in ["iss", "sub", "aud", "sid", "acr"] {
                #expect(after[name] as? String == before[name] as? String, "\(name)")
            }
            #expect(after["auth_time"] as? Int == before["auth_time"] as? Int)
            #expect(after["nonce"] == nil)
            #expect(after["iat"] as? Int == (before["iat"] as? Int).map { $0 + 2 })
            #expect(try await website.userInfo(second.text("access_token")).status == 200)
        },
        Module("oidcc-ensure-request-with-valid-pkce-succeeds") { try await $0.happy() },
    ]

    // MARK: - oidcc-config-certification-test-plan

    private static let configuration: [Module] = [
        Module("oidcc-discovery-endpoint-verification") { test in
            let answer = try await test.discovery()
            #expect(answer.status == 200)
            #expect(answer.text("issuer") == "https://login.example")
            for name in answer.names("") where name.hasSuffix("_endpoint") || name == "jwks_uri" {
                #expect(answer.text(name)?.hasPrefix("https://login.example/") == true, "\(name)")
            }
            func list(_ name: String) -> [String] { answer.member(name) as? [String] ?? [] }
            #expect(list("response_types_supported") == ["code"])
            #expect(list("subject_types_supported").contains("public"))
            #expect(list("id_token_signing_alg_values_supported").contains("RS256"))
            #expect(list("scopes_supported").contains("openid"))
            #expect(list("claims_supported").contains("sub"))
            #expect(list("code_challenge_methods_supported") == ["S256"])
            #expect(
                answer.member("authorization_response_iss_parameter_supported") as? Bool == true
            )
            #expect(answer.member("request_uri_parameter_supported") as? Bool == false)
            let keys = try await test.stage.send(Call("GET", "/jwks.json"))
            let kids = (keys.member("keys") as? [[String: String]] ?? []).map { $0["kid"] }
            #expect(!kids.isEmpty && !kids.contains(nil) && Set(kids).count == kids.count)
        }
    ]

    // MARK: - oidcc-rp-initiated-logout-certification-test-plan

    private static let bye = "https://shop.example/bye"

    /// Logs in, and asks for the end with these parameters; `hint` becomes the ID token's.
    private static func end(
        _ test: Case,
        hint: (String) -> String? = { $0 },
        _ parameters: [(String, String)]
    ) async throws -> Answer {
        let tokens = try await test.website.redeem(try await test.logIn().code)
        var all = parameters
        if let hint = hint(tokens.text("id_token") ?? "") { all.append(("id_token_hint", hint)) }
        let query = Website.form(all)
        return try await test.browser.get(query.isEmpty ? "/end_session" : "/end_session?\(query)")
    }

    private static func expectAsked(_ answer: Answer, _ test: Case) async throws {
        #expect(answer["Location"] == nil)
        #expect(answer.text.contains(#"id="logout""#))
        #expect(try await test.browser.post("/session/logout").status == 200)
        let done = try await test.browser.get("/end_session")
        #expect(done.text.contains(#"data-state="gone""#))
        #expect(try await test.silent(["prompt": "none"]).error == "login_required")
    }

    private static let logout: [Module] = [
        Module("oidcc-rp-initiated-logout-discovery-endpoint-verification") { test in
            let address = try await test.discovery().text("end_session_endpoint")
            #expect(address == "https://login.example/end_session")
        },
        Module("oidcc-rp-initiated-logout") { test in
            let state = String(repeating: "s", count: 128)
            let answer = try await end(
                test,
                [("post_logout_redirect_uri", bye), ("state", state)]
            )
            #expect(answer["Location"] == "\(bye)?state=\(state)")
            #expect(try await test.silent(["prompt": "none"]).error == "login_required")
        },
        Module("oidcc-rp-initiated-logout-no-state") { test in
            let answer = try await end(test, [("post_logout_redirect_uri", bye)])
            #expect(answer["Location"] == bye)
            #expect(try await test.silent(["prompt": "none"]).error == "login_required")
        },
        Module("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri") { test in
            let answer = try await end(
                test,
                [("post_logout_redirect_uri", "https://shop.example/nowhere")]
            )
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri") { test in
            let answer = try await end(test, [("post_logout_redirect_uri", bye + "?foo=bar")])
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-modified-id-token-hint") { test in
            let answer = try await end(
                test,
                hint: { token in
                    let head = Website.base64URL(Array(#"{"alg":"none"}"#.utf8))
                    return "\(head).\(token.split(separator: ".")[1])."
                },
                [("post_logout_redirect_uri", bye)]
            )
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-bad-id-token-hint") { test in
            let answer = try await end(
                test,
                hint: { token in
                    let parts = token.split(separator: ".")
                    return "\(parts[0]).\(parts[1]).\(String(parts[2].reversed()))"
                },
                [("post_logout_redirect_uri", bye)]
            )
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-no-id-token-hint") { test in
            let answer = try await end(
                test,
                hint: { _ in nil },
                [("post_logout_redirect_uri", bye), ("state", "s")]
            )
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-no-params") { test in
            try await expectAsked(try await end(test, hint: { _ in nil }, []), test)
        },
        Module("oidcc-rp-initiated-logout-only-state") { test in
            let answer = try await end(test, hint: { _ in nil }, [("state", "s")])
            try await expectAsked(answer, test)
        },
        Module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri") { test in
            let answer = try await end(test, [("state", "s")])
            #expect(answer["Location"] == nil)
            #expect(answer.text.contains(#"data-state="gone""#))
            #expect(try await test.silent(["prompt": "none"]).error == "login_required")
        },
    ]

    // MARK: - Ours

    private static func pkce(_ name: String, _ changes: [String: String?]) -> Module {
        Module("pkce-\(name)") { test in
            _ = try await test.logIn()
            let back = try await test.silent(changes)
            #expect(back.error == "invalid_request")
            #expect(back.code == nil)
        }
    }

    private static func verifier(_ name: String, _ text: String?) -> Module {
        Module("pkce-verifier-\(name)") { test in
            let back = try await test.logIn()
            let changes: [String: String?] = ["code_verifier": text]
            #expect(
                try await test.website.redeem(back.code, by: nil, changes).error
                    == "invalid_grant"
            )
            #expect(try await test.website.redeem(back.code).error == "invalid_grant")
        }
    }

    private static let ours: [Module] = [
        pkce("required-missing", ["code_challenge": nil, "code_challenge_method": nil]),
        pkce("plain", ["code_challenge_method": "plain"]),
        pkce("method-only", ["code_challenge": nil]),
        pkce("bad-charset", ["code_challenge": String(repeating: "+", count: 43)]),
        pkce("42", ["code_challenge": String(repeating: "A", count: 42)]),
        pkce("129", ["code_challenge": String(repeating: "A", count: 129)]),
        verifier("missing", nil), verifier("wrong", String(Website.verifier.reversed())),
        verifier("short", "A"), verifier("long", String(repeating: "A", count: 129)),
        Module("pkce-verifier-unexpected") { test in
            var old = try await Website.register(on: test.stage) {
                $0.id = "old"
                $0.callbacks = ["https://old.example/cb"]
                $0.isProofKeyRequired = false
            }
            let back = try await old.logIn(test.browser, by: test.phone)
            old.usesProofKey = true
            #expect(try await old.redeem(back.code).error == "invalid_grant")
        },
        Module("pkce-conformance-client") { test in
            var old = test
            old.website = try await Website.register(on: test.stage) {
                $0.id = "old"
                $0.callbacks = ["https://shop.example/old"]
                $0.isProofKeyRequired = false
            }
            // The same modules, with a confidential client that knows no PKCE.
            for (number, module) in basic.enumerated() {
                guard case .runs(let run) = module.outcome else { continue }
                old.browser = Browser(test.stage, at: "127.0.0.3")
                old.phone = try await test.stage.phone("alice", run: 100 + number)
                test.stage.time.advance(by: .seconds(60))
                try await run(old)
            }
        },
        Module("client-authentication") { test in
            let back = try await test.logIn()
            for answer in [
                try await Website(
                    stage: test.stage,
                    id: "unknown",
                    secret: "x",
                    callback: test.website.callback
                ).redeem(back.code),
                try await Website(
                    stage: test.stage,
                    id: "shop",
                    secret: "wrong",
                    callback: test.website.callback
                ).redeem(back.code),
                try await test.website.redeem(
                    back.code,
                    by: .basic,
                    ["client_secret": test.website.secret]
                ),
            ] {
                #expect(answer.status == 401)
                #expect(answer.error == "invalid_client")
                #expect(answer["WWW-Authenticate"]?.hasPrefix("Basic ") == true)
                #expect(answer["Cache-Control"] == "no-store")
            }
        },
        Module("token-endpoint") { test in
            let back = try await test.logIn()
            #expect(try await test.stage.send(Call("GET", "/token")).status == 405)
            #expect(try await test.stage.send(Call("POST", "/token", json: "{}")).status == 415)
            let implicit: [String: String?] = ["grant_type": "implicit"]
            #expect(
                try await test.website.redeem(back.code, by: nil, implicit).error
                    == "unsupported_grant_type"
            )
            let form = Call.Field("Content-Type", "application/x-www-form-urlencoded")
            let twice = Website.form([
                ("client_id", test.website.id), ("client_secret", test.website.secret ?? ""),
                ("grant_type", "authorization_code"), ("code", back.code ?? ""),
                ("code", back.code ?? ""), ("redirect_uri", test.website.callback),
                ("code_verifier", Website.verifier),
            ])
            let answer = try await test.stage.send(
                Call("POST", "/token", [form], body: Array(twice.utf8))
            )
            #expect(answer.error == "invalid_request")
            // Nothing of this has burnt the code.
            try await test.check(back)
        },
        Module("prompt-values") { test in
            for prompt in ["none login", "bogus", "login bogus"] {
                let back = try await test.silent(["prompt": prompt])
                #expect(back.error == "invalid_request")
            }
        },
        Module("max-age-values") { test in
            for age in ["-1", "abc", "1e99", "9223372036854775808", " 1", "0x1"] {
                #expect(try await test.silent(["max_age": age]).error == "invalid_request")
            }
            _ = try await test.logIn()
            // 0 is a new login, however young the old one is.
            #expect(try await test.website.send(test.browser, ["max_age": "0"]).status == 200)
        },
        Module("id-token-hint-of-another-user") { test in
            let hint = try await test.website.redeem(try await test.logIn().code).text("id_token")
            let browser = Browser(test.stage)
            let bob = try await test.stage.phone("bob")
            _ = try await test.website.logIn(browser, by: bob)
            let changes: [String: String?] = ["prompt": "none", "id_token_hint": hint]
            let back = try test.website.callback(try await test.website.send(browser, changes))
            #expect(back.error == "login_required")
        },
        Module("rfc9207-iss") { test in
            #expect(try await test.logIn().parameters["iss"] == "https://login.example")
            let failed = try await test.silent(["scope": "none"])
            #expect(failed.parameters["iss"] == "https://login.example")
        },
        Module("userinfo-cors-and-audience") { test in
            let token = try await test.website.redeem(try await test.logIn().code)
                .text("access_token")
            let fields = [
                Call.Field("Authorization", "Bearer \(token ?? "")"),
                Call.Field("Origin", "https://shop.example"),
            ]
            let answer = try await test.stage.send(Call("GET", "/userinfo", fields))
            #expect(answer.status == 200)
            #expect(answer["Access-Control-Allow-Origin"] == nil)
        },
    ]
}
