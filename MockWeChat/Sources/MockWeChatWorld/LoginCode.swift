/// What wx.login gave to a phone.
struct LoginCode: Sendable {
    let appid: String
    let person: String
    let expires: Moment
    var spent = false
}
