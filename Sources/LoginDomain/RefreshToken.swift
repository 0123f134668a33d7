/// What a website exchanges for new tokens, each time for another one of its family.
///
/// It has two halves, both random: the first is the family's and stays, the second is new each time. So
/// a token of long ago still names its family, which its second coming ends (T18), and no used token
/// need be kept for that. Whoever knows only the first half can end a family and open nothing.
package struct RefreshToken: Sendable, CustomStringConvertible, CustomReflectable {
    package let family: Secret<Secrets.RefreshFamily>
    package let turn: Secret<Secrets.RefreshTurn>

    /// The token itself, for the one place that hands it to its owner.
    package var exposed: String { family.exposed + turn.exposed }

    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The first of a new family.
    package init(using dice: inout some RandomNumberGenerator) {
        family = Secret(using: &dice)
        turn = Secret(using: &dice)
    }

    /// The next one of the same family.
    package func next(using dice: inout some RandomNumberGenerator) -> RefreshToken {
        RefreshToken(family: family, turn: Secret(using: &dice))
    }

    /// Takes what a website presented; nil unless it has the shape of one.
    package init?(presented text: String) {
        // 18 bytes are 24 characters.
        guard let family = Secret<Secrets.RefreshFamily>(presented: text.prefix(24)),
            let turn = Secret<Secrets.RefreshTurn>(presented: text.dropFirst(24))
        else { return nil }
        self.init(family: family, turn: turn)
    }

    private init(family: Secret<Secrets.RefreshFamily>, turn: Secret<Secrets.RefreshTurn>) {
        self.family = family
        self.turn = turn
    }
}

/// The refresh tokens of one grant, of which one is good at a time.
package struct RefreshFamily: Sendable, Equatable {
    /// The digest of the half that all of them share.
    package let name: SecretDigest
    /// The digest of the other half of the one that is good.
    package internal(set) var newest: SecretDigest
    /// The one that was exchanged last.
    package internal(set) var exchanged: Exchanged?
    /// When all of them end, however often they were exchanged.
    package let expiresAt: Timestamp
    /// What the newest access token is for: those of the grant, or fewer.
    package internal(set) var scopes: [OpenIDScope]

    package struct Exchanged: Sendable, Equatable {
        package var turn: SecretDigest
        package var at: Timestamp

        package init(turn: SecretDigest, at: Timestamp) {
            self.turn = turn
            self.at = at
        }
    }

    package init(
        name: SecretDigest,
        newest: SecretDigest,
        exchanged: Exchanged? = nil,
        expiresAt: Timestamp,
        scopes: [OpenIDScope]
    ) {
        self.name = name
        self.newest = newest
        self.exchanged = exchanged
        self.expiresAt = expiresAt
        self.scopes = scopes
    }

    /// How long the token that was exchanged last may come again: its answer got lost, and the website
    /// asks once more (RFC 9700 section 4.14.2 leaves it to us).
    package static let grace: Duration = .seconds(30)
}
