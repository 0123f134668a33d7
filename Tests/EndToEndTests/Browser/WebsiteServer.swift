import NIOCore
import NIOPosix
import Synchronization

/// A website with our button: pages under a strict policy, on an origin of their own.
///
/// It asks for logins as an OpenID Connect client does, and keeps the answers unredeemed.
final class WebsiteServer: Sendable {
    /// `localhost`, where the login server is `127.0.0.1`: another site, not only another port.
    let origin: String
    private let state = Mutex(State())

    private struct State {
        var login = ""
        var clientID = ""
        var answers: [String] = []
    }

    private init(port: Int) { origin = "http://localhost:\(port)" }

    /// Runs a website while `body` does.
    static func with<Value>(_ body: (WebsiteServer) async throws -> Value) async throws -> Value {
        let relay = Relay()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Responder(relay: relay))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let website = WebsiteServer(port: server.localAddress?.port ?? 0)
        relay.website.withLock { $0 = website }
        let value: Result<Value, any Error>
        do {
            value = .success(try await body(website))
        } catch {
            value = .failure(error)
        }
        try? await server.close()
        return try value.get()
    }

    /// Tells it where its users log in.
    func connect(to login: String, as clientID: String) {
        state.withLock {
            $0.login = login
            $0.clientID = clientID
        }
    }

    /// The queries that browsers brought to `/callback`.
    var answers: [String] { state.withLock { $0.answers } }

    // MARK: - Pages

    fileprivate func answer(to path: String) -> String {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let (login, clientID) = state.withLock { ($0.login, $0.clientID) }
        switch parts[0] {
        case "/login":
            return redirect(to: request(login, clientID))
        case "/callback":
            let query = parts.count > 1 ? parts[1] : ""
            state.withLock { $0.answers.append(query) }
            let kind = query.contains("error=") ? "refused" : "code"
            let after = kind == "code" ? " after=\"/members\"" : ""
            return page(login, kind, "en", "<scan-login done\(after)></scan-login>")
        case "/members":
            return page(login, "members", "en", "<h1>Members</h1>")
        case "/":
            return page(login, "shop", "en", button(""))
        case "/zh":
            return page(login, "shop", "zh-CN", button(""))
        case "/popup":
            return page(login, "shop", "en", button(" mode=\"popup\" after=\"/members\""))
        case "/bad":
            let bad = "javascript:document.documentElement.dataset.state='pwned'"
            return page(login, "shop", "en", "<scan-login href=\"\(bad)\"></scan-login>")
        default:
            return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        }
    }

    private func button(_ attributes: String) -> String {
        "<scan-login href=\"/login\"\(attributes)></scan-login>"
    }

    private func request(_ login: String, _ clientID: String) -> String {
        let callback = origin.replacing(":", with: "%3A").replacing("/", with: "%2F")
        return "\(login)/authorize?response_type=code&scope=openid&client_id=\(clientID)"
            + "&redirect_uri=\(callback)%2Fcallback&state=st-0123456789&nonce=n-0123456789"
            + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            + "&code_challenge_method=S256"
    }

    private func redirect(to url: String) -> String {
        "HTTP/1.1 303 See Other\r\nLocation: \(url)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    }

    private func page(
        _ login: String,
        _ state: String,
        _ language: String,
        _ body: String
    )
        -> String
    {
        let html = """
            <!DOCTYPE html><html lang="\(language)" data-state="\(state)"><meta charset="utf-8">
            <title>Tea Shop</title><script type="module" src="\(login)/scan-login.js"></script>
            <body>\(body)</body></html>
            """
        return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            + "Content-Security-Policy: default-src 'none'; script-src \(login)\r\n"
            + "X-Content-Type-Options: nosniff\r\nCross-Origin-Opener-Policy: same-origin\r\n"
            + "Content-Length: \(html.utf8.count)\r\nConnection: close\r\n\r\n\(html)"
    }

    // MARK: - The wire

    /// Knows the website once its port is known.
    private final class Relay: Sendable {
        let website = Mutex<WebsiteServer?>(nil)
    }

    private final class Responder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let relay: Relay
        private var received = ""

        init(relay: Relay) { self.relay = relay }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard received.contains("\r\n\r\n") else { return }
            let words = received.prefix { $0 != "\r\n" }.split(separator: " ")
            received = ""
            let path = words.count > 1 ? String(words[1]) : "/"
            let website = relay.website.withLock { $0 }
            let answer = website?.answer(to: path) ?? ""
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
