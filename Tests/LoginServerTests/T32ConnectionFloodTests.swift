import Foundation
import Logging
import LoginDomain
import LoginServer
import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocketUpgrade

/// Too many connections, and none left to accept with; per address more is in `ConnectionLimitTests`,
/// and the real program in `EndToEndTests`.
@Suite(.timeLimit(.minutes(10))) struct T32ConnectionFloodTests {
    @Test func `T32 a thousand connections of one address: 64 stay, and others log in`()
        async throws
    {
        try await EdgeStage.with {
            // However long a busy machine takes to open a thousand, none is late meanwhile.
            $0.limits.connection.header = .hours(1)
            $0.limits.connection.request = .hours(1)
            $0.limits.connection.idle = .hours(1)
        } _: { stage async throws in
            var wires: [Wire] = []
            for _ in 0..<1000 { wires.append(try await stage.wire(from: "127.0.0.8")) }
            #expect(await stage.eventually { stage.gauges.connections.refused == 936 })
            #expect(stage.gauges.connections.total == 64)
            // A second address logs in.
            let phone = try await stage.phone("alice", at: "127.0.0.2")
            let browser = try await stage.confirmedBrowser(by: phone, at: "127.0.0.2")
            #expect(try await browser.complete().status == 200)
            // Those that stayed are served.
            var served = 0
            for wire in wires {
                // Into a connection that is closed already nothing can be sent.
                try? await wire.send(Call("GET", "/session").bytes(to: stage.host))
                if try await wire.hasAnswer() { served += 1 }
            }
            #expect(served == 64)
        }
    }

    @Test func `T32 when everybody together has all places, the next is closed and nobody dies`()
        async throws
    {
        try await EdgeStage.with {
            $0.limits.connectionsMax = 20
        } _: { stage async throws in
            var wires: [Wire] = []
            for number in 0..<20 {
                let wire = try await stage.wire(from: "127.0.1.\(number)")
                let answer = try await wire.exchange(Call("GET", "/session"), host: stage.host)
                #expect(answer.status == 401)
                wires.append(wire)
            }
            #expect(try await stage.wire(from: "127.0.2.1").end() == [])
            #expect(stage.gauges.connections.refused == 1)
            for wire in wires {
                let answer = try await wire.exchange(Call("GET", "/session"), host: stage.host)
                #expect(answer.status == 401)
            }
        }
    }

    @Test func `T32 the numbers are those of the threat model`() {
        #expect(LoginPolicy().connectionsPerAddress == 64)
        #expect(LoginPolicy().webSocketsPerAddress == 20)
        #expect(EdgeLimits().connectionsMax == 20_000)
    }

    // MARK: - A listener without descriptors

    /// Counts what reaches those behind the pause, and before it.
    private final class Behind: ChannelInboundHandler {
        typealias InboundIn = Never
        private(set) var errors = 0

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            errors += 1
        }
    }

    private final class Before: ChannelOutboundHandler {
        typealias OutboundIn = Never
        private(set) var reads = 0

        func read(context: ChannelHandlerContext) {
            reads += 1
        }
    }

    private struct Listener {
        let channel = EmbeddedChannel()
        let before = Before()
        let behind = Behind()

        init() throws {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            try channel.pipeline.syncOperations.addHandlers(
                [before, AcceptPause(logger: logger), behind]
            )
        }

        /// What NIO does when accept(2) says that there are no descriptors.
        func fail(_ code: CInt = EMFILE) {
            channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
            channel.pipeline.read()
        }

        func pass(_ time: TimeAmount) {
            channel.embeddedEventLoop.advanceTime(by: time)
        }
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED])
    func `T32 without descriptors a listener waits, twice as long each time, and does not end`(
        code: CInt
    ) throws {
        let listener = try Listener()
        var reads = 0
        for wait in [50, 100, 200, 400, 800, 1000, 1000] as [Int64] {
            listener.fail(code)
            // Whoever asks meanwhile waits too.
            listener.channel.pipeline.read()
            listener.pass(.milliseconds(wait) - .nanoseconds(1))
            #expect(listener.before.reads == reads)
            listener.pass(.nanoseconds(1))
            reads += 1
            #expect(listener.before.reads == reads)
        }
        #expect(listener.behind.errors == 0)
        // Somebody came through: the next pause is short again.
        listener.channel.pipeline.fireChannelRead(0)
        listener.fail(code)
        listener.pass(.milliseconds(50))
        #expect(listener.before.reads == reads + 1)
    }

    @Test func `T32 a listener that accepts is never held back`() throws {
        let listener = try Listener()
        for _ in 0..<3 { listener.channel.pipeline.read() }
        #expect(listener.before.reads == 3)
    }
}
