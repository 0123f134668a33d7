import Logging
import LoginDomain
import LoginStore

/// Whether a load balancer should send browsers here.
package enum Readiness: Sendable, Equatable {
    case ready
    /// A change cannot be committed.
    case storeFails
    /// No key can sign: websites would get no tokens.
    case noSigningKey
    /// The process is about to end.
    case stopping
}

extension LoginService {
    /// Proves the store by a change that nobody sees: a full disk, a lock that stays and a file that
    /// is gone all show.
    ///
    /// WeChat is not asked: while it is away, logins that are under way still end well.
    package func readiness() async -> Readiness {
        if watchers.isClosed { return .stopping }
        let now = time.now()
        do throws(LoginStoreError) {
            _ = try await store.claimCode(
                secretDigest(of: "the readiness probe"),
                until: now,
                at: now
            )
        } catch {
            // A store that is full of something works: what has a row goes on.
            guard case .full = error else {
                logger.error("not ready", metadata: ["reason": "\(error)"])
                return .storeFails
            }
        }
        guard keepsKeys else { return .ready }
        do {
            _ = try await signer(at: now)
            return .ready
        } catch {
            return .noSigningKey
        }
    }
}
