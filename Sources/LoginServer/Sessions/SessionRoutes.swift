import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService

/// `/session*`: who is logged in, and no longer.
struct SessionRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge

    func add(to router: Router<LoginContext>) {
        router.get("/session", use: show)
        router.post("/session/logout", use: logout)
    }

    @Sendable
    private func show(_ request: Request, _ context: LoginContext) async throws -> Response {
        guard let cookie = browser.cookies.session(in: request.headers) else {
            throw LoginRefusal.noSession
        }
        return Envelope.ok(ShownBody(try await service.session(cookie), browser.origin))
    }

    /// Always 200: whoever has no login has what they asked for.
    @Sendable
    private func logout(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        try await browser.admit(&request)
        if let cookie = browser.cookies.session(in: request.headers) {
            let attempt = browser.cookies.attempt(in: request.headers)
            try await service.logout(cookie, cancelling: attempt)
        }
        var response = Envelope.ok()
        response.headers[.setCookie] = browser.cookies.clearingSession
        // Chromium writes a line to the console for it; a developer's console stays empty.
        if browser.origin.isSecure {
            response.headers[.clearSiteData] = #""cache", "storage""#
        }
        return response
    }

    private struct ShownBody: Encodable {
        var user: UserBody
        var expiresIn: Int

        enum CodingKeys: String, CodingKey {
            case user
            case expiresIn = "expires_in"
        }

        init(_ session: LiveSession, _ origin: Origin) {
            user = UserBody(session.user, origin)
            expiresIn = session.expiresInSeconds
        }
    }
}
