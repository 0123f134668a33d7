import Logging
import LoginDomain
import LoginService
import OpenIDConnect
import Synchronization
import WeChatClient

/// One life of one login server: the real `LoginService` and `WeChatClient` on simulated seams.
///
/// It ends like a process that is killed: what it was doing may still run, and has no effect.
final class Node: Sendable {
    let life: NodeLife
    /// Milliseconds that its clock is ahead.
    let ahead: Int64
    private let stage: Stage
    private let service: LoginService

    init(stage: Stage, slot: Int, life number: Int, ahead: Int64) {
        self.stage = stage
        self.ahead = ahead
        life = NodeLife(slot: slot, number: number)
        let time = NodeTime(
            clock: stage.clock,
            life: life,
            ahead: ahead,
            jitter: stage.roll { $0.split() }
        )
        guard
            let configuration = WeChatConfiguration(
                baseURL: "https://api.weixin.qq.com",
                appID: SimulatedWeChat.appID,
                appSecret: AppSecret(SimulatedWeChat.appSecret),
                page: "pages/confirm/confirm",
                environmentVersion: "release"
            )
        else { preconditionFailure("a constant") }
        let policy = stage.plant?.policy(stage.options.policy) ?? stage.options.policy
        let logger = Logger(label: "node") { [stage] _ in WatchedLog(stage: stage) }
        let dice = stage.plant?.dice(slot) ?? stage.roll { $0.split() }
        service = LoginService(
            store: SimulatedStore(stage: stage, life: life),
            wechat: WeChatClient(
                configuration: configuration,
                transport: PlantedLine(stage: stage, line: WeChatLine(stage: stage, life: life)),
                clock: time
            ),
            policy: policy,
            site: ClientCard(name: "Simulated", host: SimulatedKeys.host),
            openID: OpenIDProvider(
                issuer: SimulatedKeys.issuer,
                opener: stage.opener
            ),
            time: time,
            dice: Dice(dice),
            logger: logger
        )
    }

    /// Starts what a node does by itself.
    func begin() {
        stage.executor.start { [service] in await service.runSweeper() }
        if stage.options.policy.pooledCodes > 0 {
            stage.executor.start { [service] in await service.runCodePool() }
        }
    }

    func die() {
        life.end()
        // Nobody is told: connections of a dead process simply end.
        service.watchers.closeAll()
    }

    /// Stops in order: watchers are sent away first.
    func stop() {
        service.watchers.closeAll()
    }

    /// Answers one request.
    func answer(_ request: WireRequest) async -> WireAnswer {
        do {
            return try await act(request)
        } catch {
            return .refused(error)
        }
    }

    private func act(_ request: WireRequest) async throws(LoginRefusal) -> WireAnswer {
        switch request {
        case .open(let old, let address):
            let browser = BrowserFacts(address: address, userAgent: "a simulated browser")
            return .opened(try await service.openAttempt(superseding: old, browser: browser))
        case .view(let cookie):
            return .view(try await service.view(cookie))
        case .poll(let cookie, let seq, let seconds):
            let wait = Duration.seconds(seconds)
            return .view(try await service.view(cookie, after: seq, waitingFor: wait))
        case .cancelByBrowser(let cookie):
            try await service.cancelAttempt(cookie)
        case .complete(let cookie, let old):
            return .completed(try await service.complete(cookie, ending: old))
        case .session(let cookie):
            return .session(try await service.session(cookie))
        case .logout(let cookie, let attempt):
            try await service.logout(cookie, cancelling: attempt)
        case .loginPhone(let code, let address):
            return .phone(try await service.loginPhone(code: code, from: address))
        case .scan(let scene, let launch, let phone):
            return .scanned(try await service.scan(scene, launch: launch, by: phone.caller))
        case .confirm(let scene, let nonce, let number, let phone):
            try await service.confirm(scene, nonce: nonce, number: number, by: phone.caller)
        case .cancel(let scene, let nonce, let phone):
            try await service.cancel(scene, nonce: nonce, by: phone.caller)
        case .logins(let phone):
            return .logins(try await service.logins(by: phone.caller))
        case .revoke(let id, let phone):
            try await service.revokeLogin(id, by: phone.caller)
        case .rename(let name, let phone):
            _ = try await service.setNickName(composed: name, by: phone.caller)
        case .authorize, .resume, .tokens, .revokeToken, .userInfo, .keys:
            return try await actForWebsite(request)
        }
        return .done
    }

