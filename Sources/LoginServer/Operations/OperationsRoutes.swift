import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginService
import NIOCore
import WebSocketUpgrade

/// The operators' listener: is it alive, is it ready, and how much of what.
///
///     GET /health/live    200 while the process answers
///     GET /health/ready   200 while a change can be committed and the server is not stopping; else 503
///     GET /metrics        numbers, as Prometheus reads them
///
/// It is apart from the public one, on loopback unless told otherwise, so that no proxy shows it to
/// the world by mistake (T40).
struct OperationsRoutes: Sendable {
    let service: LoginService
    let edge: EdgeGauges
    /// Where the listener is, as the operator named it.
    let host: String

    func build() -> Router<LoginContext> {
        let router = Router(context: LoginContext.self)
        router.get("/health/live") { request, _ in
            isOurs(request) ? Self.answer(.ok, #"{"status":"ok"}"#) : Self.misdirected
        }
        router.get("/health/ready") { request, _ in
            isOurs(request) ? await ready() : Self.misdirected
        }
        router.get("/metrics") { request, _ in isOurs(request) ? metrics() : Self.misdirected }
        return router
    }

    private static var misdirected: Response { Response(status: .misdirectedRequest) }

    /// Whether somebody calls this listener by an address or by a name of its own.
    ///
    /// A page of somebody else's, in the browser of an operator, can give its own name the address of
    /// loopback (DNS rebinding) and would read the numbers.
    private func isOurs(_ request: Request) -> Bool {
        var name = (request.head.authority ?? "").lowercased()
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            name = String(name[..<colon])
        }
        let bare = name.filter { $0 != "[" && $0 != "]" }
        let isAddress = (try? SocketAddress(ipAddress: bare, port: 0)) != nil
        return isAddress || name == "localhost" || name == host.lowercased()
    }

    private func ready() async -> Response {
        let readiness = await service.readiness()
        return switch readiness {
        case .ready: Self.answer(.ok, #"{"database":"ok","status":"ok"}"#)
        case .stopping: Self.answer(.serviceUnavailable, #"{"database":"ok","status":"stopping"}"#)
        case .noSigningKey:
            Self.answer(
                .serviceUnavailable,
                #"{"database":"ok","keys":"none","status":"unavailable"}"#
            )
        case .storeFails:
            Self.answer(.serviceUnavailable, #"{"database":"fails","status":"unavailable"}"#)
        }
    }

    private func metrics() -> Response {
        let text = PrometheusText(service.measures.tally, readings: readings).text
        return Response(
            status: .ok,
            headers: [.contentType: PrometheusText.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    private var readings: [PrometheusText.Reading] {
        var readings: [PrometheusText.Reading] = [
            .gauge("connections", "Open TCP connections.", edge.connections.total),
            .counter(
                "connections_refused_total",
                "Connections closed because there were too many.",
                edge.connections.refused
            ),
            .gauge("watchers", "Browsers that wait for news.", service.watchers.count),
            .gauge(
                "watching_connections",
                "WebSockets and event streams that are open.",
                edge.webSockets.total
            ),
            .counter(
                "watching_connections_refused_total",
                "WebSockets and event streams refused because there were too many.",
                edge.webSockets.refused
            ),
            .gauge("pooled_codes", "Codes made ahead.", service.pooledCodes),
        ]
        readings.append(
            PrometheusText.Reading(
                name: "edge_events_total",
                help: "Peers that were cut off, or whose words were passed over, by the reason.",
                isCounter: true,
                label: "why",
                values: EdgeCounts.Event.allCases.map { ($0.rawValue, Double(edge.counts[$0])) }
            )
        )
        if let age = service.weChatTokenSecondsOld() {
            readings.append(
                .gauge("wechat_token_age_seconds", "Age of the access token in use.", age)
            )
        }
        return readings
    }

    private static func answer(_ status: HTTPResponse.Status, _ json: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: json + "\n"))
        )
    }
}
