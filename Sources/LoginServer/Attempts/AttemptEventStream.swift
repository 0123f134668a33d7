import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore
import WebSocketUpgrade

/// The push of an attempt as server-sent events, for browsers whose WebSocket does not get through.
///
/// `id:` is the seq, `data:` the same JSON. It counts as the attempt's one socket.
struct AttemptEventStream: Sendable {
    let service: LoginService
    let limits: EdgeLimits

    /// What may wait for a slow reader.
    private static let unsentMax = 16

    private enum Beat: Sendable {
        case signal(WatchSignal)
        /// Nothing has happened for a while.
        case quiet
    }

    /// The answer; it holds the address's `place` until its end.
    func response(
        to cookie: AttemptCookie,
        at place: AddressCounter.Place
    ) async throws -> Response {
        let id = try await service.attemptID(cookie)
        let (beats, feed) = AsyncStream.makeStream(
            of: Beat.self,
            bufferingPolicy: .bufferingNewest(Self.unsentMax)
        )
        let ticket = service.watchers.add(id) { feed.yield(.signal($0)) }
        let first: AttemptView
        do {
            first = try await service.view(cookie)
        } catch {
            service.watchers.remove(ticket)
            throw error
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8"],
            body: ResponseBody { writer in
                defer {
                    service.watchers.remove(ticket)
                    withExtendedLifetime(place) {}
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        while true {
                            try await service.sleep(for: limits.streamHeartbeat)
                            feed.yield(.quiet)
                        }
                    }
                    defer { group.cancelAll() }
                    try await Self.write(first, then: beats, to: &writer)
                }
                try await writer.finish(nil)
            }
        )
    }

    @concurrent
    private static func write(
        _ first: AttemptView,
        then beats: AsyncStream<Beat>,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        try await writer.write(event(first))
        guard !first.state.hasEnded else { return }
        var lastSeq = first.seq
        for await beat in beats {
            switch beat {
            case .signal(.state(let view)):
                guard view.seq > lastSeq else { continue }
                lastSeq = view.seq
                try await writer.write(event(view))
                if view.state.hasEnded { return }
            case .signal(.replaced), .signal(.over), .signal(.goingAway):
                return
            case .quiet:
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
            }
        }
    }

    private static func event(_ view: AttemptView) -> ByteBuffer {
        ByteBuffer(string: "id: \(view.seq)\ndata: \(PushBody(view).text)\n\n")
    }
}
