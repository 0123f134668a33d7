import Crypto
import LoginDomain
import LoginService
import OpenIDConnect

/// What a website was given for a login: a code, and what came of it.
struct ModelGrant: Sendable {
    var ask: AuthorizeAsk
    /// The browser's session that it came of.
    var session: String
    var person: String
    var user: UserID
    var arrived: Int64
    var departed: Int64
    var exchanges: [Exchange] = []
    /// When its end was acknowledged: a second use, or a token that was given back.
    var deadFrom: Int64?
    /// When a request came that may have ended it.
    var mayBeDeadFrom: Int64?

    var isOffline: Bool { ask.scope.contains("offline_access") }

    /// A code or a refresh token that was shown for tokens.
    struct Exchange: Sendable {
        var number: Int
        var shown: String
        /// Whether it came from the website that it was given to, which proved that.
        var isOwners: Bool
        /// Whether everything about it was right.
        var isSound: Bool
        var arrived: Int64
        var departed: Int64?
        var isDone = false
        var isRefused = false
    }
}

/// When an ID token was given, and its own word for that.
struct Issue: Sendable {
    var departed: Int64
    var seconds: Int64
}

/// An access token or a refresh token.
struct ModelToken: Sendable {
    /// Names the grant.
    var code: String
    /// Names the exchange that gave it: two of one grant can come at one instant.
    var number: Int
    var arrived: Int64
    var departed: Int64
}

// What may be answered about codes and tokens.
extension ModelState {
    // MARK: - Requests

    mutating func arriveForWebsite(_ request: WireRequest, at now: Int64) {
        switch request {
        case .authorize(let ask, _, _):
            asks[ask.state] = ask
            if askedAt[ask.state] == nil { askedAt[ask.state] = now }
        case .tokens(let ask, _):
            guard let code = code(of: ask) else { return }
            let isOwners = grants[code].map { $0.ask.client == ask.client } ?? false
            let isAuthentic = isAuthentic(ask)
            var isProven = true
            var isCode = false
            var isSound = isOwners && isAuthentic
            if case .code(_, let redirect, let verifier) = ask.kind {
                isCode = true
                isProven = verifier.map(Self.challenge) == grants[code]?.ask.challenge
                isSound = isSound && isProven && redirect == grants[code]?.ask.redirect
            }
            // Who cannot prove to be a website, and whoever brings another one's refresh token, changes
            // nothing, and so excuses nothing; tokens for them are a violation.
            guard isAuthentic, isOwners || isCode else { return }
            grants[code]?.exchanges.append(
                ModelGrant.Exchange(
                    number: lastNumber,
                    shown: ask.shown,
                    isOwners: isOwners && isProven,
                    isSound: isSound,
                    arrived: now
                )
            )
            // Whoever is a client burns a code that is not theirs.
            if !isSound { mayDie(code, at: now) }
        case .revokeToken(let ask):
            // A website gives back its own tokens alone.
            if let code = code(of: ask), grants[code]?.ask.client == ask.client, isAuthentic(ask) {
                mayDie(code, at: now)
            }
        default:
            break
        }
    }

    /// Whether somebody proves to be the website that they say they are.
    private func isAuthentic(_ ask: TokenAsk) -> Bool {
        Website.named(ask.client).map { $0.secret == ask.secret } ?? false
    }

    private mutating func mayDie(_ code: String, at now: Int64) {
        if grants[code]?.mayBeDeadFrom == nil { grants[code]?.mayBeDeadFrom = now }
    }

    private mutating func dies(_ code: String, at now: Int64) {
        mayDie(code, at: now)
        if grants[code]?.deadFrom == nil { grants[code]?.deadFrom = now }
    }

    /// Which grant a request is about.
    private func code(of ask: TokenAsk) -> String? {
        switch ask.kind {
        case .code(let code, _, _): grants[code] == nil ? nil : code
        case .refresh(let token): refreshTokens[token]?.code
        case .revoke(let token): accessTokens[token]?.code ?? refreshTokens[token]?.code
        }
    }

