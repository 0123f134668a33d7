/// One person in one app.
struct UserKey: Sendable, Hashable {
    let appid: String
    let person: String
}
