extension Attempt {
    /// Where an attempt stands.
    package enum State: Sendable, Equatable {
        /// The code is shown and nobody has scanned it. Next: scanned, cancelled, expired,
        /// superseded.
        case created
        /// One phone has scanned and owns the attempt from now on. Next: confirmed, cancelled,
        /// expired, superseded; a rescan by the owner stays here.
        case scanned(Scan)
        /// The owner has said yes; the browser may complete. Next: redeemed, cancelled, expired,
        /// superseded.
        case confirmed(Scan)
        /// The browser is logged in. The end.
        case redeemed(UserID)
        /// The phone or the browser said no. The end.
        case cancelled
        /// Nobody came in time. The end.
        case expired
        /// The same browser asked for a newer code. The end.
        case superseded
    }

    /// A phone's scan: who owns the attempt, and what their confirm must carry.
    package struct Scan: Sendable, Equatable {
        package var owner: UserID
        /// The phone session that scanned last; only it may confirm.
        package var phone: SecretDigest
        /// The nonce of the last scan; only it confirms.
        package var nonce: SecretDigest
        /// When the first scan was.
        ///
        /// A rescan does not move it.
        package var at: Timestamp
        /// When the confirm window closes.
        package var expiresAt: Timestamp
        /// How the code was read last; nil when the phone did not say.
        package var launch: Int?
        /// What the confirm must carry and only the browser shows; nil when nothing.
        package var number: Int?

        package init(
            owner: UserID,
            phone: SecretDigest,
            nonce: SecretDigest,
            at: Timestamp,
            expiresAt: Timestamp,
            launch: Int? = nil,
            number: Int? = nil
        ) {
            self.owner = owner
            self.phone = phone
            self.nonce = nonce
            self.at = at
            self.expiresAt = expiresAt
            self.launch = launch
            self.number = number
        }
    }

    /// When the present state ends by itself; nil when it has ended.
    package var deadline: Timestamp? {
        switch state {
        case .created: sceneExpiresAt
        case .scanned(let scan): scan.expiresAt
        case .confirmed: capAt
        case .redeemed, .cancelled, .expired, .superseded: nil
        }
    }

    package var hasEnded: Bool { deadline == nil }

    /// What its browser may be told now.
    ///
    /// It counts a deadline that has passed as `expired` even before anybody wrote that down, so
    /// the answer does not depend on how busy the sweeper is.
    package func view(at now: Timestamp) -> AttemptView {
        var present = self
        _ = present.expire(at: now)
        let left = present.deadline?.secondsLeft(at: now) ?? 0
        let shown: AttemptView.PublicState =
            switch present.state {
            case .created: .created
            case .scanned: .scanned
            case .confirmed: .confirmed
            case .cancelled: .cancelled
            case .expired, .redeemed: .expired
            case .superseded: .superseded
            }
        var number: Int?
        if case .scanned(let scan) = present.state { number = scan.number }
        return AttemptView(state: shown, seq: present.seq, expiresIn: left, number: number)
    }

    // MARK: - Events

    /// Time passes.
    ///
    /// At the very instant of the deadline, expired wins (T12).
    ///
    /// - Returns: whether the state changed.
    package mutating func expire(at now: Timestamp) -> Bool {
        guard let deadline, now >= deadline else { return false }
        move(to: .expired)
        return true
    }

    /// What a scan led to.
    package enum ScanOutcome: Sendable, Equatable {
        /// The phone owns the attempt now, and may confirm until then.
        case scanned(until: Timestamp)
        /// Ended, or somebody else's.
        case unavailable
    }

    /// A phone shows the scene.
    ///
    /// The first user owns the attempt (T10). The owner may scan again, for instance after the
    /// mini-program was closed: the new nonce replaces the old one, the new reading of the code the
    /// old one, and nothing else changes; no window opens anew.
    ///
    /// `launch` is how the phone says it read the code, `number` what its confirm must carry; the
    /// number of the first scan stays, so that no rescan draws another.
    package mutating func scan(
        by owner: UserID,
        phone: SecretDigest,
        nonce: SecretDigest,
        launch: Int? = nil,
        number: Int? = nil,
        at now: Timestamp,
        policy: LoginPolicy
    ) -> ScanOutcome {
        _ = expire(at: now)
        switch state {
        case .created:
            let until = min(now + policy.confirm, capAt)
            move(
                to: .scanned(
                    Scan(
                        owner: owner,
                        phone: phone,
                        nonce: nonce,
                        at: now,
                        expiresAt: until,
                        launch: launch,
                        number: number
                    )
                )
            )
            return .scanned(until: until)
        case .scanned(let scan) where scan.owner == owner && scan.number == nil && number != nil:
            // A number that is asked for only now was never shown: the owner takes a new code.
            return .unavailable
        case .scanned(var scan) where scan.owner == owner:
            scan.phone = phone
            scan.nonce = nonce
            scan.launch = launch
            state = .scanned(scan)
            return .scanned(until: scan.expiresAt)
        case .scanned, .confirmed, .redeemed, .cancelled, .expired, .superseded:
            return .unavailable
        }
    }

