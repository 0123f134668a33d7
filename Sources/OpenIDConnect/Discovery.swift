import LoginDomain

/// The answer of `/.well-known/openid-configuration` (OpenID Connect Discovery section 3, RFC 8414,
/// RFC 9207): the same bytes to everybody, out of the configuration alone (T25).
package enum Discovery {
    /// - Parameter issuer: The configured origin.
    /// - Returns: JSON.
    package static func document(issuer: String) -> [UInt8] {
        JSONDocument.encode(
            Document(
                issuer: issuer,
                authorizationEndpoint: issuer + "/authorize",
                tokenEndpoint: issuer + "/token",
                userinfoEndpoint: issuer + "/userinfo",
                jwksUri: issuer + "/jwks.json",
                endSessionEndpoint: issuer + "/end_session",
                revocationEndpoint: issuer + "/revoke"
            )
        )
    }

    private struct Document: Encodable {
        var issuer: String
        var authorizationEndpoint, tokenEndpoint, userinfoEndpoint, jwksUri: String
        var endSessionEndpoint, revocationEndpoint: String
        var scopesSupported = OpenIDScope.allCases.map(\.rawValue)
        var responseTypesSupported = ["code"]
        var responseModesSupported = ["query"]
        var grantTypesSupported = ["authorization_code", "refresh_token"]
        var subjectTypesSupported = ["public", "pairwise"]
        /// The second where the operator has chosen it.
        var idTokenSigningAlgValuesSupported = ["RS256", "ES256"]
        var tokenEndpointAuthMethodsSupported = [
            "client_secret_basic", "client_secret_post", "none",
        ]
        var revocationEndpointAuthMethodsSupported = [
            "client_secret_basic", "client_secret_post", "none",
        ]
        var codeChallengeMethodsSupported = ["S256"]
        var claimsSupported = [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
            "name", "picture", "role", "wechat_openid", "wechat_unionid", "phone_number",
            "phone_number_verified",
        ]
        var acrValuesSupported = AttemptWay.allCases.map(\.authenticationContext)
        var promptValuesSupported = ["none", "login", "consent", "select_account"]
        var uiLocalesSupported = ["zh", "en"]
        var claimsParameterSupported = false
        var requestParameterSupported = false
        var requestUriParameterSupported = false
        var authorizationResponseIssParameterSupported = true
    }
}