    static func challenge(_ verifier: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }

    // MARK: - Answers

    mutating func departForWebsite(
        _ number: Int,
        _ request: WireRequest,
        _ answer: WireAnswer,
        _ arrived: Int64,
        _ now: Int64
    ) {
        switch (request, answer) {
        case (.authorize(let ask, let cookies, _), .parked(let cookie)):
            newSecret(cookie.exposed, "attempt cookie", at: now)
            askOfCookie[cookie.exposed] = ask.state
            parked(cookie.exposed, after: cookies.attempt?.exposed, ask, arrived, now)
            judgeAsk(ask, now)
            if ask.prompt == "none" {
                violate("I3", "\(ask.client) wanted no page, and one is shown", at: now)
            }
        case (.authorize(let ask, let cookies, _), .authorized(let response)):
            if !ask.isForOwnAddress {
                violate("I11", "a browser was sent to \(response.redirectURI.text)", at: now)
            }
            guard case .code = response.outcome else { return }
            judgeAsk(ask, now)
            judgeAge(ask, cookies.session?.exposed ?? "", arrived, now)
            gave(response, to: cookies.session?.exposed ?? "", arrived, now)
        case (.resume(let cookie), .authorized(let response)):
            let session = sessions[cookie.exposed]
            if session?.ask != response.state {
                violate("I10", "a browser was given another one's answer for a website", at: now)
            }
            guard case .code = response.outcome else { return }
            if let session, arrived >= session.departed + Self.resumedWithin + skew {
                violate("I16", "an ask waited on a session for more than a minute", at: now)
            }
            if session?.hasResumed == true {
                violate("I1", "one login gave a website two codes", at: now)
            }
            sessions[cookie.exposed]?.hasResumed = true
            gave(response, to: cookie.exposed, arrived, now)
        case (.tokens(let ask, _), .tokens(let tokens)):
            exchanged(number, ask, tokens, arrived, now)
        case (.tokens(let ask, _), .websiteRefused(let error)):
            refusedExchange(number, ask, error, arrived, now)
        case (.revokeToken(let ask), .done):
            if !isAuthentic(ask) {
                violate("I11", "who is not \(ask.client) gave a token back for it", at: now)
            }
            guard let code = code(of: ask), grants[code]?.ask.client == ask.client,
                isAuthentic(ask),
                let token = accessTokens[ask.shown] ?? refreshTokens[ask.shown],
                // One that may have been replaced meanwhile is none, and giving it back ends nothing.
                grants[code]?.exchanges
                    .allSatisfy({
                        $0.number == token.number || $0.isRefused
                            || $0.isDone && ($0.departed ?? .max) < token.arrived
                    }) == true
            else { return }
            dies(code, at: now)
        case (.userInfo(let token), .claims(let claims)):
            judgeClaims(token.exposed, claims, arrived, now)
        case (.keys, .keys(let keys)):
            for key in keys where isRevoked(key.kid, before: arrived) {
                violate("I17", "a revoked key is published", at: now)
            }
        default:
            break
        }
    }

    /// Something came of what a website asked for: it was for an address of that website, and goes with a
    /// verifier.
    private mutating func judgeAsk(_ ask: AuthorizeAsk, _ now: Int64) {
        if !ask.isForOwnAddress {
            violate("I11", "\(ask.client) may ask for \(ask.redirect)", at: now)
        }
        if ask.challenge == nil {
            violate("I11", "\(ask.client) may ask for a code without a verifier", at: now)
        }
    }

    /// A session answered a website at once: it may be as old as that.
    private mutating func judgeAge(
        _ ask: AuthorizeAsk,
        _ cookie: String,
        _ arrived: Int64,
        _ now: Int64
    ) {
        if ask.prompt == "login" {
            violate("I3", "\(ask.client) asked for a new login, and got an older one", at: now)
        }
        guard let most = ask.maxAge, let session = sessions[cookie] else { return }
        if arrived - session.departed > Int64(most) * 1000 + skew {
            violate("I16", "a login is older than \(ask.client) takes it", at: now)
        }
    }

