import FakePhone
import Synchronization

/// Time that passes only while somebody sleeps, and then at once.
final class VirtualTime: Sendable {
    private let moment = Mutex(Duration.zero)
    private let onSleep = Mutex<@Sendable () -> Void>({})

    var now: Duration { moment.withLock(\.self) }

    /// Calls `body` after each sleep, when time has moved on.
    func whenSlept(_ body: @escaping @Sendable () -> Void) {
        onSleep.withLock { $0 = body }
    }

    var phoneTime: PhoneTime {
        PhoneTime(
            now: { self.now },
            sleep: { duration in
                try Task.checkCancellation()
                self.moment.withLock { $0 += duration }
                self.onSleep.withLock(\.self)()
            }
        )
    }
}
