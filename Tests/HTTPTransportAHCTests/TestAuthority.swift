import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// A certificate authority of a test's own, and certificates with everything wrong that can be.
struct TestAuthority {
    /// What a server shows.
    struct Identity {
        /// The leaf, and where another signed it, the authority.
        var certificatePEM: String
        var keyPEM: String
    }

    enum KeyKind: Sendable {
        case p256
        case rsa(bits: Int)
    }

    /// The authority's certificate, as callers load it.
    let pem: String
    private let root: Certificate
    private let key: Certificate.PrivateKey
    private let now: Date

    init(now: Date = Date()) throws {
        self.now = now
        let secret = P256.Signing.PrivateKey()
        let key = Certificate.PrivateKey(secret)
        self.key = key
        let name = try DistinguishedName { CommonName("a test's authority") }
        root = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-86_400 * 30),
            notValidAfter: now.addingTimeInterval(86_400 * 30),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            },
            issuerPrivateKey: key
        )
        pem = try root.serializeAsPEM().pemString + "\n"
    }

    /// A server's certificate: for these names, valid from and until so many days from now, signed by
    /// the authority or by its own key.
    func identity(
        for names: [GeneralName] = [.loopback],
        days: ClosedRange<Double> = -1...20,
        key kind: KeyKind = .p256,
        isSelfSigned: Bool = false
    ) throws -> Identity {
        let leafKey: Certificate.PrivateKey
        let keyPEM: String
        switch kind {
        case .p256:
            let secret = P256.Signing.PrivateKey()
            (leafKey, keyPEM) = (Certificate.PrivateKey(secret), secret.pemRepresentation)
        case .rsa(let bits):
            let secret = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: bits))
            (leafKey, keyPEM) = (Certificate.PrivateKey(secret), secret.pemRepresentation)
        }
        let subject = try DistinguishedName { CommonName("a test's server") }
        let isRSA = if case .rsa = kind { true } else { false }
        let leaf = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: leafKey.publicKey,
            notValidBefore: now.addingTimeInterval(days.lowerBound * 86_400),
            notValidAfter: now.addingTimeInterval(days.upperBound * 86_400),
            issuer: isSelfSigned ? subject : root.subject,
            subject: subject,
            signatureAlgorithm: isSelfSigned && isRSA ? .sha256WithRSAEncryption : .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                KeyUsage(digitalSignature: true, keyEncipherment: isRSA)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: isSelfSigned ? leafKey : key
        )
        let chain = isSelfSigned ? [leaf] : [leaf, root]
        return Identity(
            certificatePEM: try chain.map { try $0.serializeAsPEM().pemString + "\n" }.joined(),
            keyPEM: keyPEM
        )
    }
}

extension GeneralName {
    /// 127.0.0.1.
    static var loopback: GeneralName {
        .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))
    }
}
