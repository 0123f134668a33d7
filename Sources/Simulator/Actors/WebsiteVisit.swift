import LoginDomain
import LoginService
import OpenIDConnect

/// One login at a website: what it sends the browser with, and what its server does with the answer.
struct WebsiteVisit: Sendable {
    let stage: Stage
    let site: Website
    let ask: AuthorizeAsk
    private let verifier: String
    private var network: SimulatedNetwork { SimulatedNetwork(stage: stage) }

    init(stage: Stage, site: Website, prompt: String? = nil) {
        self.stage = stage
        self.site = site
        let (state, nonce, verifier, isOffline, maxAge) = stage.roll { dice in
            let words = (0..<3).map { _ in Base64URL.encode(randomBytes(32, using: &dice)) }
            let isOffline = dice.chance(0.5)
            // By dice of its own: who asks for no age takes the steps of before there was one.
            var aside = dice
            aside = aside.split()
            let maxAge = aside.one(of: Self.ages)
            return (words[0], words[1], words[2], isOffline, maxAge)
        }
        self.verifier = verifier
        ask = AuthorizeAsk(
            client: site.id,
            redirect: site.redirect,
            scope: isOffline ? "openid profile offline_access" : "openid profile",
            state: state,
            nonce: nonce,
            challenge: ModelState.challenge(verifier),
            prompt: prompt,
            maxAge: maxAge
        )
    }

    /// How old a login may be for a website, in seconds; most do not say.
    private static let ages: [Int?] = [nil, nil, nil, nil, 0, 2, 10, 3600]

    enum Beginning: Sendable {
        /// The browser must log in first.
        case waits
        /// The website has its answer.
        case answered
        case failed
    }

    /// Sends the browser to us.
    func begin(_ browser: BrowserMemory, from address: String, as person: String) async -> Beginning
    {
        for _ in 0..<3 where !stage.isOver {
            let cookies = BrowserCookies(session: browser.session, attempt: browser.attempt)
            let reply = await network.send(.authorize(ask, cookies, address: address), as: person)
            switch reply {
            case .answer(.parked(let cookie)):
                browser.attempt = cookie
                return .waits
            case .answer(.authorized(let response)):
                if case .code = response.outcome, response.state != ask.state {
                    stage.model.violate("I11", "a website was sent the answer to another ask")
                }
                take(response)
                return .answered
            default:
                await stage.pause(HonestUser.rest(after: reply))
            }
        }
        return .failed
    }

    /// The browser, logged in, fetches the answer.
    func resume(_ session: SessionCookie, as person: String) async {
        for _ in 0..<4 where !stage.isOver {
            let reply = await network.send(.resume(session), as: person)
            switch reply {
            // The request waits, and the website's page goes there once more.
            case .answer(.authorized(let response))
            where response.outcome == .failed(.temporarilyUnavailable):
                await stage.pause(HonestUser.rest(after: reply))
            case .answer(.authorized(let response)): return take(response)
            case .answer(.refused(.noRequest)): return
            default: await stage.pause(HonestUser.rest(after: reply))
            }
        }
    }

    /// The browser is back at the website, which goes on by itself.
    private func take(_ response: AuthorizationResponse) {
        guard case .code(let code) = response.outcome else { return }
        // Two answers that overtook each other may have left the browser with an earlier page's cookie; it
        // goes to where that one came from, whose ask it is (the model sees to that, I10). A real page is
        // told (`other_request`); here there are no pages.
        guard response.state == ask.state else { return }
        stage.board.showCode(code, for: site.id, verifier: verifier)
        stage.executor.start { await redeem(code) }
    }

    private func send(_ kind: TokenAsk.Kind) async -> WireReply {
        let ask = TokenAsk(kind: kind, client: site.id, secret: site.secret)
        if case .revoke = kind { return await network.send(.revokeToken(ask), as: site.id) }
        return await network.send(.tokens(ask, address: site.address), as: site.id)
    }

    /// Asks until there is an answer; one that hears nothing mostly leaves it at that.
    private func exchange(_ kind: TokenAsk.Kind) async -> IssuedTokens? {
        for _ in 0..<3 where !stage.isOver {
            let reply = await send(kind)
            switch reply {
            case .answer(.tokens(let tokens)): return tokens
            case .answer(.websiteRefused): return nil
            case .lost where stage.roll({ $0.chance(0.6) }): return nil
            default: await stage.pause(HonestUser.rest(after: reply))
            }
        }
        return nil
    }

    private func redeem(_ code: String) async {
        if stage.roll({ $0.chance(0.5) }) {
            await stage.pause(stage.roll { Int64($0.within(0...3000)) })
        }
        let kind = TokenAsk.Kind.code(code, redirect: site.redirect, verifier: verifier)
        guard var tokens = await exchange(kind) else { return }
        await check(tokens.idToken)
        await look(tokens)
        for _ in 0..<stage.roll({ $0.within(0...3) }) where !stage.isOver {
            await stage.pause(stage.roll { Int64($0.one(of: [0, 500, 5000, 40_000])) })
            guard let refresh = tokens.refreshToken else {
                await look(tokens)
                continue
            }
            guard let next = await exchange(.refresh(refresh.exposed)) else { break }
            // The one before is of no use any more.
            if stage.roll({ $0.chance(0.3) }) { await look(tokens) }
            tokens = next
            await check(tokens.idToken)
            await look(tokens)
            if await showsAgain(refresh.exposed) { break }
        }
        guard stage.roll({ $0.chance(0.2) }), !stage.isOver else { return }
        _ = await send(.revoke(tokens.accessToken.exposed))
        await look(tokens)
    }

    /// Shows a refresh token once more, now and then: the time in which that is a lost answer's repetition
    /// is nearly over, or just over.
    private func showsAgain(_ refresh: String) async -> Bool {
        let share = 2 * stage.options.dwells
        guard share > 0, !stage.isHealed, stage.roll({ $0.chance(share) }) else { return false }
        await stage.pause(stage.roll { $0.one(of: [29_000, 30_000, 31_000, 45_000]) })
        _ = await exchange(.refresh(refresh))
        return true
    }

    private func look(_ tokens: IssuedTokens) async {
        guard !stage.isOver else { return }
        _ = await network.send(.userInfo(tokens.accessToken), as: site.id)
    }

    /// A website checks what it was given against the keys of that moment.
    private func check(_ idToken: String) async {
        let moment = stage.clock.now
        stage.board.keepIDToken(idToken, at: moment)
        for _ in 0..<2 where !stage.isOver {
            let reply = await network.send(.keys, as: site.id)
            guard case .answer(.keys(let keys)) = reply else { continue }
            return Self.check(idToken, of: moment, keys, stage)
        }
    }

    static func check(
        _ idToken: String,
        of moment: Int64,
        _ keys: [PublicKey],
        _ stage: Stage
    ) {
        guard !stage.model.excuses(idToken: idToken, of: moment) else { return }
        do {
            _ = try IDTokenHint(idToken, issuer: SimulatedKeys.issuer, keys: keys)
        } catch {
            stage.model.violate("I17", "an ID token has \(error.rawValue)")
        }
    }
}
