import Logging
package import LoginDomain
import LoginStore
import Synchronization

extension LoginService {
    /// Changes an attempt by a pure function that may run twice; what becomes of it is written into
    /// the audit log in the same step, with who did it.
    func update<Outcome: Sendable>(
        _ key: AttemptKey,
        by actor: AuditActor,
        at now: Timestamp,
        _ change: @escaping @Sendable (inout Attempt) -> Outcome
    ) async throws(LoginRefusal) -> AttemptUpdate<Outcome>? {
        try await stored { () async throws(LoginStoreError) in
            try await store.updateAttempt(key) { $0.noting(by: actor, at: now, change) }
        }
    }

    /// Notes that a phone was refused; written down a little later.
    func noteRefusal(
        _ what: AuditEntry.What,
        of attempt: Attempt?,
        reason: AuditEntry.Reason,
        by actor: AuditActor,
        at now: Timestamp
    ) {
        let entry = AuditEntry(
            at: now,
            code: attempt?.supportCode,
            what: what,
            reason: reason,
            actor: actor
        )
        audit.withLock { $0.add(entry) }
    }

    func noteConfirmRefusal(
        _ attempt: Attempt,
        _ reason: AuditEntry.Reason,
        by actor: AuditActor,
        at now: Timestamp
    ) {
        noteRefusal(.confirmRefused, of: attempt, reason: reason, by: actor, at: now)
    }

    /// Writes down the refusals that wait.
    ///
    /// What cannot be written is lost, and the log says how many.
    package func writeAudit() async {
        let (entries, dropped) = audit.withLock { $0.take() }
        var lost = dropped
        if !entries.isEmpty {
            do {
                try await stored { () async throws(LoginStoreError) in
                    try await store.record(entries)
                }
            } catch {
                lost += entries.count
            }
        }
        if lost > 0 {
            logger.warning("audit entries lost", metadata: ["count": "\(lost)"])
        }
    }

    /// Deletes entries of the audit log that are older than it is kept, and those over its cap.
    func forgetAudit() async throws(LoginRefusal) {
        let before = time.now() - policy.audit
        var crowded = 0
        while true {
            let forgotten = try await stored { () async throws(LoginStoreError) in
                try await store.forgetAudit(before: before, limit: Self.forgetLimit)
            }
            crowded += forgotten.crowded
            guard forgotten.aged + forgotten.crowded == Self.forgetLimit else { break }
        }
        if crowded > 0 {
            logger.warning(
                "audit log is full: its oldest entries went before their time",
                metadata: ["count": "\(crowded)", "most": "\(policy.rows.auditEntries)"]
            )
        }
    }

    /// What the browser of this cookie may show when something went wrong; nil when no attempt
    /// belongs to it, or nobody can say at the moment.
    package func supportCode(_ cookie: AttemptCookie) async -> SupportCode? {
        try? await store.attempt(.cookie(cookie.digest))?.supportCode
    }
}
