import LoginDomain
import LoginService
import LoginStore
import Synchronization
import WeChatClient

/// The wires between browsers or phones and nodes, with everything that can go wrong on them.
struct SimulatedNetwork: Sendable {
    let stage: Stage

    /// How long a peer waits that hears nothing, in milliseconds.
    static let patience: Int64 = 10_000
    /// The longest that anything is on its way, in milliseconds.
    static let travelMax: Int64 = 12_000

    /// Sends a request to some node and waits for what comes of it.
    func send(_ request: WireRequest, as who: String) async -> WireReply {
        let slot = stage.roll { $0.below(stage.options.nodes) }
        return await send(request, as: who, to: slot)
    }

    func send(_ request: WireRequest, as who: String, to slot: Int) async -> WireReply {
        stage.board.keep(request)
        stage.note("\(who) -> \(slot): \(request.words)", request.mark &* 8 &+ slot)
        if stage.isCutOff(slot) {
            stage.coverage.reach("fault: \(Fault.partition.rawValue)")
            return await lost(who, request, after: Self.patience)
        }
        await stage.pause(travel())
        if stage.strikes(stage.options.lostRequests, .lostRequest) {
            return await lost(who, request, after: Self.patience)
        }
        if stage.strikes(stage.options.duplicates, .duplicate) {
            let late = stage.roll { Int64($0.one(of: [0, 0, 5, 300, 4000])) }
            stage.executor.start {
                await stage.pause(late)
                _ = await deliver(request, to: slot, as: who)
            }
        }
        if stage.strikes(stage.options.givenUp, .givenUp) {
            let patience = stage.roll { Int64($0.one(of: [0, 10, 500, 3000])) }
            // The server's task is cancelled when its client goes away.
            let cancel = stage.executor.begin {
                _ = await deliver(request, to: slot, as: who)
            }
            await stage.pause(patience)
            cancel()
            return await lost(who, request, after: 0)
        }
        guard let answer = await deliver(request, to: slot, as: who) else {
            return await lost(who, request, after: 0)
        }
        if stage.strikes(stage.options.lostAnswers, .lostAnswer) {
            return await lost(who, request, after: Self.patience)
        }
        await stage.pause(travel())
        stage.note("\(slot) -> \(who): \(request.name): \(answer.words)", answer.mark)
        return .answer(answer)
    }

    /// Brings a request to a node, past whatever the way was.
    ///
    /// - Returns: nil when no node is there, or it died over it.
    @discardableResult
    func deliver(
        _ request: WireRequest,
        to slot: Int,
        as who: String
    ) async -> WireAnswer? {
        guard let node = stage.node(slot), node.life.isAlive else {
            stage.coverage.reach("fault: \(Fault.nodeDown.rawValue)")
            return nil
        }
        let number = stage.model.arrive(request, at: node.life.name)
        let answer = await PlantedDoor(stage: stage, node: node).answer(request)
        guard node.life.isAlive else {
            stage.model.vanish(number)
            return nil
        }
        var shown: String?
        if case .opened(let opened) = answer {
            shown = stage.weChat.scene(in: opened.picture)
        }
        stage.coverage.reach("\(request.name): \(answer.kind)")
        if case .refused = answer { stage.coverage.reach("refused: \(answer.kind)") }
        let scene = shown
        if !stage.isOver {
            stage.story.note(
                Spoken(
                    at: stage.clock.now,
                    who: who,
                    request: request,
                    answer: answer,
                    scene: scene
                )
            )
        }
        stage.model.depart(number, answer, shown: shown)
        countRows()
        return answer
    }

    private func countRows() {
        let (rows, caps) = (stage.rows.census, stage.options.policy.rows)
        let counts = [
            (rows.liveAttempts, caps.liveAttempts, "attempts are alive"),
            (rows.phoneSessions, caps.phoneSessions, "phones are logged in"),
            (rows.browserSessions, caps.browserSessions, "browsers are logged in"),
            (rows.parkedRequests, caps.parkedRequests, "websites' asks wait"),
            (rows.grants, caps.grants, "grants are kept"),
        ]
        for (count, cap, what) in counts where count > cap {
            stage.model.violate("I19", "\(count) \(what)")
        }
    }

