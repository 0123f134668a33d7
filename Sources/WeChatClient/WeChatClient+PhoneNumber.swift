/// What getuserphonenumber says: a number that its owner has given to our mini-program.
///
/// Both parts are digits and nothing else. It prints `<redacted>`: a number is personal (T35).
package struct WeChatPhoneNumber: Sendable, Equatable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    /// Of one to three digits, the first of which is no zero.
    package let countryCode: String
    /// The number within its country.
    package let national: String

    /// - Returns: nil unless the two are a number by E.164: 7 to 15 digits in all.
    package init?(countryCode: String, national: String) {
        let isDigits = (countryCode + national).utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard isDigits, (1...3).contains(countryCode.utf8.count), !countryCode.hasPrefix("0"),
            (4...14).contains(national.utf8.count),
            (7...15).contains(countryCode.utf8.count + national.utf8.count)
        else { return nil }
        self.countryCode = countryCode
        self.national = national
    }

    /// The number as E.164 writes it, with its plus sign.
    ///
    /// Never log it.
    package var exposed: String { "+\(countryCode)\(national)" }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension WeChatClient {
    /// `POST /wxa/business/getuserphonenumber`: exchanges what the phone-number button gave for the
    /// number that its owner agreed to give (WeChat page api_getphonenumber).
    ///
    /// When the access token is refused, the code was not looked at: a newer token is got and the call
    /// is made once more. Nothing else is repeated: a code is spent by the first success.
    package func phoneNumber(
        forCode code: String
    ) async throws(WeChatError) -> WeChatPhoneNumber {
        try await passing(.phoneNumber, until: deadline) { trip throws(WeChatError) in
            let token = try await accessToken(until: trip.deadline)
            do throws(WeChatError) {
                return try await number(of: code, token, &trip)
            } catch .tokenRefused {
                let newer = try await accessToken(replacing: token, until: trip.deadline)
                return try await number(of: code, newer, &trip)
            }
        }
    }

    private func number(
        of code: String,
        _ token: AccessToken,
        _ trip: inout Trip
    ) async throws(WeChatError) -> WeChatPhoneNumber {
        let timeout = try timeLeft(for: trip)
        trip.isSent = true
        return try await observed(.phoneNumber) { () async throws(WeChatError) in
            try await exchange(phoneCode: code, token: token, timeout: timeout)
        }
    }

    private func exchange(
        phoneCode code: String,
        token: AccessToken,
        timeout: Duration
    ) async throws(WeChatError) -> WeChatPhoneNumber {
        let answer = try await post(
            "/wxa/business/getuserphonenumber",
            [("access_token", token.text)],
            json: PhoneNumberBody(code: code),
            timeout: timeout,
            answerBytesMax: Self.jsonBytesMax
        )
        let json: WeChatAnswer
        do throws(WeChatError) {
            json = try WeChatAnswer.read(answer)
        } catch .refused(errcode: 40013) {
            // The code is another app's: this call names none but by its access token.
            throw .invalidCode
        }
        guard let info = json.phoneInfo else { throw .unreadable("phone_info") }
        // A number that was given to somebody else is none of ours (T44).
        guard info.appID == configuration.appID else { throw .unreadable("watermark") }
        guard
            let number = WeChatPhoneNumber(
                countryCode: info.countryCode,
                national: info.purePhoneNumber
            )
        else { throw .unreadable("phone_number") }
        return number
    }
}

struct PhoneNumberBody: Encodable {
    var code: String
}