    /// A browser was sent back to a website with a code.
    private mutating func gave(
        _ response: AuthorizationResponse,
        to cookie: String,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard case .code(let code) = response.outcome else { return }
        newSecret(code, "authorization code", at: now)
        guard let ask = response.state.flatMap({ asks[$0] }) else {
            return violate("I11", "a code for what no website asked", at: now)
        }
        // Where it went is held against what is registered: what was asked for proves nothing.
        let own = Website.named(ask.client)?.redirect
        if response.redirectURI.text != ask.redirect || response.redirectURI.text != own {
            violate("I11", "a code went to \(response.redirectURI.text)", at: now)
        }
        guard let session = sessions[cookie] else {
            return violate("I15", "a session that no browser got gave a code", at: now)
        }
        if let ended = session.endedAt, ended < arrived {
            violate("I21", "a session of \(session.person) gave a code after its end", at: now)
        }
        if ask.prompt == "login" || ask.maxAge == 0,
            session.departed < askedAt[ask.state] ?? .min
        {
            violate("I3", "\(ask.client) was given a login from before it asked", at: now)
        }
        if let rollback = rolledBack(since: session.departed), arrived > rollback {
            violate("R4", "a session outlived a restored backup", at: now)
        }
        grants[code] = ModelGrant(
            ask: ask,
            session: cookie,
            person: session.person,
            user: session.user,
            arrived: arrived,
            departed: now
        )
        if ask.scope.contains("offline_access") { crowd(session.user, at: ask.client, now) }
    }

    /// One grant too many of those that may outlive their session ends the oldest.
    ///
    /// Others may be on their way, so half as many as there may be are enough to expect it.
    private mutating func crowd(_ user: UserID, at client: String, _ now: Int64) {
        let live = grants.filter { _, grant in
            grant.user == user && grant.ask.client == client && grant.deadFrom == nil
                && grant.isOffline && sessions[grant.session]?.endedAt == nil
        }
        guard live.count > Grant.offlineMax / 2 else { return }
        for code in live.keys { mayDie(code, at: now) }
    }

    private mutating func finish(_ code: String, _ number: Int, done: Bool, at now: Int64) {
        guard let index = grants[code]?.exchanges.firstIndex(where: { $0.number == number }) else {
            return
        }
        grants[code]?.exchanges[index].departed = now
        grants[code]?.exchanges[index].isDone = done
        grants[code]?.exchanges[index].isRefused = !done
    }

    /// When a grant's refresh tokens were first given, as late as that can have been.
    private func firstGiven(_ grant: ModelGrant) -> Int64? {
        grant.exchanges.filter(\.isDone).compactMap(\.departed).min()
    }

    private mutating func exchanged(
        _ number: Int,
        _ ask: TokenAsk,
        _ tokens: IssuedTokens,
        _ arrived: Int64,
        _ now: Int64
    ) {
        newSecret(tokens.accessToken.exposed, "access token", at: now)
        if let refresh = tokens.refreshToken {
            newSecret(refresh.exposed, "refresh token", at: now)
        }
        guard let code = code(of: ask), let grant = grants[code],
            let exchange = grant.exchanges.first(where: { $0.number == number })
        else { return violate("I11", "tokens were given for \(ask.shown.short)", at: now) }
        if !exchange.isSound {
            violate("I11", "the code of \(grant.ask.client) was good for \(ask.client)", at: now)
        }
        if let dead = grant.deadFrom, dead < arrived {
            violate("I11", "a grant that was over gave tokens", at: now)
        }
        if let rollback = rolledBack(since: grant.departed), arrived > rollback {
            violate("R4", "a grant outlived a restored backup", at: now)
        }
        if let ended = sessions[grant.session]?.endedAt, ended < arrived {
            violate("I21", "\(grant.person) had logged out, and a website got tokens", at: now)
        }
        switch ask.kind {
        case .code:
            if grant.exchanges.contains(where: { $0.isDone && $0.shown == code }) {
                violate("I1", "a code gave tokens twice", at: now)
            }
            let life = policy.grants.code.wholeMilliseconds
            if arrived >= grant.departed + life + skew {
                violate("I16", "a code outlived its time", at: now)
            }
        case .refresh, .revoke:
            judgeRefresh(ask.shown, grant, arrived, now)
        }
        judgeIDToken(tokens, ask, grant, arrived, now)
        finish(code, number, done: true, at: now)
        accessTokens[tokens.accessToken.exposed] = ModelToken(
            code: code,
            number: number,
            arrived: arrived,
            departed: now
        )
        if let refresh = tokens.refreshToken {
            refreshTokens[refresh.exposed] = ModelToken(
                code: code,
                number: number,
                arrived: arrived,
                departed: now
            )
        }
    }

