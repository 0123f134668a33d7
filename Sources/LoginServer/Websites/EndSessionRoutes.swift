import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginService
import OpenIDConnect

/// `/end_session`: a website asks for the end of its user's login.
struct EndSessionRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge
    let pages: Pages

    /// The longest query that a form may become: an address has 8 KiB, with all that stands around it.
    static let queryBytesMax = 7 * 1024

    func add(to router: Router<LoginContext>) {
        router.get("/end_session", use: end)
        router.post("/end_session", use: comeAgain)
    }

    @Sendable
    private func end(_ request: Request, _ context: LoginContext) async throws -> Response {
        let parameters = try request.queryForm()
        let outcome = try await service.endSession(parameters, browser.both(request))
        let locales = parameters["ui_locales"]?.split(separator: " ").map(String.init) ?? []
        let language = PageLanguage.of(request, preferring: locales)
        switch outcome {
        case .redirected(let address):
            var response = Response.seeOther(address)
            response.headers[.setCookie] = browser.cookies.clearingSession
            return response
        case .loggedOut:
            var response = Response.page(.ok, language, pages.logout(language, asks: false))
            if browser.cookies.session(in: request.headers) != nil {
                response.headers[.setCookie] = browser.cookies.clearingSession
            }
            return response
        case .asks:
            return .page(.ok, language, pages.logout(language, asks: true))
        }
    }

    /// A form of another site brings no cookie of ours: the browser comes again by a GET, which does.
    @Sendable
    private func comeAgain(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let parameters = try await request.form(atMost: browser.limits.formBytesMax)
        guard parameters.repeated.isEmpty else {
            throw EdgeError.malformed("A parameter comes more than once.")
        }
        let query = parameters.query(of: [
            "id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales",
        ])
        guard query.utf8.count <= Self.queryBytesMax else {
            throw EdgeError.bodyTooLarge(limit: Self.queryBytesMax)
        }
        return .seeOther(query.isEmpty ? "/end_session" : "/end_session?\(query)")
    }
}
