import Crypto
import FoundationEssentials
package import MockWeChatWorld
import NIOSSL
import SwiftASN1
import X509

/// A certificate for WeChat's name, and the certificate authority that callers have to trust.
package struct MockCertificate: Sendable {
    /// The authority's certificate, as callers load it.
    package let authorityPEM: String
    /// The authority's key; whoever has it can be any host to those who trust the authority.
    package let authorityKeyPEM: String
    private let chain: [Certificate]
    private let key: P256.Signing.PrivateKey

    /// Makes a certificate, and an authority to sign it unless one is given.
    ///
    /// - Parameters:
    ///   - authority: The PEM texts of a certificate and its key, from an earlier run.
    ///   - hosts: Names and addresses beside `api.weixin.qq.com` and this machine's own.
    ///   - moment: The machine's time. Callers judge the certificate by their own clock, so the mock's
    ///     clock has no say in it.
    /// - Throws: When the PEM texts cannot be read.
    package init(
        authority: (certificate: String, key: String)? = nil,
        hosts: [String] = [],
        now moment: Moment
    ) throws {
        let now = Date(timeIntervalSince1970: TimeInterval(moment.seconds))
        let root: Certificate
        let rootKey: P256.Signing.PrivateKey
        if let authority {
            root = try Certificate(pemEncoded: authority.certificate)
            rootKey = try P256.Signing.PrivateKey(pemRepresentation: authority.key)
        } else {
            rootKey = P256.Signing.PrivateKey()
            root = try Self.root(rootKey, now: now)
        }
        key = P256.Signing.PrivateKey()
        let leaf = try Self.leaf(key, hosts: hosts, root: root, rootKey: rootKey, now: now)
        chain = [leaf, root]
        authorityPEM = try root.serializeAsPEM().pemString + "\n"
        authorityKeyPEM = rootKey.pemRepresentation + "\n"
    }

    /// What NIOSSL needs to speak TLS with it.
    func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try chain.map { certificate in
                var serializer = DER.Serializer()
                try certificate.serialize(into: &serializer)
                return .certificate(
                    try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
                )
            },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)
            )
        )
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }

    private static func name(_ common: String) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName("mock-wechat, for testing only")
            CommonName(common)
        }
    }

    private static func root(
        _ key: P256.Signing.PrivateKey,
        now: Date
    ) throws -> Certificate {
        let name = try name("mock-wechat test authority")
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-day),
            notValidAfter: now.addingTimeInterval(3650 * day),
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    private static func leaf(
        _ key: P256.Signing.PrivateKey,
        hosts: [String],
        root: Certificate,
        rootKey: P256.Signing.PrivateKey,
        now: Date
    ) throws -> Certificate {
        var names: [GeneralName] = [.dnsName(WeChatHost.name), .dnsName("localhost")]
        names.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])))
        for host in hosts {
            if let address = IPv4Octets(host) {
                names.append(.ipAddress(ASN1OctetString(contentBytes: address.octets[...])))
            } else if !host.contains(":") {
                names.append(.dnsName(host))
            }
        }
        return try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-day),
            // Some clients refuse leaves that are valid for more than 398 days.
            notValidAfter: now.addingTimeInterval(397 * day),
            issuer: root.subject,
            subject: try name(WeChatHost.name),
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                KeyUsage(digitalSignature: true)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: root.publicKey).keyIdentifier
                )
            },
            issuerPrivateKey: Certificate.PrivateKey(rootKey)
        )
    }

    private static let day: TimeInterval = 86_400
}

/// The four numbers of an IPv4 address.
private struct IPv4Octets {
    let octets: [UInt8]

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        guard parts.count == 4, numbers.count == 4 else { return nil }
        octets = numbers
    }
}
