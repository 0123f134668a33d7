import NIOCore
import NIOHTTP1
import NIOSSL

/// Looks at the first bytes of a connection and builds the pipeline that they ask for.
///
/// One port takes plain HTTP, TLS, and a proxy's `CONNECT api.weixin.qq.com:443` (RFC 9110, section
/// 9.3.6); inside the tunnel the bytes are looked at anew.
final class ConnectionOpener: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Opening {
        case undecided
        case tls
        case http
        /// The authority that a tunnel is asked for, and how many bytes its request has.
        case connect(String, byteCount: Int)
        case tooLong
    }

    private let makePipeline: MockPipeline
    private var received = ByteBuffer()
    private var isInTunnel = false

    init(_ makePipeline: MockPipeline) {
        self.makePipeline = makePipeline
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        received.writeBuffer(&part)
        open(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func open(_ context: ChannelHandlerContext) {
        switch opening() {
        case .undecided: break
        case .tls: handOver(context, isEncrypted: true)
        case .http: handOver(context, isEncrypted: false)
        case .connect(let authority, let byteCount):
            guard
                WeChatHost.isNamed(by: authority, port: "443")
                    || WeChatHost.isNamed(by: authority, port: "80")
            else {
                refuse(
                    "403 Forbidden",
                    "this proxy leads to \(WeChatHost.name) only, not to \(authority)",
                    context
                )
                return
            }
            received.moveReaderIndex(forwardBy: byteCount)
            received.discardReadBytes()
            isInTunnel = true
            let agreed = ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(agreed), promise: nil)
            if received.readableBytes > 0 { open(context) }
        case .tooLong: refuse("431 Request Header Fields Too Large", "too long", context)
        }
    }

    private func opening() -> Opening {
        let view = received.readableBytesView
        guard let first = view.first else { return .undecided }
        // A TLS record of the kind handshake (RFC 8446, section 5.1).
        if first == 0x16, makePipeline.tls != nil { return .tls }
        guard makePipeline.isProxy, !isInTunnel else { return .http }
        let verb = "CONNECT ".utf8
        guard view.prefix(verb.count).elementsEqual(verb.prefix(view.count)) else { return .http }
        let text = String(decoding: view.prefix(MockWeChatLimits.headBytesMax), as: UTF8.self)
        guard let end = text.utf8Range(of: "\r\n\r\n") else {
            return view.count < MockWeChatLimits.headBytesMax ? .undecided : .tooLong
        }
        let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
        return .connect(words.count > 1 ? String(words[1]) : "", byteCount: end)
    }

    private func handOver(_ context: ChannelHandlerContext, isEncrypted: Bool) {
        do {
            try makePipeline.add(
                to: context.channel,
                isEncrypted: isEncrypted,
                isForWeChatInClear: isInTunnel && !isEncrypted
            )
        } catch {
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(wrapInboundOut(received))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ status: String, _ why: String, _ context: ChannelHandlerContext) {
        let text = """
            HTTP/1.1 \(status)\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: \(why.utf8.count + 1)\r
            Connection: close\r
            \r
            \(why)

            """
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)))
            .whenComplete { _ in channel.close(promise: nil) }
    }
}

extension String {
    /// How many UTF-8 bytes there are up to the end of some ASCII letters, which stand in the text.
    fileprivate func utf8Range(of letters: String) -> Int? {
        let bytes = Array(utf8)
        let wanted = Array(letters.utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count)
        where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            return start + wanted.count
        }
        return nil
    }
}
