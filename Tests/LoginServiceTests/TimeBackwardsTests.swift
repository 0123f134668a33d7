import LoginDomain
import LoginStore
import TestSupport
import Testing

@testable import LoginService

/// A clock that goes back, as between two starts of the server: nothing that has happened is
/// undone, nothing ended lives again, and no number turns negative.
@Suite struct TimeBackwardsTests {
    private let house = LoginHouse()

    private static let jumps = [Duration.milliseconds(1), .seconds(200), .seconds(86_400 * 365)]

    @Test(arguments: jumps)
    func `T42 what has ended stays ended`(jump: Duration) async throws {
        let expired = try await house.open()
        let cancelled = try await house.open()
        let superseded = try await house.open()
        let redeemed = try await house.open()
        try await house.service.cancelAttempt(cancelled.cookie)
        _ = try await house.open(superseding: superseded.cookie)
        try await house.confirm(redeemed, by: house.phone("alice"))
        _ = try await house.service.complete(redeemed.cookie, ending: nil)
        house.time.advance(by: .seconds(120))
        try await house.service.sweep()
        let bob = try await house.phone("bob")
        house.time.advance(by: .zero - jump)
        for (opened, state) in [
            (expired, .expired), (cancelled, .cancelled), (superseded, .superseded),
            (redeemed, .expired),
        ] as [(OpenedAttempt, AttemptView.PublicState)] {
            let view = try await house.view(opened)
            #expect(view.state == state)
            #expect(view.expiresIn == 0)
            let scene = try house.scene(opened)
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.scan(scene, by: bob)
            }
        }
    }

    @Test(arguments: jumps)
    func `T42 what lives goes on and nobody is told anything`(jump: Duration) async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let watching = try await house.watch(opened)
        house.time.advance(by: .zero - jump)
        try await house.service.sweep()
        try await house.service.forget()
        #expect(try await house.state(opened) == .created)
        #expect(watching.log.signals.isEmpty)
        let scanned = try await house.service.scan(scene, by: alice)
        #expect(scanned.ageSeconds == 0)
        #expect(scanned.expiresInSeconds == 60)
        house.time.advance(by: .zero - jump)
        try await house.service.sweep()
        // The delay counts from the scan: a clock that went back does not shorten it.
        await #expect(throws: LoginRefusal.tooFast) {
            try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: alice)
        }
        house.time.advance(by: jump + .milliseconds(700))
        try await house.service.confirm(scene, nonce: scanned.nonce.exposed, by: alice)
        house.time.advance(by: .zero - jump)
        let login = try await house.service.complete(opened.cookie, ending: nil)
        #expect(watching.log.states == [.scanned, .confirmed])
        house.time.advance(by: .zero - jump)
        #expect(try await house.service.session(login.session).user == login.user)
        await #expect(throws: LoginRefusal.alreadyCompleted) {
            try await house.service.complete(opened.cookie, ending: nil)
        }
    }

    @Test(arguments: jumps)
    func `T42 a used js_code stays used`(jump: Duration) async throws {
        _ = try await house.phone("alice")
        house.time.advance(by: .zero - jump)
        await #expect(throws: LoginRefusal.invalidCode) { try await house.phone("alice") }
        #expect(house.wechat.calls(to: ScriptedWeChat.sessionPath).count == 1)
    }

    @Test(arguments: jumps)
    func `T42 a spent budget stays spent`(jump: Duration) async throws {
        let alice = try await house.phone("alice")
        for _ in 0..<10 { _ = try? await house.service.scan("guess", by: alice) }
        var newest = try await house.open()
        for _ in 0..<5 { newest = try await house.open(superseding: newest.cookie) }
        let cookie = newest.cookie
        house.time.advance(by: .zero - jump)
        await #expect(throws: LoginRefusal.self) { try await house.open(superseding: cookie) }
        do {
            _ = try await house.service.scan("guess", by: alice)
            Issue.record("a guess too many")
        } catch {
            guard case .rateLimited(let seconds) = error else { throw error }
            #expect(seconds >= 600)
        }
    }
}
