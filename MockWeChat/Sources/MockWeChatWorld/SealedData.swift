import Crypto
import CryptoExtras
import FoundationEssentials

/// Data that the phone hands over encrypted under the session_key.
///
/// WeChat page "signature and encrypted data": AES-128-CBC with PKCS#7, the key the decoded session_key.
struct SealedData: Sendable {
    /// Base64.
    let data: String
    /// Base64 of 16 bytes.
    let iv: String

    init(_ plain: [UInt8], sessionKey: String, using dice: inout Dice) {
        let ivBytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        self.init(plain, sessionKey: sessionKey, iv: ivBytes)
    }

    init(_ plain: [UInt8], sessionKey: String, iv ivBytes: [UInt8]) {
        let key = SymmetricKey(data: Base64.decode(sessionKey) ?? [])
        let sealed = try? AES._CBC.encrypt(
            plain,
            using: key,
            iv: AES._CBC.IV(ivBytes: ivBytes)
        )
        data = Base64.encode(Array(sealed ?? Data()))
        iv = Base64.encode(ivBytes)
    }

    /// Lower-case hex of the SHA-1 of the data and the session_key as text.
    static func signature(of rawData: String, sessionKey: String) -> String {
        Hex.text(Insecure.SHA1.hash(data: Array((rawData + sessionKey).utf8)))
    }
}
