extension Verb {
    private static let site = VerbOption.needs("website", .website, "Which website.")
    private static let back = VerbOption.takes(
        "back",
        .text,
        "What comes back to the website: 'code', or the name of an error."
    )
    private static let of = VerbOption.needs("of", .browser, "Of whose login.")

    /// What browsers do for websites that speak OpenID Connect.
    static let visitorVerbs: [Verb] = [
        Verb(
            name: "visit",
            actor: .browser,
            about: "The website sends the browser to /authorize: the login page, or straight back.",
            options: [
                site, back,
                .takes("prompt", .text, "none, login, select_account, consent."),
                .takes("max_age", .int(0...315_360_000), "How old the login may be, in seconds."),
                .takes("scope", .text, "'openid profile' unless said otherwise."),
                .takes("login_hint", .text, "Whom the website has in mind."),
                .takes("redirect", .text, "Another redirect_uri than the website's own."),
            ],
            canBeTwisted: true,
            sentence: { who, arguments in
                "\(who) is sent by \(arguments.text("website") ?? "?")" + words(arguments)
            },
            perform: { play, step in try await play.visit(step) }
        ),
        Verb(
            name: "resume",
            actor: .browser,
            about: "GET /authorize/resume: after the login, back to the website with a code.",
            options: [site, back],
            canBeTwisted: true,
            sentence: { who, arguments in
                "\(who) goes back to \(arguments.text("website") ?? "?")"
            },
            perform: { play, step in
                let website = try step.arguments.required("website")
                return try await play.go(
                    step,
                    to: "/authorize/resume",
                    for: website,
                    back: "code"
                )
            }
        ),
        Verb(
            name: "decline",
            actor: .browser,
            about: "GET /authorize/cancel: back to the website without a login.",
            options: [site, back],
            canBeTwisted: true,
            sentence: { who, arguments in
                "\(who) does not want to log in to \(arguments.text("website") ?? "?")"
            },
            perform: { play, step in
                let website = try step.arguments.required("website")
                return try await play.go(
                    step,
                    to: "/authorize/cancel",
                    for: website,
                    back: "access_denied"
                )
            }
        ),
        Verb(
            name: "leave",
            actor: .browser,
            about: "The website sends the browser to /end_session: logged out, and back.",
            options: [
                site,
                .takes(
                    "proof",
                    .bool,
                    "Whether its ID token goes along; else the person is asked."
                ),
            ],
            canBeTwisted: true,
            sentence: { who, arguments in
                "\(who) is logged out by \(arguments.text("website") ?? "?")"
            },
            perform: { play, step in try await play.leave(step) }
        ),
    ]

    /// What websites' servers do.
    static let websiteVerbs: [Verb] = [
        Verb(
            name: "redeem",
            actor: .website,
            about: "POST /token: the code that a browser brought, for tokens, which are checked.",
            options: [
                of, .takes("code_of", .website, "Another website, whose code it took."),
                .takes("verifier", .text, "Another code_verifier than the right one."),
            ],
            sentence: { who, arguments in
                "\(who) redeems the code of \(arguments.text("of") ?? "?")"
                    + (arguments.text("code_of").map { " at \($0)" } ?? "")
            },
            perform: { play, step in try await play.redeem(step) }
        ),
        Verb(
            name: "userinfo",
            actor: .website,
            about: "GET /userinfo: who it is.",
            options: [
                of,
                .takes(
                    "knows",
                    .phone,
                    "Whose phone's owner it must be: the same as ever, and nobody else."
                ),
            ],
            sentence: { who, arguments in
                "\(who) asks who is at \(arguments.text("of") ?? "?")"
                    + (arguments.text("knows").map { ": \($0)" } ?? "")
            },
            perform: { play, step in try await play.userInfo(step) }
        ),
        Verb(
            name: "revoke",
            actor: .website,
            about: "POST /revoke: gives its access token back.",
            options: [of],
            sentence: { who, arguments in
                "\(who) gives back the token of \(arguments.text("of") ?? "?")"
            },
            perform: { play, step in try await play.revokeToken(step) }
        ),
    ]

    private static func words(_ arguments: Arguments) -> String {
        let prompt = arguments.text("prompt").map { " with prompt=\($0)" } ?? ""
        return prompt + (arguments.text("redirect").map { ", back to \($0)" } ?? "")
    }
}
