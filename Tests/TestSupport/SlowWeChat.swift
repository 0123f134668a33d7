package import HTTPTransport
import HTTPTypes
package import LoginDomain
import Synchronization

/// A `ScriptedWeChat` whose answers take time, by the test's clock; and what comes too late for its
/// caller's timeout does not come, as with the real transport.
package final class SlowWeChat: HTTPTransport {
    private let wechat: ScriptedWeChat
    private let time: ManualTime
    private let state = Mutex(State())

    private struct State {
        var delays: [String: Duration] = [:]
        var starts: [Start] = []
        var underWay: [String: Int] = [:]
        var peak = 0
    }

    /// When a call of a path went out.
    package struct Start: Sendable {
        package var path: String
        package var at: Timestamp
    }

    package init(_ wechat: ScriptedWeChat, _ time: ManualTime) {
        self.wechat = wechat
        self.time = time
    }

    /// Every call of `path` takes so long from now on.
    package func delay(_ path: String, _ delay: Duration) {
        state.withLock { $0.delays[path] = delay }
    }

    /// Calls of `path` are never answered.
    package func hang(_ path: String) { delay(path, .seconds(86_400)) }

    package func starts(of path: String) -> [Timestamp] {
        state.withLock { $0.starts.filter { $0.path == path }.map(\.at) }
    }

    package func underWay(_ path: String) -> Int { state.withLock { $0.underWay[path] ?? 0 } }

    /// The most calls that were ever under way at once.
    package var peak: Int { state.withLock { $0.peak } }

    package func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let path = String((call.request.path ?? "").prefix { $0 != "?" })
        let now = time.now()
        let delay: Duration = state.withLock { state in
            state.starts.append(Start(path: path, at: now))
            state.underWay[path, default: 0] += 1
            state.peak = max(state.peak, state.underWay.values.reduce(0, +))
            return state.delays[path] ?? .zero
        }
        defer { state.withLock { $0.underWay[path, default: 0] -= 1 } }
        if delay > .zero {
            do {
                try await time.sleep(for: min(delay, call.timeout))
            } catch {
                throw .cancelled
            }
            if delay > call.timeout { throw .timedOut }
        }
        return try await wechat.send(call)
    }
}

extension [Timestamp] {
    /// The most of these moments in any stretch of so long.
    package func most(within window: Duration) -> Int {
        let moments = sorted()
        var most = 0
        var first = 0
        for (index, moment) in moments.enumerated() {
            while moment.since(moments[first]) >= window { first += 1 }
            most = Swift.max(most, index - first + 1)
        }
        return most
    }
}
