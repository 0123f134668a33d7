package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOWebSocket

/// Opens watches over real sockets: `ws`, `wss`, and server-sent events.
package struct NIOWatchDialer: WatchDialer {
    /// A message longer than this ends the watch.
    private static let messageBytesMax = 1 << 16
    private static let connectTimeout: TimeAmount = .seconds(5)

    private let group: any EventLoopGroup
    private let time: PhoneTime
    private let dice: Dice

    private let answerTimeout: TimeAmount

    /// Opens watches on the event loops of `group`.
    ///
    /// - Parameters:
    ///   - group: the event loops; the caller stops them.
    ///   - time: the time in which a watch waits for its next event.
    ///   - dice: what keys and masks are thrown with.
    ///   - answerTimeout: the longest wait for a server's answer to the opening.
    package init(
        group: any EventLoopGroup,
        time: PhoneTime,
        dice: Dice,
        answerTimeout: TimeAmount = .seconds(20)
    ) {
        self.group = group
        self.answerTimeout = answerTimeout
        self.time = time
        self.dice = dice
    }

    /// The event loops that the whole process shares; nobody has to stop them.
    package init(time: PhoneTime, dice: Dice) {
        self.init(group: MultiThreadedEventLoopGroup.singleton, time: time, dice: dice)
    }

    package func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        let inbox = WatchInbox(time: time)
        let dice = dice
        let upgrader = NIOTypedWebSocketClientUpgrader<Opening>(
            requestKey: dice.roll { NIOWebSocketClientUpgrader.randomRequestKey(using: &$0) },
            maxFrameSize: Self.messageBytesMax,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        WebSocketReader(
                            inbox: inbox,
                            dice: dice,
                            messageBytesMax: Self.messageBytesMax,
                            read: request.read
                        )
                    )
                    return .open
                }
            }
        )
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Opening>(
            upgradeRequestHead: Self.head(request, accept: "*/*"),
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    let answer = channel.eventLoop.makePromise(of: Refusal.self)
                    try channel.pipeline.syncOperations.addHandler(
                        RefusalReader(answer: answer, bodyBytesMax: Self.messageBytesMax)
                    )
                    return .refused(answer.futureResult)
                }
            }
        )
        return try await open(inbox: inbox, to: request.server) { channel in
            var pipeline = NIOUpgradableHTTPClientPipelineConfiguration(
                upgradeConfiguration: configuration
            )
            // The first message may arrive in one piece with the upgrade.
            pipeline.leftOverBytesStrategy = .forwardBytes
            return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
                configuration: pipeline
            )
        }
    }

    package func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        let inbox = WatchInbox(time: time)
        let head = Self.head(request, accept: "text/event-stream")
        return try await open(inbox: inbox, to: request.server) { channel in
            let opening = channel.eventLoop.makePromise(of: Opening.self)
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(
                EventStreamReader(
                    head: head,
                    inbox: inbox,
                    opening: opening,
                    messageBytesMax: Self.messageBytesMax,
                    message: request.read
                )
            )
            return opening.futureResult
        }
    }

    /// Connects, lets `configure` say how the opening ends, and turns that into a watch.
    private func open(
        inbox: WatchInbox,
        to server: ServerAddress,
        configure: @escaping @Sendable (any Channel) throws -> EventLoopFuture<Opening>
    ) async throws(WatchError) -> any Watch {
        let channel: any Channel
        let opening: EventLoopFuture<Opening>
        do {
            (channel, opening) = try await ClientBootstrap(group: group)
                .connectTimeout(Self.connectTimeout)
                .connect(host: server.host, port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if server.scheme == "https" {
                            try channel.pipeline.syncOperations.addHandler(Self.tls(server.host))
                        }
                        return (channel, try configure(channel))
                    }
                }
        } catch {
            throw .unreachable("no connection")
        }
        // A server that takes the connection and says nothing is left after a while.
        let leaving = channel.eventLoop.scheduleTask(in: answerTimeout) {
            channel.close(promise: nil)
        }
        defer { leaving.cancel() }
        do {
            switch try await opening.get() {
            case .open:
                return ChannelWatch(channel: channel, inbox: inbox)
            case .refused(let answer):
                let refusal = try await answer.get()
                try? await channel.close()
                throw WatchError.refused(status: refusal.status, body: refusal.body)
            }
        } catch let error as WatchError {
            try? await channel.close()
            throw error
        } catch {
            try? await channel.close()
            throw .unreachable("the connection ended before an answer")
        }
    }

    private static func tls(_ host: String) throws -> NIOSSLClientHandler {
        let context = try NIOSSLContext(configuration: .makeClientConfiguration())
        // An address is no name, and naming one in TLS is an error.
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private static func head(_ request: WatchRequest, accept: String) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: request.server.authority)
        headers.add(name: "Origin", value: request.origin)
        headers.add(name: "Accept", value: accept)
        if let cookie = request.cookie { headers.add(name: "Cookie", value: cookie) }
        return HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: request.path,
            headers: headers
        )
    }
}

/// How the opening of a watch ended.
enum Opening: Sendable {
    case open
    /// The server answers something else; the answer is still on its way.
    case refused(EventLoopFuture<Refusal>)
}

/// An answer in place of a watch.
struct Refusal: Sendable {
    let status: Int
    let body: [UInt8]
}

/// A watch on an open connection.
private struct ChannelWatch: Watch {
    let channel: any Channel
    let inbox: WatchInbox

    func next(within patience: Duration) async -> WatchEvent? {
        await inbox.next(within: patience)
    }

    func close() async {
        try? await channel.close()
    }
}
