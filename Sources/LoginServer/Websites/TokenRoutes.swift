import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoginDomain
import LoginService
import NIOCore
import OpenIDConnect

/// `/token`, `/userinfo`, `/revoke`: what websites' servers ask.
struct TokenRoutes: Sendable {
    let service: LoginService
    let browser: BrowserEdge

    func add(to router: Router<LoginContext>) {
        router.post("/token", use: token)
        router.post("/revoke", use: revoke)
        router.get("/userinfo", use: userInfo)
        router.post("/userinfo", use: userInfo)
    }

    @Sendable
    private func token(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let outcome = try await service.tokens(
            try await request.form(atMost: browser.limits.formBytesMax),
            authorization: request.headers[values: .authorization],
            from: context.address
        )
        switch outcome {
        case .done(let tokens): return WebsiteAnswer.ok(TokenBody(tokens))
        case .refused(let error, let isChallenged):
            return WebsiteAnswer.failure(error, isChallenged: isChallenged, browser.origin)
        }
    }

    @Sendable
    private func revoke(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        let outcome = try await service.revokeToken(
            try await request.form(atMost: browser.limits.formBytesMax),
            authorization: request.headers[values: .authorization]
        )
        switch outcome {
        case .done: return WebsiteAnswer.ok([String: String]())
        case .refused(let error, let isChallenged):
            return WebsiteAnswer.failure(error, isChallenged: isChallenged, browser.origin)
        }
    }

    /// The token counts in the header alone: a query ends up in logs (T18).
    @Sendable
    private func userInfo(_ request: Request, _ context: LoginContext) async throws -> Response {
        var request = request
        // Read, because an unread body would hold the connection; nothing in it counts.
        _ = try await request.body(atMost: browser.limits.formBytesMax)
        let fields = request.headers[values: .authorization]
        let isInQuery = request.uri.queryParameters.get("access_token") != nil
        guard !fields.isEmpty || isInQuery else {
            return WebsiteAnswer.unauthorized(nil, browser.origin)
        }
        if isInQuery, fields.contains(where: { Self.shown(in: $0) != nil }) {
            return WebsiteAnswer.shownTwice(browser.origin)
        }
        guard let token = Self.bearer(fields), let claims = try await service.userClaims(token)
        else { return WebsiteAnswer.unauthorized("invalid_token", browser.origin) }
        return WebsiteAnswer.ok(ClaimsBody(claims, browser.origin))
    }

    private static func bearer(_ fields: [String]) -> AccessToken? {
        guard fields.count == 1 else { return nil }
        return shown(in: fields[0]).flatMap { AccessToken(presented: $0) }
    }

    private static func shown(in field: String) -> Substring? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1]
    }
}

// MARK: - What goes over the wire

private struct TokenBody: Encodable {
    var accessToken: String
    var tokenType = "Bearer"
    var expiresIn: Int
    var scope: String
    var idToken: String
    var refreshToken: String?

    enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case scope
        case idToken = "id_token"
        case refreshToken = "refresh_token"
    }

    init(_ tokens: IssuedTokens) {
        accessToken = tokens.accessToken.exposed
        expiresIn = tokens.expiresInSeconds
        scope = tokens.scopes.map(\.rawValue).joined(separator: " ")
        idToken = tokens.idToken
        refreshToken = tokens.refreshToken?.exposed
    }
}

/// Claims of OpenID Connect Core section 5.1, `role`, and those of scope `wechat`.
///
/// What the user has not given is left out (section 5.3.2).
private struct ClaimsBody: Encodable {
    var sub: String
    var name: String?
    var picture: String?
    var role: String?
    var wechatOpenID: String?
    var wechatUnionID: String?
    var phoneNumber: String?
    /// WeChat has checked every number it tells.
    var isPhoneNumberVerified: Bool?

