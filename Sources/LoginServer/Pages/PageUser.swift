/// Who is logged in, as the landing page shows it.
package struct PageUser: Sendable {
    package var userID: String
    /// What the user typed; may be empty, and may be any text.
    package var nickname: String
    /// A picture on our own origin; empty when there is none.
    package var avatarURL: String

    package init(userID: String, nickname: String, avatarURL: String) {
        self.userID = userID
        self.nickname = nickname
        self.avatarURL = avatarURL
    }
}
