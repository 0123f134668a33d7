import LoginDomain
import LoginService
import OpenIDConnect

/// Turns exchanges into the steps of a scenario: who says it, and whose secrets they show.
///
/// Secrets are other ones each time, so a step names whose it shows: a browser's cookie or picture, a
/// phone's nonce. What a browser or a phone has no longer cannot be named; such a step is left out.
struct StoryWriter {
    private(set) var lines: [String] = []
    /// How long the story takes, at least.
    private(set) var milliseconds: Int64 = 0
    /// Whether the violation is that a login is somebody else's: then it may be its confirmer's.
    private let isAboutIdentity: Bool

    // Whose things are, in the whole run.
    private var browserOfCookie: [String: String] = [:]
    private var browserOfScene: [String: String] = [:]
    private var browserOfSession: [String: String] = [:]
    private var browserOfCode: [String: String] = [:]
    private var siteOfCode: [String: String] = [:]
    private var browserOfToken: [String: String] = [:]
    private var phoneOfNonce: [String: String] = [:]

    // What everybody has at this point of the story.
    private var cookies: [String: String] = [:]
    private var scenes: [String: [String]] = [:]
    private var nonces: [String: (nonce: String, scene: String, at: Int64)] = [:]
    /// Which phone confirmed what a browser shows.
    private var confirmers: [String: String] = [:]
    private var members: Set<String> = []
    private var now: Int64?

    init(isAboutIdentity: Bool) {
        self.isAboutIdentity = isAboutIdentity
    }

    /// The cast, a line each.
    var cast: [String] { members.sorted() }

    // MARK: - Whose things are

    /// Learns from an exchange of the run who was given what.
    mutating func learn(_ entry: Spoken) {
        let browser = Self.browser(entry.who)
        switch (entry.request, entry.answer) {
        case (.open, .opened(let opened)):
            browserOfCookie[opened.cookie.exposed] = browser
            if let scene = entry.scene { browserOfScene[scene] = browser }
        case (.complete(let cookie, _), .completed(let login)):
            browserOfSession[login.session.exposed] = browserOfCookie[cookie.exposed] ?? browser
        case (.scan, .scanned(let scanned)):
            phoneOfNonce[scanned.nonce.exposed] = Self.phone(entry.who)
        case (.authorize(let ask, let cookies, _), .authorized(let response)):
            let owner = cookies.session.flatMap { browserOfSession[$0.exposed] } ?? browser
            learn(response, ask.client, owner)
        case (.authorize, .parked(let cookie)):
            browserOfCookie[cookie.exposed] = browser
        case (.resume(let session), .authorized(let response)):
            learn(response, nil, browserOfSession[session.exposed] ?? browser)
        case (.tokens(let ask, _), .tokens(let tokens)):
            siteOfCode[ask.shown] = siteOfCode[ask.shown] ?? Self.site(ask.client)
            browserOfToken[tokens.accessToken.exposed] = browserOfCode[ask.shown]
        default: break
        }
    }

    private mutating func learn(
        _ response: AuthorizationResponse,
        _ client: String?,
        _ browser: String
    ) {
        guard case .code(let code) = response.outcome else { return }
        browserOfCode[code] = browser
        let host = response.redirectURI.host
        siteOfCode[code] =
            client.map(Self.site) ?? Website.all.first { $0.host == host }.map { Self.site($0.id) }
    }

    private static func browser(_ who: String) -> String { "\(who)-browser" }
    private static func phone(_ who: String) -> String { "\(who)-phone" }
    /// `rp_shop` is `shop`.
    private static func site(_ client: String) -> String { String(client.dropFirst(3)) }

    // MARK: - Steps

    /// A step: who does what, with which options beside.
    private struct Step {
        var who: String
        var verb: String
        var options: [String] = []
        var isWaiting = false
        /// A website cannot wait: its browser does.
        var waiter: String?
    }

