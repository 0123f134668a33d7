import LoginStore

/// Whoever ends nodes, cuts them off, restores backups and moves clocks.
struct Nemesis: Sendable {
    let stage: Stage

    /// Plans what happens within `horizon` milliseconds, and keeps nodes running.
    func begin(within horizon: Int64) {
        let options = stage.options
        plan(options.crashes, horizon) { await crash() }
        plan(options.shutdowns, horizon) { await shutDown() }
        plan(options.partitions, horizon) { await cutOff() }
        plan(options.rollbacks, horizon) { await rollBack() }
        plan(options.clockJumps, horizon) { await jump() }
        plan(options.keyRotations, horizon) { await Keykeeper(stage: stage).rotate() }
        plan(options.keyRevocations, horizon) { await Keykeeper(stage: stage).revoke() }
        plan(options.foreignRefreshes, horizon) {
            stage.coverage.reach("fault: \(Fault.foreignRefresh.rawValue)")
            stage.weChat.refreshByForce(at: stage.clock.now)
        }
        for slot in 0..<options.nodes {
            stage.executor.start { await watchOver(slot) }
        }
    }

    private func plan(_ count: Int, _ horizon: Int64, _ act: @escaping @Sendable () async -> Void) {
        for _ in 0..<count {
            let moment = stage.roll { Int64($0.below(Int(horizon))) }
            stage.executor.start {
                await stage.pause(moment)
                if !stage.isHealed, !stage.isOver { await act() }
            }
        }
    }

    /// Starts a node again some time after it has ended.
    private func watchOver(_ slot: Int) async {
        while !stage.isHealed, !stage.isOver {
            await stage.pause(stage.roll { Int64($0.within(200...3000)) })
            if stage.node(slot) == nil, !stage.isOver { stage.startNode(slot) }
        }
    }

    private func someSlot() -> Int { stage.roll { $0.below(stage.options.nodes) } }

    private func crash() async {
        let slot = someSlot()
        stage.coverage.reach("fault: \(Fault.crash.rawValue)")
        if stage.roll({ $0.chance(0.5) }), let node = stage.node(slot) {
            let (calls, before) = stage.roll { ($0.below(20), $0.chance(0.5)) }
            node.life.dieAtStore(after: calls, before: before)
        } else {
            stage.killNode(slot)
        }
    }

    private func shutDown() async {
        let slot = someSlot()
        guard let node = stage.node(slot) else { return }
        stage.coverage.reach("fault: \(Fault.shutdown.rawValue)")
        stage.note("node \(slot) stops")
        node.stop()
        await stage.pause(stage.roll { Int64($0.within(0...2000)) })
        if stage.node(slot)?.life.number == node.life.number { stage.killNode(slot) }
    }

    private func cutOff() async {
        let slot = someSlot()
        stage.note("node \(slot) is cut off")
        stage.change(slot) { $0.isCutOff = true }
        await stage.pause(stage.roll { Int64($0.within(500...8000)) })
        stage.change(slot) { $0.isCutOff = false }
        stage.note("node \(slot) is back")
    }

    /// Ends all nodes and puts an older state of the store in place.
    private func rollBack() async {
        let (backup, from) = (stage.rows.backup(), stage.clock.now)
        await stage.pause(stage.roll { Int64($0.within(500...9000)) })
        guard !stage.isHealed, !stage.isOver else { return }
        stage.coverage.reach("fault: \(Fault.rollback.rawValue)")
        for slot in 0..<stage.options.nodes { stage.killNode(slot) }
        stage.note("a backup is restored")
        stage.rows.restore(backup, beginsEpoch: stage.plant != .backupRevives)
        stage.weChatCodes.forget()
        stage.model.beginEpoch(.rollback, from: from)
    }

    /// Moves the wall clock forwards while nobody runs.
    private func jump() async {
        stage.coverage.reach("fault: \(Fault.clockJump.rawValue)")
        stage.killNode(0)
        let jump = stage.roll { Int64($0.one(of: [1, 30, 3600, 40_000])) * 1000 }
        stage.note("the wall clock jumps by \(jump) ms")
        stage.change(0) { $0.ahead += jump }
        // What was to be remembered for ten minutes may be forgotten; WeChat's clock is right.
        stage.weChatCodes.forget()
        stage.model.beginEpoch(.clockJump)
    }
}
