import LoginDomain
import LoginStore
package import OpenIDConnect

/// What becomes of a browser that a website sent to be logged out.
package enum EndSessionOutcome: Sendable, Equatable {
    /// The login has ended; back to the website.
    case redirected(to: String)
    /// Nobody is logged in any more, or nobody was.
    case loggedOut
    /// The person must say so themselves: the website did not prove that it means this login (T24).
    case asks
}

extension LoginService {
    /// A website asks for the end of its user's login (OpenID Connect RP-Initiated Logout 1.0).
    ///
    /// Only an ID token of ours for the very login that the browser has ends it without asking, and
    /// only then does the browser go to an address, which the website must have registered.
    package func endSession(
        _ parameters: FormParameters,
        _ cookies: BrowserCookies
    ) async throws(LoginRefusal) -> EndSessionOutcome {
        guard parameters.repeated.isEmpty else { throw .unsoundRequest(.malformed) }
        let now = time.now()
        let session = try await liveSession(cookies.session, at: now)
        let target = try await logoutTarget(parameters, at: now)
        guard let session, let cookie = cookies.session else {
            if let target { try await endIdled(target.login, at: now) }
            guard let target else { return .loggedOut }
            return target.address.map { .redirected(to: $0) } ?? .loggedOut
        }
        guard let target, target.login == session.login, target.isSound else { return .asks }
        try await logout(cookie, cancelling: cookies.attempt)
        return target.address.map { .redirected(to: $0) } ?? .loggedOut
    }

    /// Ends what a login left behind when its session had idled away or grown too old: its refresh
    /// tokens (T18).
    ///
    /// A login that is live in some other browser is not ended: this browser is not the one that has
    /// it (T24).
    private func endIdled(_ login: LoginID, at now: Timestamp) async throws(LoginRefusal) {
        let cookie = try await stored { () async throws(LoginStoreError) in
            try await store.session(of: login)
        }
        guard let cookie else { return }
        let session = try await stored { () async throws(LoginStoreError) in
            try await store.session(cookie)
        }
        if let session, session.isLive(at: now, policy) { return }
        try await stored { () async throws(LoginStoreError) in
            try await store.endSession(cookie)
        }
    }

    /// What a request proves: which login it means, and where the browser may go.
    private struct LogoutTarget {
        var login: LoginID
        /// Nil when the website named none.
        var address: String?
        /// Whether the address it named is one that may be named.
        var isSound: Bool
    }

    private func logoutTarget(
        _ parameters: FormParameters,
        at now: Timestamp
    ) async throws(LoginRefusal) -> LogoutTarget? {
        guard let text = parameters["id_token_hint"], let hint = await hint(text, at: now),
            parameters["client_id"] == nil || parameters["client_id"] == hint.audience,
            let party = try await relyingParty(RelyingPartyID(text: hint.audience)),
            let login = login(named: hint.session, for: party)
        else { return nil }
        guard let wanted = parameters["post_logout_redirect_uri"] else {
            return LogoutTarget(login: login, address: nil, isSound: true)
        }
        let uri = party.postLogoutRedirectURIs.first { $0.isSpelled(wanted) }
        return LogoutTarget(
            login: login,
            address: uri.map { LogoutResponse(uri: $0, state: parameters["state"]).location },
            isSound: uri != nil
        )
    }
}
