import Crypto
import CryptoExtras
package import LoginDomain
import LoginService
import LoginStore
package import OpenIDConnect

/// Signing keys of the tests, made once: RSA takes its time.
///
/// Sealed is their PEM itself.
package enum TestKeys {
    package static let rsa: String =
        (try? _RSA.Signing.PrivateKey(keySize: .bits3072).pemRepresentation) ?? ""
    package static let otherRSA: String =
        (try? _RSA.Signing.PrivateKey(keySize: .bits3072).pemRepresentation) ?? ""
    package static let ec: String = P256.Signing.PrivateKey().pemRepresentation

    package static func row(
        _ pem: String = rsa,
        publishedAt: Timestamp = Timestamp(milliseconds: 0)
    ) throws -> SealedKey {
        SealedKey(
            kid: try SigningKey(pem: pem).kid,
            publishedAt: publishedAt,
            sealed: Array(pem.utf8)
        )
    }

    /// Opens them.
    package struct Opener: KeyOpener {
        package init() {}

        package func open(_ key: SealedKey) throws -> SigningKey {
            try SigningKey(pem: String(decoding: key.sealed, as: UTF8.self))
        }
    }
}
