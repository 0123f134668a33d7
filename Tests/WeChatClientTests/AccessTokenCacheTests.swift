import Testing

@testable import WeChatClient

/// The value behind the client's access token, event by event.
@Suite struct AccessTokenCacheTests {
    private var cache = AccessTokenCache()

    /// Fetches as a caller would who has just been told to.
    private mutating func get(
        _ text: String,
        seconds: Int = 7200,
        jitter: Double = 0,
        at now: Int64
    ) -> AccessToken? {
        guard case .fetch(let fetch) = cache.need(at: now) else { return nil }
        let fetched = cache.fetched(
            text,
            expiresInSeconds: seconds,
            by: fetch,
            jitter: jitter,
            at: now
        )
        guard case .use(let token) = fetched else { return nil }
        return token
    }

    private static func got(_ token: AccessToken?) throws -> AccessToken { try #require(token) }

    @Test(arguments: [(0, 5_760_000), (0.5, 5_940_000), (0.999, 6_119_640)] as [(Double, Int64)])
    mutating func `renewals of several servers are spread`(jitter: Double, renewAt: Int64) throws {
        let token = try Self.got(get("t", jitter: jitter, at: 0))
        #expect(token.renewAt == renewAt)
        #expect(token.endsAt == 7_200_000)
    }

    @Test mutating func `one asks and the others wait`() {
        let needs = [0, 0, 1_000_000].map { cache.need(at: $0) }
        #expect(needs == [.fetch(.normal), .wait, .wait])
    }

    @Test mutating func `each new token is a generation younger than the one before`() throws {
        let first = try Self.got(get("a", at: 0))
        let second = try Self.got(get("b", at: 7_200_000))
        #expect((first.generation, second.generation) == (1, 2))
        #expect(cache.token == second)
    }

    @Test mutating func `a token refused while somebody renews is waited for`() throws {
        let token = try Self.got(get("a", at: 0))
        let renewal = cache.need(at: 5_760_000)
        let repair = cache.need(replacing: token, at: 5_760_000)
        #expect(renewal == .fetch(.normal))
        #expect(repair == .wait)
        _ = cache.fetched("b", expiresInSeconds: 7200, by: .normal, jitter: 0, at: 5_760_001)
        guard case .use(let newer) = cache.need(replacing: token, at: 5_760_001) else {
            Issue.record("no token")
            return
        }
        #expect(newer.text == "b")
    }

    @Test mutating func `nobody is parked when nobody asks`() async {
        await withCheckedContinuation { continuation in
            let parked = cache.park(continuation)
            #expect(!parked)
            if !parked { continuation.resume() }
        }
        let waiters = cache.takeWaiters()
        #expect(waiters.isEmpty)
    }

    @Test mutating func `T35 an access token prints nothing of itself`() throws {
        let token = try Self.got(get("ACCESSTOKENCANARY", at: 0))
        var dumped = ""
        dump(token, to: &dumped)
        dump(cache, to: &dumped)
        dump(TokenFetch.repair(token), to: &dumped)
        dumped += "\(token) \(String(reflecting: token)) \(AccessTokenCache.Need.use(token))"
        #expect(dumped.contains("<redacted>"))
        #expect(!dumped.contains("CANARY"))
    }
}
