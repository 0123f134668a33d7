import NIOCore
import NIOEmbedded
import NIOWebSocket
import Synchronization
import Testing

@testable import WebSocketUpgrade

/// Heartbeat and limits of one WebSocket, on an event loop whose clock the test moves.
@Suite struct WebSocketHandlerTests {
    /// Counts what a session hears.
    private final class Session: WebSocketSession {
        let closings = Mutex(0)

        func opened(_ socket: WebSocket) {}

        func closed() {
            closings.withLock { $0 += 1 }
        }
    }

    private struct Socket {
        let channel: EmbeddedChannel
        let session: Session
        let counts = EdgeCounts()

        init(_ more: [any ChannelHandler] = []) throws {
            session = Session()
            channel = EmbeddedChannel()
            let handler = WebSocketHandler(
                session: session,
                limits: WebSocketLimits(),
                counts: counts
            )
            try channel.pipeline.syncOperations.addHandlers(more + [handler])
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        var isOpen: Bool { channel.isActive }

        func pass(_ time: TimeAmount) {
            channel.embeddedEventLoop.advanceTime(by: time)
        }

        /// A frame as a server sends it: whole, unmasked, and here no longer than 125 bytes.
        func sent() throws -> WebSocketFrame? {
            guard var bytes: ByteBuffer = try channel.readOutbound(),
                let first = bytes.readInteger(as: UInt8.self),
                let length = bytes.readInteger(as: UInt8.self)
            else { return nil }
            #expect(first & 0xF0 == 0x80)
            #expect(Int(length) == bytes.readableBytes)
            let opcode = try #require(WebSocketOpcode(encodedWebSocketOpcode: first & 0x0F))
            return WebSocketFrame(fin: true, opcode: opcode, data: bytes)
        }

        func hear(_ opcode: WebSocketOpcode, _ text: String = "") throws {
            var bytes = ByteBuffer()
            bytes.writeInteger(UInt8(0x80) | UInt8(webSocketOpcode: opcode))
            bytes.writeInteger(UInt8(0x80) | UInt8(text.utf8.count))
            bytes.writeInteger(UInt32(0))
            bytes.writeString(text)
            try channel.writeInbound(bytes)
        }

        func code(_ frame: WebSocketFrame?) -> WebSocketErrorCode? {
            guard let frame, frame.opcode == .connectionClose else { return nil }
            var data = frame.unmaskedData
            return data.readWebSocketErrorCode()
        }
    }

    @Test func `a ping goes out every 20 seconds, and without a pong it ends after 10 more`() throws
    {
        let socket = try Socket()
        socket.pass(.nanoseconds(19_999_999_999))
        #expect(try socket.sent() == nil)
        socket.pass(.nanoseconds(1))
        #expect(try socket.sent()?.opcode == .ping)
        socket.pass(.nanoseconds(9_999_999_999))
        #expect(socket.isOpen)
        #expect(socket.session.closings.withLock { $0 } == 0)
        socket.pass(.nanoseconds(1))
        #expect(!socket.isOpen)
        #expect(socket.session.closings.withLock { $0 } == 1)
    }

    @Test func `a peer that answers stays`() throws {
        let socket = try Socket()
        for _ in 0..<20 {
            socket.pass(.seconds(20))
            #expect(try socket.sent()?.opcode == .ping)
            socket.pass(.seconds(9))
            try socket.hear(.pong)
            socket.pass(.seconds(1))
            #expect(socket.isOpen)
        }
        // And then answers no more.
        socket.pass(.seconds(30))
        #expect(!socket.isOpen)
    }

    @Test func `neither words nor a pong that nobody asked for stand for the pong`() throws {
        let socket = try Socket()
        try socket.hear(.pong)
        socket.pass(.seconds(20))
        try socket.hear(.text, "x")
        try socket.hear(.ping)
        socket.pass(.seconds(10))
        #expect(!socket.isOpen)
    }

