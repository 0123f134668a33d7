/// HTTP/1.1 connections that may become WebSockets: the upgrade of RFC 6455 section 4.2 for
/// Hummingbird. Handshake, masking and codes are NIOWebSocket's, the frames our own.
///
/// Owns: the pipeline of one connection, the moment when it changes from HTTP to WebSocket (the
/// connection's first request or a later one), the heartbeat, and the limits on what a peer may
/// send or leave unread.
/// Does not own: who may upgrade and what is said then (`WebSocketGatekeeper`), logins, routes.
/// Called by: `LoginServer`.
///
/// Waiting is cheap: on a fresh connection no async stream is ever made for a WebSocket; after the
/// upgrade it is a channel handler and nothing else.
package import HTTPTypes
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTPTypes

/// Every number of a WebSocket, in one place.
package struct WebSocketLimits: Sendable {
    /// The largest frame that is read; a larger one closes with 1009.
    package var frameBytesMax = 4 * 1024
    /// Data frames a peer may send in a minute before 1008: it has nothing to say here.
    package var dataFramesPerMinuteMax = 5
    /// Messages that may wait for a slow reader before the socket is cut.
    package var unsentMessagesMax = 16
    /// How long none of them may leave before it is cut all the same.
    package var stall = TimeAmount.seconds(10)
    package var pingEvery = TimeAmount.seconds(20)
    package var pongWithin = TimeAmount.seconds(10)
    /// How long a peer may take to answer a close, or to read a refusal, before the connection is
    /// cut.
    package var closeWithin = TimeAmount.seconds(2)

    package init() {}
}

/// Who may upgrade.
package protocol WebSocketGatekeeper: Sendable {
    /// Whether a request's path is one of WebSockets at all; others go on as plain HTTP.
    func isEndpoint(_ request: HTTPRequest) -> Bool

    /// Judges an upgrade request before anything is switched.
    func judge(_ request: HTTPRequest, on channel: any Channel) async -> WebSocketVerdict

    /// What is said, before the connection closes, to bytes that nobody behind can answer.
    func answer(to unreadable: UnreadableRequest) -> UpgradeRefusal

    /// Whether many clients come from this address, so that its connections are not counted.
    func isShared(_ peer: String) -> Bool

    /// The server stops: requests that wait for something should wait no longer.
    ///
    /// Called for each connection, also more than once, on its event loop.
    func serverStops()
}

extension WebSocketGatekeeper {
    package func isShared(_ peer: String) -> Bool { false }
}

package enum WebSocketVerdict: Sendable {
    /// Switch, and let this session know.
    case accept(any WebSocketSession)
    /// Answer so and close.
    case refuse(UpgradeRefusal)
}

/// An answer after which the connection closes.
package struct UpgradeRefusal: Sendable {
    package var response: HTTPResponse
    package var body: [UInt8]

    package init(response: HTTPResponse, body: [UInt8]) {
        self.response = response
        self.body = body
    }
}

/// The rest of a body did not come in time: what reads the body hears this.
package struct RequestTooSlow: Error {
    package init() {}
}

/// Why bytes are no request.
package enum UnreadableRequest: Sendable, Equatable {
    /// The target is longer than a header field may be; it begins with these 16 characters.
    case targetTooLong(beginning: String)
    /// A header field, all of them together, or their number is over the limit.
    case headersTooLarge
    /// Not whole in time.
    case tooSlow
    /// Not HTTP/1.1, or broken off.
    case notHTTP
    /// An opening handshake with a body, without a key, or with more behind it.
    case badUpgrade
    /// An opening handshake of another version than 13 (RFC 6455 section 4.4).
    case webSocketVersion
}

/// Our end of one WebSocket: hears that it opened and that it is gone.
///
/// Both are called on the connection's event loop and must not wait.
package protocol WebSocketSession: Sendable {
    /// The upgrade has been answered; from now on the socket takes messages.
    func opened(_ socket: WebSocket)
    /// The connection is gone. Called exactly once for an accepted session, opened or not.
    func closed()
}

/// A connection of a Hummingbird server that serves HTTP/1.1 and, where the gatekeeper lets it,
/// becomes a WebSocket.
package struct WebSocketUpgradeChannel: HTTPChannelHandler {
    package let responder: Responder
    let gatekeeper: any WebSocketGatekeeper
    let http: HTTP1Channel.Configuration.DecoderConfiguration
    let connection: ConnectionLimits
    let limits: WebSocketLimits
    let connections: AddressCounter
    let counts: EdgeCounts

    package init(
        responder: @escaping Responder,
        gatekeeper: any WebSocketGatekeeper,
        http: HTTP1Channel.Configuration.DecoderConfiguration,
        connection: ConnectionLimits,
        limits: WebSocketLimits,
        connections: AddressCounter,
        counts: EdgeCounts
    ) {
        self.responder = responder
        self.gatekeeper = gatekeeper
        self.http = http
        self.connection = connection
        self.limits = limits
        self.connections = connections
        self.counts = counts
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        let peer = channel.remoteAddress?.ipAddress ?? "unknown"
        guard connections.enter(channel, isShared: gatekeeper.isShared(peer)) else {
            // Closed before anything is made for it.
            let nothing = channel.eventLoop.makeSucceededFuture(ConnectionKind.closed)
            return channel.close().recover { _ in }
                .map { Connection(channel: channel, kind: nothing) }
        }
        return channel.eventLoop.makeCompletedFuture {
            // NIO keeps one receive buffer a connection for as long as it lives.
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Self.receiveBytes)
            )
            let outcome = channel.eventLoop.makePromise(of: ConnectionKind.self)
            try UpgradeGate.install(
                on: channel,
                gatekeeper: gatekeeper,
                http: http,
                connection: connection,
                limits: limits,
                counts: counts,
                outcome: outcome,
                logger: logger
            )
            return Connection(channel: channel, kind: outcome.futureResult)
        }
    }

    /// A request comes in a few pieces of this; a connection that waits keeps one.
    private static let receiveBytes = 256

    package func handle(value connection: Connection, logger: Logger) async {
        guard let kind = try? await connection.kind.get() else { return }
        switch kind {
        case .http(let channel):
            await handleHTTP(asyncChannel: channel, logger: logger)
        case .webSocket, .closed:
            return
        }
    }

    /// A connection whose first request decides what it is.
    package struct Connection: ServerChildChannelValue {
        package let channel: any Channel
        let kind: EventLoopFuture<ConnectionKind>
    }
}

/// What a connection's first request made of it.
enum ConnectionKind: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case webSocket
    case closed
}
