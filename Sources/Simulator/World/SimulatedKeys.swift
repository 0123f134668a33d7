import LoginDomain
import LoginService
import OpenIDConnect

/// The keys that sign what websites are told.
///
/// Sealed is their PEM itself.
enum SimulatedKeys {
    /// Where all nodes answer.
    static let host = "login.example.com"

    /// Opens them.
    struct Opener: KeyOpener {
        func open(_ key: SealedKey) throws -> SigningKey {
            try SigningKey(pem: String(decoding: key.sealed, as: UTF8.self))
        }
    }
}
