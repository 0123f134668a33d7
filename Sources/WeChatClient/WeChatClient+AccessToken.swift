import HTTPTransport
import Synchronization

extension WeChatClient {
    /// A token that should be good.
    package func accessToken() async throws(WeChatError) -> AccessToken {
        try await accessToken(until: deadline)
    }

    /// A newer token than one that WeChat refused.
    package func accessToken(
        replacing refused: AccessToken
    ) async throws(WeChatError) -> AccessToken {
        try await accessToken(replacing: refused, until: deadline)
    }

    /// Seconds until the present token's end; nil when there is none.
    package func accessTokenSecondsLeft() -> Int? {
        let now = clock.milliseconds()
        return tokens.withLock { $0.token }.map { Int(max(0, $0.endsAt - now) / 1000) }
    }

    /// Seconds since WeChat gave the present token; nil when there is none.
    package func accessTokenSecondsOld() -> Int? {
        let now = clock.milliseconds()
        return tokens.withLock { $0.token }.map { Int(max(0, now - $0.gotAt) / 1000) }
    }

    func accessToken(until deadline: Int64) async throws(WeChatError) -> AccessToken {
        try await resolve(until: deadline) { $0.need(at: $1) }
    }

    func accessToken(
        replacing refused: AccessToken,
        until deadline: Int64
    ) async throws(WeChatError) -> AccessToken {
        try await resolve(until: deadline) { $0.need(replacing: refused, at: $1) }
    }

    private func resolve(
        until deadline: Int64,
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
                // The one who asks came earlier, so that its deadline ends this wait too.
                await untilNobodyAsks()
                // A cancelled caller must not go round for ever.
                if Task.isCancelled { throw .transport(.cancelled) }
            case .fetch(let fetch):
                return try await fetchToken(fetch, until: self.deadline(of: fetch, deadline))
            }
        }
    }

    /// A renewal takes half of the caller's time at most: it still needs the rest for what it came
    /// for, with the old token.
    private func deadline(of fetch: TokenFetch, _ deadline: Int64) -> Int64 {
        let now = clock.milliseconds()
        let hasLiveToken = tokens.withLock { $0.token.map { now < $0.endsAt } ?? false }
        guard fetch == .normal, hasLiveToken else { return deadline }
        return now + (deadline - now) / 2
    }

    private func untilNobodyAsks() async {
        await withCheckedContinuation { waiter in
            let parked = tokens.withLock { $0.park(waiter) }
            if !parked { waiter.resume() }
        }
    }

    /// Asks WeChat on behalf of everybody, and lets those go who wait.
    private func fetchToken(
        _ fetch: TokenFetch,
        until deadline: Int64
    ) async throws(WeChatError) -> AccessToken {
        defer { release() }
        do throws(WeChatError) {
            if fetch != .forced {
                switch take(try await stableToken(force: false, until: deadline), by: fetch) {
                case .use(let token): return token
                case .fail: throw WeChatError.backingOff
                case .force: break
                }
            }
            switch take(try await stableToken(force: true, until: deadline), by: .forced) {
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
    private func stableToken(
        force: Bool,
        until deadline: Int64
    ) async throws(WeChatError) -> StableToken {
        try await passing(.accessToken, until: deadline) { trip throws(WeChatError) in
            let timeout = try timeLeft(for: trip)
            trip.isSent = true
            return try await observed(.accessToken) { () async throws(WeChatError) in
                try await exchange(force: force, timeout: timeout)
            }
        }
    }

    private func exchange(
        force: Bool,
        timeout: Duration
    ) async throws(WeChatError) -> StableToken {
        let answer = try await post(
            "/cgi-bin/stable_token",
            [],
            json: StableTokenBody(
                appid: configuration.appID,
                secret: configuration.appSecret.exposed,
                forceRefresh: force
            ),
            timeout: timeout,
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

struct StableTokenBody: Encodable {
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
