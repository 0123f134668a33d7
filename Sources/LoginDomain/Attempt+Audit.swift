extension Attempt {
    /// Runs a change and notes what has become of the attempt, for the audit log.
    ///
    /// A store writes the notes in the same step as the change. When the change says who did it in
    /// another way, such as an expiry in the middle of a scan, the note names nobody.
    package mutating func noting<Outcome>(
        by actor: AuditActor = .nobody,
        at now: Timestamp,
        _ change: (inout Attempt) -> Outcome
    ) -> Outcome {
        let before = state
        let outcome = change(&self)
        if let entry = entry(since: before, by: actor, at: now) { notes.append(entry) }
        return outcome
    }

    /// Notes that it was opened, from its own browser.
    package mutating func noteOpening() {
        notes.append(
            AuditEntry(
                at: createdAt,
                code: supportCode,
                what: .opened,
                actor: AuditActor(browser)
            )
        )
    }

    private func entry(since before: State, by actor: AuditActor, at now: Timestamp) -> AuditEntry?
    {
        var actor = actor
        let what: AuditEntry.What
        switch (before, state) {
        case (.scanned(let old), .scanned(let new)) where old.nonce != new.nonce:
            what = .rescanned
        case (.created, .created), (.scanned, .scanned), (.confirmed, .confirmed),
            (.redeemed, .redeemed), (.cancelled, .cancelled), (.expired, .expired),
            (.superseded, .superseded):
            return nil
        case (_, .created):
            return nil
        case (_, .scanned):
            what = .scanned
        case (_, .confirmed):
            what = .confirmed
        case (_, .redeemed(let user)):
            what = .completed
            actor = AuditActor(browser, user: user)
        case (_, .cancelled):
            // A phone that may cancel is known; a browser is known by its cookie alone.
            what = actor.user == nil ? .cancelledByBrowser : .cancelledByPhone
            if actor.user == nil { actor = AuditActor(browser) }
        case (_, .expired):
            what = .expired
            actor = .nobody
        case (_, .superseded):
            what = .superseded
            actor = .nobody
        }
        return AuditEntry(at: now, code: supportCode, what: what, actor: actor)
    }

    /// Why a phone's request could do nothing here, now that it has been tried.
    ///
    /// `nonce` is nil for a scan, which brings none.
    package func refusalReason(
        user: UserID,
        phone: SecretDigest,
        nonce: SecretDigest?
    ) -> AuditEntry.Reason {
        switch state {
        case .created: .notScanned
        case .redeemed: .redeemed
        case .cancelled: .cancelled
        case .expired: .expired
        case .superseded: .superseded
        case .scanned(let scan), .confirmed(let scan):
            if scan.owner != user {
                .anotherUser
            } else if let nonce, scan.nonce != nonce {
                .foreignNonce
            } else if scan.phone != phone {
                .anotherPhone
            } else {
                .alreadyConfirmed
            }
        }
    }
}
