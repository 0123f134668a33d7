import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import LoginDomain
import LoginService
import NIOCore
import WebSocketUpgrade

/// The outermost layer: what holds for every request and every answer, whatever route it is.
///
/// Checks the host, turns errors into answers (here and nowhere else), tells a wrong method from a
/// wrong path, and puts the headers on.
struct EdgeResponder: HTTPResponder {
    typealias Context = LoginContext

    private let routes: RouterResponder<LoginContext>
    /// Path to the methods it takes, as in `Allow`.
    private let methods: [String: String]
    private let pages: Pages
    private let headers: SecurityHeaders
    private let origin: Origin
    private let service: LoginService
    private let clients: ClientAddresses
    private let gauges: EdgeGauges

    init(
        router: Router<LoginContext>,
        pages: Pages,
        headers: SecurityHeaders,
        origin: Origin,
        service: LoginService,
        clients: ClientAddresses,
        gauges: EdgeGauges
    ) {
        var methods: [String: [String]] = [:]
        for route in router.routes {
            methods[route.path.description, default: []].append(route.method.rawValue)
        }
        self.methods = methods.mapValues { $0.sorted().joined(separator: ", ") }
        self.routes = router.buildResponder()
        self.pages = pages
        self.headers = headers
        self.origin = origin
        self.service = service
        self.clients = clients
        self.gauges = gauges
    }

    func respond(to request: Request, context: LoginContext) async throws -> Response {
        let began = service.now()
        let id = context.logger[metadataKey: "hb.request.id"]?.description
        return try await RequestScope.$id.withValue(id) {
            var context = context
            let response = try await answer(request, &context)
            service.measures.count(.requests, "\(response.status.code)")
            // As it came, without the query: what people put there does not belong in a log (T35).
            let path = (request.head.path ?? "").prefix { $0 != "?" }
            context.logger.info(
                "request",
                metadata: [
                    "method": "\(request.method)", "path": "\(path)",
                    "status": "\(response.status.code)", "from": "\(context.address)",
                    "ms": "\(service.now().since(began).wholeMilliseconds)",
                ]
            )
            return response
        }
    }

    private func answer(
        _ request: Request,
        _ context: inout LoginContext
    ) async throws -> Response {
        var response: Response
        do {
            response = try await served(request, &context)
        } catch {
            response = answer(to: error, request, context)
        }
        headers.add(to: &response.headers, response.kind)
        // RFC 6749 section 5.1.
        if request.uri.path == "/token" { response.headers[.pragma] = "no-cache" }
        // RFC 9110 section 9.3.2: the same header fields, and no content.
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// From here on the context has the client's own address.
    private func served(
        _ request: Request,
        _ context: inout LoginContext
    ) async throws -> Response {
        try origin.checkHost(of: request.head)
        let peer = context.address
        context.address = try clients.client(of: peer, request.headers)
        try Self.checkForm(of: request, methods)
        guard clients.isProxy(peer) else { return try await routed(request, context) }
        // Behind a proxy a connection says nothing: here the client's requests are counted, each until
        // its answer is out.
        guard let place = gauges.proxiedRequests.place(for: context.address) else {
            throw LoginRefusal.rateLimited(retryAfterSeconds: Self.retryAfterSeconds)
        }
        var response = try await routed(request, context)
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            withExtendedLifetime(place) {}
        }
        return response
    }

    /// What a client with too many requests at a time is told to wait.
    private static let retryAfterSeconds = 10

    private func routed(_ request: Request, _ context: LoginContext) async throws -> Response {
        // The router passes over slashes that are too many; whatever judges by path, here and in a proxy
        // before us, does not.
        guard Self.isPlain(request.uri.path) else { throw EdgeError.notFound }
        let response = try await routes.respond(to: request, context: context)
        // The router answers by itself where it knows no route, in its own way; no route of ours
        // says so.
        if response.status == .notFound { throw unknown(request.uri.path) }
        return response
    }

    /// Refuses methods that no route takes (TRACE shows a page its own cookies, CONNECT makes a
    /// proxy of us) and bodies that would have to be unpacked (T30).
    private static func checkForm(
        of request: Request,
        _ methods: [String: String]
    ) throws(EdgeError) {
        if request.method == .trace || request.method == .connect {
            throw .methodNotAllowed(allowed: methods[request.uri.path] ?? "GET, POST")
        }
        let codings = request.headers[values: .contentEncoding]
        guard codings.allSatisfy({ $0.isEmpty || $0.lowercased() == "identity" }) else {
            throw .unsupportedMedia("A body must come as it is, without Content-Encoding.")
        }
    }

    private func answer(
        to error: any Error,
        _ request: Request,
        _ context: LoginContext
    ) -> Response {
        let edge: EdgeError
        switch error {
        case let error as EdgeError:
            edge = error
        case let error as LoginRefusal:
            edge = .refusal(error)
        default:
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            edge = .internalError
        }
        if case .bodyTooLarge = edge { gauges.counts.note(.bodyTooLarge) }
        // People see a page, programs the envelope. A website's form brings people, too.
        let isForm = request.method == .post && Self.isForWindows(request.uri.path)
        let isLook = request.method == .get || request.method == .head || isForm
        if Self.isForWebsites(request.uri.path) { return WebsiteAnswer.failure(edge) }
        guard isLook, !Self.isForPrograms(request.uri.path) else {
            return Envelope.failure(edge)
        }
        return pages.response(
            for: edge,
            to: request,
            id: context.logger[metadataKey: "hb.request.id"]?.description
        )
    }

    private func unknown(_ path: String) -> EdgeError {
        methods[path].map { .methodNotAllowed(allowed: $0) } ?? .notFound
    }

    /// Whether a path is written in the one way that our routes are.
    private static func isPlain(_ path: String) -> Bool {
        path == "/" || (!path.hasSuffix("/") && !path.contains("//"))
    }

    /// Where websites send browsers, by an address or by a form.
    static func isForWindows(_ path: some StringProtocol) -> Bool {
        path == "/authorize" || path == "/end_session"
    }

    private static func isForWebsites(_ path: String) -> Bool {
        ["/token", "/userinfo", "/revoke", "/jwks.json"].contains(path)
            || path.hasPrefix("/.well-known/")
    }

    private static func isForPrograms(_ path: String) -> Bool {
        ["/attempt", "/session", "/mp"].contains { path == $0 || path.hasPrefix("\($0)/") }
    }
}

extension Response {
    var kind: SecurityHeaders.Kind {
        if (300..<400).contains(status.code) { return .redirect }
        let type = headers[.contentType] ?? ""
        if type.hasPrefix("text/html") { return .page }
        if status == .ok, headers[.accessControlAllowOrigin] == "*" { return .metadata }
        let isData = type.hasPrefix("application/json") || type.hasPrefix("text/event-stream")
        if status == .ok, Avatar.Kind(rawValue: type) != nil { return .picture }
        // What is kept for ever has to be known for what it is; anything else is data.
        return status == .ok && !isData ? .asset : .data
    }
}
