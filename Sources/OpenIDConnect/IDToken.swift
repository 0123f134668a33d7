internal import Crypto
internal import Foundation
package import LoginDomain

/// What a website is told of a login, signed (OpenID Connect Core section 2).
///
/// Who it is and how they came, and no more: name and picture are at `/userinfo`.
package struct IDToken: Sendable, Equatable {
    /// How long it is good for.
    package static let lifetime: Duration = .seconds(600)

    package var issuer: String
    package var subject: String
    package var audience: RelyingPartyID
    package var issuedAt: Timestamp
    /// When the phone's owner confirmed.
    package var authenticatedAt: Timestamp
    /// How the phone came to the login.
    package var way: AttemptWay
    package var nonce: String?
    /// Names the browser's login, for its end.
    package var session: String
    /// The access token that goes with it.
    package var accessToken: String?

    package init(
        issuer: String,
        subject: String,
        audience: RelyingPartyID,
        issuedAt: Timestamp,
        authenticatedAt: Timestamp,
        way: AttemptWay,
        nonce: String?,
        session: String,
        accessToken: String?
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.issuedAt = issuedAt
        self.authenticatedAt = authenticatedAt
        self.way = way
        self.nonce = nonce
        self.session = session
        self.accessToken = accessToken
    }

    /// The compact JWS.
    package func signed(by key: SigningKey) -> String {
        key.sign(
            JSONDocument.encode(
                Payload(
                    iss: issuer,
                    sub: subject,
                    aud: audience.text,
                    exp: (issuedAt + Self.lifetime).wholeSeconds,
                    iat: issuedAt.wholeSeconds,
                    authTime: authenticatedAt.wholeSeconds,
                    nonce: nonce,
                    acr: way.authenticationContext,
                    amr: way.authenticationMethods,
                    sid: session,
                    atHash: accessToken.map(Self.hash)
                )
            )
        )
    }

    /// The left half of the SHA-256 (Core section 3.1.3.6); both algorithms use it.
    private static func hash(_ token: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(token.utf8)).prefix(16)))
    }

    /// The members by their names on the wire.
    private struct Payload: Encodable {
        var iss, sub, aud: String
        var exp, iat, authTime: Int64
        var nonce: String?
        var acr: String
        var amr: [String]?
        var sid: String
        var atHash: String?
    }
}

extension AttemptWay {
    /// The `acr`: by WeChat on a second device, or by a link on the browser's own.
    package var authenticationContext: String {
        switch self {
        case .code: "urn:scan-login:wechat-scan"
        case .link: "urn:scan-login:wechat-link"
        }
    }

    /// The `amr` (RFC 8176): a scan goes over more than one channel of communication; for a link there is
    /// no word.
    fileprivate var authenticationMethods: [String]? {
        switch self {
        case .code: ["mca"]
        case .link: nil
        }
    }
}

extension Timestamp {
    /// Seconds since 1970, what is smaller dropped.
    var wholeSeconds: Int64 { milliseconds / 1000 }
}
