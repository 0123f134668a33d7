internal import Crypto
internal import Foundation
package import LoginDomain

/// Names a login to the websites of one sector so that no other sector knows it by that name: the `sid`
/// of a pairwise website.
///
/// The same login always has the same name in a sector. Only who has the key can tell which login a name
/// is of, and two names that are of one login look as unlike as any others (OpenID Connect Core section
/// 17.3). The login's id is sealed by AES-256-GCM; its nonce is a keyed hash of the id and the sector, so
/// no nonce serves twice (as RFC 5297 does it).
package struct LoginSeal: Sendable, CustomStringConvertible, CustomReflectable {
    private let sealing: SymmetricKey
    private let hashing: SymmetricKey

    private static let nonceBytesCount = 12

    /// Two keys of its own are derived from the one of a key file.
    package init(_ seal: KeySeal) {
        self.init(keyFile: seal.key)
    }

    /// Without a key file, for tests.
    package init(bytes: [UInt8]) {
        self.init(keyFile: SymmetricKey(data: bytes))
    }

    private init(keyFile: SymmetricKey) {
        func derived(_ what: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: keyFile,
                info: Array("scan-login \(what) of login names".utf8),
                outputByteCount: 32
            )
        }
        sealing = derived("sealing")
        hashing = derived("hashing")
    }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// What a login is called in a sector.
    package func name(of login: LoginID, in sector: String) -> String {
        let id = Array(login.text.utf8)
        // The id has a fixed length, so no two pairs are the same bytes.
        let hash = HMAC<SHA256>.authenticationCode(for: id + sector.utf8, using: hashing)
        guard
            let box = try? AES.GCM.seal(
                id,
                using: sealing,
                nonce: AES.GCM.Nonce(data: Array(hash).prefix(Self.nonceBytesCount)),
                authenticating: Array(sector.utf8)
            ),
            let sealed = box.combined
        else { preconditionFailure("a nonce has 12 bytes, and a key 32") }
        return Base64URL.encode(Array(sealed))
    }

    /// Which login has that name in a sector; nil for what is none.
    package func login(named name: String, in sector: String) -> LoginID? {
        guard let sealed = Base64URL.decode(name),
            let box = try? AES.GCM.SealedBox(combined: sealed),
            let id = try? AES.GCM.open(box, using: sealing, authenticating: Array(sector.utf8))
        else { return nil }
        return LoginID(text: String(decoding: id, as: UTF8.self))
    }
}
