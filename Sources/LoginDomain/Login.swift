/// One login that happened, as its user sees it in the list of recent ones.
package struct Login: Sendable, Equatable {
    package var id: LoginID
    package var client: ClientCard
    /// The browser, as the server saw it when the attempt began.
    package var browser: BrowserFacts
    package var at: Timestamp
    /// The session it made; nil once that has ended.
    package var session: BrowserSession?
    /// Until when a website may go on with its refresh tokens, whatever became of the session; nil for
    /// none.
    package var refreshableUntil: Timestamp?

    package init(
        id: LoginID,
        client: ClientCard,
        browser: BrowserFacts,
        at: Timestamp,
        session: BrowserSession?,
        refreshableUntil: Timestamp? = nil
    ) {
        self.id = id
        self.client = client
        self.browser = browser
        self.at = at
        self.session = session
        self.refreshableUntil = refreshableUntil
    }

    /// Whether anything of it still opens anything.
    package func isLive(at now: Timestamp, _ policy: LoginPolicy) -> Bool {
        if let session, session.isLive(at: now, policy) { return true }
        return refreshableUntil.map { now < $0 } ?? false
    }

    /// How many logins of one user are remembered; the oldest make room.
    package static let perUserMax = 50
}

/// A login about to happen: what its row begins with.
package struct NewLogin: Sendable, Equatable {
    package var id: LoginID
    /// The digest of the session's cookie.
    package var session: SecretDigest
    package var client: ClientCard

    package init(id: LoginID, session: SecretDigest, client: ClientCard) {
        self.id = id
        self.session = session
        self.client = client
    }
}

/// Which website a login is for, as the phone's owner is told.
package struct ClientCard: Sendable, Equatable {
    package var name: String
    package var host: String

    package init(name: String, host: String) {
        self.name = name
        self.host = host
    }
}

/// Names a login to its own user, who may end it by that name.
package struct LoginID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = Base64URL.encode(randomBytes(12, using: &dice))
    }

    /// Takes an id from a peer or a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.utf8.count == 16, Base64URL.isAlphabet(text) else { return nil }
        self.text = text
    }

    package var description: String { text }
}
