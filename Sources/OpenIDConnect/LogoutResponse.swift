package import LoginDomain

/// Where a browser goes after its logout (OpenID Connect RP-Initiated Logout 1.0 section 3).
package struct LogoutResponse: Sendable, Equatable {
    package var uri: RedirectURI
    package var state: String?

    package init(uri: RedirectURI, state: String?) {
        self.uri = uri
        self.state = state
    }

    /// The address, for `Location`: what was registered, and the website's own `state` behind it.
    package var location: String {
        AuthorizationResponse.adding(state.map { [("state", $0)] } ?? [], to: uri)
    }
}
