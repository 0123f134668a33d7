import HTTPTransport
import HTTPTypes
import Synchronization
import Testing

/// A transport that knows beforehand which calls come, in which order; any other is a failure.
final class ScriptedTransport: HTTPTransport {
    struct Expected: Sendable {
        /// `POST http://host/path`.
        var call: String
        var status: Int
        var fields: HTTPFields = [:]
        var body = ""
    }

    private let script: Mutex<[Expected]>
    private let heard = Mutex<[HTTPCall]>([])

    init(_ script: [Expected]) {
        self.script = Mutex(script)
    }

    /// The calls that came.
    var calls: [HTTPCall] { heard.withLock(\.self) }
    /// The calls that are still to come.
    var isPlayedOut: Bool { script.withLock(\.isEmpty) }

    func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        let request = call.request
        let said =
            "\(request.method.rawValue) \(request.scheme ?? "?")://"
            + "\(request.authority ?? "?")\(request.path ?? "?")"
        heard.withLock { $0.append(call) }
        let expected = script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let expected, expected.call == said else {
            Issue.record("unexpected call: \(said); expected: \(expected?.call ?? "none")")
            throw .unreachable
        }
        return HTTPAnswer(
            HTTPResponse(status: .init(code: expected.status), headerFields: expected.fields),
            body: Array(expected.body.utf8)
        )
    }
}
