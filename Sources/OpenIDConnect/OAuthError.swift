/// What a website is told when it gets nothing.
///
/// The descriptions are ours and fixed: nothing of a request comes back in them (T26).
package enum OAuthError: Error, Sendable, Equatable {
    /// The name of the parameter that is wrong or missing.
    case invalidRequest(Parameter)
    case repeatedParameter
    case unsupportedResponseType
    case invalidScope
    case accessDenied
    case loginRequired
    /// The login's owner has not agreed that this website learns so much.
    case consentRequired
    case requestNotSupported
    case requestURINotSupported
    case registrationNotSupported
    case temporarilyUnavailable
    case serverError
    /// At the token endpoint: who the client is, is not proven.
    case invalidClient
    case invalidGrant
    /// The client is not registered for what it asks.
    case unauthorizedClient
    /// At the token endpoint: more than was granted.
    case scopeNotGranted
    case unsupportedGrantType

    package enum Parameter: String, Sendable, CaseIterable {
        case clientID = "client_id"
        case code
        case codeChallenge = "code_challenge"
        case codeChallengeMethod = "code_challenge_method"
        case grantType = "grant_type"
        case idTokenHint = "id_token_hint"
        case maxAge = "max_age"
        case nonce
        case prompt
        case redirectURI = "redirect_uri"
        case refreshToken = "refresh_token"
        case responseMode = "response_mode"
        case responseType = "response_type"
        case scope
        case state
        case token
    }

    /// `error` (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6).
    package var code: String {
        switch self {
        case .invalidRequest, .repeatedParameter: "invalid_request"
        case .unsupportedResponseType: "unsupported_response_type"
        case .invalidScope, .scopeNotGranted: "invalid_scope"
        case .accessDenied: "access_denied"
        case .loginRequired: "login_required"
        case .consentRequired: "consent_required"
        case .requestNotSupported: "request_not_supported"
        case .requestURINotSupported: "request_uri_not_supported"
        case .registrationNotSupported: "registration_not_supported"
        case .temporarilyUnavailable: "temporarily_unavailable"
        case .serverError: "server_error"
        case .invalidClient: "invalid_client"
        case .invalidGrant: "invalid_grant"
        case .unauthorizedClient: "unauthorized_client"
        case .unsupportedGrantType: "unsupported_grant_type"
        }
    }

    /// `error_description`, for the website's developer; printable ASCII without `"` and `\`.
    package var description: String {
        switch self {
        case .invalidRequest(let parameter):
            "The parameter \(parameter.rawValue) is missing or wrong."
        case .repeatedParameter: "A parameter comes more than once."
        case .unsupportedResponseType: "Only response_type=code is supported."
        case .invalidScope: "The scope must contain openid."
        case .accessDenied: "The login was declined."
        case .loginRequired: "Nobody is logged in."
        case .consentRequired: "The user has not agreed to this scope."
        case .requestNotSupported: "The parameter request is not supported."
        case .requestURINotSupported: "The parameter request_uri is not supported."
        case .registrationNotSupported: "The parameter registration is not supported."
        case .temporarilyUnavailable: "The server is busy; please try again."
        case .serverError: "Something went wrong here; please try again."
        case .invalidClient: "The client is unknown or did not prove who it is."
        case .invalidGrant:
            "The code or refresh token is unknown, used, expired, or not for this request."
        case .unauthorizedClient: "The client is not registered for refresh tokens."
        case .scopeNotGranted: "The scope is more than was granted, or does not contain openid."
        case .unsupportedGrantType:
            "Only grant_type=authorization_code and grant_type=refresh_token are supported."
        }
    }
}