    enum CodingKeys: String, CodingKey {
        case sub, name, picture, role
        case wechatOpenID = "wechat_openid"
        case wechatUnionID = "wechat_unionid"
        case phoneNumber = "phone_number"
        case isPhoneNumberVerified = "phone_number_verified"
    }

    init(_ claims: UserClaims, _ origin: Origin) {
        sub = claims.subject.text
        wechatOpenID = claims.wechat?.openID
        wechatUnionID = claims.wechat?.unionID
        phoneNumber = claims.phoneNumber?.exposed
        isPhoneNumberVerified = claims.phoneNumber.map { _ in true }
        guard let user = claims.profile else { return }
        name = user.nickName.isEmpty ? nil : user.nickName
        picture = user.avatar.map { "\(origin)\($0.path)" }
        role = user.role
    }
}

/// The answers of the endpoints that websites' servers call: bare JSON, without our envelope.
enum WebsiteAnswer {
    static func ok(_ body: some Encodable) -> Response {
        json(.ok, body)
    }

    /// RFC 6749 section 5.2.
    ///
    /// - Parameters:
    ///   - error: What it is told.
    ///   - isChallenged: Whether it used the `Authorization` field.
    ///   - origin: Ours, which names the realm.
    /// - Returns: 401 for `invalid_client`, 400 for the rest.
    static func failure(_ error: OAuthError, isChallenged: Bool, _ origin: Origin) -> Response {
        let isUnknown = error == .invalidClient
        var response = json(isUnknown ? .unauthorized : .badRequest, ErrorBody(error))
        if isUnknown, isChallenged {
            response.headers[.wwwAuthenticate] = "Basic realm=\"\(origin)\""
        }
        return response
    }

    /// RFC 6750 section 3.
    ///
    /// - Parameters:
    ///   - error: Nil where nothing was shown.
    ///   - origin: Ours, which names the realm.
    /// - Returns: 401.
    static func unauthorized(_ error: String?, _ origin: Origin) -> Response {
        let body = ErrorBody(
            error: error ?? "invalid_request",
            description: error == nil
                ? "An access token is needed, in the Authorization field."
                : "The access token is unknown, expired or revoked."
        )
        return challenged(.unauthorized, body, error, origin)
    }

    /// A token in more ways than one (RFC 6750 section 3.1).
    ///
    /// - Parameter origin: Ours, which names the realm.
    /// - Returns: 400.
    static func shownTwice(_ origin: Origin) -> Response {
        let error = "invalid_request"
        let body = ErrorBody(
            error: error,
            description: "An access token comes in the Authorization field, and nowhere else."
        )
        return challenged(.badRequest, body, error, origin)
    }

    private static func challenged(
        _ status: HTTPResponse.Status,
        _ body: ErrorBody,
        _ error: String?,
        _ origin: Origin
    ) -> Response {
        var response = json(status, body)
        let challenge = "Bearer realm=\"\(origin)\""
        response.headers[.wwwAuthenticate] =
            error.map { "\(challenge), error=\"\($0)\"" } ?? challenge
        return response
    }

    /// What the edge refuses before an endpoint looks at it, in the same shape.
    static func failure(_ error: EdgeError) -> Response {
        let body = ErrorBody(
            error: error.status.code >= 500 ? "temporarily_unavailable" : "invalid_request",
            description: error.message
        )
        var response = json(error.status, body)
        if let seconds = error.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
        if case .methodNotAllowed(let allowed) = error { response.headers[.allow] = allowed }
        return response
    }

    private static func json(_ status: HTTPResponse.Status, _ body: some Encodable) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Envelope.json(body)))
        )
    }

    private struct ErrorBody: Encodable {
        var error: String
        var description: String

        enum CodingKeys: String, CodingKey {
            case error
            case description = "error_description"
        }

        init(error: String, description: String) {
            self.error = error
            self.description = description
        }

        init(_ error: OAuthError) {
            self.init(error: error.code, description: error.description)
        }
    }
}
