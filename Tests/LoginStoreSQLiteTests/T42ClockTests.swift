import LoginDomain
import LoginStore
import LoginStoreSQLite
import Testing

/// The wall clock moves between two starts.
struct T42ClockTests {
    /// How far it moves, in seconds, and whether somebody should be told.
    @Test(arguments: [
        (-315_360_000, true), (-3600, true), (-31, true), (-29, false), (29, false), (31, true),
        (3600, true), (315_360_000, true),
    ])
    func `T42: a jump of more than 30 seconds is told, in either direction`(
        seconds: Int,
        isTold: Bool
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try serve(path, at: Story.at(0), sinceBoot: .seconds(1000)).store.close()
            // A hundred seconds later, by the clock that nobody sets.
            let (store, start) = try serve(
                path,
                at: Story.at(100 + seconds),
                sinceBoot: .seconds(1100)
            )
            #expect(start.clockJump == .seconds(seconds))
            #expect(start.warnings.contains { $0.contains("NTP") } == isTold)
            try store.close()
        }
    }

    @Test func `T42: after a reboot only a clock that went back is noticed`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            try serve(path, at: Story.at(0), boot: "one").store.close()
            var (store, start) = try serve(path, at: Story.at(9000), boot: "two")
            #expect(start.clockJump == nil)
            try store.close()
            (store, start) = try serve(path, at: Story.at(8000), boot: "three")
            #expect(start.clockJump == .seconds(-1000))
            try store.close()
        }
    }

    @Test(arguments: [6, 60, 3600, 315_360_000])
    func `T42: when the clock went back, nothing from the future outlives its time`(
        seconds: Int
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let policy = LoginPolicy()
            let (before, live) = (try Story(seed: 1), try Story(seed: 2))
            let (first, _) = try serve(path, at: Story.at(0))
            try await live.prepare(first, loggingIn: before)
            try await first.touchSession(before.session, at: Story.at(13))
            try first.close()

            let now = Story.at(13 - seconds)
            let (store, start) = try serve(path, at: now)
            #expect(start.isFromTheFuture)
            #expect(start.resumesAt == now)
            #expect(start.endedAttempts == 1)
            #expect(start.newEpoch == nil)
            #expect(!start.warnings.isEmpty)
            let attempt = try #require(try await store.attempt(.scene(live.attempt.scene)))
            #expect(attempt.state == .expired)
            #expect(attempt.view(at: now).expiresIn == 0)
            #expect(try await store.phoneSession(live.phone.token) == nil)
            // The browser's session lives, and no longer than it would have from now on.
            let session = try #require(try await store.session(before.session))
            #expect(session.endsAt(policy) <= now + policy.sessionIdle)
            #expect(session.createdAt <= now)
            // A js_code is remembered as long as from now on, and no longer.
            #expect(try await !store.claimCode(live.code, until: now, at: now))
            let later = now + policy.usedCode
            #expect(try await store.claimCode(live.code, until: later, at: later))
            let last = try await store.timeline(live.attempt.supportCode).last
            #expect(last?.reason == .clockWentBack)
            #expect(last?.at == now)
            // What has ended can be forgotten as if it had been opened now.
            let all = ForgetLimits(
                attempts: now + .milliseconds(1),
                expired: now,
                sessionsSeen: now,
                sessionsCreated: now,
                logins: now
            )
            _ = try await store.forget(all, limit: 100)
            #expect(try await store.attempt(.scene(live.attempt.scene)) == nil)
            try store.close()
        }
    }

    @Test func `T42: when the clock went back, nothing of a website outlives its time`()
        async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let website = try Website()
            let story = try Story(for: website.parked)
            let (first, _) = try serve(path, at: Story.at(0))
            try await website.register(first)
            try await story.logIn(first)
            try await website.fill(first, after: story)
            let session = try #require(try await first.session(story.session))
            try first.close()
            let now = Story.at(-3600)
            let (store, start) = try serve(path, at: now)
            #expect(start.isFromTheFuture)
            #expect(start.endedGrants == 3)
            for seed: UInt64 in 1003...1005 {
                let grant = website.grant(seed: seed, session).grant
                #expect(try await store.grant(.code(grant.code)) == nil)
            }
            #expect(try await store.parked(website.row(seed: 1001).cookie) == nil)
            #expect(try await store.session(story.session)?.pending == nil)
            #expect(try await store.signingKeys().allSatisfy { $0.publishedAt <= now })
            try store.close()
        }
    }

    @Test func `T42: a request that waits is from the future too`() async throws {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (first, _) = try serve(path, at: Story.at(-9000))
            let row = try Website().row(seed: 1)
            _ = try await first.park(row, superseding: nil, at: Story.start)
            try first.close()
            let (store, start) = try serve(path, at: Story.at(-6))
            #expect(start.isFromTheFuture)
            #expect(try await store.parked(row.cookie) == nil)
            try store.close()
        }
    }

    @Test func `T42: within five seconds time waits for the clock, and logins go on`() async throws
    {
        try await withFolder { folder in
            let path = "\(folder)/login.sqlite"
            let (before, live) = (try Story(seed: 1), try Story(seed: 2))
            let (first, _) = try serve(path, at: Story.at(0))
            try await live.prepare(first, loggingIn: before)
            try await first.touchSession(before.session, at: Story.at(13))
            try first.close()
            let (store, start) = try serve(path, at: Story.at(8))
            #expect(!start.isFromTheFuture)
            #expect(start.resumesAt == Story.at(13))
            #expect(start.warnings == [])
            let attempt = try #require(try await store.attempt(.scene(live.attempt.scene)))
            #expect(attempt.state != .expired)
            // And no negative age, no more time left than at the beginning.
            #expect(attempt.view(at: start.resumesAt).expiresIn <= 180)
            try store.close()
        }
    }
}
