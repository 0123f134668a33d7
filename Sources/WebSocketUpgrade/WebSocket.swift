import NIOCore
package import NIOWebSocket

/// The sending side of an open WebSocket.
///
/// May be used from any thread; keeps the order of calls made one after the other.
package struct WebSocket: Sendable {
    private let channel: any Channel

    init(channel: any Channel) {
        self.channel = channel
    }

    /// Sends a text message.
    package func send(text: String) {
        fire(.text(text))
    }

    /// Sends a close frame, waits a little for the peer's, and ends the connection.
    package func close(_ code: WebSocketErrorCode, reason: String = "") {
        fire(.close(code, reason))
    }

    private func fire(_ order: WebSocketOrder) {
        channel.eventLoop.execute { [channel] in
            channel.pipeline.syncOperations.fireUserInboundEventTriggered(order)
        }
    }
}

/// What a session asks of its handler.
enum WebSocketOrder: Sendable {
    case text(String)
    case close(WebSocketErrorCode, String)
}
