internal import Foundation
package import LoginDomain

/// Who a website says it is at `/token` and `/revoke`, and how it proves it (RFC 6749 section 2.3,
/// OpenID Connect Core section 9).
///
/// Proven is nothing yet: the secret's digest must be the client's.
package struct ClientCredentials: Sendable, CustomStringConvertible, CustomReflectable {
    package enum Method: String, Sendable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
        /// A client that can keep no secret; its codes are proven by PKCE.
        case unproven = "none"
    }

    package let client: RelyingPartyID
    package let method: Method
    /// As it was presented; nil for `unproven`.
    package let presentedSecret: String?

    package var description: String { "\(client) by \(method.rawValue), secret <redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// - Parameters:
    ///   - authorization: Every `Authorization` field of the request.
    ///   - parameters: The body.
    /// - Throws: `invalidClient` when it is not said once, in one way.
    package init(
        authorization: [String],
        parameters: FormParameters
    ) throws(OAuthError) {
        let isRepeated = ["client_id", "client_secret"].contains(
            where: parameters.repeated.contains
        )
        guard authorization.count <= 1, !isRepeated,
            parameters["client_assertion"] == nil, parameters["client_assertion_type"] == nil
        else { throw .invalidClient }
        let named = parameters["client_id"]
        let secret = parameters["client_secret"]
        if let field = authorization.first {
            guard secret == nil, let (id, secret) = Self.basic(field), !secret.isEmpty,
                named == nil || named == id, let client = RelyingPartyID(text: id)
            else { throw .invalidClient }
            self.client = client
            self.method = .basic
            self.presentedSecret = secret
            return
        }
        guard let client = named.flatMap({ RelyingPartyID(text: $0) }) else {
            throw .invalidClient
        }
        self.client = client
        self.method = secret == nil ? .unproven : .post
        self.presentedSecret = secret
    }

    /// `Basic <base64 of id:secret>`, both form-encoded (RFC 6749 section 2.3.1).
    private static func basic(_ field: String) -> (id: String, secret: String)? {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let bytes = Data(base64Encoded: String(parts[1])),
            let text = String(validating: bytes, as: UTF8.self),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        let id = FormParameters.decode(String(text[..<colon]))
        let secret = FormParameters.decode(String(text[text.index(after: colon)...]))
        guard let id, let secret else { return nil }
        return (id, secret)
    }
}