    private func actForWebsite(_ request: WireRequest) async throws(LoginRefusal) -> WireAnswer {
        switch request {
        case .authorize(let ask, let cookies, let address):
            let browser = BrowserFacts(address: address, userAgent: "a simulated browser")
            switch try await service.authorize(Self.read(ask.form), from: browser, cookies) {
            case .answered(let response): return .authorized(response)
            case .parked(let cookie, _): return .parked(cookie)
            }
        case .resume(let cookie):
            return .authorized(try await service.resumeAuthorization(cookie))
        case .tokens(let ask, let address):
            let outcome = try await service.tokens(
                Self.read(ask.form),
                authorization: [],
                from: address
            )
            switch outcome {
            case .done(let tokens): return .tokens(tokens)
            case .refused(let error, _): return .websiteRefused(error)
            }
        case .revokeToken(let ask):
            switch try await service.revokeToken(Self.read(ask.form), authorization: []) {
            case .done: return .done
            case .refused(let error, _): return .websiteRefused(error)
            }
        case .userInfo(let token):
            return .claims(try await service.userClaims(token))
        default:
            return .keys(try await service.publishedKeys())
        }
    }

    private static func read(_ form: String) -> FormParameters {
        guard let parameters = try? FormParameters(form.utf8) else {
            preconditionFailure("simulated forms can be read")
        }
        return parameters
    }

    /// How many of a node's own things wait in its memory.
    var watching: Int { service.watchers.count }

    /// Lets a watcher hear of its attempt: register first, then read the state.
    ///
    /// - Returns: how to stop; nil when there is nothing to watch.
    func watch(
        _ cookie: AttemptCookie,
        _ sink: @escaping WatchSink
    ) async -> (@Sendable () -> Void)? {
        do {
            let id = try await service.attemptID(cookie)
            let ticket = service.watchers.add(id, sink)
            let view = try await service.view(cookie)
            sink(.state(view))
            return { [service] in service.watchers.remove(ticket) }
        } catch {
            return nil
        }
    }
}

/// Whether one life of a node goes on, and where it is to end.
final class NodeLife: Sendable {
    let slot: Int
    let number: Int
    private let state = Mutex(State())

    private struct State {
        var isAlive = true
        /// Operations of the store until the node dies inside of one; nil when it does not.
        var storeCallsLeft: Int?
        var diesBefore = false
    }

    init(slot: Int, number: Int) {
        self.slot = slot
        self.number = number
    }

    var name: String { "\(slot).\(number)" }
    var isAlive: Bool { state.withLock { $0.isAlive } }

    func end() { state.withLock { $0.isAlive = false } }

    /// Lets the node die inside of the store, `calls` operations from now: before or after the change.
    func dieAtStore(after calls: Int, before: Bool) {
        state.withLock { state in
            state.storeCallsLeft = calls
            state.diesBefore = before
        }
    }

    /// Whether this is where it dies.
    func diesAtStore(before: Bool) -> Bool {
        state.withLock { state in
            guard let left = state.storeCallsLeft, state.diesBefore == before else { return false }
            state.storeCallsLeft = left > 0 ? left - 1 : nil
            return left == 0
        }
    }
}

/// A node's clock: the wall clock at its start, and the simulation's time from then on, as in
/// production.
struct NodeTime: TimeSource, WeChatClock {
    let clock: VirtualClock
    let life: NodeLife
    /// Milliseconds that the wall clock was ahead when the node started.
    let ahead: Int64
    private let dice: SharedDice

    init(clock: VirtualClock, life: NodeLife, ahead: Int64, jitter: SplitMix64) {
        self.clock = clock
        self.life = life
        self.ahead = ahead
        dice = SharedDice(jitter)
    }

    func now() -> Timestamp { Timestamp(milliseconds: milliseconds()) }

    func milliseconds() -> Int64 { Stage.epoch + clock.now + ahead }

    func sleep(for wait: Duration) async throws {
        try await clock.sleep(wait.wholeMilliseconds)
        if !life.isAlive { throw CancellationError() }
    }

    func jitter() -> Double { dice.share() }
}

/// Dice that several hold.
final class SharedDice: Sendable {
    private let dice: Mutex<SplitMix64>

    init(_ dice: SplitMix64) {
        self.dice = Mutex(dice)
    }

    /// From 0 up to, not including, 1.
    func share() -> Double { dice.withLock { Double($0.next() >> 11) * 0x1p-53 } }
}

/// A log that nobody reads, except for secrets that must not be in it (I20).
struct WatchedLog: LogHandler {
    let stage: Stage
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    func log(event: LogEvent) {
        var text = "\(event.message)"
        for value in (event.metadata ?? [:]).values { text += " \(value)" }
        // What a logger carries along stands in each of its lines.
        for value in metadata.values { text += " \(value)" }
        judge(text)
    }

    /// A line that is about to be written.
    func judge(_ text: String) { stage.model.logs(text) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
