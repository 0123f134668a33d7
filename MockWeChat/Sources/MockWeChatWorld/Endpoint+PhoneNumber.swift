extension Endpoint {
    /// `POST /wxa/business/getuserphonenumber`, WeChat page api_getphonenumber.
    ///
    /// The code is what the phone-number button gives, not that of wx.login.
    static let phoneNumber = Endpoint(
        path: "/wxa/business/getuserphonenumber",
        method: .post,
        credential: .accessToken,
        body: .json(["code": .string])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        let text = call.text("code")
        if let error = MagicValue.error(in: text) { throw error }
        guard let appid = call.appid, let text, let code = world.phoneNumberCodes[text],
            call.now < code.expires, !code.spent, let person = world.people[code.person]
        else { throw .invalidCode }
        guard code.appid == appid else { throw .invalidAppID }
        world.phoneNumberCodes.update(text) { $0.spent = true }
        return .ok([
            JSONMember("phone_info", person.phoneInfo(appid: appid, at: call.now))
        ])
    }
}

extension PersonDescription {
    /// What WeChat says of a phone number, with the mark that it is for this app and of this time.
    func phoneInfo(appid: String, at now: Moment) -> JSON {
        let number = PhoneNumber(phoneNumber)
        return [
            "phoneNumber": .string(number.withPrefix),
            "purePhoneNumber": .string(number.pure),
            "countryCode": .string(number.country),
            "watermark": ["timestamp": .integer(Int(now.seconds)), "appid": .string(appid)],
        ]
    }
}
