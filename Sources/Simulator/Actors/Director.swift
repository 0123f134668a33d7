import LoginDomain
import LoginStore
import Synchronization

/// Lets everybody come on, stops the faults, and sees whether the world recovers.
struct Director: Sendable {
    let stage: Stage
    private let playing = Headcount()

    init(stage: Stage) {
        self.stage = stage
    }

    func direct() async {
        let options = stage.options
        await register()
        for slot in 0..<options.nodes { stage.startNode(slot) }
        Nemesis(stage: stage).begin(within: Int64(options.loginsPerUser) * 6000)
        await withTaskGroup { group in
            for number in 0..<options.honestUsers {
                let user = HonestUser(
                    stage: stage,
                    person: "user-\(number)",
                    browserAddress: "192.0.2.\(number + 1)",
                    phoneAddress: stage.roll { $0.chance(0.5) }
                        ? "192.0.2.\(number + 101)" : "198.51.100.\(number + 1)"
                )
                group.addTask { [playing] in
                    playing.enter()
                    await user.run(options.loginsPerUser)
                    playing.leave()
                }
            }
            for (number, kind) in options.adversaries.enumerated() {
                let adversary = Adversary(stage: stage, kind: kind, number: number)
                group.addTask { [playing] in
                    await stage.pause(1)
                    await adversary.run { playing.count > 0 }
                }
            }
        }
        guard !stage.isOver else { return end() }
        await recover()
        end()
    }

    /// What an operator has done before the run begins: websites, and keys that sign for them.
    private func register() async {
        let now = Timestamp(milliseconds: Stage.epoch)
        do {
            for site in Website.all {
                guard let party = site.party(at: now) else { preconditionFailure("a constant") }
                try await stage.rows.addRelyingParty(party)
            }
            for key in stage.keys { try await stage.rows.addSigningKey(key) }
        } catch {
            preconditionFailure("the store is empty: \(error)")
        }
    }

    /// Faults have stopped: whoever comes now finds a server that works.
    private func recover() async {
        stage.heal()
        stage.note("faults stop")
        for slot in 0..<stage.options.nodes {
            // Some death that is still planned would not be a recovery.
            stage.killNode(slot)
            stage.startNode(slot)
        }
        let user = HonestUser(
            stage: stage,
            person: "newcomer",
            browserAddress: "192.0.2.200",
            phoneAddress: "192.0.2.201"
        )
        let policy = stage.options.policy
        // Minutes' budgets may be used up, and rows may be full until attempts end.
        let openBy = stage.clock.now + 75_000 + policy.attempt.wholeMilliseconds
        var isOpen = false
        let screen = Screen()
        while !isOpen, stage.clock.now < openBy, !stage.isOver {
            isOpen = await user.open(screen, tries: 1)
        }
        guard !stage.isOver else { return }
        guard isOpen else { return stage.model.violate("L3", "a newcomer gets no code") }
        let begin = stage.clock.now
        let isLoggedIn = await user.logIn(whim: .straight)
        guard !stage.isOver else { return }
        let took = stage.clock.now - begin
        if !isLoggedIn {
            stage.model.violate("L1", "a newcomer cannot log in")
        } else if took > 10_000 + policy.confirmDelay.wholeMilliseconds {
            stage.model.violate("L1", "a newcomer's login took \(took) ms")
        }
        let recovery = Recovery(stage: stage)
        await recovery.reconnect()
        await recovery.withstandFlood()
        await recovery.checkIDTokens()
        if stage.options.drains { await recovery.drain() }
    }

    private func end() {
        for slot in 0..<stage.options.nodes { stage.killNode(slot) }
    }
}

/// How many are still there.
final class Headcount: Sendable {
    private let number = Mutex(0)

    func enter() { number.withLock { $0 += 1 } }
    func leave() { number.withLock { $0 -= 1 } }
    var count: Int { number.withLock { $0 } }
}