    /// What a confirm led to.
    package enum ConfirmOutcome: Sendable, Equatable {
        case confirmed
        /// The same confirm again, after a lost answer: the same answer, no second event (T9).
        case repeated
        /// Sooner after the scan than a person can be; nothing changed (T11).
        case tooFast
        /// The code was not read in a way that may be confirmed; nothing changed (T4).
        case blocked
        /// The browser's number is asked for; nothing changed.
        case numberRequired
        /// Not the browser's number: that was the only guess, and the attempt is cancelled (T4).
        case wrongNumber
        /// Ended, not scanned, somebody else's, or not with the nonce of the last scan.
        case unavailable
    }

    /// The phone says yes.
    ///
    /// `number` is what its owner typed, where one was asked for; `isNumberRequired` says whether one
    /// would be asked for now; `address` is where the phone is.
    package mutating func confirm(
        phone: SecretDigest,
        nonce: SecretDigest,
        number: Int? = nil,
        isNumberRequired: Bool = false,
        from address: String? = nil,
        at now: Timestamp,
        policy: LoginPolicy
    ) -> ConfirmOutcome {
        _ = expire(at: now)
        switch state {
        case .scanned(let scan)
        where scan.isBy(phone, nonce) && scan.number == nil
            && isNumberRequired:
            // The phone has changed its network since its scan.
            return .unavailable
        case .scanned(let scan) where scan.isBy(phone, nonce):
            guard mayConfirm(launch: scan.launch, phone: address, policy) else {
                return .blocked
            }
            guard now >= scan.at + policy.confirmDelay else { return .tooFast }
            if let expected = scan.number {
                guard let number else { return .numberRequired }
                guard number == expected else {
                    move(to: .cancelled)
                    return .wrongNumber
                }
            }
            move(to: .confirmed(scan))
            return .confirmed
        case .confirmed(let scan) where scan.isBy(phone, nonce):
            return .repeated
        case .created, .scanned, .confirmed, .redeemed, .cancelled, .expired, .superseded:
            return .unavailable
        }
    }

    /// The phone says no: allowed until the browser has completed.
    ///
    /// - Returns: whether it was this phone's to cancel.
    package mutating func cancel(
        phone: SecretDigest,
        nonce: SecretDigest,
        at now: Timestamp
    ) -> Bool {
        _ = expire(at: now)
        switch state {
        case .scanned(let scan) where scan.isBy(phone, nonce),
            .confirmed(let scan) where scan.isBy(phone, nonce):
            move(to: .cancelled)
            return true
        case .created, .scanned, .confirmed, .redeemed, .cancelled, .expired, .superseded:
            return false
        }
    }

    /// What the browser's own cancel led to.
    package enum BrowserCancelOutcome: Sendable, Equatable {
        /// No login can come of this attempt any more.
        case over
        /// Too late: the login has happened.
        case alreadyCompleted
    }

    /// The browser says no.
    package mutating func cancelByBrowser(at now: Timestamp) -> BrowserCancelOutcome {
        _ = expire(at: now)
        switch state {
        case .created, .scanned, .confirmed:
            move(to: .cancelled)
            return .over
        case .cancelled, .expired, .superseded:
            return .over
        case .redeemed:
            return .alreadyCompleted
        }
    }

    /// The same browser asked for a newer code.
    ///
    /// - Returns: whether the state changed.
    package mutating func supersede(at now: Timestamp) -> Bool {
        _ = expire(at: now)
        guard !hasEnded else { return false }
        move(to: .superseded)
        return true
    }

    /// What a complete led to.
    package enum RedeemOutcome: Sendable, Equatable {
        /// The browser is this user now. Once only (T14).
        case redeemed(UserID)
        case notConfirmed
        case alreadyCompleted
    }

    /// The browser collects its login.
    package mutating func redeem(at now: Timestamp) -> RedeemOutcome {
        _ = expire(at: now)
        switch state {
        case .confirmed(let scan):
            move(to: .redeemed(scan.owner))
            return .redeemed(scan.owner)
        case .redeemed:
            return .alreadyCompleted
        case .created, .scanned, .cancelled, .expired, .superseded:
            return .notConfirmed
        }
    }

    private mutating func move(to next: State) {
        state = next
        seq += 1
    }
}

extension Attempt.Scan {
    /// Whether a phone and its nonce are those of the last scan.
    ///
    /// Both comparisons are made, so the answer's time does not say which one failed.
    func isBy(_ phone: SecretDigest, _ nonce: SecretDigest) -> Bool {
        let samePhone = self.phone == phone
        let sameNonce = self.nonce == nonce
        return samePhone && sameNonce
    }
}
