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
    ///
    /// Nobody agrees to what they have not given (`User.missing`): who gives a number to another
    /// website later has not given it to this one.
    package init?(to request: ParkedRequest?, lacking missing: Set<OpenIDScope>) {
        guard let request = request?.request else { return nil }
        let shares = request.shares.filter { !missing.contains($0) }
        guard !shares.isEmpty else { return nil }
        self.init(client: request.client, shares: shares)
    }
}
