import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// What stands between a socket and `MockConnection`.
struct MockPipeline: Sendable {
    let responder: MockResponder
    /// Nil: no TLS.
    let tls: NIOSSLContext?
    let isProxy: Bool

    /// Sets a new connection up.
    func begin(_ channel: any Channel) throws {
        if tls == nil, !isProxy {
            try add(to: channel, isEncrypted: false)
        } else {
            try channel.pipeline.syncOperations.addHandler(ConnectionOpener(self))
        }
    }

    /// Adds the handlers of HTTP, behind those of TLS where it is spoken.
    func add(
        to channel: any Channel,
        isEncrypted: Bool,
        isForWeChatInClear: Bool = false
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if isEncrypted, let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = MockWeChatLimits.headBytesMax
        limits.maxHeaderListSize = MockWeChatLimits.headBytesMax
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true,
            withErrorHandling: true,
            withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits
        )
        try pipeline.addHandler(IdleStateHandler(allTimeout: MockWeChatLimits.idleTimeout))
        try pipeline.addHandler(
            MockConnection(
                responder: responder,
                callerIP: channel.remoteAddress?.ipAddress ?? "127.0.0.1",
                isEncrypted: isEncrypted,
                isForWeChatInClear: isForWeChatInClear,
                isProxy: isProxy
            )
        )
    }
}