    /// A refresh token is exchanged once, and once more within its grace; never after its successor was.
    private mutating func judgeRefresh(
        _ shown: String,
        _ grant: ModelGrant,
        _ arrived: Int64,
        _ now: Int64
    ) {
        let done = grant.exchanges.filter { $0.isDone && ($0.departed ?? .max) < arrived }
        let before = done.filter { $0.shown == shown }.compactMap(\.departed).min()
        if let before, arrived >= before + RefreshFamily.grace.wholeMilliseconds + skew {
            violate("I11", "a refresh token was exchanged again", at: now)
        }
        let isPassed = done.contains { later in
            (refreshTokens[later.shown]?.arrived ?? 0) > (before ?? .max)
        }
        if isPassed { violate("I11", "a refresh token was exchanged after a newer one", at: now) }
        guard let first = firstGiven(grant) else { return }
        if arrived >= first + policy.grants.refreshToken.wholeMilliseconds + skew {
            violate("I16", "a refresh token outlived its time", at: now)
        }
    }

    /// What stands in an ID token: for whom, of whom, and for which ask.
    private mutating func judgeIDToken(
        _ tokens: IssuedTokens,
        _ ask: TokenAsk,
        _ grant: ModelGrant,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard let claims = IDTokenText(tokens.idToken) else {
            return violate("I17", "an ID token cannot be read", at: now)
        }
        if claims["aud"] != grant.ask.client || claims["iss"] != SimulatedKeys.issuer {
            violate("I11", "an ID token is for \(claims["aud"] ?? "nobody")", at: now)
        }
        if case .code = ask.kind, claims["nonce"] != grant.ask.nonce {
            violate("I11", "an ID token has another nonce", at: now)
        }
        know(claims["sub"] ?? "", as: grant.person, at: grant.ask.client, now)
        let issued = claims["iat"].flatMap { Int64($0) } ?? 0
        judgeTimes(claims, issued, grant, arrived, now)
        let hash = SHA256.hash(data: Array(tokens.accessToken.exposed.utf8)).prefix(16)
        if claims["at_hash"] != Base64URL.encode(Array(hash)) {
            violate("I17", "an ID token goes with another access token", at: now)
        }
        let name = claims["sid"] ?? ""
        if name.isEmpty || !loginNames.isOne(name, of: grant.session, at: grant.ask.client) {
            violate("I17", "an ID token names another login", at: now)
        }
        if isRevoked(claims.kid, before: arrived) {
            violate("I17", "a revoked key signs", at: now)
        }
        // Whole seconds, and nodes whose clocks differ.
        let slack = (skew + 999) / 1000
        let last = issuedAt.filter { $0.departed < arrived }.map(\.seconds).max() ?? 0
        if issued < last - slack { violate("I17", "iat went back", at: now) }
        issuedAt.append(Issue(departed: now, seconds: issued))
    }

