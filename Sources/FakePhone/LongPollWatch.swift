internal import HTTPTypes
internal import Synchronization

/// A watch that asks again and again, such as `GET /attempt?after=<seq>&wait=<s>`.
package final class LongPollWatch: Watch {
    /// The longest wait that the server is asked for.
    private static let waitSecondsMax = 25
    /// How long it rests after an answer without news: many a server does not wait, but answers at once.
    package static let rest: Duration = .milliseconds(250)

    private struct Seen {
        /// The answer to the first question, until somebody asks for it.
        var first: WatchEvent?
        var last: Push?
        var ending: WatchEvent?
        var setCookies: [String] = []
    }

    private let line: Line
    private let request: WatchRequest
    private let seen = Mutex(Seen())

    private let poll: Adapter.Watching.Poll
    private let variables: [String: String]
    private let message: Adapter.Message
    private let success: Adapter.Acceptance

    /// Asks nothing yet.
    init(
        line: Line,
        request: WatchRequest,
        poll: Adapter.Watching.Poll,
        variables: [String: String],
        message: Adapter.Message,
        success: Adapter.Acceptance
    ) {
        self.line = line
        self.request = request
        self.poll = poll
        self.variables = variables
        self.message = message
        self.success = success
    }

    /// Asks for the state as it is, without waiting.
    ///
    /// - Returns: the server's refusal; nil when the watch stands. Its first event is this answer.
    func open() async throws(FakePhoneError) -> Reply? {
        let reply = try await ask(request.path, waitSeconds: 0)
        guard reply.isOK else { return reply }
        let event = read(reply)
        seen.withLock { $0.first = event }
        return nil
    }

    /// The current state the first time, then each later one.
    package func next(within patience: Duration) async -> WatchEvent? {
        let first = seen.withLock { seen in
            defer { seen.first = nil }
            return seen.first
        }
        if let first { return news(first) }
        let deadline = line.time.now() + patience
        while true {
            let before = seen.withLock(\.self)
            if let ending = before.ending { return ending }
            let left = max(0, Int((deadline - line.time.now()).components.seconds))
            let wait = min(Self.waitSecondsMax, left)
            if let event = news(await ask(after: before.last?.seq ?? 0, waitSeconds: wait)) {
                return event
            }
            let rest = min(Self.rest, deadline - line.time.now())
            guard rest > .zero, (try? await line.time.sleep(rest)) != nil else { return nil }
        }
    }

    package func close() async {
        seen.withLock { $0.ending = .closed(code: nil) }
    }

    package func takeSetCookies() -> [String] {
        seen.withLock { seen in
            defer { seen.setCookies = [] }
            return seen.setCookies
        }
    }

    /// The event with its number; nil for a state that was told before.
    private func news(_ event: WatchEvent) -> WatchEvent? {
        guard case .push(var push) = event else { return event }
        return seen.withLock { seen in
            let before = seen.last?.seq ?? 0
            // A design that does not number its states has each change numbered here.
            if message.seq == nil {
                let isSame = seen.last?.state == push.state && seen.last?.values == push.values
                push.seq = isSame ? before : before + 1
            }
            guard push.seq > before else { return nil }
            seen.last = push
            if push.state.isLast { seen.ending = .closed(code: nil) }
            return .push(push)
        }
    }

    private func ask(after seq: Int, waitSeconds: Int) async -> WatchEvent {
        var variables = variables
        variables["seq"] = String(seq)
        variables["wait"] = String(waitSeconds)
        let path =
            seq == 0 ? request.path : poll.again.filled(with: variables, inQuery: true)
        do {
            let reply = try await ask(path, waitSeconds: waitSeconds)
            return reply.isOK ? read(reply) : .nonsense(reply.summary)
        } catch {
            return .nonsense(error.description)
        }
    }

    private func ask(_ path: String, waitSeconds: Int) async throws(FakePhoneError) -> Reply {
        var fields: HTTPFields = [:]
        fields[.origin] = request.origin
        if let cookie = request.cookie {
            fields.append(HTTPField(name: .cookie, value: cookie))
        }
        var reply = try await line.say(
            .get,
            path,
            to: request.server,
            fields: fields,
            patience: Line.patience + .seconds(waitSeconds)
        )
        reply.isAccepted = success.accepts(reply)
        seen.withLock { $0.setCookies += reply.fields[values: .setCookie] }
        return reply
    }

    private func read(_ reply: Reply) -> WatchEvent {
        guard let push = reply.json?.at(poll.inside).flatMap(message.read) else {
            return .nonsense(reply.summary)
        }
        return .push(push)
    }
}
