internal import HTTPTypes
internal import Synchronization

/// A watch that asks again and again, such as `GET /attempt?after=<seq>&wait=<s>`.
package final class LongPollWatch: Watch {
    /// The longest wait that the server grants for one question.
    private static let waitSecondsMax = 25

    private let line: Line
    private let request: WatchRequest
    private let seen = Mutex<(seq: Int, ending: WatchEvent?)>((0, nil))

    private let poll: Adapter.Watching.Poll
    private let message: Adapter.Message

    init(
        line: Line,
        request: WatchRequest,
        poll: Adapter.Watching.Poll,
        message: Adapter.Message
    ) {
        self.line = line
        self.request = request
        self.poll = poll
        self.message = message
    }

    /// The current state the first time, then each later one.
    package func next(within patience: Duration) async -> WatchEvent? {
        let deadline = line.time.now() + patience
        while true {
            let before = seen.withLock(\.self)
            if let ending = before.ending { return ending }
            let left = max(0, Int((deadline - line.time.now()).components.seconds))
            let wait = min(Self.waitSecondsMax, left)
            let event = await ask(after: before.seq, waitSeconds: wait)
            switch event {
            case .push(let push) where push.seq > before.seq:
                seen.withLock { seen in
                    seen.seq = push.seq
                    if push.state.isLast { seen.ending = .closed(code: nil) }
                }
                return event
            case .push:
                // Nothing new. With no time left to wait there is nothing more to ask.
                if wait == 0 || line.time.now() >= deadline { return nil }
            case .nonsense, .closed:
                return event
            }
        }
    }

    package func close() async {
        seen.withLock { $0.ending = .closed(code: nil) }
    }

    private func ask(after seq: Int, waitSeconds: Int) async -> WatchEvent {
        var fields: HTTPFields = [:]
        if let cookie = request.cookie {
            fields.append(HTTPField(name: .cookie, value: cookie))
        }
        // The first question asks for the state as it is, without waiting.
        let path =
            seq == 0
            ? request.path
            : poll.again.filled(
                with: ["seq": String(seq), "wait": String(waitSeconds)],
                inQuery: true
            )
        do {
            let reply = try await line.say(
                .get,
                path,
                to: request.server,
                fields: fields,
                patience: Line.patience + .seconds(waitSeconds)
            )
            guard reply.isOK, let said = reply.json?.at(poll.inside),
                let push = message.read(said)
            else {
                return .nonsense(reply.summary)
            }
            return .push(push)
        } catch {
            return .nonsense(error.description)
        }
    }
}
