import ArgumentParser
import Foundation
import UnixSignals

/// SIGINT and SIGTERM stop a run, and then it still ends its servers and writes its reports.
enum Interruption {
    private enum End: Sendable {
        case ofBody(Result<Void, any Error>)
        case bySignal(Int32)
        /// Nobody listens for signals any more.
        case ofListening
    }

    /// Carries out `body` and cancels it at the first signal; a second one ends the program at once.
    ///
    /// - Throws: what `body` throws; after a signal the exit code that shells expect, 128 and its number.
    static func heeded(
        _ console: Console,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                do {
                    return .ofBody(.success(try await body()))
                } catch {
                    return .ofBody(.failure(error))
                }
            }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    return .bySignal(signal == .sigint ? SIGINT : SIGTERM)
                }
                return .ofListening
            }
            var signalled: Int32?
            var outcome: Result<Void, any Error> = .success(())
            while let end = try await group.next() {
                switch end {
                case .ofBody(let result):
                    outcome = result
                case .bySignal(let number):
                    signalled = number
                    console.complain("stopped by \(number == SIGINT ? "SIGINT" : "SIGTERM")")
                    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
                case .ofListening:
                    break
                }
                group.cancelAll()
            }
            if let signalled { throw ExitCode(128 + signalled) }
            try outcome.get()
        }
    }
}
