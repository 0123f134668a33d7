import LoginDomain
import LoginService

// Those who take what others have for their own, and websites that ask for what they may not have.
extension Adversary {
    /// Repeats what others asked for as if it were its own: with its own phone, or as its own website.
    func pretend() async {
        let thief = Website.thief
        // Most that is seen is about phones, and the newest token is worth the most.
        if stage.roll({ $0.chance(0.3) }),
            let token = stage.board.requests.reversed().lazy.compactMap(\.tokenShown).first
        {
            return await giveBack(token)
        }
        let candidates = stage.board.requests.filter { $0.canBeTakenOver }
        guard !candidates.isEmpty else { return }
        // What is new is mostly still good for something.
        let back = stage.roll { dice in
            dice.below(dice.chance(0.5) ? min(3, candidates.count) : candidates.count)
        }
        let request = candidates[candidates.count - 1 - back]
        switch request {
        case .confirm(let scene, let nonce, let number, _):
            // A nonce opens the cancel as it opens the confirm.
            if stage.roll({ $0.chance(0.5) }) {
                _ = await phone.send {
                    .confirm(scene: scene, nonce: nonce, number: number, $0)
                }
            } else {
                _ = await phone.send { .cancel(scene: scene, nonce: nonce, $0) }
            }
        case .cancel(let scene, let nonce, _):
            _ = await phone.send { .confirm(scene: scene, nonce: nonce, number: nil, $0) }
        case .revoke(let id, _):
            _ = await phone.send { .revoke(id, $0) }
        case .userInfo(let token):
            await giveBack(token.exposed)
        case .tokens(let ask, _), .revokeToken(let ask):
            guard case .refresh(let token) = ask.kind, stage.roll({ $0.chance(0.5) }) else {
                return await giveBack(ask.shown)
            }
            let own = TokenAsk(kind: .refresh(token), client: thief.id, secret: thief.secret)
            _ = await network.send(.tokens(own, address: address), as: name)
        default:
            return
        }
    }

    /// Gives a token back as its own website, or as the token's without being that.
    private func giveBack(_ token: String) async {
        let ask =
            stage.roll { $0.chance(0.8) }
            ? TokenAsk(kind: .revoke(token), client: Website.thief.id, secret: Website.thief.secret)
            : TokenAsk(
                kind: .revoke(token),
                client: Website.shop.id,
                secret: stage.roll { $0.chance(0.5) } ? madeUp() : nil
            )
        _ = await network.send(.revokeToken(ask), as: name)
    }

    private func madeUp() -> String {
        stage.roll { Base64URL.encode(randomBytes(32, using: &$0)) }
    }

    /// Sends somebody's browser to us for another website, or uses that one's code.
    func mislead() async {
        if stage.roll({ $0.chance(0.5) }) { return await ask() }
        guard let shown = stage.board.codes.last,
            let site = Website.named(shown.client)
        else { return await ask() }
        var ask = TokenAsk(
            kind: .code(shown.code, redirect: site.redirect, verifier: shown.verifier),
            client: site.id,
            secret: site.secret
        )
        if site.secret != nil, stage.roll({ $0.chance(0.6) }) {
            ask.secret = stage.roll { $0.one(of: [0, 1, 2]) } == 0 ? nil : madeUp()
        } else {
            let other = Self.foreign(site, stage.roll { $0.below(Self.foreignAddresses) })
            ask.kind = .code(shown.code, redirect: other, verifier: shown.verifier)
        }
        _ = await network.send(.tokens(ask, address: address), as: name)
    }

    /// A person who is logged in follows a link to an ask that no website may make.
    private func ask() async {
        let cookies = stage.board.requests.compactMap(\.sessionShown)
        let session = cookies.isEmpty ? nil : stage.roll { $0.one(of: cookies) }
        let site = stage.roll { $0.one(of: [Website.shop, .forum]) }
        let (verifier, state, nonce) = (madeUp(), madeUp(), madeUp())
        var ask = AuthorizeAsk(
            client: site.id,
            redirect: site.redirect,
            scope: "openid profile",
            state: state,
            nonce: nonce,
            challenge: ModelState.challenge(verifier),
            prompt: stage.roll { $0.one(of: [nil, nil, "none"] as [String?]) }
        )
        let flaw = stage.roll { $0.below(Self.foreignAddresses + 2) }
        if flaw < Self.foreignAddresses {
            ask.redirect = Self.foreign(site, flaw)
        } else {
            ask.challenge = nil
        }
        // A link carries the session's cookie along; what the browser has under way is not touched.
        let shown = BrowserCookies(session: session, attempt: nil)
        _ = await network.send(.authorize(ask, shown, address: address), as: name)
    }

    /// How many addresses there are that a website does not have.
    private static let foreignAddresses = 5

    /// An address that a website has not registered.
    private static func foreign(_ site: Website, _ number: Int) -> String {
        switch number {
        case 0: Website.thief.redirect
        case 1: "https://evil.example/callback"
        case 2: site.redirect + "/"
        case 3: site.redirect + "?to=evil.example"
        default: "https://\(site.host).evil.example/callback"
        }
    }
}

extension WireRequest {
    /// Whether somebody else could try to have it done for them.
    fileprivate var canBeTakenOver: Bool {
        switch self {
        case .confirm, .cancel, .revoke, .userInfo, .tokens, .revokeToken: true
        default: false
        }
    }

    /// The access token that it shows.
    fileprivate var tokenShown: String? {
        guard case .userInfo(let token) = self else { return nil }
        return token.exposed
    }

    /// The session of a browser that showed one.
    fileprivate var sessionShown: SessionCookie? {
        switch self {
        case .session(let cookie), .resume(let cookie): cookie
        case .authorize(_, let cookies, _): cookies.session
        default: nil
        }
    }
}
