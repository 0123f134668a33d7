package import LoginDomain

/// Which key signs, which are published, which may be forgotten: decided by time alone, so that
/// every node and every restart decides the same (T22).
///
/// A key is published before it signs, long enough for every client that keeps `/jwks.json` to have
/// asked again. When its successor signs, it stays published until its last token and the last copy
/// of the old set have died.
package struct KeyRing: Sendable, Equatable {
    /// One key, by its name.
    package struct Entry: Sendable, Equatable {
        package var kid: String
        package var publishedAt: Timestamp

        package init(kid: String, publishedAt: Timestamp) {
            self.kid = kid
            self.publishedAt = publishedAt
        }
    }

    /// Where a key stands.
    package enum State: String, Sendable, CaseIterable {
        /// Published, and signs nothing yet.
        case next
        case signing
        /// Signs nothing more; what it signed can still be checked.
        case retired
        /// Nothing that it signed is alive.
        case gone
    }

    /// How long a key is published before it signs.
    package static let lead: Duration = .seconds(24 * 3600)
    /// How long a key signs before another one does.
    package static let period: Duration = .seconds(90 * 24 * 3600)
    /// How long a key stays published after its last signature: an ID token's ten minutes, the hour
    /// that the set may be kept, and an hour for clocks that disagree.
    package static let retirement: Duration = .seconds(600 + JWKSet.maxAgeSeconds + 3600)

    /// The oldest first.
    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries.sorted { ($0.publishedAt, $0.kid) < ($1.publishedAt, $1.kid) }
    }

    /// The key that signs: the youngest that was published long enough, or else, when none was, the
    /// oldest there is: at the first start and after an emergency nobody can wait.
    package func signer(at now: Timestamp) -> Entry? {
        entries.last { now >= $0.publishedAt + Self.lead } ?? entries.first
    }

    package func state(of kid: String, at now: Timestamp) -> State? {
        guard let place = entries.firstIndex(where: { $0.kid == kid }),
            let signer = signer(at: now),
            let current = entries.firstIndex(of: signer)
        else { return nil }
        if place == current { return .signing }
        if place > current { return .next }
        // The one after it took over when it had been published long enough.
        let successor = entries[place + 1].publishedAt + Self.lead
        return now < successor + Self.retirement ? .retired : .gone
    }

    /// Those that clients are told of, the signing one first.
    package func published(at now: Timestamp) -> [String] {
        let known = entries.map { ($0.kid, state(of: $0.kid, at: now)) }
        return [State.signing, .next, .retired].flatMap { state in
            known.filter { $0.1 == state }.map(\.0)
        }
    }

    /// Whether it is time to publish a successor.
    package func isRotationDue(at now: Timestamp) -> Bool {
        guard let signer = signer(at: now), entries.last == signer else { return entries.isEmpty }
        // The first key of all has signed since it was published.
        let since = entries.first == signer ? signer.publishedAt : signer.publishedAt + Self.lead
        return now + Self.lead >= since + Self.period
    }

    /// Keys whose rows can go.
    package func forgettable(at now: Timestamp) -> [String] {
        entries.map(\.kid).filter { state(of: $0, at: now) == .gone }
    }
}
