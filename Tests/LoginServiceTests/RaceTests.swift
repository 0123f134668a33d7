import LoginDomain
import LoginService
import LoginStore
import TestSupport
import Testing

/// Real concurrency where one of several must win, two hundred times over.
@Suite(.timeLimit(.minutes(5))) struct RaceTests {
    private static let rounds = 200

    private func house(_ round: Int) -> LoginHouse {
        LoginHouse(seed: UInt64(round))
    }

    /// A watcher's states grow by seq once what came late is left out, and end as the row does.
    private func expectAgreement(
        _ house: LoginHouse,
        _ opened: OpenedAttempt,
        _ watching: Watching,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let view = try await house.view(opened)
        var last = watching.first
        for case .state(let heard) in watching.log.signals where heard.seq > last.seq {
            last = heard
        }
        #expect(last.seq == view.seq, sourceLocation: location)
        #expect(last.state == view.state, sourceLocation: location)
    }

    @Test func `T10 of two phones that scan one code one owns it`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            let scene = try house.scene(opened)
            let phones = [try await house.phone("alice"), try await house.phone("bob")]
            let results = await together(2) {
                (index: $0, scan: try await house.service.scan(scene, by: phones[$0]))
            }
            #expect(results.errors(LoginRefusal.self) == [.sceneUnavailable])
            let winner = try #require(results.values().first)
            #expect(watching.log.states == [.scanned])
            house.time.advance(by: .seconds(1))
            let nonce = winner.scan.nonce.exposed
            await #expect(throws: LoginRefusal.sceneUnavailable) {
                try await house.service.confirm(scene, nonce: nonce, by: phones[1 - winner.index])
            }
            try await house.service.confirm(scene, nonce: nonce, by: phones[winner.index])
            let login = try await house.service.complete(opened.cookie, ending: nil)
            let person = ["alice", "bob"][winner.index]
            let again = try await house.service.loginPhone(code: "code-\(person)-2")
            #expect(again.user.id == login.user.id)
        }
    }

    @Test func `T10 of two hundred phones that scan one code one owns it`() async throws {
        let house = LoginHouse()
        let opened = try await house.open()
        let watching = try await house.watch(opened)
        let scene = try house.scene(opened)
        var phones: [PhoneCaller] = []
        for index in 0..<200 {
            let token = try await house.phone("p\(index)").token
            phones.append(PhoneCaller(token: token, address: "198.51.100.\(index)"))
        }
        let results = await together(200) { [phones] in
            try await house.service.scan(scene, by: phones[$0])
        }
        #expect(results.values().count == 1)
        #expect(
            results.errors(LoginRefusal.self) == Array(repeating: .sceneUnavailable, count: 199)
        )
        #expect(watching.log.states == [.scanned])
    }

    @Test func `T12 a confirm against a cancel ends as both were answered`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            let scene = try house.scene(opened)
            let alice = try await house.phone("alice")
            let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
            house.time.advance(by: .seconds(1))
            let byBrowser = round.isMultiple(of: 2)
            let results = await together(2) { index in
                switch (index, byBrowser) {
                case (0, _): try await house.service.confirm(scene, nonce: nonce, by: alice)
                case (_, true): try await house.service.cancelAttempt(opened.cookie)
                case (_, false): try await house.service.cancel(scene, nonce: nonce, by: alice)
                }
            }
            // The cancel is always acknowledged, and so it always wins.
            #expect(throws: Never.self) { try results[1].get() }
            let confirmed = results[0].isSuccess
            let view = try await house.view(opened)
            #expect(view == AttemptView(state: .cancelled, seq: confirmed ? 4 : 3, expiresIn: 0))
            try await expectAgreement(house, opened, watching)
            await #expect(throws: LoginRefusal.notConfirmed) {
                try await house.service.complete(opened.cookie, ending: nil)
            }
        }
    }

    @Test func `T12 a cancel against a complete is one or the other`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            try await house.confirm(opened, by: house.phone("alice"))
            let results = await together(2) { index -> CompletedLogin? in
                if index == 0 {
                    return try await house.service.complete(opened.cookie, ending: nil)
                }
                try await house.service.cancelAttempt(opened.cookie)
                return nil
            }
            #expect(results.values().count == 1)
            if let login = try? results[0].get() {
                #expect(results.errors(LoginRefusal.self) == [.alreadyCompleted])
                #expect(try await house.service.session(login.session).user == login.user)
            } else {
                #expect(results.errors(LoginRefusal.self) == [.notConfirmed])
                #expect(try await house.state(opened) == .cancelled)
            }
        }
    }

    @Test func `T14 of two completes one collects the login`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            try await house.confirm(opened, by: house.phone("alice"))
            let results = await together(2) { _ in
                try await house.service.complete(opened.cookie, ending: nil)
            }
            #expect(results.errors(LoginRefusal.self) == [.alreadyCompleted])
            let login = try #require(results.values().first)
            #expect(try await house.service.session(login.session).user == login.user)
            #expect(watching.log.signals.count { $0 == .over } == 1)
        }
    }

    @Test func `T14 of a hundred completes one collects the login`() async throws {
        let house = LoginHouse()
        let opened = try await house.open()
        try await house.confirm(opened, by: house.phone("alice"))
        let results = await together(100) { _ in
            try await house.service.complete(opened.cookie, ending: nil)
        }
        #expect(results.values().count == 1)
        #expect(results.errors(LoginRefusal.self) == Array(repeating: .alreadyCompleted, count: 99))
    }

    @Test func `T12 at the deadline a confirm and the sweeper agree on the end`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            let scene = try house.scene(opened)
            let alice = try await house.phone("alice")
            let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
            house.time.advance(by: .seconds(60))
            let results = await together(2) { index in
                if index == 0 {
                    try await house.service.confirm(scene, nonce: nonce, by: alice)
                } else {
                    try await house.service.sweep()
                }
            }
            #expect(results.errors(LoginRefusal.self) == [.sceneUnavailable])
            #expect(watching.log.states == [.scanned, .expired])
            #expect(try await house.view(opened).seq == 3)
        }
    }

    @Test func `T12 a scan against a newer code ends superseded`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            let scene = try house.scene(opened)
            let alice = try await house.phone("alice")
            let results = await together(2) { index in
                if index == 0 {
                    _ = try await house.service.scan(scene, by: alice)
                } else {
                    _ = try await house.open(superseding: opened.cookie)
                }
            }
            #expect(throws: Never.self) { try results[1].get() }
            let view = try await house.view(opened)
            #expect(view.state == .superseded)
            #expect(view.seq == (results[0].isSuccess ? 3 : 2))
            try await expectAgreement(house, opened, watching)
        }
    }

    @Test func `T12 everything at once ends in one end that all answers agree with`() async throws {
        for round in 0..<Self.rounds {
            let house = house(round)
            let opened = try await house.open()
            let watching = try await house.watch(opened)
            let scene = try house.scene(opened)
            let alice = try await house.phone("alice")
            let nonce = try await house.service.scan(scene, by: alice).nonce.exposed
            house.time.advance(by: .seconds(1))
            let results = await together(8) { index -> String in
                switch index {
                case 0, 1:
                    try await house.service.confirm(scene, nonce: nonce, by: alice)
                    return "confirmed"
                case 2, 3:
                    _ = try await house.service.complete(opened.cookie, ending: nil)
                    return "completed"
                case 4:
                    try await house.service.cancel(scene, nonce: nonce, by: alice)
                    return "cancelled by phone"
                case 5:
                    try await house.service.cancelAttempt(opened.cookie)
                    return "over"
                case 6:
                    _ = try await house.open(superseding: opened.cookie)
                    return "superseded"
                default:
                    try await house.service.sweep()
                    return "swept"
                }
            }
            let answers = results.values()
            let completed = answers.count { $0 == "completed" }
            #expect(completed <= 1)
            if completed == 1 {
                // No login beside an acknowledged cancel.
                #expect(!answers.contains("cancelled by phone"))
                #expect(!answers.contains("over"))
                #expect(answers.contains("confirmed"))
                await #expect(throws: LoginRefusal.alreadyCompleted) {
                    try await house.service.complete(opened.cookie, ending: nil)
                }
            } else {
                let state = try await house.state(opened)
                #expect(state == .cancelled || state == .superseded)
                try await expectAgreement(house, opened, watching)
            }
            #expect(house.service.watchers.count == 0)
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
