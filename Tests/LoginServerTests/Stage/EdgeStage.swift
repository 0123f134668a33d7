import Foundation
import HTTPTransport
import Hummingbird
import Logging
import LoginDomain
import LoginService
import LoginStore
import ServiceLifecycle
import Synchronization
import TestSupport
import WebSocketUpgrade

@testable import LoginServer

/// The application that the program builds, on a free port of loopback, with everything around it
/// in memory: rows, a clock that stands still, a WeChat that does what it is told.
///
/// The origin is https although its sockets are not: a proxy would have taken the encryption off.
struct EdgeStage: Sendable {
    let house: LoginHouse
    let rows: MemoryLoginStore
    let configuration: EdgeConfiguration
    let gauges: EdgeGauges
    let port: Int
    /// Of the operators' listener; 0 without one.
    let operationsPort: Int
    private let wires: Wires
    private let group: ServiceGroup

    /// What a test may want otherwise.
    struct Setup {
        var origin = "https://login.example"
        var policy = LoginPolicy()
        var limits: EdgeLimits = {
            var limits = EdgeLimits()
            // Pings go by the event loop's clock, which a test of logins does not move.
            limits.webSocket.pingEvery = .hours(1)
            // Deadlines do, too: a busy machine may be slow, and that is not what they are for.
            limits.connection.header = .hours(1)
            limits.connection.request = .hours(1)
            limits.connection.idle = .hours(1)
            return limits
        }()
        /// Whose `X-Forwarded-For` counts, in CIDR notation.
        var proxies: [String] = []
        var rows = MemoryLoginStore()
        /// The store that the service sees, made of the rows.
        var store: (MemoryLoginStore) -> any LoginStore = { $0 }
        var wechat = ScriptedWeChat()
        /// What carries calls to WeChat, where it is not the scripted one.
        var transport: (any HTTPTransport)?
        var time = ManualTime()
        /// The clock of the service, where it is another one than the test's.
        var serviceTime: (any TimeSource)?
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        /// Two servers over the same rows must not draw the same secrets.
        var seed: UInt64 = 1
        /// Whether the operators' listener is there.
        var hasOperations = false
    }

    private struct NotRunning: Error {}
    private struct DoesNotStop: Error {}

    var time: ManualTime { house.time }
    var wechat: ScriptedWeChat { house.wechat }
    var service: LoginService { house.service }
    var origin: String { configuration.origin.description }
    var host: String { configuration.origin.authority }

    /// Every row there is.
    var everything: [String] { rows.everything }

    /// How many sessions of browsers there are.
    var sessionsCount: Int { everything.count { $0.hasPrefix("session ") } }

