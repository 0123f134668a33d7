package import LoginDomain

/// Where a browser goes when a website gets its answer, good or bad.
///
/// Every answer names its issuer, so that a client of two providers never takes the code of one to
/// the other (RFC 9207).
package struct AuthorizationResponse: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The authorization code.
        case code(String)
        case failed(OAuthError)
    }

    package var redirectURI: RedirectURI
    package var outcome: Outcome
    package var state: String?
    package var issuer: String

    package init(redirectURI: RedirectURI, outcome: Outcome, state: String?, issuer: String) {
        self.redirectURI = redirectURI
        self.outcome = outcome
        self.state = state
        self.issuer = issuer
    }

    /// The address, for `Location`: what was registered, and our parameters behind it.
    package var location: String {
        var pairs: [(String, String)] = []
        switch outcome {
        case .code(let code):
            pairs.append(("code", code))
        case .failed(let error):
            pairs.append(("error", error.code))
            pairs.append(("error_description", error.description))
        }
        if let state { pairs.append(("state", state)) }
        pairs.append(("iss", issuer))
        return Self.adding(pairs, to: redirectURI)
    }

    /// An address with parameters behind those it was registered with.
    static func adding(_ pairs: [(String, String)], to uri: RedirectURI) -> String {
        guard !pairs.isEmpty else { return uri.text }
        let query = pairs.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
        guard uri.text.contains("?") else { return "\(uri.text)?\(query)" }
        let hasOpenEnd = uri.text.hasSuffix("?") || uri.text.hasSuffix("&")
        return uri.text + (hasOpenEnd ? "" : "&") + query
    }
}
