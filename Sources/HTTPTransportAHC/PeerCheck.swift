internal import NIOCore
internal import NIOSSL

/// Looks at a server's certificate once more, before the first byte of a call goes out (T41).
///
/// BoringSSL takes an RSA key of any size; keys under 2048 bits have not been good enough since 2013
/// (CA/Browser Forum Baseline Requirements, 6.1.5).
enum PeerCheck {
    struct WeakKey: Error {}

    /// Ends a new connection whose server shows a weak key; one without TLS is let through.
    static func check(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            guard
                let tls = try? channel.pipeline.syncOperations.handler(type: NIOSSLHandler.self)
            else { return }
            guard let certificate = tls.peerCertificate,
                isStrong(try certificate.extractPublicKey().toSPKIBytes())
            else {
                // After the client has heard why it gets no connection.
                channel.eventLoop.execute { channel.close(promise: nil) }
                throw WeakKey()
            }
        }
    }

    /// Judges a SubjectPublicKeyInfo by its length.
    ///
    /// It is a header of constant size and, for RSA, the modulus (RFC 3279 section 2.3.1); with 2048
    /// bits it has 292 bytes or more.
    private static func isStrong(_ key: [UInt8]) -> Bool {
        let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
        return key.firstRange(of: rsaEncryption) == nil || key.count >= 292
    }
}
