/// One person with a phone.
package struct PersonDescription: Sendable, Equatable {
    package var name: String
    package var nickname: String
    package var phoneNumber: String
    /// Named by the world file; otherwise made from (seed, appid, person).
    package var openid: String?
    /// Named by the world file; otherwise made from (seed, person).
    package var unionid: String?
}
