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
        /// Published no more: nothing that it signed is alive. A hint that it signed is still ours.
        case withdrawn
        case gone
    }

    /// How long a key is published before it signs.
    package static let lead: Duration = .seconds(24 * 3600)
    /// How long a key signs before another one does.
    package static let period: Duration = .seconds(90 * 24 * 3600)
    /// How long a key stays published after its last signature: an ID token's ten minutes, the hour
    /// that the set may be kept, and an hour for clocks that disagree.
    package static let retirement: Duration = .seconds(600 + JWKSet.maxAgeSeconds + 3600)

    /// How long a withdrawn key is kept: websites send an ID token back as a hint when their own session
    /// ends, however old it is (Core section 3.1.2.1, RP-Initiated Logout section 2).
    package static let memory: Duration = period
    /// How many are kept: withdrawn keys over this go, the oldest first.
    package static let keptMax = 16

    /// The oldest first.
    package let entries: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries.sorted { ($0.publishedAt, $0.kid) < ($1.publishedAt, $1.kid) }
    }

    /// The ring of what is stored, opened or not.
    package init(of rows: [SealedKey]) {
        self.init(rows.map { Entry(kid: $0.kid, publishedAt: $0.publishedAt) })
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
        if now < successor + Self.retirement { return .retired }
        return now < successor + Self.retirement + Self.memory ? .withdrawn : .gone
    }

    /// Those that clients are told of, the signing one first.
    package func published(at now: Timestamp) -> [String] {
        let known = entries.map { ($0.kid, state(of: $0.kid, at: now)) }
        return [State.signing, .next, .retired].flatMap { state in
            known.filter { $0.1 == state }.map(\.0)
        }
    }

    /// The key that is published and does not sign yet, and when it will.
    ///
    /// The youngest, where there are more.
    package func successor(at now: Timestamp) -> (kid: String, signsAt: Timestamp)? {
        guard let last = entries.last, state(of: last.kid, at: now) == .next else { return nil }
        return (last.kid, last.publishedAt + Self.lead)
    }

    /// Whether it is time to publish a successor.
    package func isRotationDue(at now: Timestamp) -> Bool {
        guard let signer = signer(at: now), entries.last == signer else { return entries.isEmpty }
        // The first key of all has signed since it was published.
        let since = entries.first == signer ? signer.publishedAt : signer.publishedAt + Self.lead
        return now + Self.lead >= since + Self.period
    }

    /// What must go when a key is revoked: of the one that signs, also all that signed before it, or the
    /// last of those would sign again, which clients hold no longer, and which may be of a kind that was
    /// given up.
    package func leaving(with kid: String, at now: Timestamp) -> [String] {
        guard state(of: kid, at: now) == .signing,
            let place = entries.firstIndex(where: { $0.kid == kid })
        else { return [kid] }
        return entries.prefix(through: place).map(\.kid)
    }

    /// Keys whose rows can go, the oldest first.
    package func forgettable(at now: Timestamp) -> [String] {
        let states = entries.map { state(of: $0.kid, at: now) }
        let gone = states.count { $0 == .gone }
        let withdrawn = states.count { $0 == .withdrawn }
        let surplus = min(withdrawn, max(0, entries.count - gone - Self.keptMax))
        return entries.prefix(gone + surplus).map(\.kid)
    }
}