    /// When an ID token says that it was made, ends, and its login was.
    private mutating func judgeTimes(
        _ claims: IDTokenText,
        _ issued: Int64,
        _ grant: ModelGrant,
        _ arrived: Int64,
        _ now: Int64
    ) {
        let ends = claims["exp"].flatMap { Int64($0) } ?? .max
        if ends <= issued || ends - issued > Self.idTokenSeconds {
            violate("I16", "an ID token is good until \(ends), made at \(issued)", at: now)
        }
        guard let login = claims["auth_time"].flatMap({ Int64($0) }) else {
            return violate("I17", "an ID token does not say when the login was", at: now)
        }
        if login > issued { violate("I17", "an ID token is older than its login", at: now) }
        if !loginNames.isOne(login, of: grant.session) {
            violate("I17", "a login was at \(login), too", at: now)
        }
        // Only where no clock was moved the model knows what the nodes' clocks say.
        guard let session = sessions[grant.session],
            !epochs.contains(where: { $0.kind == .clockJump })
        else { return }
        func seconds(_ moment: Int64) -> Int64 { (Stage.epoch + moment) / 1000 }
        if login < seconds(session.arrived) || login > seconds(session.departed + skew) {
            violate("I17", "an ID token says that the login was at \(login)", at: now)
        }
        if issued < seconds(arrived) || issued > seconds(now + skew) {
            violate("I17", "an ID token says that it was made at \(issued)", at: now)
        }
    }

    /// The longest that an ID token is good for, in seconds.
    private static let idTokenSeconds: Int64 = 600

    /// Whether a key was revoked so long ago that every node knows.
    private func isRevoked(_ kid: String, before arrived: Int64) -> Bool {
        revokedKeys[kid].map { arrived > $0 + keysKnownWithin } ?? false
    }

    /// A website is told one name for a person, and no two people have one.
    private mutating func know(
        _ subject: String,
        as person: String,
        at client: String,
        _ now: Int64
    ) {
        let sector = Website.named(client)?.sector ?? ""
        let key = "\(sector) \(person)"
        if subjectOfPerson[key] != subject {
            // A backup from before the name was known takes it away.
            if let since = subjectSince[key], !mayBeUndone(since: since) {
                violate("I9", "\(person) has two names at \(client)", at: now)
            }
            subjectSince[key] = now
        }
        if let other = sectorOfSubject[subject], other != sector {
            violate("I9", "two websites know \(person) by one name, and need not", at: now)
        }
        sectorOfSubject[subject] = sector
        if let other = personOfSubject[subject], other != person {
            violate("I9", "\(client) takes \(person) for \(other)", at: now)
        }
        subjectOfPerson[key] = subject
        personOfSubject[subject] = person
    }

    private mutating func refusedExchange(
        _ number: Int,
        _ ask: TokenAsk,
        _ error: OAuthError,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard let code = code(of: ask), let grant = grants[code],
            let exchange = grant.exchanges.first(where: { $0.number == number })
        else { return }
        finish(code, number, done: false, at: now)
        guard error == .invalidGrant, !isDisturbed(since: grant.arrived) else { return }
        let others = grant.exchanges.filter { $0.number != number }
        let isFirst = grant.mayBeDeadFrom == nil && isYoung(sessions[grant.session], now)
        switch ask.kind {
        case .code:
            // Whoever comes first has used it up; its owner, who has proved to be that, ends by a second
            // coming what the first one gave.
            if exchange.isOwners || others.allSatisfy(\.isRefused) { dies(code, at: now) }
            let life = policy.grants.code.wholeMilliseconds
            let isGood =
                exchange.isSound && others.isEmpty && isFirst && now < grant.arrived + life - skew
            if isGood { violate("I12", "a code of \(grant.person) was forgotten", at: now) }
        case .refresh(let shown):
            let life = policy.grants.refreshToken.wholeMilliseconds
            guard exchange.isOwners, let first = others.filter(\.isDone).map(\.arrived).min(),
                now < first + life - skew
            else { return }
            // Nothing was wrong but that it had been exchanged: two hold it, and neither goes on.
            dies(code, at: now)
            let isNewest = others.allSatisfy {
                $0.isDone && $0.shown != shown && ($0.departed ?? .max) <= arrived
                    && (refreshTokens[$0.shown]?.departed ?? 0)
                        <= (refreshTokens[shown]?.arrived ?? 0)
            }
            let isOnce = Set(others.map(\.shown)).count == others.count
            if isNewest, isOnce, isFirst {
                violate("I12", "a refresh token of \(grant.ask.client) was forgotten", at: now)
            }
        case .revoke:
            return
        }
    }

