/// Our login state for one run of the mini-program on one phone.
///
/// Its identity is the openid that WeChat gave for a js_code of that phone, and nothing a phone
/// says about itself changes it (T7).
package struct PhoneSession: Sendable, Equatable {
    package var token: SecretDigest
    package var user: UserID
    package var createdAt: Timestamp
    package var expiresAt: Timestamp

    package init(token: SecretDigest, user: UserID, createdAt: Timestamp, expiresAt: Timestamp) {
        self.token = token
        self.user = user
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    package func isLive(at now: Timestamp) -> Bool { now < expiresAt }
}
