import LoginDomain

/// What a website asks of `/authorize` through a browser.
struct AuthorizeAsk: Sendable {
    var client: String
    var redirect: String
    var scope: String
    /// Drawn anew for each: it names the ask in what comes back.
    var state: String
    var nonce: String
    /// Nil for one that would do without a verifier.
    var challenge: String?
    var prompt: String?
    /// How many seconds ago the login may have been.
    var maxAge: Int?

    var form: String {
        var form =
            "response_type=code&client_id=\(client)&redirect_uri=\(redirect.escaped)"
            + "&scope=\(scope.escaped)&state=\(state)&nonce=\(nonce)"
        if let challenge { form += "&code_challenge=\(challenge)&code_challenge_method=S256" }
        if let prompt { form += "&prompt=\(prompt)" }
        if let maxAge { form += "&max_age=\(maxAge)" }
        return form
    }

    /// Whether its address is the one that the website has registered, letter for letter.
    var isForOwnAddress: Bool { Website.named(client)?.redirect == redirect }
    /// Whether it may be answered at all, as all our websites are registered.
    var isSound: Bool { isForOwnAddress && challenge != nil }
}

/// What a website asks of `/token` and `/revoke`, or somebody who would like to be it.
struct TokenAsk: Sendable {
    enum Kind: Sendable {
        case code(String, redirect: String, verifier: String?)
        case refresh(String)
        case revoke(String)
    }

    var kind: Kind
    var client: String
    var secret: String?

    /// What is shown: a code or a token.
    var shown: String {
        switch kind {
        case .code(let text, _, _), .refresh(let text), .revoke(let text): text
        }
    }

    var form: String {
        var form: String
        switch kind {
        case .code(let code, let redirect, let verifier):
            form = "grant_type=authorization_code&code=\(code)&redirect_uri=\(redirect.escaped)"
            if let verifier { form += "&code_verifier=\(verifier)" }
        case .refresh(let token):
            form = "grant_type=refresh_token&refresh_token=\(token)"
        case .revoke(let token):
            form = "token=\(token)"
        }
        form += "&client_id=\(client)"
        if let secret { form += "&client_secret=\(secret)" }
        return form
    }
}

extension String {
    /// As a form's value: for the few characters that are in addresses and scopes.
    fileprivate var escaped: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "%": text += "%25"
            case "&": text += "%26"
            case "+": text += "%2B"
            case " ": text += "+"
            case "=": text += "%3D"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
