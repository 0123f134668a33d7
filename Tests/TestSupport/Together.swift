import Synchronization

/// Runs so many of something at the same time and gives what each came to, in their order.
///
/// They wait at a line until the last one stands there, and then all run at once.
package func together<Value: Sendable>(
    _ count: Int,
    _ body: @escaping @Sendable (Int) async throws -> Value
) async -> [Result<Value, any Error>] {
    let line = StartLine(count)
    return await withTaskGroup { group in
        for index in 0..<count {
            group.addTask {
                await line.wait()
                do {
                    return (index, Result<Value, any Error>.success(try await body(index)))
                } catch {
                    return (index, .failure(error))
                }
            }
        }
        var results: [(Int, Result<Value, any Error>)] = []
        for await result in group { results.append(result) }
        return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

extension Array {
    /// The values of those that came to one.
    package func values<Value>() -> [Value] where Element == Result<Value, any Error> {
        compactMap { try? $0.get() }
    }

    /// The errors of the others.
    package func errors<Value, Failure: Error>(
        _ kind: Failure.Type
    ) -> [Failure] where Element == Result<Value, any Error> {
        compactMap { result in
            guard case .failure(let error) = result else { return nil }
            return error as? Failure
        }
    }
}

/// Holds so many tasks until all of them are there.
private final class StartLine: Sendable {
    private let state: Mutex<State>

    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    init(_ count: Int) {
        state = Mutex(State(missing: count))
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.missing -= 1
                state.waiting.append(continuation)
                guard state.missing == 0 else { return [CheckedContinuation<Void, Never>]() }
                return state.waiting
            }
            for waiter in ready { waiter.resume() }
        }
    }
}
