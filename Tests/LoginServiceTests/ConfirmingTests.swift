import LoginDomain
import LoginService
import TestSupport
import Testing

/// A phone scans, and says yes or no.
@Suite struct ConfirmingTests {
    private let house = LoginHouse()

    @Test func `T4 a scan is told what the server saw of the browser`() async throws {
        let opened = try await house.service.openAttempt(
            superseding: nil,
            browser: BrowserFacts(address: "203.0.113.9", userAgent: "Safari on a Mac")
        )
        house.time.advance(by: .milliseconds(7_900))
        let scanned = try await house.service.scan(house.scene(opened), by: house.phone("alice"))
        #expect(
            scanned.browser == BrowserFacts(address: "203.0.113.9", userAgent: "Safari on a Mac")
        )
        #expect(scanned.client == ClientCard(name: "Example", host: "login.example.com"))
        #expect(scanned.ageSeconds == 7)
        #expect(scanned.expiresInSeconds == 60)
    }

    @Test func `T10 the second user's scan finds nothing and changes nothing`() async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let mallory = try await house.phone("mallory")
        let scanned = try await house.service.scan(scene, by: alice)
        let nonce = scanned.nonce.exposed
        house.time.advance(by: .seconds(1))
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.scan(scene, by: mallory)
        }
        // Not even with the owner's nonce.
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: nonce, by: mallory)
        }
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.cancel(scene, nonce: nonce, by: mallory)
        }
        #expect(try await house.view(opened).seq == 2)
        try await house.service.confirm(scene, nonce: nonce, by: alice)
        let login = try await house.service.complete(opened.cookie, ending: nil)
        #expect(try await house.service.loginPhone(code: "code-alice-2").user.id == login.user.id)
    }

    @Test func `T9 a rescan by the owner replaces the nonce and opens no window anew`() async throws
    {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let first = try await house.service.scan(scene, by: alice)
        house.time.advance(by: .seconds(30))
        let second = try await house.service.scan(scene, by: alice)
        #expect(second.expiresInSeconds == 30)
        #expect(try await house.view(opened) == AttemptView(state: .scanned, seq: 2, expiresIn: 30))
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: first.nonce.exposed, by: alice)
        }
        try await house.service.confirm(scene, nonce: second.nonce.exposed, by: alice)
    }

    @Test func `T9 another run of the owner's mini-program takes over with its own scan`()
        async throws
    {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let first = try await house.phone("alice", run: 1)
        let second = try await house.phone("alice", run: 2)
        let old = try await house.service.scan(scene, by: first)
        let new = try await house.service.scan(scene, by: second)
        house.time.advance(by: .seconds(1))
        for (nonce, caller) in [
            (old.nonce, first), (old.nonce, second), (new.nonce, first),
        ] {
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.confirm(scene, nonce: nonce.exposed, by: caller)
            }
        }
        try await house.service.confirm(scene, nonce: new.nonce.exposed, by: second)
    }

    @Test func `T11 without a scan nothing is confirmed`() async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        for nonce in ["", "x", String(repeating: "A", count: 43), scene] {
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.confirm(scene, nonce: nonce, by: alice)
            }
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.cancel(scene, nonce: nonce, by: alice)
            }
        }
        #expect(try await house.view(opened).seq == 1)
    }

    @Test func `T11 a confirm sooner than a person can be is refused and may come again`()
        async throws
    {
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        for wait in [0, 400, 299] {
            house.time.advance(by: .milliseconds(wait))
            await #expect(throws: LoginRefusal.tooFast) {
                try await house.service.confirm(scene, nonce: nonce, by: alice)
            }
        }
        #expect(watching.log.states == [.scanned])
        house.time.advance(by: .milliseconds(1))
        try await house.service.confirm(scene, nonce: nonce, by: alice)
        #expect(watching.log.states == [.scanned, .confirmed])
    }

    @Test func `T9 a confirm counts once, with its own nonce and scene`() async throws {
        let opened = try await house.open()
        let other = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        let otherNonce = try await house.service.scan(house.scene(other), by: alice).nonce.exposed
        house.time.advance(by: .seconds(1))
        let flipped = String(nonce.dropLast()) + (nonce.hasSuffix("A") ? "E" : "A")
        for wrong in [flipped, otherNonce, "", nonce + "A", String(nonce.dropLast())] {
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.confirm(scene, nonce: wrong, by: alice)
            }
        }
        try await house.service.confirm(scene, nonce: nonce, by: alice)
        try await house.service.confirm(scene, nonce: nonce, by: alice)
        #expect(try await house.view(opened).seq == 3)
        _ = try await house.service.complete(opened.cookie, ending: nil)
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: nonce, by: alice)
        }
    }

    @Test(arguments: [false, true])
    func `the phone may cancel until the login is collected`(afterConfirm: Bool) async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let alice = try await house.phone("alice")
        let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
        house.time.advance(by: .seconds(1))
        if afterConfirm { try await house.service.confirm(scene, nonce: nonce, by: alice) }
        try await house.service.cancel(scene, nonce: nonce, by: alice)
        #expect(try await house.state(opened) == .cancelled)
        // An acknowledged cancel wins for ever.
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(scene, nonce: nonce, by: alice)
        }
        await #expect(throws: LoginRefusal.notConfirmed) {
            try await house.service.complete(opened.cookie, ending: nil)
        }
    }

    @Test func `the browser may cancel until it has collected`() async throws {
        for confirms in [false, true] {
            let opened = try await house.open()
            if confirms { try await house.confirm(opened, by: house.phone("alice", run: 1)) }
            try await house.service.cancelAttempt(opened.cookie)
            try await house.service.cancelAttempt(opened.cookie)
            #expect(try await house.state(opened) == .cancelled)
            await #expect(throws: LoginRefusal.notConfirmed) {
                try await house.service.complete(opened.cookie, ending: nil)
            }
        }
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice", run: 2))
        let login = try await house.service.complete(opened.cookie, ending: nil)
        await #expect(throws: LoginRefusal.alreadyCompleted) {
            try await house.service.cancelAttempt(opened.cookie)
        }
        #expect(try await house.service.session(login.session).user == login.user)
    }

    private enum Death: CaseIterable {
        case neverWas
        case notAScene
        case empty
        case expired
        case cancelled
        case superseded
        case redeemed
        case somebodyElses
    }

    @Test(arguments: Death.allCases)
    private func `T1 every scene that is not there is refused the same way`(
        death: Death
    ) async throws {
        let opened = try await house.open()
        let bob = try await house.phone("bob")
        var scene = try house.scene(opened)
        switch death {
        case .neverWas: scene = String(repeating: "A", count: 24)
        case .notAScene: scene = "微信\u{0}\n" + String(repeating: "x", count: 5000)
        case .empty: scene = ""
        case .expired: house.time.advance(by: .seconds(120))
        case .cancelled: try await house.service.cancelAttempt(opened.cookie)
        case .superseded: _ = try await house.open(superseding: opened.cookie)
        case .redeemed:
            try await house.confirm(opened, by: bob)
            _ = try await house.service.complete(opened.cookie, ending: nil)
        case .somebodyElses: _ = try await house.service.scan(scene, by: bob)
        }
        let alice = try await house.phone("alice")
        let nonce = String(repeating: "A", count: 43)
        let dead = scene
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.scan(dead, by: alice)
        }
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.confirm(dead, nonce: nonce, by: alice)
        }
        await #expect(throws: LoginRefusal.sceneUnavailable) {
            try await house.service.cancel(dead, nonce: nonce, by: alice)
        }
    }

    @Test func `T7 without a live phone session nobody scans, confirms or cancels`() async throws {
        let opened = try await house.open()
        let scene = try house.scene(opened)
        let stranger = PhoneToken(presented: String(repeating: "A", count: 43))
        for token in [nil, stranger] {
            let caller = PhoneCaller(token: token, address: "198.51.100.7")
            await #expect(throws: LoginRefusal.noPhoneSession) {
                try await house.service.scan(scene, by: caller)
            }
            await #expect(throws: LoginRefusal.noPhoneSession) {
                try await house.service.confirm(scene, nonce: "n", by: caller)
            }
            await #expect(throws: LoginRefusal.noPhoneSession) {
                try await house.service.cancel(scene, nonce: "n", by: caller)
            }
        }
        #expect(try await house.view(opened).seq == 1)
    }

    @Test func `a whole login goes well where every change is tried twice`() async throws {
        let house = LoginHouse(store: FaultyStore(runsTwice: true))
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        try await house.confirm(opened, by: house.phone("alice"))
        _ = try await house.service.complete(opened.cookie, ending: nil)
        #expect(watching.log.states == [.scanned, .confirmed])
        #expect(watching.log.signals.last == .over)
    }
}
