import GRDB
import LoginStore
import Synchronization

/// Lets those who wait behind a write that waited in vain for another process's lock fail with it
/// (T43).
///
/// Writes stand in one queue. Without this each would wait its own two seconds for the lock, and the
/// tenth would be told after twenty.
final class BusyTurns: Sendable {
    /// How many writes have waited in vain.
    private let failures = Mutex(0)

    /// Taken when a write joins the queue.
    func ticket() -> Int { failures.withLock { $0 } }

    /// Asked when its turn comes.
    ///
    /// - Throws: when one before it has waited in vain since it joined.
    func begin(_ ticket: Int) throws(LoginStoreError) {
        guard failures.withLock({ $0 }) == ticket else {
            throw .unavailable("another process holds the database")
        }
    }

    /// Told of every write that failed.
    func note(_ error: any Error) {
        guard let error = error as? DatabaseError, error.resultCode == .SQLITE_BUSY else { return }
        failures.withLock { $0 += 1 }
    }
}
