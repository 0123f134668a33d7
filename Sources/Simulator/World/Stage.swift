import LoginDomain
import LoginService
import LoginStore
import Synchronization

/// Everything that one run consists of.
final class Stage: Sendable {
    let options: SwarmOptions
    let plant: Plant?
    let executor: SeededExecutor
    let clock: VirtualClock
    let trace: Trace
    let model: Model
    let story: StoryLog
    let coverage = Coverage()
    let weChat: SimulatedWeChat
    /// The rows that all nodes share.
    let rows: MemoryLoginStore
    /// What signs for websites.
    let keys: [SealedKey]
    let opener = SimulatedKeys.Opener()
    let board = Board()
    /// js_codes that WeChat was shown, by their calls.
    let weChatCodes = Seen()
    let plantMemory = PlantMemory()
    private let dice: Mutex<SplitMix64>
    private let quiet = Atomic(false)
    private let busyWeChat = Atomic(false)
    private let slots: Mutex<[Slot]>

    /// The place of one node: who runs there, if anybody, and whether peers reach it.
    struct Slot: Sendable {
        var node: Node?
        var lives = 0
        var isCutOff = false
        /// Milliseconds that its wall clock is ahead.
        var ahead: Int64 = 0
    }

    init(seed: UInt64, options: SwarmOptions, plant: Plant?, keepsLines: Bool, dice: SplitMix64) {
        var dice = dice
        self.options = options
        self.plant = plant
        executor = SeededExecutor(dice: dice.split())
        clock = VirtualClock(dice: dice.split())
        trace = Trace(keepsLines: keepsLines)
        story = StoryLog(isKept: keepsLines)
        model = Model(options: options, clock: clock)
        weChat = SimulatedWeChat(seed: dice.next())
        rows = MemoryLoginStore(
            caps: plant == .capsForgotten ? RowCaps() : options.policy.rows
        )
        keys = SimulatedKeys.draw(using: &dice)
        slots = Mutex(
            (0..<options.nodes).map { _ in
                Slot(ahead: Int64(dice.within(0...Int(options.skew))))
            }
        )
        self.dice = Mutex(dice)
    }

    /// 2026-01-01T00:00:00Z, where every run begins.
    static let epoch: Int64 = 1_767_225_600_000

    /// Throws the run's dice.
    func roll<Value>(_ body: (inout SplitMix64) -> Value) -> Value {
        dice.withLock { body(&$0) }
    }

    /// Whether a fault of this share happens now; none does once the run heals.
    func strikes(_ share: Double, _ fault: Fault) -> Bool {
        guard share > 0, !isHealed, roll({ $0.chance(share) }) else { return false }
        coverage.reach("fault: \(fault.rawValue)")
        return true
    }

    /// Waits, whether or not the caller is still wanted.
    func pause(_ milliseconds: Int64) async {
        await clock.pause(milliseconds)
    }

    /// Notes what happens; `mark` tells it apart in the trace's hash.
    func note(_ text: @autoclosure () -> String, _ mark: Int = 0) {
        trace.note(clock.now, mark: mark, text())
    }

    /// Ends all faults.
    func heal() {
        quiet.store(true, ordering: .relaxed)
        slots.withLock { slots in
            for index in slots.indices { slots[index].isCutOff = false }
        }
    }

    /// Whether WeChat takes its time, for everybody alike.
    var isWeChatBusy: Bool {
        get { busyWeChat.load(ordering: .relaxed) }
        set { busyWeChat.store(newValue, ordering: .relaxed) }
    }

    var isHealed: Bool { quiet.load(ordering: .relaxed) }
    /// Whether there is no point in going on.
    var isOver: Bool { model.hasFailed || clock.isClosed }

    /// What the clock on the wall says, where the first node stands.
    var wallClock: Timestamp {
        Timestamp(milliseconds: Self.epoch + clock.now + slots.withLock { $0[0].ahead })
    }

    // MARK: - Nodes

    func node(_ slot: Int) -> Node? { slots.withLock { $0[slot].node } }
    func isCutOff(_ slot: Int) -> Bool { slots.withLock { $0[slot].isCutOff } }

    func change(_ slot: Int, _ body: (inout Slot) -> Void) {
        slots.withLock { body(&$0[slot]) }
    }

    var nodes: [Node] { slots.withLock { $0.compactMap(\.node) } }

    /// Starts a node where none runs.
    func startNode(_ slot: Int) {
        let (life, ahead) = slots.withLock { slots in
            slots[slot].lives += 1
            return (slots[slot].lives, slots[slot].ahead)
        }
        let node = Node(stage: self, slot: slot, life: life, ahead: ahead)
        slots.withLock { $0[slot].node = node }
        note("node \(slot) starts, life \(life)")
        node.begin()
    }

    /// Ends a node without a word: whatever it was doing has no further effect.
    func killNode(_ slot: Int) {
        let node = slots.withLock { slots in
            defer { slots[slot].node = nil }
            return slots[slot].node
        }
        guard let node else { return }
        note("node \(slot) is killed")
        node.die()
    }
}

/// What anybody can see or has kept: pictures that hang on screens, requests that went over wires.
final class Board: Sendable {
    private let state = Mutex(State())

    private struct State {
        var pictures: [[UInt8]] = []
        var requests: [WireRequest] = []
        var codes: [ShownCode] = []
        var idTokens: [(text: String, at: Int64)] = []
    }

    private static let most = 40

    /// An authorization code went through a browser.
    func showCode(_ code: String, for client: String, verifier: String) {
        state.withLock { state in
            state.codes.append(ShownCode(code: code, client: client, verifier: verifier))
            if state.codes.count > Self.most { state.codes.removeFirst() }
        }
    }

    /// A website keeps an ID token.
    func keepIDToken(_ text: String, at now: Int64) {
        state.withLock { state in
            state.idTokens.append((text, now))
            if state.idTokens.count > Self.most { state.idTokens.removeFirst() }
        }
    }

    var codes: [ShownCode] { state.withLock { $0.codes } }
    var idTokens: [(text: String, at: Int64)] { state.withLock { $0.idTokens } }

    func show(_ picture: [UInt8]) {
        state.withLock { state in
            state.pictures.append(picture)
            if state.pictures.count > Self.most { state.pictures.removeFirst() }
        }
    }

    func keep(_ request: WireRequest) {
        state.withLock { state in
            state.requests.append(request)
            // Many at once: what comes after them is moved each time.
            if state.requests.count >= 2 * Self.most { state.requests.removeFirst(Self.most) }
        }
    }

    var pictures: [[UInt8]] { state.withLock { $0.pictures } }
    var requests: [WireRequest] { state.withLock { Array($0.requests.suffix(Self.most)) } }
}

/// A code that went through a browser, and what its website keeps to itself.
struct ShownCode: Sendable {
    var code: String
    var client: String
    /// Known to thieves that look into the website's pages.
    var verifier: String
}

/// When texts were seen last.
final class Seen: Sendable {
    private let seen = Mutex<[String: Int64]>([:])

    /// - Returns: when it was seen before; nil when it was not.
    func see(_ text: String, at now: Int64) -> Int64? {
        seen.withLock { $0.updateValue(now, forKey: text) }
    }

    func forget() { seen.withLock { $0 = [:] } }
}
