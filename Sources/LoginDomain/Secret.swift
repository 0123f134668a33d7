/// A random value that whoever holds it is trusted for.
///
/// It prints `<redacted>`.
///
/// `Purpose` keeps a phone's bearer from being passed where a browser's cookie belongs.
/// 32 random bytes, 43 characters of base64url (`security.md` 0.1).
package struct Secret<Purpose: SecretPurpose>: Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// The secret itself, for the one place that hands it to its owner.
    ///
    /// Never log it.
    package let exposed: String

    package static var bytesCount: Int { Purpose.bytesCount }

    /// Draws a fresh secret.
    package init(using dice: inout some RandomNumberGenerator) {
        self.exposed = Base64URL.encode(randomBytes(Purpose.bytesCount, using: &dice))
    }

    /// Takes what a peer presented; nil unless it has the length and alphabet of this kind.
    package init?(presented text: some StringProtocol) {
        let length = (Purpose.bytesCount * 8 + 5) / 6
        guard text.utf8.count == length, Base64URL.isAlphabet(text) else { return nil }
        self.exposed = String(text)
    }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a secret is for, and how long it is.
package protocol SecretPurpose: Sendable {
    static var bytesCount: Int { get }
}

extension SecretPurpose {
    package static var bytesCount: Int { 32 }
}

/// The purposes there are.
package enum Secrets {
    /// Makes a browser "the" browser of an attempt; lives in its attempt cookie.
    package enum AttemptCookie: SecretPurpose {}
    /// The browser's login.
    package enum SessionCookie: SecretPurpose {}
    /// The phone's login state, its bearer.
    package enum PhoneToken: SecretPurpose {}
    /// Binds one confirm to one scan.
    package enum ConfirmNonce: SecretPurpose {}
    /// What a website gets for a login, and gives back at once for the tokens.
    package enum AuthorizationCode: SecretPurpose {}
    /// What a website shows at `/userinfo`.
    package enum AccessToken: SecretPurpose {}
    /// The half of a refresh token that stays when it is exchanged: names its family.
    package enum RefreshFamily: SecretPurpose {
        package static var bytesCount: Int { 18 }
    }
    /// The half of a refresh token that changes each time.
    package enum RefreshTurn: SecretPurpose {}
    /// What a website proves itself by.
    package enum ClientSecret: SecretPurpose {}
    /// The random string inside the code picture: 18 bytes, 144 bits, 24 characters.
    ///
    /// WeChat allows 32 visible ones; base64url stays clear of those it is reported to refuse.
    package enum Scene: SecretPurpose {
        package static var bytesCount: Int { 18 }
    }
}

package typealias AttemptCookie = Secret<Secrets.AttemptCookie>
package typealias SessionCookie = Secret<Secrets.SessionCookie>
package typealias PhoneToken = Secret<Secrets.PhoneToken>
package typealias ConfirmNonce = Secret<Secrets.ConfirmNonce>
package typealias AuthorizationCode = Secret<Secrets.AuthorizationCode>
package typealias AccessToken = Secret<Secrets.AccessToken>
package typealias ClientSecret = Secret<Secrets.ClientSecret>
package typealias SceneID = Secret<Secrets.Scene>

/// Draws bytes from the dice, eight at a time.
package func randomBytes(_ count: Int, using dice: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
        var word = dice.next() as UInt64
        for _ in 0..<min(8, count - bytes.count) {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
        }
    }
    return bytes
}
