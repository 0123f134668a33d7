import Logging
package import LoginDomain
import LoginStore
package import OpenIDConnect
import Synchronization

/// What the use cases need to speak OpenID Connect.
package struct OpenIDProvider: Sendable {
    /// Our own name: the configured origin (T25).
    package var issuer: String
    package var opener: any KeyOpener
    /// Makes keys when their time has come; nil where somebody else sees to that.
    package var maker: (any KeyMaker)?

    package init(issuer: String, opener: any KeyOpener, maker: (any KeyMaker)? = nil) {
        self.issuer = issuer
        self.opener = opener
        self.maker = maker
    }
}

/// Opens signing keys that are stored sealed, and names logins to pairwise websites.
///
/// The program gives the one that has the key file.
package protocol KeyOpener: Sendable {
    var loginSeal: LoginSeal { get }

    /// - Throws: when it was sealed under another key, or changed since.
    func open(_ key: SealedKey) throws -> SigningKey
}

/// The signing keys, opened, and when the store was last asked for them.
struct SigningKeys: Sendable {
    var opened: [String: SigningKey] = [:]
    var ring = KeyRing([])
    var readAt: Timestamp?

    /// How old a look at the store may be: what an operator does to the keys is in force this soon.
    static let readEvery: Duration = .seconds(2)
}

extension LoginService {
    /// The keys as they are stored now, or were two seconds ago.
    func signingKeys(at now: Timestamp) async throws(LoginRefusal) -> SigningKeys {
        let known = keys.withLock { $0 }
        if let readAt = known.readAt, now.since(readAt) < SigningKeys.readEvery { return known }
        let rows = try await stored { () async throws(LoginStoreError) in
            try await store.signingKeys()
        }
        var fresh = SigningKeys()
        fresh.readAt = now
        for row in rows {
            do {
                fresh.opened[row.kid] = try known.opened[row.kid] ?? openID.opener.open(row)
            } catch {
                // The others still work; without any, nobody gets a token.
                logger.error("signing key cannot be opened", metadata: ["kid": "\(row.kid)"])
            }
        }
        fresh.ring = KeyRing(of: rows.filter { fresh.opened[$0.kid] != nil })
        let read = fresh
        keys.withLock { $0 = read }
        return read
    }

    /// The public keys that clients may find, the signing one first.
    package func publishedKeys() async throws(LoginRefusal) -> [PublicKey] {
        let now = time.now()
        let keys = try await signingKeys(at: now)
        return keys.ring.published(at: now).compactMap { keys.opened[$0]?.publicKey }
    }

    /// The key that signs now.
    func signer(at now: Timestamp) async throws(LoginRefusal) -> SigningKey {
        let keys = try await signingKeys(at: now)
        guard let signer = keys.ring.signer(at: now), let key = keys.opened[signer.kid] else {
            throw storeFailure("no signing key")
        }
        return key
    }
}
