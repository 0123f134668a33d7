import Crypto
import CryptoExtras
import LoginDomain
import OpenIDConnect

/// Keys of the tests, made once: RSA takes its time.
enum Keys {
    static let raw = try? _RSA.Signing.PrivateKey(keySize: .bits3072)
    static let rsa = raw.flatMap { try? SigningKey(pem: $0.pemRepresentation) }
    static let foreign = (try? _RSA.Signing.PrivateKey(keySize: .bits3072))
        .flatMap { try? SigningKey(pem: $0.pemRepresentation) }
    static let short = (try? _RSA.Signing.PrivateKey(keySize: .bits2048))?.pemRepresentation
    static let ec = try? SigningKey(pem: P256.Signing.PrivateKey().pemRepresentation)
}
