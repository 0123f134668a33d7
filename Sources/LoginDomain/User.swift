/// Who WeChat says a phone belongs to, for our mini-program alone.
package struct WeChatIdentity: Sendable, Equatable {
    /// The person's id within our mini-program.
    package var openID: String
    /// The person's id across one owner's apps, where the app is bound to an Open Platform account.
    package var unionID: String?

    /// Takes what jscode2session answered; nil unless the openid has the shape of one (T44).
    package init?(openID: String, unionID: String?) {
        guard (10...64).contains(openID.utf8.count), Base64URL.isAlphabet(openID) else {
            return nil
        }
        self.openID = openID
        self.unionID = unionID
    }
}

/// Names a user to websites.
///
/// Random: it says nothing about the openid.
package struct UserID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(using dice: inout some RandomNumberGenerator) {
        self.text = "u_" + Base64URL.encode(randomBytes(15, using: &dice))
    }

    /// Takes an id back from a row; nil when it cannot be one.
    package init?(text: String) {
        guard text.hasPrefix("u_"), text.utf8.count == 22, Base64URL.isAlphabet(text) else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }
}

/// A person as websites see them.
package struct User: Sendable, Equatable {
    package var id: UserID
    /// What websites may show beside the name: `user`, unless the operator changed it.
    ///
    /// Never an input of anything.
    package var role: String
    /// What the person typed; empty until they did.
    package var nickName: String
    /// Their picture; nil until there is one.
    package var avatar: AvatarName?
    /// Nil until they gave it, and when they have taken it back.
    package var phoneNumber: PhoneNumber?

    /// What no website can learn of them, because they have not given it.
    package var missing: Set<OpenIDScope> { phoneNumber == nil ? [.phone] : [] }

    package init(
        id: UserID,
        role: String = "user",
        nickName: String = "",
        avatar: AvatarName? = nil,
        phoneNumber: PhoneNumber? = nil
    ) {
        self.id = id
        self.role = role
        self.nickName = nickName
        self.avatar = avatar
        self.phoneNumber = phoneNumber
    }
}
