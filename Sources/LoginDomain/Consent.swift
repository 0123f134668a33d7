/// What a phone's owner agreed to when they confirmed: one website, and what it learns of them.
///
/// It is a login's, and ends with it.
package struct Consent: Sendable, Equatable {
    package var client: RelyingPartyID
    /// In the order of `OpenIDScope.allCases`.
    package var shares: [OpenIDScope]

    package init(client: RelyingPartyID, shares: [OpenIDScope]) {
        self.client = client
        self.shares = shares
    }

    /// What a confirm of a website's request agrees to; nil where nothing needs it.
    package init?(to request: ParkedRequest?) {
        guard let request = request?.request, !request.shares.isEmpty else { return nil }
        self.init(client: request.client, shares: request.shares)
    }
}