    /// Runs the server while `body` does, and leaves nothing open.
    static func with<Value>(
        _ change: (inout Setup) -> Void = { _ in },
        _ body: (EdgeStage) async throws -> Value
    ) async throws -> Value {
        await places.take()
        defer { places.giveBack() }
        var setup = Setup()
        change(&setup)
        guard let origin = Origin(setup.origin) else { throw NotRunning() }
        let house = LoginHouse(
            policy: setup.policy,
            store: setup.store(setup.rows),
            wechat: setup.wechat,
            transport: setup.transport,
            time: setup.time,
            seed: setup.seed,
            site: ClientCard(name: "Tea & Toast", host: origin.authority),
            logger: setup.logger,
            serviceTime: setup.serviceTime
        )
        let configuration = EdgeConfiguration(
            origin: origin,
            host: "127.0.0.1",
            port: 0,
            siteName: "Tea & Toast",
            operations: setup.hasOperations
                ? OperationsAddress(host: "127.0.0.1", port: 0) : nil,
            limits: setup.limits,
            proxies: TrustedProxies(setup.proxies.compactMap { IPNetwork($0) })
        )
        let gauges = EdgeGauges(policy: setup.policy, limits: setup.limits)
        let (operations, announceOperations) = AsyncStream<Int>.makeStream()
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let application = buildApplication(
            service: house.service,
            configuration: configuration,
            gauges: gauges,
            logger: setup.logger,
            onOperations: { announceOperations.yield($0) },
            onRunning: { announce.yield($0) }
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [application],
                logger: setup.logger
            )
        )
        let rows = setup.rows
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { announce.finish() }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }) else { throw NotRunning() }
            var operationsPort = 0
            if setup.hasOperations {
                operationsPort = await operations.first { _ in true } ?? 0
            }
            let stage = EdgeStage(
                house: house,
                rows: rows,
                configuration: configuration,
                gauges: gauges,
                port: port,
                operationsPort: operationsPort,
                wires: Wires(),
                group: group
            )
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(stage))
            } catch {
                result = .failure(error)
            }
            await stage.wires.closeAll()
            await group.triggerGracefulShutdown()
            tasks.addTask {
                // A test that would wait for ever fails instead.
                try await Task.sleep(for: .seconds(60))
                throw DoesNotStop()
            }
            try await tasks.next()
            tasks.cancelAll()
            return try result.get()
        }
    }

    /// Tells the server to stop, as SIGTERM does.
    func stop() async {
        await group.triggerGracefulShutdown()
    }

    // MARK: - Talking to it

    /// A connection; the stage closes it in the end.
    func wire(from address: String = "127.0.0.1") async throws -> Wire {
        let wire = try await Wire.connect(to: port, from: address)
        wires.add(wire)
        return wire
    }

    /// One request on a connection of its own.
    @discardableResult
    func send(_ call: Call, from address: String = "127.0.0.1") async throws -> Answer {
        let wire = try await wire(from: address)
        let answer = try await wire.exchange(call, host: host)
        await wire.close()
        return answer
    }

    /// What the operators' listener answers.
    func operations(
        _ path: String,
        method: String = "GET",
        host: String = "127.0.0.1"
    ) async throws -> Answer {
        let wire = try await Wire.connect(to: operationsPort)
        wires.add(wire)
        let answer = try await wire.exchange(Call(method, path), host: host)
        await wire.close()
        return answer
    }

    /// Whether something becomes true that the server does by itself and announces to nobody, such
    /// as forgetting a connection that is gone.
    func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            guard ContinuousClock.now < deadline else { return false }
            await Task.yield()
        }
        return true
    }

    /// Whether nobody watches any attempt, now or soon.
    func hasNoWatchers() async -> Bool {
        await eventually { service.watchers.count == 0 }
    }

    /// Every byte that connections from an address have ever received.
    func received(at address: String) -> [UInt8] {
        wires.all.filter { $0.address == address }.flatMap(\.received)
    }

    /// What a phone's camera reads of the picture in an answer of `POST /attempt`.
    func scene(in answer: Answer) throws -> String {
        guard let scene = wechat.scene(in: try picture(in: answer)) else { throw NotReadable() }
        return scene
    }

    /// The bytes of the picture in an answer of `POST /attempt`.
    func picture(in answer: Answer) throws -> [UInt8] {
        guard let image = answer.text("data.image"),
            let base64 = image.firstRange(of: ";base64,"),
            let picture = Data(base64Encoded: String(image[base64.upperBound...]))
        else { throw NotReadable() }
        return Array(picture)
    }

    private struct NotReadable: Error {}

    /// Hundreds of servers at once would only wait for each other.
    private static let places = Places(8)

    private final class Places: Sendable {
        private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

        init(_ count: Int) {
            state = Mutex((count, []))
        }

        func take() async {
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    guard state.free == 0 else {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append(continuation)
                    return false
                }
                if isFree { continuation.resume() }
            }
        }

        func giveBack() {
            let next: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.free += 1
                return nil
            }
            next?.resume()
        }
    }

    private final class Wires: Sendable {
        private let list = Mutex<[Wire]>([])

        var all: [Wire] { list.withLock { $0 } }

        func add(_ wire: Wire) {
            list.withLock { $0.append(wire) }
        }

        func closeAll() async {
            for wire in all { await wire.close() }
        }
    }
}
