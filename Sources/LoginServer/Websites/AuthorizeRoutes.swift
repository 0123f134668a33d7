import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import OpenIDConnect

/// `/authorize*`: a website sends a browser to be logged in, and gets it back.
struct AuthorizeRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge
    let pages: Pages

    func add(to router: Router<LoginContext>) {
        router.get("/authorize", use: authorize)
        router.post("/authorize", use: park)
        router.get("/authorize/resume", use: resume)
        router.get("/authorize/cancel", use: cancel)
    }

    @Sendable
    private func authorize(_ request: Request, _ context: LoginContext) async throws -> Response {
        try request.checkIsForWindow()
        let parameters = try request.queryForm()
        let facts = browser.facts(request, context)
        let cookies = browser.both(request)
        let isReload = request.isOurOwnReload
        let outcome: AuthorizeOutcome
        if isReload {
            let waiting = try await service.authorizeParked(from: facts, cookies)
            guard let waiting else { throw LoginRefusal.noRequest }
            outcome = waiting
        } else {
            outcome = try await service.authorize(parameters, from: facts, cookies)
        }
        switch outcome {
        case .answered(let answer):
            var response = Response.seeOther(answer.location)
            // What waited under the cookie has its answer.
            if isReload { response.headers[.setCookie] = browser.cookies.clearingAttempt }
            return response
        case .parked(let cookie, let parked):
            let language = PageLanguage.of(request, preferring: parked.request.uiLocales)
            let html = pages.login(language, website: parked.client, for: PageMark(parked))
            var response = Response.page(.ok, language, html)
            if cookies.attempt?.digest != cookie.digest {
                response.headers[.setCookie] = browser.cookies.setting(cookie)
            }
            return response
        }
    }

    /// A form of another site brings no cookie of ours, so the browser comes again by a GET, which does
    /// (`security.md` 3.2).
    @Sendable
    private func park(_ request: Request, _ context: LoginContext) async throws -> Response {
        try request.checkIsForWindow()
        var request = request
        let outcome = try await service.authorize(
            try await request.form(atMost: browser.limits.formBytesMax),
            from: browser.facts(request, context),
            browser.both(request),
            parksAlways: true
        )
        switch outcome {
        case .answered(let response):
            return .seeOther(response.location)
        case .parked(let cookie, _):
            var response = Response.seeOther("/authorize")
            response.headers[.setCookie] = browser.cookies.setting(cookie)
            return response
        }
    }

    @Sendable
    private func resume(_ request: Request, _ context: LoginContext) async throws -> Response {
        try request.checkIsFromOurPage()
        let session = browser.cookies.session(in: request.headers)
        return .seeOther(try await service.resumeAuthorization(session).location)
    }

    @Sendable
    private func cancel(_ request: Request, _ context: LoginContext) async throws -> Response {
        try request.checkIsFromOurPage()
        let attempt = browser.cookies.attempt(in: request.headers)
        let answer = try await service.cancelAuthorization(attempt)
        var response = Response.seeOther(answer.location)
        response.headers[.setCookie] = browser.cookies.clearingAttempt
        return response
    }
}

extension Request {
    /// Whether it is for what waits under the browser's cookie: no query, or only the page's own
    /// language switch.
    fileprivate var isOurOwnReload: Bool {
        guard let query = uri.query else { return true }
        return query.isEmpty || (query.hasPrefix("lang=") && !query.contains("&"))
    }
}

extension BrowserEdge {
    /// Both cookies of a browser, as far as it shows them.
    func both(_ request: Request) -> BrowserCookies {
        BrowserCookies(
            session: cookies.session(in: request.headers),
            attempt: cookies.attempt(in: request.headers)
        )
    }
}

extension Response {
    /// The browser goes there by a GET, whatever it came by; never 307, which would repeat a POST.
    static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location])
    }
}

extension Request {
    /// The query as parameters; `malformed` becomes a page (T20).
    func queryForm() throws(LoginRefusal) -> FormParameters {
        do {
            return try FormParameters((uri.query ?? "").utf8)
        } catch {
            throw .unsoundRequest(.malformed)
        }
    }

    /// The body as parameters.
    ///
    /// - Throws: `unsupportedMedia` for another type, `bodyTooLarge`, `tooSlow`, `malformed`.
    mutating func form(atMost most: Int) async throws(EdgeError) -> FormParameters {
        let type = headers[.contentType] ?? ""
        let media = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        guard media == "application/x-www-form-urlencoded" else {
            throw .unsupportedMedia("The body must be application/x-www-form-urlencoded.")
        }
        let bytes = try await body(atMost: most)
        do {
            return try FormParameters(bytes)
        } catch {
            throw .malformed("The form cannot be read.")
        }
    }
}
