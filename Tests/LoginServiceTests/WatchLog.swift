import LoginDomain
import LoginService
import Synchronization
import TestSupport

/// Keeps what a watcher heard, in order, and lets a test wait for it.
final class WatchLog: Sendable {
    private let heardSignals = Mutex<[WatchSignal]>([])
    private let changes = Watchpoint()

    /// What to register; the log hears through it.
    var sink: WatchSink { { [self] in hear($0) } }

    var signals: [WatchSignal] { heardSignals.withLock { $0 } }

    /// The states among them.
    var states: [AttemptView.PublicState] {
        signals.compactMap { signal in
            if case .state(let view) = signal { view.state } else { nil }
        }
    }

    /// Returns once so many signals have been heard.
    func heard(atLeast count: Int) async {
        await changes.wait { [self] in signals.count >= count }
    }

    private func hear(_ signal: WatchSignal) {
        heardSignals.withLock { $0.append(signal) }
        changes.changed()
    }
}

/// A browser that watches: registered first, and then told the present state.
struct Watching: Sendable {
    let first: AttemptView
    let ticket: WatchTicket
    let log: WatchLog
}

extension LoginHouse {
    /// Watches as a socket does.
    func watch(_ opened: OpenedAttempt) async throws -> Watching {
        let log = WatchLog()
        let id = try await service.attemptID(opened.cookie)
        let ticket = service.watchers.add(id, log.sink)
        return Watching(first: try await view(opened), ticket: ticket, log: log)
    }

    func view(_ opened: OpenedAttempt) async throws -> AttemptView {
        try await service.view(opened.cookie)
    }

    func state(_ opened: OpenedAttempt) async throws -> AttemptView.PublicState {
        try await view(opened).state
    }

    /// Opens, scans, confirms and collects; gives the login and the attempt.
    func logIn(
        _ person: String,
        run: Int = 1,
        ending old: SessionCookie? = nil
    ) async throws -> CompletedLogin {
        let opened = try await open()
        try await confirm(opened, by: phone(person, run: run))
        return try await service.complete(opened.cookie, ending: old)
    }
}
