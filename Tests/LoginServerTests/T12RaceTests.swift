import LoginDomain
import LoginService
import TestSupport
import Testing

/// Everything that can end an attempt, at once and over real connections.
@Suite(.timeLimit(.minutes(10))) struct T12RaceTests {
    private static let rounds = 150

    /// Who takes part: each sends one request.
    private enum Part: CaseIterable {
        case confirm
        case cancelByPhone
        case cancelByBrowser
        case refresh
        case complete
        case completeAgain
        case sweep
    }

    @Test func `T12 whatever comes first, everybody's answer agrees with what became of it`()
        async throws
    {
        try await EdgeStage.with {
            // Many codes are asked for in a minute that stands still.
            $0.policy.attemptsPerAddressBurst = 10_000
            $0.policy.phoneLoginsPerUserPerMinute = 10_000
            $0.policy.codesPerMinute = 100_000
            // Whoever loses finds a dead scene.
            $0.policy.deadScenesPerUser = 100_000
            $0.policy.sceneRequestsPerUserPerMinute = 100_000
            $0.policy.deadScenesPerAddress = 100_000
        } _: { stage in
            var dice = SeededDice(seed: 12)
            let phone = try await stage.phone("alice")
            for round in 0..<Self.rounds {
                let browser = Browser(stage)
                let scene = try await browser.open()
                let nonce = try await phone.nonce(of: scene)
                stage.time.advance(by: .seconds(1))
                if round % 3 == 0 {
                    #expect(try await phone.confirm(scene, nonce).status == 200)
                }
                let before = stage.sessionsCount
                let tab = browser.copy()
                let parts = Part.allCases.shuffled(using: &dice).prefix(3 + round % 5)
                let answers = try await withThrowingTaskGroup(of: (Part, Answer?).self) { group in
                    for part in parts {
                        group.addTask {
                            let answer: Answer?
                            switch part {
                            case .confirm: answer = try await phone.confirm(scene, nonce)
                            case .cancelByPhone: answer = try await phone.cancel(scene, nonce)
                            case .cancelByBrowser:
                                answer = try await tab.copy().post("/attempt/cancel")
                            case .refresh: answer = try await tab.copy().post("/attempt")
                            case .complete, .completeAgain:
                                answer = try await tab.copy().complete()
                            case .sweep:
                                try await stage.service.sweep()
                                answer = nil
                            }
                            return (part, answer)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let good = answers.filter { $0.1?.status == 200 }.map(\.0)
                let logins = good.count { $0 == .complete || $0 == .completeAgain }
                #expect(logins <= 1)
                #expect(stage.sessionsCount == before + logins)
                // A cancel that was acknowledged wins for ever.
                if good.contains(.cancelByPhone) || good.contains(.cancelByBrowser) {
                    #expect(logins == 0, "\(good)")
                }
                // And what has ended stays so: one more complete finds nothing new.
                let late = try await tab.copy().complete()
                if logins == 1 { #expect(late.status == 409) }
                if late.status == 200 {
                    #expect(stage.sessionsCount == before + 1)
                    #expect(!good.contains(.cancelByPhone) && !good.contains(.cancelByBrowser))
                    #expect(!good.contains(.refresh))
                }
                #expect([200, 403, 409].contains(late.status))
            }
        }
    }
}
