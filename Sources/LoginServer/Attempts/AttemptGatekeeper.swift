import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore
import NIOWebSocket
import Synchronization
import WebSocketUpgrade

/// Who may watch an attempt over a WebSocket: our own page, in the browser that holds its cookie.
struct AttemptGatekeeper: WebSocketGatekeeper {
    let service: LoginService
    let browser: BrowserEdge
    let headers: SecurityHeaders
    let clients: ClientAddresses
    let pages: Pages

    func isEndpoint(_ request: HTTPRequest) -> Bool {
        let path = request.path ?? ""
        return path == "/attempt/events" || path.hasPrefix("/attempt/events?")
    }

    func judge(_ request: HTTPRequest, on channel: any Channel) async -> WebSocketVerdict {
        do {
            try browser.origin.checkHost(of: request)
            // A browser attaches cookies to a handshake from any page: the Origin is what tells a
            // foreign one, and a sibling subdomain, apart (T6).
            guard browser.isOurOrigin(request.headerFields) else { return refuse(.csrf) }
            guard let cookie = browser.cookies.attempt(in: request.headerFields) else {
                return refuse(.refusal(.noAttempt))
            }
            let peer = channel.remoteAddress?.ipAddress ?? "unknown"
            let address = try clients.client(of: peer, request.headerFields)
            let id = try await service.attemptID(cookie)
            guard let place = browser.sockets.place(for: address) else {
                let wait = BrowserEdge.socketRetryAfterSeconds
                return refuse(.refusal(service.refuse("websockets_per_ip", wait)))
            }
            let session = AttemptSession(service.watchers, at: place)
            session.watch(id)
            do {
                session.hear(.state(try await service.view(cookie)))
            } catch {
                session.closed()
                throw error
            }
            return .accept(session)
        } catch let error as EdgeError {
            return refuse(error)
        } catch let refusal as LoginRefusal {
            return refuse(.refusal(refusal))
        } catch {
            return refuse(.internalError)
        }
    }

    func answer(to unreadable: UnreadableRequest) -> UpgradeRefusal {
        let error: EdgeError =
            switch unreadable {
            case .targetTooLong: .targetTooLong
            case .headersTooLarge: .headersTooLarge
            case .tooSlow: .tooSlow
            case .notHTTP: .malformed("This is not a request of HTTP/1.1.")
            case .badUpgrade: .malformed("This is not a WebSocket's opening handshake.")
            case .webSocketVersion: .upgradeRequired
            }
        guard case .targetTooLong(let beginning) = unreadable else { return refusal(error) }
        return refusal(error, at: beginning.prefix { $0 != "?" })
    }

    func isShared(_ peer: String) -> Bool {
        clients.isProxy(peer)
    }

    func serverStops() {
        service.watchers.closeAll()
    }

    private func refuse(_ error: EdgeError) -> WebSocketVerdict {
        .refuse(refusal(error))
    }

    private func refusal(_ error: EdgeError) -> UpgradeRefusal {
        var answer = Envelope.failure(error)
        headers.add(to: &answer.headers, .data)
        return UpgradeRefusal(
            response: HTTPResponse(status: answer.status, headerFields: answer.headers),
            body: Envelope.failureBytes(error)
        )
    }

    /// People whom a website sends see a page; which language they read has not been heard.
    private func refusal(_ error: EdgeError, at path: Substring) -> UpgradeRefusal {
        guard EdgeResponder.isForWindows(path) else { return refusal(error) }
        let language = PageLanguage.choose(query: nil, acceptLanguage: nil)
        var answer = Response.page(error.status, language, [])
        headers.add(to: &answer.headers, .page)
        answer.headers[.contentLength] = nil
        return UpgradeRefusal(
            response: HTTPResponse(status: answer.status, headerFields: answer.headers),
            body: pages.errorPage(language, status: error.status.code, reason: error.name)
        )
    }
}

/// One browser's WebSocket: hands on what the attempt's watchers hear, in order and once.
///
/// It registers before the present state is read, and before the upgrade is answered. What it hears
/// until the socket is open waits here.
private final class AttemptSession: WebSocketSession {
    private let watchers: AttemptWatchers
    private let state: Mutex<State>

    private struct State {
        var ticket: WatchTicket?
        var socket: WebSocket?
        var waiting: [WatchSignal] = []
        /// The seq that was sent last; older news is dropped.
        var lastSeq = 0
        /// Of its address; nil once closed.
        var place: AddressCounter.Place?
        var isClosed: Bool { place == nil }
    }

    init(_ watchers: AttemptWatchers, at place: AddressCounter.Place) {
        self.watchers = watchers
        self.state = Mutex(State(place: place))
    }

    func watch(_ id: AttemptID) {
        let ticket = watchers.add(id) { [weak self] in self?.hear($0) }
        state.withLock { $0.ticket = ticket }
    }

    /// Takes a signal, from any thread.
    func hear(_ signal: WatchSignal) {
        state.withLock { state in
            guard !state.isClosed else { return }
            if case .state(let view) = signal {
                guard view.seq > state.lastSeq else { return }
                state.lastSeq = view.seq
            }
            guard let socket = state.socket else { return state.waiting.append(signal) }
            Self.send(signal, to: socket)
        }
    }

    func opened(_ socket: WebSocket) {
        state.withLock { state in
            state.socket = socket
            for signal in state.waiting { Self.send(signal, to: socket) }
            state.waiting = []
        }
    }

    func closed() {
        let ticket = state.withLock { state in
            state.place = nil
            state.socket = nil
            return state.ticket
        }
        if let ticket { watchers.remove(ticket) }
    }

    private static func send(_ signal: WatchSignal, to socket: WebSocket) {
        switch signal {
        case .state(let view):
            socket.send(text: PushBody(view).text)
            if view.state.hasEnded { socket.close(.normalClosure) }
        case .replaced:
            // A page that hears this does not come back: it would take over from its successor.
            socket.close(.unknown(4001), reason: "replaced")
        case .over:
            socket.close(.normalClosure)
        case .goingAway:
            socket.close(.goingAway, reason: "the server restarts")
        }
    }
}
