internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import LoginDomain

/// A private key that signs ID tokens.
///
/// It prints its kid and nothing else.
package struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    package enum Algorithm: String, Sendable, CaseIterable {
        /// RSASSA-PKCS1-v1_5 with SHA-256: the one that every client knows (Core section 15.1).
        case rs256 = "RS256"
        case es256 = "ES256"
    }

    /// Why a key cannot be used.
    package enum Flaw: Error, Sendable, Equatable {
        /// No private key in PEM, or one of another kind.
        case unreadable
        /// RSA with fewer than `rsaBitsMin` bits.
        case tooShort
    }

    /// ASVS 11.2.3: as strong as 128 bits.
    package static let rsaBitsMin = 3072

    private enum Secret: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case ec(P256.Signing.PrivateKey)
    }

    package let publicKey: PublicKey
    private let secret: Secret

    /// Reads a PEM file's text: RSA or P-256, PKCS #1, PKCS #8 or SEC 1.
    package init(pem: String) throws(Flaw) {
        if let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) {
            guard key.keySizeInBits >= Self.rsaBitsMin else { throw .tooShort }
            secret = .rsa(key)
            publicKey = try PublicKey(key.publicKey)
        } else if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            secret = .ec(key)
            publicKey = PublicKey(key.publicKey)
        } else {
            throw .unreadable
        }
    }

    /// The key's name: the thumbprint of its public half (RFC 7638), so two keys never share one.
    package var kid: String { publicKey.kid }
    package var algorithm: Algorithm { publicKey.algorithm }

    package var description: String { "key \(kid)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// A compact JWS over a payload (RFC 7515 section 3.1), named by its algorithm and its key.
    package func sign(_ payload: [UInt8]) -> String {
        let header = #"{"alg":"\#(algorithm.rawValue)","kid":"\#(kid)","typ":"JWT"}"#
        let input = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(payload))"
        return "\(input).\(Base64URL.encode(signature(of: Array(input.utf8))))"
    }

    private func signature(of bytes: [UInt8]) -> [UInt8] {
        do {
            switch secret {
            case .rsa(let key):
                return Array(
                    try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
                        .rawRepresentation
                )
            case .ec(let key):
                return Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
            }
        } catch {
            preconditionFailure("a key that was read can sign")
        }
    }
}

/// The half of a signing key that everybody may have.
package struct PublicKey: Sendable {
    package let kid: String
    package let algorithm: SigningKey.Algorithm
    /// The members of its JWK (RFC 7517, 7518 section 6), without those about its use.
    let members: [String: String]
    private let check: @Sendable (_ signature: [UInt8], _ bytes: [UInt8]) -> Bool

    /// Reads the PEM of an RSA public key, of any length.
    package init(pem: String) throws(SigningKey.Flaw) {
        guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else {
            throw .unreadable
        }
        try self.init(key)
    }

    init(_ key: _RSA.Signing.PublicKey) throws(SigningKey.Flaw) {
        guard let numbers = try? key.getKeyPrimitives() else { throw .unreadable }
        let members = [
            "e": Base64URL.encode(Array(numbers.publicExponent)), "kty": "RSA",
            "n": Base64URL.encode(Array(numbers.modulus)),
        ]
        self.init(.rs256, members) { signature, bytes in
            key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: Data(signature)),
                for: SHA256.hash(data: bytes),
                padding: .insecurePKCS1v1_5
            )
        }
    }

    init(_ key: P256.Signing.PublicKey) {
        // The two coordinates, 32 bytes each.
        let point = Array(key.rawRepresentation)
        let members = [
            "crv": "P-256", "kty": "EC", "x": Base64URL.encode(Array(point.prefix(32))),
            "y": Base64URL.encode(Array(point.suffix(32))),
        ]
        self.init(.es256, members) { signature, bytes in
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: bytes))
        }
    }

    private init(
        _ algorithm: SigningKey.Algorithm,
        _ members: [String: String],
        _ check: @escaping @Sendable ([UInt8], [UInt8]) -> Bool
    ) {
        self.algorithm = algorithm
        self.members = members
        self.check = check
        // RFC 7638: the required members alone, sorted, without white space.
        let text = members.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }
        let digest = SHA256.hash(data: Array("{\(text.joined(separator: ","))}".utf8))
        kid = Base64URL.encode(Array(digest))
    }

    /// Whether a signature over bytes was made with this key's other half.
    func isValid(_ signature: [UInt8], for bytes: [UInt8]) -> Bool { check(signature, bytes) }
}
