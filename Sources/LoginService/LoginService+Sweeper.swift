import LoginDomain
import LoginStore

extension LoginService {
    /// How often ends are written down and told.
    ///
    /// A deadline decides by itself, at every transition; the sweeper only brings the news (T13:
    /// within a second).
    package static let sweepEvery = Duration.milliseconds(250)
    /// How often old rows are deleted.
    static let forgetEvery = Duration.seconds(60)
    /// The most that one sweep changes, so that it never holds the writer for long.
    static let sweepLimit = 100
    /// The most rows of a kind that one step of forgetting deletes: at most 5 ms of the writer's
    /// time (T34).
    package static let forgetLimit = 20

    /// Sweeps until the task is cancelled.
    ///
    /// A failing store is tried again at the next turn.
    package func runSweeper() async {
        var forgotAt = time.now()
        while !Task.isCancelled {
            await writeAudit()
            do {
                try await sweep()
                if time.now().since(forgotAt) >= Self.forgetEvery {
                    forgotAt = time.now()
                    try await forget()
                    try await forgetAudit()
                }
            } catch {
                // `stored` has logged it.
            }
            do {
                try await time.sleep(for: Self.sweepEvery)
            } catch {
                break
            }
        }
        await writeAudit()
    }

    /// Writes down and tells the ends that are due.
    package func sweep() async throws(LoginRefusal) {
        let now = time.now()
        while true {
            let expired = try await stored { () async throws(LoginStoreError) in
                try await store.expireAttempts(at: now, limit: Self.sweepLimit)
            }
            for attempt in expired { publish(attempt, at: now) }
            guard expired.count == Self.sweepLimit else { return }
        }
    }

    /// Deletes what nobody can need again.
    package func forget() async throws(LoginRefusal) {
        let now = time.now()
        let limits = ForgetLimits(
            attempts: now - policy.endedAttempt,
            expired: now,
            sessionsSeen: now - policy.sessionIdle,
            sessionsCreated: now - policy.session,
            logins: now - policy.loginHistory
        )
        // In slices, so that logins get their turn between them, but all of it: what comes in a
        // minute must go in a minute.
        while try await stored({ () async throws(LoginStoreError) in
            try await store.forget(limits, limit: Self.forgetLimit)
        }) {}
    }
}
