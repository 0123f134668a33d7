package import HTTPTransport
internal import Synchronization

/// The way of one device to the net, which can be lost.
///
/// It lies between a person's `Line` and the real transport, and opens the person's watches.
package final class DeviceNetwork: Sendable {
    /// How a device stands to the net.
    package enum State: Sendable, Equatable {
        case online
        /// Every call fails, those in flight too.
        case offline
        /// The mini-program lies behind another app: calls fail, and one in flight is cut
        /// `backgroundGrace` after it went there.
        case background
    }

    /// How long WeChat lets a request go on behind another app.
    package static let backgroundGrace: Duration = .seconds(5)

    private struct Book {
        var state = State.online
        var waiting: [Int: CheckedContinuation<State?, Never>] = [:]
        var gone: Set<Int> = []
        var nextNumber = 0
    }

    private let transport: any HTTPTransport
    private let dialer: any WatchDialer
    private let time: PhoneTime
    private let book = Mutex(Book())

    package init(transport: any HTTPTransport, dialer: any WatchDialer, time: PhoneTime) {
        self.transport = transport
        self.dialer = dialer
        self.time = time
    }

    package var state: State { book.withLock(\.state) }

    /// Loses the net or finds it again.
    package func become(_ state: State) {
        let waiting = book.withLock { book -> [CheckedContinuation<State?, Never>] in
            book.state = state
            guard state != .online else { return [] }
            let waiting = book.waiting.keys.sorted().compactMap { book.waiting[$0] }
            book.waiting = [:]
            return waiting
        }
        for reader in waiting { reader.resume(returning: state) }
    }

    /// Waits until the net is lost; nil when the task was cancelled first.
    private func loss() async -> State? {
        let number = book.withLock { book in
            book.nextNumber += 1
            return book.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let answer = book.withLock { book -> State?? in
                    if book.state != .online { return .some(book.state) }
                    if book.gone.remove(number) != nil { return .some(nil) }
                    book.waiting[number] = reader
                    return nil
                }
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            let reader = book.withLock { book in
                let reader = book.waiting.removeValue(forKey: number)
                if reader == nil { book.gone.insert(number) }
                return reader
            }
            reader?.resume(returning: nil)
        }
    }
}

extension DeviceNetwork: HTTPTransport {
    package func send(_ call: HTTPCall) async throws(HTTPTransportError) -> HTTPAnswer {
        guard state == .online else { throw .unreachable }
        let outcome = await withTaskGroup(
            of: Result<HTTPAnswer, HTTPTransportError>?.self
        ) { group in
            let transport = transport
            group.addTask {
                do throws(HTTPTransportError) {
                    return .success(try await transport.send(call))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                switch await self.loss() {
                case .offline:
                    return .failure(.cutOff)
                case .background:
                    let time = self.time
                    guard (try? await time.sleep(Self.backgroundGrace)) != nil else { return nil }
                    return .failure(.cutOff)
                case .online, nil:
                    return nil
                }
            }
            while let outcome = await group.next() {
                guard let outcome else { continue }
                group.cancelAll()
                return outcome
            }
            return .failure(.cancelled)
        }
        return try outcome.get()
    }
}

extension DeviceNetwork: WatchDialer {
    package func openWebSocket(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        guard state == .online else { throw .unreachable("offline") }
        return try await dialer.openWebSocket(request)
    }

    package func openEventStream(_ request: WatchRequest) async throws(WatchError) -> any Watch {
        guard state == .online else { throw .unreachable("offline") }
        return try await dialer.openEventStream(request)
    }
}
