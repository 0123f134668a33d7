internal import Foundation
internal import LoginDomain

/// An ID token that comes back to us as a hint: at `/authorize` and at `/end_session`.
///
/// The one place that believes a signature. Algorithm, type, issuer and members of the head are
/// fixed; the key is chosen by our own kid; nothing in the token names a key, a place or a rule
/// (T21, RFC 8725). How old it is does not matter: it was ours (Logout section 2).
package struct IDTokenHint: Sendable, Equatable {
    package let subject: String
    package let audience: String
    package let session: String

    package static let bytesMax = 4096

    /// Why it is not believed.
    ///
    /// For the log; whoever sent it is told nothing.
    package enum Flaw: String, Error, Sendable, Equatable, CaseIterable {
        case tooLong = "too long"
        case notCompact = "no compact JWS"
        case head = "a head that we never write"
        case unknownKey = "no key of ours"
        case signature = "a bad signature"
        case payload = "a payload that we never write"
        case issuer = "another issuer"
    }

    /// - Parameters:
    ///   - text: What was presented.
    ///   - issuer: Ours.
    ///   - keys: All that are kept; those of them that are published no more count, too.
    /// - Throws: Why it is not believed.
    package init(_ text: String, issuer: String, keys: [PublicKey]) throws(Flaw) {
        guard text.utf8.count <= Self.bytesMax else { throw .tooLong }
        let parts = text.utf8
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map(Substring.init)
        guard parts.count == 3, let head = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .notCompact }
        guard let head = try? JSONDecoder().decode([String: String].self, from: Data(head)),
            Set(head.keys) == ["alg", "kid", "typ"], head["typ"] == "JWT",
            let algorithm = head["alg"].flatMap(SigningKey.Algorithm.init)
        else { throw .head }
        guard let key = keys.first(where: { $0.kid == head["kid"] }), key.algorithm == algorithm
        else { throw .unknownKey }
        guard key.isValid(signature, for: Array("\(parts[0]).\(parts[1])".utf8)) else {
            throw .signature
        }
        guard let payload = try? JSONDecoder().decode(Payload.self, from: Data(body)) else {
            throw .payload
        }
        guard payload.iss == issuer else { throw .issuer }
        subject = payload.sub
        audience = payload.aud
        session = payload.sid
    }

    private struct Payload: Decodable {
        var iss: String
        var sub: String
        var aud: String
        var sid: String
    }
}
