import HTTPTransport
import Synchronization

extension WeChatClient {
    /// A token that should be good.
    package func accessToken() async throws(WeChatError) -> AccessToken {
        try await resolve { $0.need(at: $1) }
    }

    /// A newer token than one that WeChat refused.
    package func accessToken(
        replacing refused: AccessToken
    ) async throws(WeChatError) -> AccessToken {
        try await resolve { $0.need(replacing: refused, at: $1) }
    }

    /// Seconds until the present token's end; nil when there is none.
    package func accessTokenSecondsLeft() -> Int? {
        let now = clock.milliseconds()
        return tokens.withLock { $0.token }.map { Int(max(0, $0.endsAt - now) / 1000) }
    }

    private func resolve(
        _ ask: (inout AccessTokenCache, Int64) -> AccessTokenCache.Need
    ) async throws(WeChatError) -> AccessToken {
        while true {
            let now = clock.milliseconds()
            switch tokens.withLock({ ask(&$0, now) }) {
            case .use(let token):
                return token
            case .fail:
                throw .backingOff
            case .wait:
                await untilNobodyAsks()
                // A cancelled caller must not go round for ever.
                if Task.isCancelled { throw .transport(.cancelled) }
            case .fetch(let fetch):
                return try await fetchToken(fetch)
            }
        }
    }

    private func untilNobodyAsks() async {
        await withCheckedContinuation { waiter in
            let parked = tokens.withLock { $0.park(waiter) }
            if !parked { waiter.resume() }
        }
    }

    /// Asks WeChat on behalf of everybody, and lets those go who wait.
    private func fetchToken(_ fetch: TokenFetch) async throws(WeChatError) -> AccessToken {
        defer { release() }
        do throws(WeChatError) {
            if fetch != .forced {
                switch take(try await stableToken(force: false), by: fetch) {
                case .use(let token): return token
                case .fail: throw WeChatError.backingOff
                case .force: break
                }
            }
            switch take(try await stableToken(force: true), by: .forced) {
            case .use(let token): return token
            case .fail, .force: throw WeChatError.backingOff
            }
        } catch {
            let now = clock.milliseconds()
            let old = tokens.withLock { cache in
                switch error {
                case .transport(.cancelled): cache.abandoned()
                // The cache has said so itself, and for how long.
                case .backingOff: break
                default: cache.failed(error, at: now)
                }
                return cache.token
            }
            if fetch == .normal, let old, now < old.endsAt { return old }
            throw error
        }
    }

    private func take(_ answer: StableToken, by fetch: TokenFetch) -> AccessTokenCache.Fetched {
        let now = clock.milliseconds()
        let jitter = clock.jitter()
        return tokens.withLock {
            $0.fetched(
                answer.text,
                expiresInSeconds: answer.expiresIn,
                by: fetch,
                jitter: jitter,
                at: now
            )
        }
    }

    private func release() {
        for waiter in tokens.withLock({ $0.takeWaiters() }) {
            waiter.resume()
        }
    }

    /// `POST /cgi-bin/stable_token` (WeChat page api_getstableaccesstoken).
    ///
    /// In normal mode it does not kill the token that another server of ours may be using.
    private func stableToken(force: Bool) async throws(WeChatError) -> StableToken {
        let answer = try await post(
            "/cgi-bin/stable_token",
            [],
            json: StableTokenBody(
                appid: configuration.appID,
                secret: configuration.appSecret.exposed,
                forceRefresh: force
            ),
            answerBytesMax: Self.jsonBytesMax
        )
        let json = try WeChatAnswer.read(answer)
        guard let text = json.accessToken, !text.isEmpty, text.utf8.count <= 512,
            let expiresIn = json.expiresIn, (1...86_400).contains(expiresIn)
        else { throw .unreadable("token") }
        return StableToken(text: text, expiresIn: expiresIn)
    }
}

private struct StableToken {
    var text: String
    var expiresIn: Int
}

private struct StableTokenBody: Encodable {
    var grantType = "client_credential"
    var appid: String
    var secret: String
    var forceRefresh: Bool

    enum CodingKeys: String, CodingKey {
        case grantType = "grant_type"
        case appid
        case secret
        case forceRefresh = "force_refresh"
    }
}
