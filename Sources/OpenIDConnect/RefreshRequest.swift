package import LoginDomain

/// A request to `/token` with a refresh token, read (RFC 6749 section 6).
package struct RefreshRequest: Sendable {
    /// The refresh token as it was presented.
    package let token: String
    private let words: [Substring]?

    package init(_ parameters: FormParameters) throws(OAuthError) {
        guard parameters.repeated.isEmpty else { throw .repeatedParameter }
        guard let token = parameters["refresh_token"] else { throw .invalidRequest(.refreshToken) }
        self.token = token
        self.words = parameters["scope"]?.split(separator: " ")
    }

    /// What the new access token is to be for.
    ///
    /// - Parameter granted: What the grant is for.
    /// - Returns: All of that when the request does not say; nil when it says more, or leaves out
    ///   `openid`.
    package func scopes(of granted: [OpenIDScope]) -> [OpenIDScope]? {
        guard let words else { return granted }
        let wanted = granted.filter { words.contains(Substring($0.rawValue)) }
        guard wanted.count == Set(words).count, wanted.contains(.openid) else { return nil }
        return wanted
    }
}

/// What a website asks `/token` for.
package enum TokenExchange: Sendable {
    case code(TokenRequest)
    case refresh(RefreshRequest)

    package init(_ parameters: FormParameters) throws(OAuthError) {
        if parameters["grant_type"] == "refresh_token" {
            self = .refresh(try RefreshRequest(parameters))
        } else {
            self = .code(try TokenRequest(parameters))
        }
    }
}