    /// Writes an exchange as a step.
    ///
    /// - Returns: whether there is a step for it.
    @discardableResult
    mutating func write(_ entry: Spoken, isLast: Bool = false) -> Bool {
        guard let step = step(entry) else { return false }
        // A confirm says itself how long after its scan it comes.
        if let now, !step.isWaiting, entry.at - now >= 500 {
            // Real clocks do not meet at a millisecond: what came at the end of something comes after it.
            let wait = entry.at - now + (isLast ? 500 : 0)
            milliseconds += wait
            lines += ["  - \(step.waiter ?? step.who): ignore", "    for_ms: \(wait)"]
        }
        now = entry.at
        lines.append("  - \(step.who): \(step.verb)")
        lines += step.options.map { "    \($0)" }
        if !isLast {
            lines.append("    may_fail: true")
        } else if entry.isGranted {
            lines.append("    expect: \(refusal(of: entry.request))")
        }
        note(entry, step)
        return true
    }

    /// What the last step must come to where it should have been refused.
    private func refusal(of request: WireRequest) -> String {
        switch request {
        case .complete(let cookie, _):
            switch browserOfCookie[cookie.exposed].flatMap({ confirmers[$0] }) {
            case .some(let phone) where isAboutIdentity: "{ user: [\(phone), nobody] }"
            default: "{ user: nobody }"
            }
        case .session: "{ user: nobody }"
        default: "refused"
        }
    }

    private mutating func note(_ entry: Spoken, _ step: Step) {
        switch (entry.request, entry.answer) {
        case (.open, .opened(let opened)):
            cookies[step.who] = opened.cookie.exposed
            if let scene = entry.scene { scenes[step.who, default: []].append(scene) }
        case (.scan(let scene, _, _), .scanned(let scanned)):
            nonces[step.who] = (scanned.nonce.exposed, scene, entry.at)
        case (.confirm(let scene, _, _, _), .done):
            if let browser = browserOfScene[scene] { confirmers[browser] = step.who }
        default: break
        }
    }

    private mutating func cast(browser name: String) -> String {
        members.insert("\(name): browser")
        return name
    }

    private mutating func cast(phone name: String) -> String {
        let person = name.dropLast("-phone".count)
        members.insert("\(name): { phone: \(person), new: true }")
        return name
    }

    private mutating func cast(site name: String) -> String {
        members.insert("\(name): website")
        return name
    }

    private mutating func step(_ entry: Spoken) -> Step? {
        let who = entry.who
        switch entry.request {
        case .open:
            guard case .opened = entry.answer else { return nil }
            return Step(who: cast(browser: Self.browser(who)), verb: "open")
        case .view(let cookie), .poll(let cookie, _, _):
            return ofCookie(cookie, "look", who)
        case .cancelByBrowser(let cookie): return ofCookie(cookie, "cancel", who)
        case .complete(let cookie, _): return ofCookie(cookie, "complete", who)
        case .session(let cookie): return ofSession(cookie, "session")
        case .logout(let cookie, _): return ofSession(cookie, "logout")
        case .scan(let scene, let launch, _): return scan(scene, launch, who)
        case .confirm(let scene, let nonce, let number, _):
            return ofNonce("confirm", scene, nonce, number, who, at: entry.at)
        case .cancel(let scene, let nonce, _):
            return ofNonce("cancel", scene, nonce, nil, who, at: entry.at)
        case .revoke:
            return Step(who: cast(phone: Self.phone(who)), verb: "revoke", options: ["nth: 1"])
        case .authorize, .resume, .tokens, .revokeToken, .userInfo: return ofWebsite(entry)
        case .loginPhone, .logins, .rename, .keys: return nil
        }
    }

    /// A browser's call with its cookie, or with another browser's.
    private mutating func ofCookie(
        _ cookie: AttemptCookie,
        _ verb: String,
        _ who: String
    ) -> Step? {
        guard let owner = browserOfCookie[cookie.exposed], cookies[owner] == cookie.exposed else {
            return nil
        }
        let browser = cast(browser: Self.browser(who))
        let options = owner == browser ? [] : ["borrow: { cookie: \(owner) }"]
        return Step(who: browser, verb: verb, options: options)
    }

    private mutating func ofSession(_ cookie: SessionCookie, _ verb: String) -> Step? {
        guard let owner = browserOfSession[cookie.exposed] else { return nil }
        return Step(who: cast(browser: owner), verb: verb)
    }

