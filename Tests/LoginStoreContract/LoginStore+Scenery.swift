import LoginDomain
import LoginStore

/// The steps of a login, as the checks take them.
extension LoginStore {
    /// Registers a user of that number.
    func register(_ number: UInt64) async throws -> UserID {
        let identity = try Scenery.identity(number)
        return try await registerUser(
            identity,
            candidate: Scenery.user(number),
            at: Scenery.start
        ).user.id
    }

    /// Opens an attempt of that number.
    @discardableResult
    func open(
        _ number: UInt64,
        at now: Timestamp = Scenery.start,
        superseding old: UInt64? = nil,
        for request: ParkedRequest? = nil
    ) async throws -> Attempt {
        let attempt = Scenery.attempt(number, at: now, request: request)
        _ = try await openAttempt(attempt, superseding: old.map { Scenery.cookie($0) }, at: now)
        return attempt
    }

    /// The attempt of that number, as its row is.
    func row(_ number: UInt64) async throws -> Attempt {
        try require(try await attempt(.cookie(Scenery.cookie(number))))
    }

    /// A phone of that user scans; phone and nonce have the user's number.
    @discardableResult
    func scan(
        _ number: UInt64,
        by user: UInt64,
        nonce: UInt64? = nil,
        at now: Timestamp = Scenery.at(10_000)
    ) async throws -> AttemptUpdate<Attempt.ScanOutcome> {
        let nonce = nonce ?? user
        return try require(
            try await updateAttempt(.scene(Scenery.scene(number))) {
                $0.scan(
                    by: Scenery.user(user),
                    phone: Scenery.phone(user),
                    nonce: Scenery.nonce(nonce),
                    at: now,
                    policy: Scenery.policy
                )
            }
        )
    }

    @discardableResult
    func confirm(
        _ number: UInt64,
        by user: UInt64,
        at now: Timestamp = Scenery.at(12_000)
    ) async throws -> AttemptUpdate<Attempt.ConfirmOutcome> {
        try require(
            try await updateAttempt(.scene(Scenery.scene(number))) {
                $0.confirm(
                    phone: Scenery.phone(user),
                    nonce: Scenery.nonce(user),
                    at: now,
                    policy: Scenery.policy
                )
            }
        )
    }

    /// Completes the attempt of that number into the session of the same number.
    @discardableResult
    func redeem(
        _ number: UInt64,
        session: UInt64? = nil,
        ending old: UInt64? = nil,
        at now: Timestamp = Scenery.at(13_000)
    ) async throws -> AttemptUpdate<Attempt.RedeemOutcome> {
        try require(
            try await redeemAttempt(
                .cookie(Scenery.cookie(number)),
                as: Scenery.login(number, session: session),
                ending: old.map { Scenery.session($0) },
                at: now
            )
        )
    }

    /// Logs a browser in: attempt, session, user and phone have that number.
    func logIn(
        _ number: UInt64,
        at now: Timestamp = Scenery.start,
        for request: ParkedRequest? = nil
    ) async throws {
        _ = try await register(number)
        try await open(number, at: now, for: request)
        try await scan(number, by: number, at: now + .seconds(1))
        try await confirm(number, by: number, at: now + .seconds(2))
        try await redeem(number, at: now + .seconds(3))
    }

    /// Brings the attempt of that number to an end.
    @discardableResult
    func cancel(_ number: UInt64, at now: Timestamp = Scenery.at(1000)) async throws -> Attempt {
        try require(
            try await updateAttempt(.cookie(Scenery.cookie(number))) {
                $0.cancelByBrowser(at: now)
            }
        ).attempt
    }
}
