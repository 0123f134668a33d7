import Crypto
import LoginDomain
import LoginService
import OpenIDConnect
import Synchronization

/// The keys that sign what websites are told, drawn by the seed.
///
/// Sealed is their PEM itself.
enum SimulatedKeys {
    /// Where all nodes answer.
    static let host = "login.example.com"
    static let issuer = "https://\(host)"

    /// A node may go on with keys that it has read so many milliseconds ago.
    static let knownWithin: Int64 = 2000

    /// Two keys: one signs when the run begins, the other takes over within its first minute.
    static func draw(using dice: inout SplitMix64) -> [SealedKey] {
        let takesOverAt = Int64(dice.within(0...60_000))
        let published = [
            Stage.epoch - 30 * 86_400_000,
            Stage.epoch - KeyRing.lead.wholeMilliseconds + takesOverAt,
        ]
        return published.compactMap { draw(publishedAt: $0, using: &dice) }
    }

    /// One key; nil where the dice fell on no number of the curve, which is as good as never.
    static func draw(publishedAt at: Int64, using dice: inout SplitMix64) -> SealedKey? {
        let secret = randomBytes(32, using: &dice)
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: secret) else { return nil }
        let pem = key.pemRepresentation
        guard let kid = try? SigningKey(pem: pem).kid else { return nil }
        return SealedKey(
            kid: kid,
            publishedAt: Timestamp(milliseconds: at),
            sealed: Array(pem.utf8)
        )
    }

    /// Opens them, each once a run.
    final class Opener: KeyOpener {
        let loginSeal = LoginSeal(bytes: Array(repeating: 1, count: KeySeal.bytesCount))
        private let opened = Mutex<[String: SigningKey]>([:])

        func open(_ key: SealedKey) throws -> SigningKey {
            try opened.withLock { opened in
                if let known = opened[key.kid] { return known }
                let fresh = try SigningKey(pem: String(decoding: key.sealed, as: UTF8.self))
                opened[key.kid] = fresh
                return fresh
            }
        }
    }
}
