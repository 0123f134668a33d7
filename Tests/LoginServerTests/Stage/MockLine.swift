import HTTPTransport
import HTTPTransportAHC
import HTTPTypes
import Synchronization

/// The line to a mock-wechat on loopback: real sockets, the mock's address in place of WeChat's.
final class MockLine: HTTPTransport {
    private let carrier: AHCTransport
    private let authority: String
    private let state = Mutex(State())

    private struct State {
        var patience: Duration?
        var longestTimeout = Duration.zero
        var underWay = 0
        var peak = 0
    }

    init(to url: String, over carrier: AHCTransport) {
        self.carrier = carrier
        authority = String(url.drop { $0 != "/" }.drop { $0 == "/" })
    }

    /// How long a call lasts at most, so that a test does not wait for deadlines of seconds.
    func setPatience(_ patience: Duration?) {
        state.withLock { $0.patience = patience }
    }

    /// The longest time that any call was given.
    var longestTimeout: Duration { state.withLock { $0.longestTimeout } }

    /// The most calls that were under way at once.
    var peak: Int { state.withLock { $0.peak } }

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        var call = call
        call.request.scheme = "http"
        call.request.authority = authority
        call.timeout = state.withLock { state in
            state.longestTimeout = max(state.longestTimeout, call.timeout)
            state.underWay += 1
            state.peak = max(state.peak, state.underWay)
            return state.patience.map { min($0, call.timeout) } ?? call.timeout
        }
        defer { state.withLock { $0.underWay -= 1 } }
        return try await carrier.send(call)
    }
}
