/// A browser's login.
package struct BrowserSession: Sendable, Equatable {
    package var cookie: SecretDigest
    package var user: UserID
    package var createdAt: Timestamp
    /// When the browser last showed it; the idle limit counts from here.
    package var seenAt: Timestamp

    package init(cookie: SecretDigest, user: UserID, createdAt: Timestamp, seenAt: Timestamp) {
        self.cookie = cookie
        self.user = user
        self.createdAt = createdAt
        self.seenAt = seenAt
    }

    /// When it ends if nobody shows it again: the idle limit or the absolute one.
    package func endsAt(_ policy: LoginPolicy) -> Timestamp {
        min(seenAt + policy.sessionIdle, createdAt + policy.session)
    }

    package func isLive(at now: Timestamp, _ policy: LoginPolicy) -> Bool {
        now < endsAt(policy)
    }
}
