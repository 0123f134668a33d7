/// A request to `/token`, read (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
package struct TokenRequest: Sendable {
    /// The verifier as it came: a bad one still burns the code (T19).
    package enum Proof: Sendable {
        case absent
        case malformed
        case verifier(CodeVerifier)

        /// Whether it is the one that a code was given out for: where there was a challenge its
        /// verifier, and where there was none no verifier.
        package func meets(_ challenge: String?) -> Bool {
            switch (self, challenge) {
            case (.absent, nil): true
            case (.verifier(let verifier), let text?):
                CodeChallenge(text)?.isMet(by: verifier) ?? false
            case (.absent, _), (.malformed, _), (.verifier, nil): false
            }
        }
    }

    /// The authorization code as it was presented.
    package let code: String
    package let redirectURI: String
    package let proof: Proof

    package init(_ parameters: FormParameters) throws(OAuthError) {
        guard parameters.repeated.isEmpty else { throw .repeatedParameter }
        guard let type = parameters["grant_type"] else { throw .invalidRequest(.grantType) }
        guard type == "authorization_code" else { throw .unsupportedGrantType }
        guard let code = parameters["code"] else { throw .invalidRequest(.code) }
        guard let redirect = parameters["redirect_uri"] else {
            throw .invalidRequest(.redirectURI)
        }
        self.code = code
        self.redirectURI = redirect
        guard let text = parameters["code_verifier"] else {
            proof = .absent
            return
        }
        proof = CodeVerifier(text).map(Proof.verifier) ?? .malformed
    }
}
