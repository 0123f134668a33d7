package import LoginDomain

/// Tells a login page what it was drawn for: a plain login, or one request of a website.
///
/// The page says it when it asks for a code. Another site can begin another login in the same browser, and
/// a page that went on with that would name one website while the login is for another (T3).
package struct PageMark: Sendable, Equatable {
    package let text: String

    package static let plain = PageMark(text: "plain")

    /// Takes what a page has sent.
    package init(text: String) {
        self.text = text
    }

    /// The same for each code that is shown for a request, and another one for each request.
    package init(_ parked: ParkedRequest?) {
        guard let parked else {
            self = .plain
            return
        }
        let request = parked.request
        // None of these has a line break.
        let parts = [
            request.client.text, request.redirectURI.text, request.state ?? "",
            request.nonce ?? "", request.codeChallenge ?? "",
            request.scopes.map(\.rawValue).joined(separator: " "),
            "\(parked.parkedAt.milliseconds)",
        ]
        let digest = secretDigest(of: parts.joined(separator: "\n"))
        text = Base64URL.encode(Array(digest.bytes.prefix(16)))
    }
}