    private mutating func judgeClaims(
        _ token: String,
        _ claims: UserClaims?,
        _ arrived: Int64,
        _ now: Int64
    ) {
        guard let known = accessTokens[token], let grant = grants[known.code] else {
            if claims != nil { violate("I11", "a token that no website got was good", at: now) }
            return
        }
        let life = policy.grants.accessToken.wholeMilliseconds
        let session = sessions[grant.session]
        guard let claims else {
            let isGood =
                grant.mayBeDeadFrom == nil && grant.exchanges.count == 1
                && now < known.arrived + life - skew && isYoung(session, now)
                && !isDisturbed(since: grant.arrived)
            if isGood { violate("I12", "a token of \(grant.ask.client) was forgotten", at: now) }
            return
        }
        know(claims.subject.text, as: grant.person, at: grant.ask.client, now)
        if let profile = claims.profile {
            judgeUser(profile, as: grant.person, grant.user, arrived, now)
        }
        if arrived >= known.departed + life + skew {
            violate("I16", "an access token outlived its time", at: now)
        }
        if let dead = grant.deadFrom, dead < arrived {
            violate("I11", "a token was good after its grant had ended", at: now)
        }
        if let ended = session?.endedAt, ended < arrived {
            violate("I21", "\(grant.person) had logged out, and a token was good", at: now)
        }
        if let rollback = rolledBack(since: known.departed), arrived > rollback {
            violate("R4", "a token outlived a restored backup", at: now)
        }
        let isReplaced = grant.exchanges.contains {
            $0.isDone && $0.arrived > known.departed && ($0.departed ?? .max) < arrived
        }
        if isReplaced { violate("I11", "a token was good after its successor was given", at: now) }
    }
}

/// What websites are told of browsers' sessions: a name of each, and when its login was.
struct LoginNames: Sendable {
    private var names: [String: String] = [:]
    private var sessions: [String: String] = [:]
    private var times: [String: Int64] = [:]

    /// Whether a website knows a session by this name alone, and by it no other session.
    mutating func isOne(_ name: String, of session: String, at client: String) -> Bool {
        let (known, other) = (names["\(client) \(session)"], sessions["\(client) \(name)"])
        names["\(client) \(session)"] = name
        sessions["\(client) \(name)"] = session
        return known ?? name == name && other ?? session == session
    }

    /// Whether nobody was told another time of a session's login.
    mutating func isOne(_ time: Int64, of session: String) -> Bool {
        let known = times[session]
        times[session] = time
        return known ?? time == time
    }
}

/// The members of an ID token, read by hand: the model believes no signature, and needs none.
struct IDTokenText {
    private let body: [UInt8]
    /// The name of the key that signed it.
    let kid: String

    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."))
        guard parts.count == 3, let body = Base64URL.decode(Substring(parts[1])) else { return nil }
        self.body = body
        kid = Base64URL.decode(Substring(parts[0]))?.text(after: #""kid":""#) ?? ""
    }

    /// A member that is a text or a number; ours have no escapes.
    subscript(_ name: String) -> String? {
        guard let start = body.end(of: "\"\(name)\":") else { return nil }
        let rest = body[start...]
        let isText = rest.first == UInt8(ascii: "\"")
        let value =
            isText
            ? rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
            : rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return String(decoding: value, as: UTF8.self)
    }
}
