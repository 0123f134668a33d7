import NIOCore
import NIOHTTP1
import Synchronization

/// The connections that are open, so that they can be counted and ended.
final class OpenConnections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Takes a connection in; false when there are too many already.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isIn = channels.withLock { channels in
            guard channels.count < MockWeChatLimits.connectionsMax else { return false }
            channels[id] = channel
            return true
        }
        guard isIn else { return false }
        channel.closeFuture.whenComplete { [self] _ in
            channels.withLock { $0[id] = nil }
        }
        return true
    }

    /// Asks every connection to end after the answer it is giving.
    func quiesce() {
        for channel in all {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Ends them all, whatever they do, and waits until they are gone.
    func closeAll() async {
        for channel in all { try? await channel.close().get() }
    }

    /// Waits until all have gone by themselves.
    func waitUntilEmpty() async {
        for channel in all { try? await channel.closeFuture.get() }
    }

    private var all: [any Channel] { channels.withLock { Array($0.values) } }
}
