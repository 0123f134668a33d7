import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// A browser collects its login.
@Suite struct CompletingTests {
    private let house = LoginHouse()

    @Test func `a confirmed attempt becomes the phone owner's session`() async throws {
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice"))
        let login = try await house.service.complete(opened.cookie, ending: nil)
        #expect(login.redirect == "/")
        #expect(login.user.role == "user")
        #expect(login.user.nickName.isEmpty && login.user.avatar == nil)
        let session = try await house.service.session(login.session)
        #expect(session.user == login.user)
        #expect(session.expiresInSeconds == 1800)
    }

    @Test func `T14 a login is collected once`() async throws {
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice"))
        let login = try await house.service.complete(opened.cookie, ending: nil)
        for _ in 0..<3 {
            await #expect(throws: LoginRefusal.alreadyCompleted) {
                try await house.service.complete(opened.cookie, ending: login.session)
            }
        }
        // The one that was collected is not harmed by those who came late.
        #expect(try await house.service.session(login.session).user == login.user)
        // And the cookie does not say that somebody logged in.
        #expect(try await house.view(opened) == AttemptView(state: .expired, seq: 4, expiresIn: 0))
    }

    @Test func `T11 nothing is collected that was not confirmed`() async throws {
        let store = FaultyStore()
        let house = LoginHouse(store: store)
        let opened = try await house.open()
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(opened.cookie, ending: nil)
        }
        _ = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(opened.cookie, ending: nil)
        }
        #expect(try await house.state(opened) == .scanned)
        let stranger = try #require(AttemptCookie(presented: String(repeating: "A", count: 43)))
        await #expect(throws: LoginRefusal.noAttempt) {
            try await house.service.complete(stranger, ending: nil)
        }
    }

    @Test func `T23 the old session ends as the new one begins`() async throws {
        let first = try await house.logIn("alice")
        let second = try await house.logIn("bob", ending: first.session)
        #expect(first.session.exposed != second.session.exposed)
        #expect(first.user.id != second.user.id)
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(first.session)
        }
        #expect(try await house.service.session(second.session).user == second.user)
    }

    @Test func `T23 the same person's new login is a new session too`() async throws {
        let first = try await house.logIn("alice", run: 1)
        let second = try await house.logIn("alice", run: 2, ending: first.session)
        #expect(first.user == second.user)
        #expect(first.session.exposed != second.session.exposed)
        await #expect(throws: LoginRefusal.noSession) {
            try await house.service.session(first.session)
        }
    }

    @Test func `T23 a planted cookie never becomes a login`() async throws {
        let planted = try #require(SessionCookie(presented: String(repeating: "P", count: 43)))
        let login = try await house.logIn("alice", ending: planted)
        #expect(login.session.exposed != planted.exposed)
        await #expect(throws: LoginRefusal.noSession) { try await house.service.session(planted) }
    }

    @Test func `T23 a login that does not come leaves the old session as it was`() async throws {
        let login = try await house.logIn("alice")
        let opened = try await house.open()
        _ = try await house.service.scan(house.scene(opened), by: house.phone("bob"))
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(opened.cookie, ending: login.session)
        }
        try await house.service.cancelAttempt(opened.cookie)
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(opened.cookie, ending: login.session)
        }
        #expect(try await house.service.session(login.session).user == login.user)
    }
}
