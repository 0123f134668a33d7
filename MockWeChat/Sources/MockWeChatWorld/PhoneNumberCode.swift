/// What the phone-number button gave to a mini-program.
struct PhoneNumberCode: Sendable {
    let appid: String
    let person: String
    let expires: Moment
    var spent = false
}
