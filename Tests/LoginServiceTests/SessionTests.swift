import LoginDomain
import LoginService
import TestSupport
import Testing

/// A browser's login, from its first minute to its last.
@Suite struct SessionTests {
    private let house = LoginHouse()

    @Test func `a session that nobody shows ends after half an hour`() async throws {
        let login = try await house.logIn("alice")
        house.time.advance(by: .milliseconds(1_799_999))
        #expect(try await house.service.session(login.session).expiresInSeconds == 1800)
        house.time.advance(by: .milliseconds(1_800_000))
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(login.session)
        }
        // It does not come back.
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(login.session)
        }
    }

    @Test func `a session in use ends after twelve hours all the same`() async throws {
        let login = try await house.logIn("alice")
        for _ in 0..<35 {
            house.time.advance(by: .seconds(1200))
            #expect(try await house.service.session(login.session).user == login.user)
        }
        house.time.advance(by: .milliseconds(1_199_999))
        // 12 h less a millisecond: a second is left, rounded up.
        #expect(try await house.service.session(login.session).expiresInSeconds == 1)
        house.time.advance(by: .milliseconds(1))
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(login.session)
        }
    }

    @Test func `looking at a session all the time writes once a minute`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let login = try await house.logIn("alice")
        for _ in 0..<600 {
            house.time.advance(by: .seconds(1))
            _ = try await house.service.session(login.session)
        }
        #expect(store.count(.touchSession) == 10)
    }

    @Test func `a session with a short idle limit is written often enough to live`() async throws {
        var policy = LoginPolicy()
        policy.sessionIdle = .seconds(8)
        let house = LoginHouse(policy: policy)
        let login = try await house.logIn("alice")
        for _ in 0..<100 {
            house.time.advance(by: .seconds(5))
            _ = try await house.service.session(login.session)
        }
        house.time.advance(by: .seconds(8))
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(login.session)
        }
    }

    @Test func `a logout ends this session and no other`() async throws {
        let here = try await house.logIn("alice", run: 1)
        let there = try await house.logIn("alice", run: 2)
        try await house.service.logout(here.session)
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(here.session)
        }
        #expect(try await house.service.session(there.session).user == there.user)
        // Without a session there is nothing to end.
        try await house.service.logout(here.session)
    }

    @Test func `a cookie that nobody knows is no session`() async throws {
        let stranger = try #require(SessionCookie(presented: String(repeating: "A", count: 43)))
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(stranger)
        }
        try await house.service.logout(stranger)
    }
}
