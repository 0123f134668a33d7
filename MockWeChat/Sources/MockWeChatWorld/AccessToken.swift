/// One access token.
struct AccessToken: Sendable {
    let text: String
    let appid: String
    let issued: Moment
    let expires: Moment
    /// When a newer token makes this one obsolete.
    var superseded: Moment?

    /// The body of both token calls: no `errcode` in a success.
    func json(at now: Moment) -> JSON {
        let left = (expires.milliseconds - now.milliseconds) / 1000
        return ["access_token": .string(text), "expires_in": .integer(Int(left))]
    }
}
