import Logging
package import LoginDomain
import LoginStore
package import OpenIDConnect
import Synchronization

/// Makes signing keys.
///
/// The program gives one: randomness comes from there.
package protocol KeyMaker: Sendable {
    /// Makes a key and seals it.
    ///
    /// RSA takes its time: up to a second.
    func make(_ algorithm: SigningKey.Algorithm, at now: Timestamp) throws -> SealedKey
}

extension LoginService {
    /// How often it is looked whether a successor must be published: days before anything is late.
    package static let keysLookedAtEvery = Duration.seconds(3600)

    /// Whether this server makes its own signing keys.
    package var keepsKeys: Bool { openID.maker != nil }

    /// Looks after the signing keys until the task is cancelled.
    package func runKeyKeeper() async {
        while !Task.isCancelled {
            do {
                try await keepKeys()
            } catch {
                // It is logged, and tried again at the next turn.
            }
            do {
                try await time.sleep(for: Self.keysLookedAtEvery)
            } catch {
                break
            }
        }
    }

    /// Publishes a key where there is none, and a successor when its time has come; forgets those of
    /// which nothing is alive (T22).
    ///
    /// The successor is of the kind of the youngest one.
    package func keepKeys() async throws(LoginRefusal) {
        guard let maker = openID.maker else { return }
        let now = time.now()
        let rows = try await stored { () async throws(LoginStoreError) in
            try await store.signingKeys()
        }
        let ring = KeyRing(of: rows)
        for kid in ring.forgettable(at: now) {
            _ = try await stored { () async throws(LoginStoreError) in
                try await store.removeSigningKey(kid)
            }
            logger.notice("signing key forgotten", metadata: ["kid": "\(kid)"])
        }
        guard ring.isRotationDue(at: now) else { return }
        let youngest = rows.last.flatMap { try? openID.opener.open($0) }
        let key: SealedKey
        do {
            key = try maker.make(youngest?.algorithm ?? .rs256, at: now)
        } catch {
            throw storeFailure("no signing key can be made: \(type(of: error))")
        }
        try await stored { () async throws(LoginStoreError) in
            try await store.addSigningKey(key)
        }
        // It is published at once, and not only in two seconds.
        keys.withLock { $0.readAt = nil }
        logger.notice("signing key published", metadata: ["kid": "\(key.kid)"])
    }
}
