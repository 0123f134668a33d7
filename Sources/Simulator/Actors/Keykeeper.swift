import LoginDomain
import LoginStore
import OpenIDConnect

/// An operator who looks after the signing keys by hand, as `login-server keys` does, while nodes run.
struct Keykeeper: Sendable {
    let stage: Stage

    /// Publishes a key, which signs when it has been published for a day; not while one waits.
    func rotate() async {
        guard let rows = try? await stage.rows.signingKeys() else { return }
        let now = stage.wallClock
        guard KeyRing(of: rows).successor(at: now) == nil else { return }
        stage.coverage.reach("operator: a key is published")
        await publish(at: now)
    }

    /// Revokes the key that signs, and those before it; where there is no other, the new one comes first.
    func revoke() async {
        guard let rows = try? await stage.rows.signingKeys() else { return }
        let now = stage.wallClock
        let ring = KeyRing(of: rows)
        guard let signer = ring.signer(at: now) else { return }
        let leaving = ring.leaving(with: signer.kid, at: now)
        if rows.allSatisfy({ leaving.contains($0.kid) }) { await publish(at: now) }
        stage.coverage.reach("operator: a key is revoked")
        for kid in leaving {
            if stage.plant != .revokedKeyLives { _ = try? await stage.rows.removeSigningKey(kid) }
            stage.note("key \(kid.short) is revoked", kid.mark)
        }
        stage.model.revoked(leaving)
    }

    private func publish(at now: Timestamp) async {
        let key = stage.roll {
            SimulatedKeys.draw(publishedAt: now.milliseconds, using: &$0)
        }
        guard let key else { return }
        try? await stage.rows.addSigningKey(key)
        stage.note("key \(key.kid.short) is published", key.kid.mark)
    }
}