    private func lost(
        _ who: String,
        _ request: WireRequest,
        after wait: Int64
    ) async -> WireReply {
        await stage.pause(wait)
        stage.note("\(who) hears nothing of \(request.name)")
        return .lost
    }

    private func travel() -> Int64 {
        if stage.strikes(stage.options.slowShare, .slow) {
            return stage.roll { Int64($0.within(1000...Int(Self.travelMax))) }
        }
        let most = stage.isHealed ? 20 : stage.options.delayMax
        return stage.roll { Int64($0.within(0...max(0, most))) }
    }

    // MARK: - Watching

    /// Opens a push connection to some node; nil when there is none to be had.
    func watch(_ cookie: AttemptCookie, as who: String) async -> PushConnection? {
        let slot = stage.roll { $0.below(stage.options.nodes) }
        guard !stage.isCutOff(slot) else { return nil }
        await stage.pause(travel())
        guard let node = stage.node(slot), node.life.isAlive else { return nil }
        let connection = PushConnection(stage: stage, cookie: cookie, life: node.life)
        let door = PlantedDoor(stage: stage, node: node)
        guard let stop = await door.watch(cookie, { connection.take($0) }) else { return nil }
        connection.opened(stop)
        stage.note("\(who) watches \(cookie.exposed.short) at \(slot)")
        return connection
    }
}

/// One push connection, from the node's end to the browser's.
final class PushConnection: Sendable {
    private let stage: Stage
    private let cookie: AttemptCookie
    private let life: NodeLife
    private let state = Mutex(State())

    private struct State {
        var inbox: [AttemptView] = []
        var lastSeq: Int?
        var isClosed = false
        /// Nothing arrives any more, and nobody says so.
        var isMute = false
        var waiter: CheckedContinuation<AttemptView?, Never>?
        var stop: (@Sendable () -> Void)?
    }

    init(stage: Stage, cookie: AttemptCookie, life: NodeLife) {
        self.stage = stage
        self.cookie = cookie
        self.life = life
    }

    func opened(_ stop: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            state.stop = stop
            return state.isClosed
        }
        if isClosed { stop() }
    }

    /// The node's end: what it hears of the attempt, it pushes, unless it is old news.
    func take(_ signal: WatchSignal) {
        guard life.isAlive else { return close() }
        guard case .state(let view) = signal else { return close() }
        let last = state.withLock { $0.lastSeq }
        if let last, view.seq <= last, stage.plant != .pushesOldNews { return }
        stage.model.push(view, to: cookie, after: last)
        stage.note(
            "push \(cookie.exposed.short): \(view.state.rawValue) seq \(view.seq)",
            view.seq
        )
        let breaks = stage.strikes(stage.options.pushResets, .pushReset)
        let mutes = stage.strikes(stage.options.halfOpen, .halfOpen)
        let waiter: CheckedContinuation<AttemptView?, Never>? = state.withLock { state in
            state.lastSeq = view.seq
            if mutes { state.isMute = true }
            guard !breaks, !state.isMute, !state.isClosed else { return nil }
            guard let waiter = state.waiter else {
                state.inbox.append(view)
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: view)
        if breaks { close() }
    }

    /// The browser's end: the next state; nil when the connection has ended, or nothing came for
    /// `wait` milliseconds, which a heartbeat would have told.
    func next(within wait: Int64) async -> AttemptView? {
        let timer = stage.clock.at(stage.clock.now + wait) { [self] in close() }
        defer { if let timer { stage.clock.cancel(timer) } }
        return await withCheckedContinuation { continuation in
            let (isOver, view): (Bool, AttemptView?) = state.withLock { state in
                if !state.inbox.isEmpty { return (true, state.inbox.removeFirst()) }
                if state.isClosed || timer == nil { return (true, nil) }
                state.waiter = continuation
                return (false, nil)
            }
            if isOver { continuation.resume(returning: view) }
        }
    }

    func close() {
        let (waiter, stop) = state.withLock { state in
            defer { (state.waiter, state.stop, state.isClosed) = (nil, nil, true) }
            return (state.waiter, state.stop)
        }
        waiter?.resume(returning: nil)
        // The node learns of it when it has time; it may stand in its watchers' table now.
        if let stop { stage.executor.start { stop() } }
    }
}