    private mutating func scan(_ scene: String, _ launch: Int?, _ who: String) -> Step? {
        guard let owner = browserOfScene[scene], let shown = scenes[owner],
            let place = shown.firstIndex(of: scene)
        else { return nil }
        var options = ["of: \(owner)"]
        if place != shown.count - 1 { options.append("picture: \(place + 1)") }
        switch launch {
        case 1048: options.append("how: longpress")
        case 1049: options.append("how: album")
        default: break
        }
        return Step(who: cast(phone: Self.phone(who)), verb: "scan", options: options)
    }

    private mutating func ofNonce(
        _ verb: String,
        _ scene: String,
        _ nonce: String,
        _ number: Int?,
        _ who: String,
        at moment: Int64
    ) -> Step? {
        guard let browser = browserOfScene[scene] else { return nil }
        let phone = cast(phone: Self.phone(who))
        var options: [String] = []
        let own = nonces[phone]
        var borrowed: [String] = []
        if own?.scene != scene { borrowed.append("scene: \(browser)") }
        if own?.nonce != nonce, let other = phoneOfNonce[nonce] {
            guard nonces[other]?.nonce == nonce else { return nil }
            borrowed.append("nonce: \(other)")
        }
        if !borrowed.isEmpty { options.append("borrow: { \(borrowed.joined(separator: ", ")) }") }
        guard verb == "confirm" else { return Step(who: phone, verb: verb, options: options) }
        if let own, own.scene == scene {
            options.append("after_ms: \(moment - own.at)")
            milliseconds += moment - own.at
        }
        if number != nil { options.append("number: of \(browser)") }
        return Step(who: phone, verb: verb, options: options, isWaiting: own?.scene == scene)
    }

    /// For somebody who has none: the one of RFC 7636, which is nobody's.
    private static let anyVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    private mutating func ofWebsite(_ entry: Spoken) -> Step? {
        switch entry.request {
        case .authorize(let ask, _, _):
            let site = cast(site: Self.site(ask.client))
            var options = ["website: \(site)"]
            // A website of the scenarios has a proof for each code.
            guard ask.challenge != nil else { return nil }
            if let prompt = ask.prompt { options.append("prompt: \(prompt)") }
            if let maxAge = ask.maxAge { options.append("max_age: \(maxAge)") }
            if !ask.isForOwnAddress { options.append("redirect: \(ask.redirect)") }
            switch entry.answer {
            case .parked: break
            case .authorized(let response):
                guard case .code = response.outcome else { return nil }
                options.append("back: code")
            default: return nil
            }
            return Step(
                who: cast(browser: Self.browser(entry.who)),
                verb: "visit",
                options: options
            )
        case .resume(let session):
            guard let browser = browserOfSession[session.exposed],
                case .authorized(let response) = entry.answer,
                case .code(let code) = response.outcome, let site = siteOfCode[code]
            else { return nil }
            return Step(
                who: cast(browser: browser),
                verb: "resume",
                options: ["website: \(cast(site: site))"]
            )
        case .tokens(let ask, _):
            guard case .code(let code, let redirect, let verifier) = ask.kind,
                let browser = browserOfCode[code], let site = siteOfCode[code],
                // It says its own secret, and for its own code its own address.
                let asking = Website.named(ask.client), asking.secret == ask.secret,
                asking.redirect == redirect || Self.site(ask.client) != site
            else { return nil }
            var options = ["of: \(cast(browser: browser))"]
            let asker = cast(site: Self.site(ask.client))
            if asker != site { options.append("code_of: \(cast(site: site))") }
            if verifier == nil { options.append("verifier: \(Self.anyVerifier)") }
            return Step(who: asker, verb: "redeem", options: options, waiter: browser)
        case .revokeToken(let ask):
            guard let browser = browserOfToken[ask.shown],
                Website.named(ask.client)?.secret == ask.secret
            else { return nil }
            return Step(
                who: cast(site: Self.site(ask.client)),
                verb: "revoke",
                options: ["of: \(cast(browser: browser))"],
                waiter: browser
            )
        case .userInfo(let token):
            guard let browser = browserOfToken[token.exposed] else { return nil }
            return Step(
                who: cast(site: Self.site(entry.who)),
                verb: "userinfo",
                options: ["of: \(cast(browser: browser))"],
                waiter: browser
            )
        default: return nil
        }
    }
}
