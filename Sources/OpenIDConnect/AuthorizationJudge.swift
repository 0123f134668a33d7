package import LoginDomain

/// Judges a request to `/authorize` (OpenID Connect Core section 3.1.2, RFC 6749 section 4.1.1).
///
/// Only when client and redirect URI are beyond doubt does anything go to that address, an error
/// included; before that, the person is shown a page of ours (T20).
package struct AuthorizationJudge: Sendable {
    package let issuer: String

    package init(issuer: String) {
        self.issuer = issuer
    }

    /// What a request deserves.
    package enum Verdict: Sendable, Equatable {
        case sound(AuthorizationRequest)
        /// The website is told why.
        case refused(AuthorizationResponse)
        /// The person is told, and nobody else.
        case page(PageFlaw)
    }

    /// What is so wrong that no website can be told.
    package enum PageFlaw: Error, Sendable, Equatable, CaseIterable {
        /// The parameters cannot be read.
        case malformed
        case unknownClient
        /// No redirect URI, one that is not registered, or two.
        case unknownRedirect
    }

    /// How many characters `state` and `nonce` may have.
    package static let valueCharactersMax = 2048

    /// The client that a request names; nil when it names none, or two.
    package static func client(of parameters: FormParameters) -> RelyingPartyID? {
        guard !parameters.repeated.contains("client_id") else { return nil }
        return parameters["client_id"].flatMap { RelyingPartyID(text: $0) }
    }

    /// - Parameters:
    ///   - parameters: What the browser brought.
    ///   - client: The client that `client(of:)` names, as it is registered; nil when it is not.
    /// - Returns: What is to be done.
    package func judge(_ parameters: FormParameters, client: RelyingParty?) -> Verdict {
        guard let client, Self.client(of: parameters) == client.id else {
            return .page(.unknownClient)
        }
        guard !parameters.repeated.contains("redirect_uri"),
            let text = parameters["redirect_uri"],
            let redirect = client.redirectURIs.first(where: { $0.isSpelled(text) })
        else { return .page(.unknownRedirect) }
        let state: String?
        do {
            state = try Self.value("state", in: parameters)
        } catch {
            return .page(.malformed)
        }
        do {
            return .sound(try read(parameters, client, redirect, state))
        } catch {
            return .refused(
                AuthorizationResponse(
                    redirectURI: redirect,
                    outcome: .failed(error),
                    state: state,
                    issuer: issuer
                )
            )
        }
    }

    private func read(
        _ parameters: FormParameters,
        _ client: RelyingParty,
        _ redirect: RedirectURI,
        _ state: String?
    ) throws(OAuthError) -> AuthorizationRequest {
        guard parameters.repeated.isEmpty else { throw .repeatedParameter }
        guard parameters["request"] == nil else { throw .requestNotSupported }
        guard parameters["request_uri"] == nil else { throw .requestURINotSupported }
        guard parameters["registration"] == nil else { throw .registrationNotSupported }
        guard let type = parameters["response_type"] else {
            throw .invalidRequest(.responseType)
        }
        guard type == "code" else { throw .unsupportedResponseType }
        guard [nil, "query"].contains(parameters["response_mode"]) else {
            throw .invalidRequest(.responseMode)
        }
        let nonce: String?
        do {
            nonce = try Self.value("nonce", in: parameters)
        } catch {
            throw .invalidRequest(.nonce)
        }
        let maxAge = try Self.maxAge(in: parameters)
        return AuthorizationRequest(
            client: client.id,
            redirectURI: redirect,
            scopes: try Self.scopes(in: parameters, for: client),
            state: state,
            nonce: nonce,
            codeChallenge: try Self.challenge(in: parameters, for: client)?.text,
            prompt: try Self.prompt(in: parameters, maxAge: maxAge),
            maxAge: maxAge,
            uiLocales: parameters["ui_locales"]?.split(separator: " ").map(String.init) ?? []
        )
    }

    // MARK: Single parameters

    private struct BadValue: Error {}

    /// Printable ASCII, not too long (RFC 6749 appendix A.5).
    private static func value(
        _ name: String,
        in parameters: FormParameters
    ) throws(BadValue) -> String? {
        guard let value = parameters[name] else { return nil }
        guard value.utf8.count <= valueCharactersMax,
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw BadValue() }
        return value
    }

    /// The scopes that we know and that the client may ask for; others are ignored (OpenID Connect
    /// Core section 3.1.2.1).
    private static func scopes(
        in parameters: FormParameters,
        for client: RelyingParty
    ) throws(OAuthError) -> [OpenIDScope] {
        guard let text = parameters["scope"] else { throw .invalidRequest(.scope) }
        let asked = text.split(separator: " ")
        let scopes = OpenIDScope.allCases.filter {
            asked.contains(Substring($0.rawValue)) && client.mayAsk(for: $0)
        }
        guard scopes.contains(.openid) else { throw .invalidScope }
        return scopes
    }

    /// PKCE: S256, and not optional unless the operator has said so of this client (T19).
    private static func challenge(
        in parameters: FormParameters,
        for client: RelyingParty
    ) throws(OAuthError) -> CodeChallenge? {
        let method = parameters["code_challenge_method"]
        guard let text = parameters["code_challenge"] else {
            guard method == nil else { throw .invalidRequest(.codeChallenge) }
            guard !client.isProofKeyRequired else { throw .invalidRequest(.codeChallenge) }
            return nil
        }
        guard method == "S256" else { throw .invalidRequest(.codeChallengeMethod) }
        guard let challenge = CodeChallenge(text) else { throw .invalidRequest(.codeChallenge) }
        return challenge
    }

    /// Whole seconds that a machine can count.
    private static func maxAge(in parameters: FormParameters) throws(OAuthError) -> Duration? {
        guard let text = parameters["max_age"] else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int64(text),
            seconds <= Self.maxAgeSecondsMax
        else { throw .invalidRequest(.maxAge) }
        return .seconds(seconds)
    }

    /// A hundred years: more is a mistake.
    static let maxAgeSecondsMax: Int64 = 100 * 366 * 86_400

    private static func prompt(
        in parameters: FormParameters,
        maxAge: Duration?
    ) throws(OAuthError) -> AuthorizationRequest.Prompt {
        let words = Set(parameters["prompt"]?.split(separator: " ") ?? [])
        guard words.isSubset(of: ["none", "login", "consent", "select_account"]) else {
            throw .invalidRequest(.prompt)
        }
        if words.contains("none") {
            guard words.count == 1 else { throw .invalidRequest(.prompt) }
            // Asked for at most no time ago, no session is young enough.
            return .silent
        }
        // An account is selected, and consent given, by the phone that scans: a session has done neither.
        return !words.isEmpty || maxAge == .zero ? .always : .ifNeeded
    }
}
