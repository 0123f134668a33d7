/// The three ways to watch a login attempt.
public enum WatchKind: String, Sendable, CaseIterable {
    case websocket
    case sse
    case poll
}

/// What a watcher hears next.
package enum WatchEvent: Sendable, Equatable {
    case push(Push)
    /// A message that is not what the contract says; the text as it came, shortened.
    case nonsense(String)
    /// The end of the watch: the WebSocket close code, or nil when there was none.
    case closed(code: Int?)
}

/// Why no watch came about.
package enum WatchError: Error, Sendable, Equatable {
    /// The server answered with this instead.
    case refused(status: Int, body: [UInt8])
    /// No connection, or it ended before an answer; the text says more.
    case unreachable(String)
}

/// An open watch on one attempt.
package protocol Watch: Sendable {
    /// Waits for the next event; nil when none came in time. A closed watch stays closed.
    func next(within patience: Duration) async -> WatchEvent?
    /// Ends the watch. A second time does nothing.
    func close() async
    /// The values of `Set-Cookie` that came since the last time, for a browser that keeps them.
    func takeSetCookies() -> [String]
}

extension Watch {
    package func takeSetCookies() -> [String] { [] }
}

/// What a watch needs to know of the browser that opens it.
package struct WatchRequest: Sendable {
    package var server: ServerAddress
    /// The path of the events.
    package var path: String
    /// The value of `Cookie`; nil for a browser without cookies.
    package var cookie: String?
    package var origin: String
    /// What a message of this server says.
    package var read: @Sendable (String) -> WatchEvent

    package init(
        server: ServerAddress,
        path: String,
        cookie: String?,
        origin: String,
        read: @escaping @Sendable (String) -> WatchEvent = { WatchEvent(text: $0) }
    ) {
        self.read = read
        self.server = server
        self.path = path
        self.cookie = cookie
        self.origin = origin
    }
}

/// Somebody who opens watches that the server pushes into.
///
/// A long poll is not dialled: it goes over the `HTTPTransport`.
package protocol WatchDialer: Sendable {
    func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch
    func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch
}
