/// The answer of `/jwks.json` (RFC 7517 section 5): public halves, nothing of the private ones.
package enum JWKSet {
    /// How long a client may keep it without asking again, in seconds.
    package static let maxAgeSeconds = 3600

    package static func document(_ keys: [PublicKey]) -> [UInt8] {
        JSONDocument.encode(
            [
                "keys": keys.map { key in
                    key.members.merging(
                        ["alg": key.algorithm.rawValue, "kid": key.kid, "use": "sig"]
                    ) { member, _ in member }
                }
            ]
        )
    }
}