    @Test func `the budget of data frames is for a minute`() throws {
        let socket = try Socket()
        func sayFive() throws { for _ in 0..<5 { try socket.hear(.text, "x") } }
        try sayFive()
        // Pongs keep it alive; only the frames are counted.
        for _ in 0..<2 {
            socket.pass(.seconds(20))
            try socket.hear(.pong)
            socket.pass(.seconds(10))
        }
        try sayFive()
        while let frame = try socket.sent() { #expect(frame.opcode == .ping) }
        try socket.hear(.text, "x")
        #expect(socket.code(try socket.sent()) == .policyViolation)
    }

    @Test func `a peer that does not answer our close is cut after two seconds`() throws {
        let socket = try Socket()
        socket.channel.pipeline.fireUserInboundEventTriggered(
            WebSocketOrder.close(.normalClosure, "")
        )
        #expect(socket.code(try socket.sent()) == .normalClosure)
        socket.pass(.nanoseconds(1_999_999_999))
        #expect(socket.isOpen)
        socket.pass(.nanoseconds(1))
        #expect(!socket.isOpen)
        #expect(socket.session.closings.withLock { $0 } == 1)
    }

    @Test func `nothing is said after our close`() throws {
        let socket = try Socket()
        let pipeline = socket.channel.pipeline
        pipeline.fireUserInboundEventTriggered(WebSocketOrder.close(.normalClosure, ""))
        _ = try socket.sent()
        pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("late"))
        pipeline.fireUserInboundEventTriggered(WebSocketOrder.close(.goingAway, ""))
        try socket.hear(.ping)
        socket.pass(.seconds(1))
        #expect(try socket.sent() == nil)
        try socket.hear(.connectionClose)
        #expect(!socket.isOpen)
    }

    @Test func `T31 a peer that reads nothing is cut when sixteen messages wait`() throws {
        let tap = ClosedTap()
        let socket = try Socket([tap])
        for _ in 0..<16 {
            socket.channel.pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("x"))
        }
        #expect(socket.isOpen)
        socket.channel.pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("x"))
        #expect(!socket.isOpen)
        #expect(tap.held.count == 16)
        for promise in tap.held { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    @Test func `T31 a peer that never takes a message is cut after ten seconds`() throws {
        let tap = ClosedTap()
        let socket = try Socket([tap])
        socket.channel.pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("x"))
        socket.pass(.nanoseconds(9_999_999_999))
        #expect(socket.isOpen)
        socket.pass(.nanoseconds(1))
        #expect(!socket.isOpen)
        #expect(socket.counts[.stalled] == 1)
        for promise in tap.held { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    @Test func `T31 a peer that takes no message for ten seconds is cut`() throws {
        let tap = ClosedTap()
        let socket = try Socket([tap])
        socket.channel.pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("x"))
        socket.pass(.nanoseconds(9_999_999_999))
        #expect(socket.isOpen)
        // The first is out: those behind it have their own time.
        socket.channel.pipeline.fireUserInboundEventTriggered(WebSocketOrder.text("y"))
        tap.held[0].succeed()
        socket.pass(.nanoseconds(9_999_999_999))
        #expect(socket.isOpen)
        #expect(socket.counts[.stalled] == 0)
        socket.pass(.nanoseconds(1))
        #expect(!socket.isOpen)
        #expect(socket.counts[.stalled] == 1)
        for promise in tap.held.dropFirst() { promise.fail(ChannelError.ioOnClosedChannel) }
    }

    /// Lets nothing out: a peer whose window is full.
    private final class ClosedTap: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        private(set) var held: [EventLoopPromise<Void>] = []

        func write(
            context: ChannelHandlerContext,
            data: NIOAny,
            promise: EventLoopPromise<Void>?
        ) {
            if let promise { held.append(promise) }
        }
    }

    @Test func `a session hears of its end exactly once`() throws {
        let socket = try Socket()
        try socket.hear(.connectionClose)
        #expect(!socket.isOpen)
        _ = try socket.channel.finish(acceptAlreadyClosed: true)
        #expect(socket.session.closings.withLock { $0 } == 1)
    }

    @Test func `the numbers are those of the threat model`() {
        let limits = WebSocketLimits()
        #expect(limits.frameBytesMax == 4096)
        #expect(limits.dataFramesPerMinuteMax == 5)
        #expect(limits.unsentMessagesMax == 16)
        #expect(limits.pingEvery == .seconds(20))
        #expect(limits.pongWithin == .seconds(10))
    }
}
