import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore

/// `/`, `/login` and what they load.
struct PageRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge
    let pages: Pages

    func add(to router: Router<LoginContext>) {
        router.get("/", use: landing)
        router.head("/", use: landing)
        router.get("/login", use: login)
        router.head("/login", use: login)
        for asset in pages.assets {
            for method in [HTTPRequest.Method.get, .head] {
                router.on(RouterPath(asset.path), method: method) { _, _ in
                    Self.response(to: asset)
                }
            }
        }
    }

    @Sendable
    private func landing(_ request: Request, _ context: LoginContext) async throws -> Response {
        let user = try await user(of: request).map {
            PageUser(userID: $0.id.text, nickname: $0.nickName, avatarURL: $0.avatar?.path ?? "")
        }
        let language = PageLanguage.of(request)
        return .page(.ok, language, pages.landing(language, user: user))
    }

    /// The login page, for whoever is not logged in yet.
    ///
    /// It is a plain login: a website's request that waited for this browser is forgotten.
    @Sendable
    private func login(_ request: Request, _ context: LoginContext) async throws -> Response {
        var response: Response
        if try await user(of: request) == nil {
            let language = PageLanguage.of(request)
            response = .page(.ok, language, pages.login(language))
        } else {
            response = .seeOther("/")
        }
        if let attempt = browser.cookies.attempt(in: request.headers),
            try await forgets(attempt)
        {
            response.headers[.setCookie] = browser.cookies.clearingAttempt
        }
        return response
    }

    private func forgets(_ attempt: AttemptCookie) async throws -> Bool {
        do {
            return try await service.forgetParked(attempt)
        } catch .alreadyCompleted {
            // A login came of it, and the page that was to hear so is gone: its cookie names a website's
            // request that this page is not for.
            return true
        }
    }

    private func user(of request: Request) async throws -> User? {
        guard let cookie = browser.cookies.session(in: request.headers) else { return nil }
        do {
            return try await service.session(cookie).user
        } catch .noSession {
            return nil
        }
    }

    private static func response(to asset: PageAsset) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: asset.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes))
        )
    }
}

extension Pages {
    /// The page for a failure, for people.
    ///
    /// A failure of ours shows the request's id, by which the operator finds it in the log.
    func response(for error: EdgeError, to request: Request, id: String?) -> Response {
        let language = PageLanguage.of(request)
        var origin: String?
        if case .misdirected(let configured) = error { origin = configured }
        var response = Response.page(
            error.status,
            language,
            errorPage(
                language,
                status: error.status.code,
                origin: origin,
                // "Page not found" has said it all.
                reason: error == .notFound ? nil : error.name,
                request: error.status.code >= 500 ? id : nil
            )
        )
        if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
        if case .methodNotAllowed(let allowed) = error { response.headers[.allow] = allowed }
        return response
    }
}

extension PageLanguage {
    /// The language for one request: the page's own switch, else what the browser likes.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - locales: What the website said of its user, the preferred first (`ui_locales`, OpenID
    ///     Connect Core section 3.1.2.1).
    /// - Returns: One of the two, always.
    static func of(_ request: Request, preferring locales: [String] = []) -> PageLanguage {
        choose(
            query: request.uri.queryParameters.get("lang"),
            locales: locales,
            acceptLanguage: request.headers[.acceptLanguage]
        )
    }
}

extension Response {
    static func page(
        _ status: HTTPResponse.Status,
        _ language: PageLanguage,
        _ html: [UInt8]
    ) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentLanguage: language.tag,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: html))
        )
    }
}
