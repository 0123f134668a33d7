/// The key that WeChat shares with the app's server about one user.
struct SessionKey: Sendable {
    let text: String
    let issued: Moment
    var expires: Moment
}
